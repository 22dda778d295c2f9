#!/bin/bash
# Once: a database with the addon and its demo products, connected to the mock API.
# Runs in the image of Odoo, as the service "setup" of docker-compose.yml.
set -euo pipefail

ready=/var/lib/odoo/stock_sync_api.ready
if [ -e "$ready" ]; then
    exit 0
fi

/entrypoint.sh odoo --database=stock_sync --init=stock_sync_api \
    --load-language=en_US,fr_FR --stop-after-init --no-http

# Our demo products alone: --with-demo would hide them among Odoo's own.
/entrypoint.sh odoo shell --database=stock_sync --no-http <<'PYTHON'
from odoo.tools import convert_file

convert_file(
    env, "stock_sync_api", "demo/stock_sync_demo.xml", {}, mode="init", noupdate=True
)
env.ref("stock_sync_api.backend_default").base_url = "http://mock_api:5000"
env.cr.commit()
PYTHON

touch "$ready"
