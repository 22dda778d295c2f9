"""What has been gathered from the API's answers, on their way to being compared."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .client import ClientError, InvalidResponse, Level, NotInAnswer
from .sites import UnknownCode


class Batch(NamedTuple):
    """A part of the API's answers, to be compared in one transaction.

    :param levels: list of :class:`Level`
    :param faults: list of (external id or None, :class:`ClientError`)
    :param received: naive UTC, before the first of the answers was asked for
    :param state: where to go on after it, for JSON; None after the last of a list
    :param version: the highest that a list has shown so far, where it has versions
    :param moved: whether the list has become longer or shorter while it was read
    """

    levels: list
    faults: list
    received: datetime
    state: dict | None
    version: str | None = None
    moved: bool = False


class UnknownLocation(ClientError):
    code = "unknown_location"


class Reading:
    """Sorts levels by site, sums codes of one site, and finds contradictions.

    :param sites: the backend's :class:`Sites`
    :param state: what an interrupted reading has left over, as ``state()`` gave it
    :param codes: the API's codes that are known from elsewhere
    """

    def __init__(self, sites, state=None, codes=None):
        state = state or {}
        self.sites = sites
        #: the API's codes, where the backend has no location map; at most two
        self.codes = state.get("codes") or codes or []
        #: levels of sites with several codes: {(external id, location id): {code: …}}
        self._partial = {
            (external_id, location_id): {
                code: _load_level(external_id, code, *values)
                for code, values in levels.items()
            }
            for external_id, location_id, levels in state.get("partial", ())
        }

        #: of those, the ones about which the API has said two things
        self._contradicted = {tuple(key) for key in state.get("contradicted", ())}

    def state(self):
        """What another process needs to go on, for JSON."""
        return {
            "codes": self.codes,
            "contradicted": sorted(self._contradicted),
            "partial": [
                [
                    external_id,
                    location_id,
                    {code: _dump_level(level) for code, level in levels.items()},
                ]
                for (external_id, location_id), levels in self._partial.items()
            ],
        }

    def sort(self, levels, faults=()):
        """Levels by what they say about which site.

        A level that came twice counts once; one that says two things is a fault.

        :param faults: list of (external id or None, :class:`ClientError`)
        :return: dict of :class:`Site` to dict of external id to :class:`Level`, and a
            list of faults: (external id or None, :class:`ClientError`, :class:`Site`
            or, where that is not known, None)
        """
        faults = self._place(faults)
        simple = self._sort_simple(levels)
        if simple is not None:
            return simple, faults
        by_site, twice = {}, set()
        for level in levels:
            try:
                site = self._site(level.location_code)
            except UnknownCode as unknown:
                error = UnknownLocation(location_code=unknown.code)
                faults.append((level.external_id, error, None))
                continue
            if site is None:
                continue
            if len(site.codes) > 1 and level.location_code is not None:
                level = self._add_up(site, level, faults)
                if level is None:
                    continue
            of_site = by_site.setdefault(site, {})
            first = of_site.setdefault(level.external_id, level)
            if first is not level and first.quantity != level.quantity:
                faults.append(_contradiction(first, level, site))
                twice.add((site, level.external_id))
        for site, external_id in twice:
            by_site[site].pop(external_id)
        return by_site, faults

    def _sort_simple(self, levels):
        """The same, faster, for an API without locations and repeated rows."""
        if any(level.location_code is not None for level in levels):
            return None
        by_id = {level.external_id: level for level in levels}
        return {self.sites.default: by_id} if len(by_id) == len(levels) else None

    def sort_whole(self, levels, faults):
        """The same where all levels of a product have come together."""
        by_site, faults = self.sort(levels, faults)
        return by_site, faults + self.left_over()

    def _place(self, faults):
        """The faults with their sites, less those of places that are ignored."""
        placed = []
        for external_id, error in faults:
            site = None
            if not self.sites.is_mapped:
                site = self.sites.default
            elif "location_code" in error.facts:
                with suppress(UnknownCode):
                    site = self.sites.find(error.facts["location_code"])
                    if site is None:
                        continue
            placed.append((external_id, error, site))
        return placed

    def several_codes(self, by_site, faults):
        """Faults in place of all levels: which location is whose is not known."""
        error = UnknownLocation(reason="several", codes=", ".join(self.codes))
        ids = {external_id for levels in by_site.values() for external_id in levels}
        ids.update(external_id for external_id, _error, _site in faults)
        return [(external_id, error, None) for external_id in sorted(filter(None, ids))]

    def left_over(self):
        """Faults for what cannot be summed: not all codes were in the answer."""
        faults = []
        for (external_id, location_id), levels in self._partial.items():
            site = self.sites.by_location[location_id]
            missing = ", ".join(sorted(site.codes - levels.keys()))
            if missing and (external_id, location_id) not in self._contradicted:
                error = NotInAnswer(reason="codes", codes=missing)
                faults.append((external_id, error, site))
        self._partial.clear()
        return faults

    def _site(self, code):
        if code is None or self.sites.is_mapped:
            return self.sites.find(code)
        # Without a map an API's only location is the backend's; of several, none is.
        if code not in self.codes[:1]:
            self.codes = [*self.codes, code][:2]
        if len(self.codes) > 1:
            raise UnknownCode(code)
        return self.sites.default

    def _add_up(self, site, level, faults):
        """:return: the sum, once all codes are there"""
        key = (level.external_id, site.location.id)
        levels = self._partial.setdefault(key, {})
        first = levels.setdefault(level.location_code, level)
        if first is not level:
            if first.quantity != level.quantity:
                faults.append(_contradiction(first, level, site))
                self._contradicted.add(key)
            return None
        if len(levels) < len(site.codes) or key in self._contradicted:
            return None
        quantities = [part.quantity for part in levels.values()]
        dates = [part.date for part in levels.values() if part.date]
        return Level(
            external_id=level.external_id,
            quantity=None if None in quantities else sum(quantities, Decimal(0)),
            date=max(dates, default=None),
        )


def _contradiction(first, second, site):
    error = InvalidResponse(
        reason="contradiction",
        quantity=_shown(first.quantity),
        other_quantity=_shown(second.quantity),
    )
    return first.external_id, error, site


def _shown(quantity):
    return "null" if quantity is None else str(quantity)


def _dump_level(level):
    quantity = None if level.quantity is None else str(level.quantity)
    return [quantity, level.date and level.date.isoformat()]


def _load_level(external_id, code, quantity, date):
    return Level(
        external_id=external_id,
        quantity=None if quantity is None else Decimal(quantity),
        location_code=code,
        date=date and datetime.fromisoformat(date),
    )
