"""Synchronise the demo products. Fed to ``odoo shell``, which defines ``env``.

Reads the mock API's address from MOCK_URL and writes what happened to the file
SYNC_RESULT.
"""

import json
import os
from typing import Any

env: Any  # given by the shell


def synchronise(env: Any, base_url: str) -> dict[str, Any]:
    backend = env.ref("stock_sync_api.backend_default")
    if backend.base_url != base_url:
        backend.base_url = base_url
    bindings = env["stock.sync.binding"].search([("flow_id", "=", backend.id)])
    # As people count: 2 before 10.
    bindings = bindings.sorted(lambda b: (len(b.external_id), b.external_id))
    runs = env["stock.sync.service"].sync_products(bindings.product_id)
    env.cr.commit()
    env.invalidate_all()
    rows = []
    for binding in bindings:
        lines = runs.line_ids.filtered(
            lambda line, product=binding.product_id: line.product_id == product
        )
        rows += [_changed(binding, line) for line in lines] or [
            _unchanged(binding, backend.location_id)
        ]
    return {
        "rows": rows,
        "failed": not runs
        or any(run.state != "done" for run in runs)
        or any(line.state == "failed" for line in runs.line_ids),
        "messages": [run.message for run in runs if run.message],
    }


def _changed(binding: Any, line: Any) -> dict[str, Any]:
    outcome = line.state
    if line.error_code:
        outcome = f"{line.state}: {line.error_message or line.error_code}"
    return {
        "product": binding.product_id.display_name,
        "external id": binding.external_id,
        "before": line.quantity_before,
        "after": line.quantity_after,
        "outcome": outcome,
    }


def _unchanged(binding: Any, location: Any) -> dict[str, Any]:
    product = binding.product_id.with_context(location=location.id)
    return {
        "product": binding.product_id.display_name,
        "external id": binding.external_id,
        "before": product.qty_available,
        "after": product.qty_available,
        "outcome": "unchanged",
    }


if __name__ == "__main__":
    as_admin = env(user=env.ref("base.user_admin"))  # noqa: F821
    with open(os.environ["SYNC_RESULT"], "w", encoding="utf-8") as result:
        json.dump(synchronise(as_admin, os.environ["MOCK_URL"]), result)
