"""People at work on the same products, each request as the web client makes it.

``python people.py DATABASE SEED SECONDS COUNTED``, the last being the external ids of
which this process alone types in counts. Tells what was done, a line of JSON each, once
it is committed.
"""

import json
import logging
import random
import sys
import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from odoo import api, sql_db
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

#: seconds between what one person does
PAUSE = 0.3

_telling = Lock()


def tell(**event: Any) -> None:
    with _telling:
        print(json.dumps(event), flush=True)


class Person:
    """Somebody with a browser.

    :param chance: decides what is done next
    """

    def __init__(self, registry: Registry, user_id: int, chance: random.Random) -> None:
        self.chance = chance
        self._registry = registry
        self._user_id = user_id

    def work(self, until: float) -> None:
        while time.monotonic() < until:
            try:
                self.act()
            except Exception as error:
                # the person would see it
                tell(error=f"{type(self).__name__}: {type(error).__name__}: {error}")
            time.sleep(self.chance.uniform(0, 2 * PAUSE))

    def act(self) -> None:
        raise NotImplementedError

    def request(self, work: Callable[[Any], Any]) -> Any:
        """One click: a transaction, repeated by Odoo as it repeats a request."""
        tries = []

        def attempt() -> Any:
            tries.append(1)
            return work(env)

        with self._registry.cursor() as cr:
            env = api.Environment(cr, self._user_id, {"lang": "en_US"})
            result = retrying(attempt, env)
        tell(did=type(self).__name__, tries=len(tries))
        return result

    def products(self, env: Any, number: int) -> Any:
        """Some of those that are synchronised."""
        bindings = env["stock.sync.binding"].search([], order="id")
        chosen = self.chance.sample(bindings.ids, number)
        return bindings.browse(chosen).product_id


class Presser(Person):
    """Presses the button."""

    def act(self) -> None:
        number = self.chance.randint(1, 2)
        action = self.request(
            lambda env: self.products(env, number).action_stock_sync()
        )
        answer = action["params"]
        tell(answer=answer["type"], message=answer["message"])


class _Transporter(Person):
    """Makes a transfer, and validates it in another request."""

    kind = ""
    sign = 0

    def act(self) -> None:
        quantity = self.chance.randint(1, 5)
        picking_id, external_id = self.request(lambda env: self.plan(env, quantity))
        time.sleep(self.chance.uniform(0, PAUSE))
        if self.request(lambda env: self.validate(env, picking_id)):
            tell(moved=self.sign * quantity, product=external_id)

    def plan(self, env: Any, quantity: int) -> tuple[int, str]:
        product = self.products(env, 1)
        kind = env.ref(f"stock.picking_type_{self.kind}")
        locations = {
            "location_id": kind.default_location_src_id.id,
            "location_dest_id": kind.default_location_dest_id.id,
        }
        move = {
            "product_id": product.id,
            "product_uom_qty": quantity,
            **locations,
        }
        picking = env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                **locations,
                "move_ids": [(0, 0, move)],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking.id, product.x_external_id

    def validate(self, env: Any, picking_id: int) -> bool:
        """:return: whether there was enough"""
        picking = env["stock.picking"].browse(picking_id)
        if picking.state != "assigned":
            picking.action_cancel()
            return False
        picking.button_validate()
        return picking.state == "done"


class Deliverer(_Transporter):
    kind, sign = "out", -1


class Receiver(_Transporter):
    kind, sign = "in", 1


class Counter(Person):
    """Types in counts; applies some of them later."""

    def __init__(self, *args: Any, external_ids: list[str]) -> None:
        super().__init__(*args)
        self._external_ids = external_ids
        self._typed: dict[str, float] = {}

    def act(self) -> None:
        external_id = self.chance.choice(self._external_ids)
        if external_id in self._typed:
            applied = self.request(lambda env: self.apply(env, external_id))
            if applied:
                del self._typed[external_id]
                tell(applied=external_id)
        else:
            count = float(self.chance.randint(1, 500))
            self.request(lambda env: self.type_in(env, external_id, count))
            self._typed[external_id] = count
            tell(typed=count, product=external_id)

    def quant(self, env: Any, external_id: str) -> Any:
        binding = env["stock.sync.binding"].search([("external_id", "=", external_id)])
        return (
            env["stock.quant"]
            .with_context(inventory_mode=True)
            .search(
                [
                    ("product_id", "=", binding.product_id.id),
                    ("location_id", "=", binding.flow_id.location_id.id),
                ],
                order="id",
                limit=1,
            )
        )

    def type_in(self, env: Any, external_id: str, count: float) -> None:
        self.quant(env, external_id).inventory_quantity = count

    def apply(self, env: Any, external_id: str) -> bool:
        """:return: False where Odoo asks back, because the stock has moved since"""
        quant = self.quant(env, external_id)
        typed = quant.inventory_quantity_set and quant.inventory_quantity
        if typed != self._typed[external_id]:
            raise AssertionError(f"{self._typed[external_id]} became {typed}")
        if self.chance.random() < 0.7:
            return False
        return quant.action_apply_inventory() is None


def main(database: str, seed: str, seconds: str, *counted: str) -> None:
    config.parse_config([], setup_logging=False)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    registry = Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        user_id = env.ref("base.user_admin").id
    chance = random.Random(seed)

    def own() -> tuple[Registry, int, random.Random]:
        return registry, user_id, random.Random(chance.random())

    people = [
        Presser(*own()),
        Presser(*own()),
        Deliverer(*own()),
        Receiver(*own()),
        Counter(*own(), external_ids=list(counted)),
    ]
    tell(ready=True)
    sys.stdin.readline()
    until = time.monotonic() + float(seconds)
    threads = [Thread(target=person.work, args=(until,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sql_db.close_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
