from dataclasses import dataclass, field

from odoo.addons.base_sync_api.client import Sample

from .level import Level

#: how many levels and faults are shown
MAX_LEVELS = 50


@dataclass
class LevelSample(Sample):
    """One request and what came of it.

    :param levels: what the rows say
    """

    levels: list[Level] = field(default_factory=list)
