"""What the base has to know of a kind of flow, and the kind has to say."""

from typing import NamedTuple


class Kind(NamedTuple):
    """
    Without groups of its own a kind is for administrators.

    :param engine: the model that does its runs' work; see ``sync.engine``
    :param user_group: who may see and run it, by hand or as the user of the schedule;
        implies ``base_sync_api.group_sync_user``
    :param manager_group: who may set it up, and approve what was held; implies
        ``base_sync_api.group_sync_manager``
    :param addon: whose mail templates and activity types tell of it, and whose system
        parameters say how long its history is kept
    :param service: the model that starts its runs and goes on with them, and whose
        scheduled action its flows wait for; see ``sync.service``
    :param asks_by_id: whether its engine can ask about single records; else it reads
        the list
    """

    engine: str
    user_group: str = "base.group_system"
    manager_group: str = "base.group_system"
    addon: str = "base_sync_api"
    service: str = "sync.service"
    asks_by_id: bool = False
