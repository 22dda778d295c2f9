import time
from contextlib import closing

from odoo import api, fields, models
from odoo.fields import Domain

from ..client import ClientError, read_ahead
from ..reading import Batch
from ..tools import trim

#: levels per transaction of a list: enough that the work per batch does not count
LIST_BATCH_SIZE = 10_000

#: answers per transaction where each product is asked about
BATCH_SIZE = 200

#: a slow API's answers are recorded after this many seconds even where they are fewer
BATCH_SECONDS = 5

#: pages are fetched ahead while fewer rows than this lie ready: those of a batch, so
#: that it is there when the one before it has been compared
ROWS_AHEAD = LIST_BATCH_SIZE

#: ids that are read from the database at once
_IDS_AT_ONCE = 1000


class StockSyncSource(models.AbstractModel):
    """Brings a backend's levels in, batch by batch, however it has to ask."""

    _name = "stock.sync.source"
    _description = "Stock Synchronisation: Source"

    @api.model
    def _batches(self, run, api_client, state):
        """The API's answers; the caller may commit between two of them.

        :param state: that of the batch to continue after, or None
        :return: generator of :class:`Batch`
        :raise ClientError: where it goes no further; what came before is yielded
        """
        if run.backend_id.request_mode == "list":
            return self._list_batches(run, api_client, state)
        return self._id_batches(run, api_client, state or {})

    @api.model
    def _list_batches(self, run, api_client, state):
        pages = api_client.pages(
            since=run.since_date or None, version=run.since_version or None, state=state
        )
        levels, faults, received, page = [], [], None, None
        with read_ahead(_stamped(pages), ROWS_AHEAD, _weigh) as stamped_pages:
            started = time.monotonic()
            try:
                for asked, page in stamped_pages:
                    levels += page.levels
                    faults += page.faults
                    received = received or asked
                    late = time.monotonic() - started > BATCH_SECONDS
                    if page.state is None or late or len(levels) >= LIST_BATCH_SIZE:
                        yield _batch(levels, faults, received, page)
                        levels, faults, received = [], [], None
                        started = time.monotonic()
            except ClientError:
                if levels or faults:
                    yield _batch(levels, faults, received, page)
                raise

    @api.model
    def _id_batches(self, run, api_client, state):
        asked = {}
        levels, faults = [], []
        started, received = time.monotonic(), fields.Datetime.now()
        ids = self._external_ids(run.backend_id, state, asked)
        with closing(api_client.get_levels(ids)) as answers:
            for external_id, answer in answers:
                state = asked.pop(external_id)
                if isinstance(answer, ClientError):
                    faults.append((external_id, answer))
                else:
                    levels += answer
                done = answer is api_client.gave_up
                late = time.monotonic() - started > BATCH_SECONDS
                if done or late or len(levels) + len(faults) >= BATCH_SIZE:
                    yield Batch(levels, faults, received, state)
                    levels, faults = [], []
                    started, received = time.monotonic(), fields.Datetime.now()
                if done:
                    raise answer
        if levels or faults:
            yield Batch(levels, faults, received, state)

    @api.model
    def _external_ids(self, backend, state, asked):
        """The ids to ask about: bound products, then those that may be bound.

        :param asked: gets, for each id, the state after it
        """
        for model, domain, key in (
            ("stock.sync.binding", self._binding_domain(backend), "external_id"),
            ("product.product", self._unbound_domain(backend), backend.match_by),
        ):
            position = state.get(model, 0)
            while records := self.env[model].search_fetch(
                domain & Domain("id", ">", position),
                [key],
                order="id",
                limit=_IDS_AT_ONCE,
            ):
                for record_id, external_id in [(r.id, trim(r[key])) for r in records]:
                    position = record_id
                    state = {**state, model: position}
                    if external_id and external_id not in asked:
                        asked[external_id] = state
                        yield external_id

    @api.model
    def _binding_domain(self, backend):
        settable = self.env["stock.sync.compare"]._settable_domain()
        return Domain("backend_id", "=", backend.id) & Domain(
            "product_id", "any", settable
        )

    @api.model
    def _unbound_domain(self, backend):
        if backend.match_by == "external_id":
            return Domain.FALSE
        return (
            self.env["stock.sync.match"]._candidate_domain(backend)
            & self.env["stock.sync.compare"]._settable_domain()
            & ~Domain("sync_binding_ids", "any", Domain("backend_id", "=", backend.id))
        )

    @api.model
    def _unsettable_domain(self, backend):
        """Bindings that are not asked about one by one: why is on their product."""
        return Domain("backend_id", "=", backend.id) & ~self._binding_domain(backend)


def _batch(levels, faults, received, page):
    """A batch that ends with ``page``."""
    return Batch(levels, faults, received, page.state, page.version, page.moved)


def _stamped(pages):
    """Each page with the time before it was asked for."""
    asked = fields.Datetime.now()
    for page in pages:
        yield asked, page
        asked = fields.Datetime.now()


def _weigh(stamped_page):
    """An empty page takes some room as well."""
    _asked, page = stamped_page
    return 1 + page.rows
