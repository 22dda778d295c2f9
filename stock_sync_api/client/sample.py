from dataclasses import dataclass, field

from odoo.addons.base_sync_api.client import ClientError, Sample

from .level import Level

#: how many levels and faults are shown
MAX_LEVELS = 50


@dataclass
class LevelSample(Sample):
    """One request and what came of it.

    :param levels: what the rows say
    :param faults: (external id or None, error) of rows that say nothing usable; the
        number of the row is in the error's facts
    """

    levels: list[Level] = field(default_factory=list)
    faults: list[tuple[str | None, ClientError]] = field(default_factory=list)
