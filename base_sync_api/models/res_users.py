from odoo import api, models


class ResUsers(models.Model):
    """Which kinds of synchronisation are a user's business; the record rules ask."""

    _inherit = "res.users"

    @api.private
    def sync_kinds(self):
        """:return: list of the kinds whose flows the user may see and run"""
        return self._kinds_of_groups("sync_user", "user_group", "manager_group")

    @api.private
    def sync_kinds_managed(self):
        """:return: list of the kinds whose flows the user may set up"""
        return self._kinds_of_groups("sync_manager", "manager_group")

    def _kinds_of_groups(self, ours, *roles):
        """
        :param ours: the group that has the right to records of some kinds; who has it
            by other groups, of the database's own, has it to all
        :param roles: fields of :class:`Kind` with the groups that count
        """
        self.ensure_one()
        kinds = self.env["sync.flow"]._get_kinds()
        is_ours = self.has_group(f"base_sync_api.group_{ours}")
        if not is_ours or self.has_group("base.group_system"):
            return list(kinds)
        return [
            name
            for name, kind in kinds.items()
            if any(self.has_group(getattr(kind, role)) for role in roles)
        ]
