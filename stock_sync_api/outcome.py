"""What becomes of one product at one location, on its way through a run."""

from dataclasses import dataclass, field
from datetime import datetime

from .client import Level


@dataclass
class Outcome:
    """``state`` is ``unchanged``, or a state of ``stock.sync.run.line``.

    Quantities are floats in the product's unit, totals on hand at the location and its
    children; ``before`` and ``after`` are None where nothing was compared. ``line``
    and ``moves`` are the records made for it. ``external_id`` is the one that was asked
    about, ``received`` when (naive UTC), ``run_id`` for which run.
    """

    binding: object
    product: object
    external_id: str | None = None
    received: datetime | None = None
    run_id: int | None = None
    level: Level | None = None
    state: str = "unchanged"
    before: float | None = None
    after: float | None = None
    error_code: str | None = None
    error_facts: dict = field(default_factory=dict)
    line: object = None
    moves: object = None

    def is_open(self):
        """Whether nothing is known yet: neither a level nor a reason to do without."""
        return self.level is None and not self.error_code

    def fail(self, code, **facts):
        self.state, self.error_code, self.error_facts = "failed", code, facts
        return self

    def skip(self, code, **facts):
        self.state, self.error_code, self.error_facts = "skipped", code, facts
        return self
