"""L: the least that an unchanged run has to do.

The same bytes, downloaded and parsed with the same strict parser and page size, and one
grouped read of the quants. Nothing is matched, compared or recorded.
"""

from typing import Any

import requests

from odoo.addons.base_sync_api.client.codecs import strict_json

from ..task import Task


def run(registry: Any, task: Task) -> int:
    calls, pages = 0, 1
    with requests.Session() as session:
        while calls < pages:
            calls += 1
            response = session.get(
                f"{task.base_url}/stock",
                params={"page": calls, "per_page": task.page_size},
                timeout=60,
            )
            response.raise_for_status()
            pages = int(strict_json.loads(response.content)["pages"])
    with registry.cursor() as cr:
        cr.execute(
            """
            SELECT product_id, SUM(quantity)
              FROM stock_quant
             WHERE location_id = %s
          GROUP BY product_id
            """,
            [task.location_id],
        )
        dict(cr.fetchall())
    return calls
