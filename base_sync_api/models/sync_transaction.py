import logging
import random
import time
from contextlib import nullcontext
from math import inf

from psycopg2 import errors

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import (
    MAX_TRIES_ON_CONCURRENCY_FAILURE,
    PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
)

#: what may work at another attempt
LOST_RACES = (
    *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
    ConcurrencyError,
    errors.ForeignKeyViolation,  # something was deleted since the transaction began
)

_logger = logging.getLogger(__name__)


class SyncTransaction(models.AbstractModel):
    """Transactions and time: only the scheduled action commits, and is short of time.

    Elsewhere everything happens in the caller's transaction.
    """

    _name = "sync.transaction"
    _description = "Synchronisation: Transactions"

    @api.model
    def _in_cron(self):
        return bool(self.env.context.get("ir_cron_progress_id"))

    @api.model
    def _out_of_time(self):
        end = self.env.context.get("cron_end_time", inf)
        return self._in_cron() and time.monotonic() > end

    @api.model
    def _commit_progress(self, processed, remaining=None):
        """Only the scheduled action commits; elsewhere the caller does."""
        if not self._in_cron():
            return True
        left = self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        return left > 0

    @api.model
    def _checkpoint(self, run, processed):
        """Commit what a batch has done.

        :return: whether there is time for another
        """
        waiting = self.env.context.get("sync_runs_waiting", 0)
        # At least 1 while the run is open: it still has to be closed. And a batch of
        # nothing but problems got further, too.
        return self._commit_progress(
            max(processed, 1), remaining=run._count_to_do() + waiting + 1
        )

    @api.model
    def _retrying(self, step, *args):
        """In the scheduled action, do a step again that lost a race.

        Elsewhere Odoo itself repeats the whole request.

        :param step: must not commit
        :return: what the step returns
        """
        for attempt in range(1, MAX_TRIES_ON_CONCURRENCY_FAILURE + 1):
            try:
                result = step(*args)
                self.env.cr.flush()
                return result
            except LOST_RACES as error:
                if not self._in_cron() or attempt == MAX_TRIES_ON_CONCURRENCY_FAILURE:
                    raise
                self._roll_back()
                pause = random.uniform(0.0, 2**attempt / 10)
                _logger.info("%s, trying again in %.2f s", type(error).__name__, pause)
                time.sleep(pause)

    @api.model
    def _isolated(self):
        """Keeps one flow's failure from the others.

        The scheduled action commits, so it rolls back as a whole (see
        ``_roll_back``); elsewhere a savepoint has to do.
        """
        return nullcontext() if self._in_cron() else self.env.cr.savepoint()

    @api.model
    def _roll_back(self):
        """After what ``_isolated`` has let through, for the next to begin afresh."""
        if self._in_cron():
            self.env.cr.rollback()
            self.env.transaction.reset()
