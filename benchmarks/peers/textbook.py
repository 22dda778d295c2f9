"""A: the textbook loop. One product, one request, one quant, one commit."""

from typing import Any

import requests

from odoo import api

from ..task import Task


def run(registry: Any, task: Task) -> int:
    with registry.cursor() as cr:
        env = api.Environment(cr, task.user_id, {})
        for product_id in task.targets:
            product = env["product.product"].browse(product_id)
            response = requests.get(
                f"{task.base_url}/stock/{product.default_code}", timeout=10
            )
            response.raise_for_status()
            quantity = float(response.json()["quantity"])
            here = product.with_context(location=task.location_id)
            if here.qty_available != quantity:
                quant = (
                    env["stock.quant"]
                    .with_context(inventory_mode=True)
                    .create(
                        {
                            "product_id": product_id,
                            "location_id": task.location_id,
                            "inventory_quantity": quantity,
                        }
                    )
                )
                quant.action_apply_inventory()
                cr.commit()
    return len(task.targets)
