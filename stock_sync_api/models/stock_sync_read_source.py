import time
from contextlib import closing

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base_sync_api.client import ClientError, RateLimited, read_ahead

from ..levels.batch import LIST_BATCH_SIZE, Batch
from ..levels.id_queue import IdQueue
from ..tools.keys import trim

#: answers per transaction where each product is asked about
BATCH_SIZE = 200

#: a slow API's answers are recorded after this many seconds even where they are fewer
BATCH_SECONDS = 5

#: pages are fetched ahead while fewer rows than this lie ready: those of a batch, so
#: that it is there when the one before it has been compared
ROWS_AHEAD = LIST_BATCH_SIZE

#: ids that are read from the database at once
_IDS_AT_ONCE = 1000


class StockSyncRead(models.AbstractModel):
    """Brings a backend's levels in, batch by batch, however it has to ask."""

    _inherit = "stock.sync.read"

    @api.model
    def _batches(self, run, api_client, state):
        """The API's answers; the caller may commit between two of them.

        :param state: that of the batch to continue after, or None
        :return: generator of :class:`Batch`
        :raise ClientError: where it goes no further; what came before is yielded
        """
        if run._is_list():
            return self._list_batches(run, api_client, state)
        return self._id_batches(run, api_client, state)

    @api.model
    def _list_batches(self, run, api_client, state):
        pages = api_client.pages(
            since=run.since_date or None, version=run.since_version or None, state=state
        )
        levels, faults, again, received, page = [], [], [], None, None
        with read_ahead(_stamped(pages), ROWS_AHEAD, _weigh) as stamped_pages:
            started = time.monotonic()
            try:
                for asked, page in stamped_pages:
                    levels += page.levels
                    faults += page.faults
                    again += page.again
                    received = received or asked
                    late = time.monotonic() - started > BATCH_SECONDS
                    if page.is_last or late or len(levels) >= LIST_BATCH_SIZE:
                        yield _batch(levels, faults, again, received, page)
                        levels, faults, again, received = [], [], [], None
                        started = time.monotonic()
            except ClientError:
                if received:
                    yield _batch(levels, faults, again, received, page)
                raise

    @api.model
    def _id_batches(self, run, api_client, state):
        """The answers to questions about ids.

        Where the API goes no further, some of the questions that were under way
        together have an answer and some have not: those are left for later.
        """
        queue = IdQueue(run.queue or [], state)
        asked, has_given_up = {}, False
        levels, faults = [], []
        started, received = time.monotonic(), fields.Datetime.now()
        ids = self._external_ids(run.flow_id, queue, asked, api_client)
        with closing(api_client.get_levels(ids)) as answers:
            for external_id, answer in answers:
                key = asked.pop(external_id)
                is_end = answer is api_client.gave_up
                if isinstance(answer, RateLimited) or (is_end and has_given_up):
                    queue.give_back(key)
                    continue
                has_given_up = has_given_up or is_end
                queue.answered += 1
                if isinstance(answer, ClientError):
                    faults.append((external_id, answer))
                else:
                    levels += answer
                late = time.monotonic() - started > BATCH_SECONDS
                if late or len(levels) + len(faults) >= BATCH_SIZE:
                    state = queue.state(asked.values())
                    yield Batch(levels, faults, received, state)
                    levels, faults = [], []
                    started, received = time.monotonic(), fields.Datetime.now()
        if levels or faults:
            yield Batch(levels, faults, received, queue.state(asked.values()))
        if api_client.gave_up:
            raise api_client.gave_up

    @api.model
    def _external_ids(self, flow, queue, asked, api_client):
        """The ids to ask about, as long as the API answers.

        :param asked: gets the key of each id
        """
        for key, external_id in self._keys(flow, queue):
            if api_client.gave_up:
                return
            queue.take(key)
            if external_id and external_id not in asked:
                asked[external_id] = key
                yield external_id

    @api.model
    def _keys(self, flow, queue):
        """What is left of the queue, with its ids; None where the record is gone."""
        Binding = self.env["stock.sync.binding"]
        Product = self.env["product.product"]
        for kind, record_id in queue.next_left():
            record = (Binding if kind == "binding" else Product).browse(record_id)
            fname = "external_id" if kind == "binding" else flow.match_by
            yield (kind, record_id), trim(record.exists()[fname])
        while ids := queue.next_bindings(_IDS_AT_ONCE):
            bindings = Binding.search_fetch([("id", "in", ids)], ["external_id"])
            external_ids = {binding.id: binding.external_id for binding in bindings}
            for binding_id in ids:
                yield ("binding", binding_id), external_ids.get(binding_id)
        while products := Product.search_fetch(
            self._unbound_domain(flow) & Domain("id", ">", queue.products_after()),
            [flow.match_by],
            order="id",
            limit=_IDS_AT_ONCE,
        ):
            keys = [(product.id, product[flow.match_by]) for product in products]
            for product_id, key in keys:
                yield ("product", product_id), trim(key)

    @api.model
    def _binding_order(self, flow):
        """The bindings to ask about: who has waited longest comes first.

        So that no product starves where runs are broken off time and again, however
        they are. One that keeps failing has been asked about, too.

        :return: list of ids
        """
        query = self.env["stock.sync.binding"]._search(
            self.env["stock.sync.compare"]._binding_domain(flow)
        )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT binding.id
                  FROM stock_sync_binding binding
             LEFT JOIN (SELECT binding_id, MAX(date) AS date
                          FROM stock_sync_level
                      GROUP BY binding_id) level ON level.binding_id = binding.id
                 WHERE binding.id IN %s
              ORDER BY GREATEST(
                           level.date,
                           CASE WHEN binding.state = 'error' THEN (
                               SELECT MAX(line.received_date)
                                 FROM stock_sync_run_line line
                                WHERE line.binding_id = binding.id
                           ) END
                       ) NULLS FIRST,
                       binding.id
                """,
                query.subselect(),
            )
        )
        return [binding_id for [binding_id] in rows]

    @api.model
    def _prepare_queue(self, run):
        """Values of a run that asks about ids: which, and how many in all."""
        if run._is_list():
            return {}
        ids = self._binding_order(run.flow_id)
        unbound = self.env["product.product"].search_count(
            self._unbound_domain(run.flow_id)
        )
        return {"queue": ids, "expected": len(ids) + unbound}

    @api.model
    def _unbound_domain(self, flow):
        if flow.match_by == "external_id":
            return Domain.FALSE
        return (
            self.env["stock.sync.match"]._candidate_domain(flow)
            & self.env["stock.sync.compare"]._settable_domain()
            & ~Domain("sync_binding_ids", "any", Domain("flow_id", "=", flow.id))
        )


def _batch(levels, faults, again, received, page):
    """A batch that ends with ``page``."""
    return Batch(
        levels,
        faults,
        received,
        page.state,
        page.version,
        page.moved,
        again,
        page.announced,
    )


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
