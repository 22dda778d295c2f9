"""What the base has to know of a kind of flow, and the kind has to say."""

from typing import NamedTuple


class Kind(NamedTuple):
    """
    :param engine: the model that does its runs' work; see ``sync.engine``
    :param user_group: who may run it, by hand or as the user of the schedule
    :param manager_group: who may set it up, and approve what was held
    :param addon: whose mail templates and activity types tell of it, and whose system
        parameters say how long its history is kept
    :param service: the model that starts its runs and goes on with them, and whose
        scheduled action its flows wait for; see ``sync.service``
    """

    engine: str
    user_group: str = "base_sync_api.group_sync_manager"
    manager_group: str = "base_sync_api.group_sync_manager"
    addon: str = "base_sync_api"
    service: str = "sync.service"
