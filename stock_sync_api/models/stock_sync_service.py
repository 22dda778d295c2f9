import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain

from .stock_sync_run import OPEN_RUNS

_logger = logging.getLogger(__name__)

#: after this time without progress, an open run is not continued
OPEN_RUN_EXPIRY = timedelta(minutes=30)


class StockSyncService(models.AbstractModel):
    """What buttons, the scheduled action and other addons call."""

    _name = "stock.sync.service"
    _inherit = ["stock.sync.transaction"]
    _description = "Stock Synchronisation Service"

    @api.private
    @api.model
    def sync_products(self, products):
        """Synchronise chosen products now, in the caller's transaction.

        :param products: ``product.product`` records
        :return: the ``stock.sync.run`` records, one per backend that knows a product
        :raise UserError: where the product's company has no backend at all
        """
        runs = self.env["stock.sync.run"]
        for backend, (bindings, unbound) in self._group_by_backend(products).items():
            engine = self._engine(backend, self.env.user)
            runs += engine._sync_chosen(bindings, unbound)
        return runs.with_env(self.env)

    @api.private
    @api.model
    def sync_backend(self, backend, preview=False):
        """Synchronise all products of a backend now, in the caller's transaction.

        Where that takes longer than a person waits, the scheduled action goes on with
        it in the background.

        :param preview: stop before anything is written to the stock
        :return: the ``stock.sync.run``
        """
        backend.ensure_one()
        engine = self._engine(backend, self.env.user)
        run = engine._start_run(backend, "manual", preview=preview)
        if run.state == "planning" and not engine._continue_run(run):
            self._continue_later(run.backend_id)
        return run.with_env(self.env)

    @api.private
    @api.model
    def start_backend(self, backend, preview=False):
        """Have all products of a backend synchronised in the background, soon.

        :param preview: stop before anything is written to the stock
        :return: the ``stock.sync.run``, which has just begun
        """
        backend.ensure_one()
        engine = self._engine(backend, self.env.user)
        run = engine._start_run(backend, "manual", preview=preview)
        if run.state == "planning":
            self._continue_later(run.backend_id)
        return run.with_env(self.env)

    @api.model
    def _continue_later(self, backend, date=None):
        """Have the scheduled action called as soon as possible, or at a time.

        Odoo looks for what has become due once a minute, so a time is up to a minute
        late.

        :param backend: the one that there is something to do for
        """
        if cron := self.env["ir.cron"]._stock_sync_cron():
            cron._trigger(at=date)

    @api.model
    def _cron_sync(self):
        """What the scheduled action calls: a round of all backends that are due.

        Nothing is raised, in the scheduled action or elsewhere: Odoo switches an action
        off that fails for a week. What lost a race is left to the next call.
        """
        try:
            with self._isolated():
                self._sync_round()
        except Exception:
            _logger.exception("A round of stock synchronisation came to no end")
            self._roll_back()

    @api.model
    def _sync_round(self):
        """Go on with the open runs, and start those of the backends that are due.

        The open runs are the round's list of what is left to do: Odoo calls again
        until there is none. One backend's trouble is not another's.
        """
        runs = self._open_runs()
        if "cron" not in runs.mapped("trigger"):
            # What a person has started and left to us does not take a round's place.
            runs += self._start_round(self._get_served(runs))
        for position, run in enumerate(runs):
            if self._out_of_time():
                # Odoo calls ten times in a row even when the time of the job is over.
                self._commit_progress(0, remaining=len(runs) - position)
                return
            try:
                with self._isolated():
                    in_time = self._continue_in_turn(run, len(runs) - position - 1)
            except Exception:
                _logger.exception("Stock synchronisation run %s failed", run.id)
                self.env["stock.sync.engine"]._interrupt(run)
                in_time = True
            if not in_time:
                return
        self._commit_progress(0, remaining=0)

    @api.model
    def _continue_in_turn(self, run, waiting):
        """:param int waiting: how many other runs have their turn after this one"""
        user = run.decided_by_id or run.user_id
        engine = self._engine(run.backend_id, user)
        return engine.with_context(stock_sync_waiting=waiting)._continue_run(run)

    @api.model
    def _sync_and_notify(self, products):
        """What the button calls: never a traceback, always a sentence.

        Concurrency errors pass, so that Odoo repeats the whole request.
        """
        products.check_access("read")
        if not self.env.user.has_group("stock.group_stock_user"):
            facts = {
                "user": self.env.user.name,
                "company": self.env.company.display_name,
            }
            _logger.info(
                "The user %s may not synchronise products %s",
                self.env.uid,
                products.ids,
            )
            return self._notification(
                "danger",
                self.env["stock.sync.error.mixin"]._explain("access_denied", facts),
            )
        if not products:
            return self._notification(
                "warning", self.env._("There is no product variant to synchronise.")
            )
        try:
            with self.env.cr.savepoint():
                return self.sync_products(products)._notification()
        except (psycopg2.OperationalError, ConcurrencyError):
            raise
        except UserError as error:
            message = str(error)
        except Exception:
            _logger.exception("Unexpected error, products %s", products.ids)
            message = self.env._(
                "Something unexpected went wrong; nothing was changed. Ask an"
                " administrator to look at the server's log."
            )
        return self._notification("danger", message)

    @api.model
    def _notification(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": self.env._("Stock synchronisation"),
                "message": message,
                "sticky": kind == "danger",
                # closes nothing, but makes the form show the new date
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _engine(self, backend, user):
        """The engine, in the backend's company and as ``user``.

        With ``sudo``, because a stock user may not write bindings and runs; what the
        user may do is checked first, by ``_problem``.
        """
        return (
            self.env["stock.sync.engine"]
            .with_user(user)
            .with_context(allowed_company_ids=backend.company_id.ids, active_test=True)
            .sudo()
        )

    @api.model
    def _group_by_backend(self, products):
        """:return: dict of backend to (bindings, products without a binding)"""
        bindings = (
            self.env["stock.sync.binding"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("backend_id.active", "=", True),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )
        groups = {
            backend: (of_backend, self.env["product.product"])
            for backend, of_backend in bindings.grouped("backend_id").items()
        }
        left = products - bindings.product_id.with_env(products.env)
        defaults = left._sync_backends()
        for product in left:
            backend = defaults[product.id]
            if not backend:
                raise UserError(
                    self.env["stock.sync.error.mixin"]._explain("not_configured", {})
                )
            of_backend, unbound = groups.get(
                backend, (bindings.browse(), self.env["product.product"])
            )
            groups[backend] = (of_backend, unbound + product)
        return groups

    @api.model
    def _open_runs(self, domain=Domain.TRUE):
        """Runs that were out of time, or whose server was killed.

        The one that has waited longest comes first, so that backends share the time.
        One that has waited too long is closed: its answers are of another time. So is
        one that was killed while it read a list, whose pages may have moved. One that
        the API has asked to wait is left out until its time has come.
        """
        runs = (
            self.env["stock.sync.run"]
            .sudo()
            .search(self._due_runs_domain() & domain, order="write_date, id")
        )
        limit = fields.Datetime.now() - OPEN_RUN_EXPIRY
        dead = runs.filtered(
            lambda run: max(run.write_date, run.resume_date or run.write_date) < limit
        )
        if self._was_killed():
            dead |= runs.filtered(
                lambda run: (
                    run.state == "planning"
                    and run._is_list()
                    and not run.plan_state
                    and not run.complete
                )
            )
        for run in dead:
            self._engine(run.backend_id, run.user_id)._interrupt(run)
        if self._was_killed():  # after what may be rolled back
            for run in runs - dead:
                run.interruptions += 1
        return runs - dead

    @api.model
    def _due_runs_domain(self):
        """Runs that may go on now."""
        now = fields.Datetime.now()
        return OPEN_RUNS & (
            Domain("state", "=", "applying")
            | Domain("resume_date", "=", False)
            | Domain("resume_date", "<=", now)
        )

    @api.model
    def _was_killed(self):
        """Whether the last call of the scheduled action did not come to its end."""
        progress_id = self.env.context.get("ir_cron_progress_id")
        progress = self.env["ir.cron.progress"].sudo().browse(progress_id or [])
        # Odoo adds one at the start of each call, and sets zero at its end.
        return progress.timed_out_counter > 1

    @api.model
    def _get_served(self, open_runs):
        """The backends whose turn has been in the calls that these runs go on through.

        A person's long run is called again and again, at once: each backend has one
        turn meanwhile, and another when the scheduled action's own time comes.
        """
        served = self.env["stock.sync.backend"].sudo()
        if not open_runs:
            return served
        since = min(open_runs.mapped("start_date"))
        cron = self.env["ir.cron"]._stock_sync_cron()
        regular, now = cron.nextcall, fields.Datetime.now()
        while regular and regular <= now:
            since = max(since, regular)
            regular += cron._stock_sync_interval()
        groups = self.env["stock.sync.run"]._read_group(
            [("trigger", "=", "cron"), ("start_date", ">=", since)], ["backend_id"]
        )
        # Who waits for another attempt has a time of its own.
        return served.union(
            *(backend for [backend] in groups if not backend.next_attempt_date)
        )

    @api.model
    def _start_round(self, served):
        """A run for each backend that is due; those that cannot work fail at once.

        :param served: backends that have had their turn
        """
        runs = self.env["stock.sync.run"].sudo()
        for backend in self._due_backends() - served:
            if backend._has_open_run():
                continue
            engine = self._engine(backend, backend.user_id)
            try:
                with self._isolated():
                    run = self._retrying(engine._start_run, backend, "cron")
            except Exception:
                _logger.exception("No run of backend %s could be started", backend.id)
                self._roll_back()
                continue
            run = run.with_env(runs.env)
            if run.state == "planning":
                runs += run
            self._commit_progress(0, remaining=len(runs))
        return runs

    @api.model
    def _due_backends(self):
        return (
            self.env["stock.sync.backend"]
            .sudo()
            .search(
                Domain("base_url", "!=", False)
                & Domain("paused", "=", False)
                & Domain("setup_step", "=", "done")
                & (
                    Domain("binding_ids", "!=", False)
                    | Domain("match_by", "!=", "external_id")
                    | Domain("request_mode", "=", "list")  # tells unmatched ids
                )
                & (
                    Domain("next_attempt_date", "=", False)
                    | Domain("next_attempt_date", "<=", fields.Datetime.now())
                )
            )
        )
