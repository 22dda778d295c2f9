"""What becomes of one product at one site, on its way through a run."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ..client import Level
from .sites import Site


@dataclass(eq=False)
class Outcome:
    """``state`` is ``unchanged``, or a state of ``stock.sync.run.line``.

    :param binding: none where a preview found a product that is not bound yet
    :param external_id: the id that was asked about
    :param site: where its stock is; None where that is not known
    :param received: naive UTC, when the API was asked
    :param run_id: the run that asked
    :param level: what the API said
    :param quantity: the same in the product's unit
    :param rounded_from: the same before it was rounded, where it had to be
    :param before: on hand at the site, a float in the product's unit; None where
        nothing was compared
    :param after: what it is to be, likewise
    :param api_changed: whether the API's number is not the last accepted one
    :param line: the ``stock.sync.run.line`` made for it
    :param moves: the ``stock.move`` made for it
    """

    binding: object
    product: object
    external_id: str | None = None
    site: Site | None = None
    received: datetime | None = None
    run_id: int | None = None
    level: Level | None = None
    quantity: Decimal | None = None
    rounded_from: Decimal | None = None
    state: str = "unchanged"
    before: float | None = None
    after: float | None = None
    error_code: str | None = None
    error_facts: dict = field(default_factory=dict)
    api_changed: bool = False
    line: object = None
    moves: object = None

    def is_problem(self):
        """Whether a person should know; null is an answer like any other."""
        return bool(self.error_code) and self.error_code != "not_managed"

    def fail(self, code, **facts):
        self.state, self.error_code, self.error_facts = "failed", code, facts
        return self

    def skip(self, code, **facts):
        self.state, self.error_code, self.error_facts = "skipped", code, facts
        return self
