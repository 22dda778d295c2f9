"""Where levels belong: from the API's location codes to Odoo's locations."""

from dataclasses import dataclass


class UnknownCode(Exception):
    """No location of Odoo is known for the API's code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, eq=False)
class Site:
    """A location whose stock a backend sets, as one number per product.

    :param location: the ``stock.location`` record
    :param location_ids: the internal locations that count: it and those below it, less
        what belongs to another site of the backend
    :param codes: the API's codes for it; with several, their quantities are summed
    """

    location: object
    location_ids: tuple[int, ...]
    codes: frozenset[str] = frozenset()


class Sites:
    """All sites of one backend.

    :param sites: list of :class:`Site`; the first is for levels without a code
    :param ignored: codes that are left out on purpose
    """

    def __init__(self, sites, ignored=()):
        self.default = sites[0]
        self.by_location = {site.location.id: site for site in sites}
        self._by_code = {code: site for site in sites for code in site.codes}
        self._by_code.update(dict.fromkeys(ignored))
        self.is_mapped = bool(self._by_code)

    def __iter__(self):
        return iter(self.by_location.values())

    def spoken_of(self):
        """The sites that the API has something to say about."""
        return [s for s in self if s.codes] if self.is_mapped else [self.default]

    def find(self, code):
        """:return: the site for a code; None where the code is ignored
        :raise UnknownCode: where nothing is known about it
        """
        if code is None:
            return self.default
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownCode(code) from None
