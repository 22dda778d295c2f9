#!/bin/bash
# Once: a database with the addon and its demo products, connected to the mock API.
# Runs in the image of Odoo, as the service "setup" of docker-compose.yml.
set -euo pipefail

ready=/var/lib/odoo/stock_sync_api.ready
if [ -e "$ready" ]; then
    exit 0
fi

/entrypoint.sh odoo --database=stock_sync --init=stock_sync_api --with-demo \
    --load-language=en_US,fr_FR --stop-after-init --no-http

/entrypoint.sh odoo shell --database=stock_sync --no-http <<'PYTHON'
env.ref("stock_sync_api.backend_default").base_url = "http://mock_api:5000"
env.cr.commit()
PYTHON

touch "$ready"
