"""What the API's answers say about which location, and what they leave open."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from itertools import islice

from odoo.addons.base_sync_api.client import ClientError, InvalidResponse, NotInAnswer

from ..client import Level
from .sites import UnknownCode


class UnknownLocation(ClientError):
    code = "unknown_location"


class LevelSorter:
    """Sorts levels by site, sums what belongs together, and finds contradictions.

    :param sites: the backend's :class:`Sites`
    :param several: what several rows about one product and site mean: ``refuse``,
        ``sum`` or ``same`` (they repeat one number)
    :param state: what an interrupted reading has left over, as ``state()`` gave it
    :param codes: the API's codes that are known from elsewhere
    """

    def __init__(self, sites, several="refuse", state=None, codes=None):
        state = state or {}
        self.sites = sites
        self.several = several
        #: the API's codes, where the backend has no location map; at most two
        self.codes = state.get("codes") or codes or []
        #: what is not whole yet: {(external id, location id): {code, or "": level}}
        self._partial = {
            (external_id, location_id): {
                code: _load_level(external_id, code, *values)
                for code, values in levels.items()
            }
            for external_id, location_id, levels in state.get("partial", ())
        }
        #: of those, the ones whose sum is not known: the key and a fault's facts
        self._doubtful = {
            (external_id, location_id): facts
            for external_id, location_id, facts in state.get("doubtful", ())
        }

    def state(self):
        """What another process needs to go on, for JSON."""
        return {
            "codes": self.codes,
            "doubtful": [[*key, facts] for key, facts in self._doubtful.items()],
            "partial": [
                [*key, {code: _dump_level(level) for code, level in levels.items()}]
                for key, levels in self._partial.items()
            ],
        }

    def sort(self, levels, faults=(), again=()):
        """Levels by what they say about which site, as far as that is known now.

        :param faults: list of (external id or None, :class:`ClientError`)
        :param again: levels of rows that came on an earlier page: rows that moved, but
            where rows are added up they may be second quantities
        :return: dict of :class:`Site` to dict of external id to :class:`Level`, and a
            list of faults: (external id or None, :class:`ClientError`, :class:`Site`
            or, where that is not known, None)
        """
        faults = self._place(faults)
        simple = self._sort_simple(levels)
        if simple is not None and not again:
            return simple, faults
        by_site, twice = {}, set()
        for level, site in self._with_sites(levels, faults):
            if self.several == "sum":
                self._add(level, site)
                continue
            if len(site.codes) > 1 and level.location_code is not None:
                level = self._complete(level, site)
                if level is None:
                    continue
            of_site = by_site.setdefault(site, {})
            first = of_site.setdefault(level.external_id, level)
            if first is not level and not self._is_same(first, level):
                error = InvalidResponse(**self.several_facts(first, level, site))
                faults.append((level.external_id, error, site))
                twice.add((site, level.external_id))
        for site, external_id in twice:
            by_site[site].pop(external_id)
        if self.several == "sum":
            for level, site in self._with_sites(again, []):
                key = (level.external_id, site.location.id)
                self._partial.setdefault(key, {})
                facts = {"reason": "repeated_row", "external_id": level.external_id}
                self._doubtful[key] = facts
        return by_site, faults

    def _sort_simple(self, levels):
        """The same, faster, for an API without locations and repeated rows."""
        if self.several == "sum":
            return None
        if any(level.location_code is not None for level in levels):
            return None
        by_id = {level.external_id: level for level in levels}
        return {self.sites.default: by_id} if len(by_id) == len(levels) else None

    def _with_sites(self, levels, faults):
        """Each level with its site; those of unknown places go to the faults."""
        for level in levels:
            try:
                site = self._site(level.location_code)
            except UnknownCode as unknown:
                error = UnknownLocation(location_code=unknown.code)
                faults.append((level.external_id, error, None))
                continue
            if site is not None:
                yield level, site

    def sort_whole(self, levels, faults):
        """The same where all levels of a product have come together."""
        by_site, faults = self.sort(levels, faults)
        while self.is_left_over():
            sums, more = self.left_over()
            faults += more
            for site, of_site in sums.items():
                by_site.setdefault(site, {}).update(of_site)
        return by_site, faults

    def is_left_over(self):
        """Whether something is known only now that there is no more to come."""
        return bool(self._partial)

    def left_over(self, size=None):
        """What is known now that there is no more to come; ``sort`` gave the rest.

        :param size: no more than this many at once
        :return: as ``sort`` does
        """
        by_site, faults = {}, []
        for key in list(islice(self._partial, size)):
            external_id, location_id = key
            levels = self._partial.pop(key)
            site = self.sites.by_location[location_id]
            facts = self._doubtful.pop(key, None)
            if facts is not None:
                faults.append((external_id, InvalidResponse(**facts), site))
            elif missing := len(site.codes) > 1 and site.codes - levels.keys():
                codes = ", ".join(sorted(missing))
                error = NotInAnswer(reason="codes", codes=codes)
                faults.append((external_id, error, site))
            elif self.several == "sum":
                by_site.setdefault(site, {})[external_id] = _sum(levels.values())
        return by_site, faults

    def several_facts(self, first, second, site):
        """The facts of the fault that there are two levels where one was expected."""
        return {
            "reason": "contradiction" if self.several == "same" else "several_rows",
            "external_id": first.external_id,
            "location": site.location.complete_name,
            "quantity": _shown(first.quantity),
            "other_quantity": _shown(second.quantity),
        }

    def _is_same(self, first, second):
        return self.several == "same" and first.quantity == second.quantity

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

    def _site(self, code):
        if code is None or self.sites.is_mapped:
            return self.sites.find(code)
        # Without a map an API's only location is the backend's; of several, none is.
        if code not in self.codes[:1]:
            self.codes = [*self.codes, code][:2]
        if len(self.codes) > 1:
            raise UnknownCode(code)
        return self.sites.default

    def _add(self, level, site):
        """Add to what has come of the product and place; its end shows its sum."""
        levels = self._partial.setdefault((level.external_id, site.location.id), {})
        code = level.location_code or ""
        if code in levels:
            level = _sum([levels[code], level])
        levels[code] = level

    def _complete(self, level, site):
        """:return: the sum of the site's codes, once all of them are there"""
        key = (level.external_id, site.location.id)
        levels = self._partial.setdefault(key, {})
        first = levels.setdefault(level.location_code, level)
        if first is not level:
            if not self._is_same(first, level):
                self._doubtful[key] = self.several_facts(first, level, site)
            return None
        if len(levels) < len(site.codes) or key in self._doubtful:
            return None
        return _sum(levels.values())


def _sum(levels):
    """The level that several add up to; null with anything else is null."""
    levels = list(levels)
    quantities = [level.quantity for level in levels]
    dates = [level.date for level in levels if level.date]
    return Level(
        external_id=levels[0].external_id,
        quantity=None if None in quantities else sum(quantities, Decimal(0)),
        date=max(dates, default=None),
    )


def _shown(quantity):
    return "null" if quantity is None else str(quantity)


def _dump_level(level):
    quantity = None if level.quantity is None else str(level.quantity)
    return [quantity, level.date and level.date.isoformat()]


def _load_level(external_id, code, quantity, date):
    return Level(
        external_id=external_id,
        quantity=None if quantity is None else Decimal(quantity),
        location_code=code or None,
        date=date and datetime.fromisoformat(date),
    )
