from odoo import api, models


class SyncFlow(models.Model):
    """Fields in the words of a kind: what is a record here is a product elsewhere.

    An addon that declared the base's fields again with other labels would be heard in
    English only: of two translations of one label Odoo keeps the first, the base's.
    """

    _inherit = "sync.flow"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        for fname, words in self._get_words(self._get_speaking_kind()).items():
            field = described.get(fname, {})
            if "selection" in field and "selection" in words:
                labels = words["selection"]
                field["selection"] = [
                    (value, self.env._(labels[value]) if value in labels else label)
                    for value, label in field["selection"]
                ]
            for attribute in field.keys() & words.keys() & {"string", "help"}:
                field[attribute] = self.env._(words[attribute])
        return described

    @api.model
    def _get_speaking_kind(self):
        """The kind in whose words fields are described; None with several kinds."""
        kinds = self._get_kinds()
        kind = self.env.context.get("default_kind")
        return kind or (next(iter(kinds)) if len(kinds) == 1 else None)

    @api.model
    def _get_words(self, kind):
        """What a kind calls the base's fields.

        :return: dict of a field to a dict of ``string``, ``help`` and ``selection``
            (dict of a value to its label), each a lazy translation
        """
        return {}
