"""Make products. Fed to ``odoo shell``, which defines ``env``.

Reads from PRODUCTS how many. The internal reference is what the mock API calls the
product.
"""

import os
from typing import Any

env: Any  # given by the shell

_AT_ONCE = 5000


def make(env: Any, count: int) -> None:
    products = env["product.product"].with_context(
        tracking_disable=True, mail_create_nolog=True
    )
    for start in range(0, count, _AT_ONCE):
        numbers = range(start + 1, min(start + _AT_ONCE, count) + 1)
        products.create(
            [
                {
                    "name": f"Product {number}",
                    "default_code": str(number),
                    "is_storable": True,
                }
                for number in numbers
            ]
        )
        env.cr.commit()
        env.invalidate_all()


if __name__ == "__main__":
    make(env, int(os.environ["PRODUCTS"]))  # noqa: F821
