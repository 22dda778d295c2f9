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
        kinds = list(self._get_kinds())
        if len(kinds) == 1:  # with several, no words of one fit
            for fname, words in self._get_words(kinds[0]).items():
                field = described.get(fname, {})
                for attribute in field.keys() & words.keys():
                    field[attribute] = self.env._(words[attribute])
        return described

    @api.model
    def _get_words(self, kind):
        """What a kind calls the base's fields where there is no other kind.

        :return: dict of a field to a dict of ``string`` and ``help``, each a lazy
            translation
        """
        return {}
