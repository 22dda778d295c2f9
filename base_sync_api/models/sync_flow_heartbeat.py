import logging
from functools import partial
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..client import ClientError, Limits
from ..client.transport import Transport
from ..tools.urls import is_url

_logger = logging.getLogger(__name__)

#: a monitor that is slow or down must not hold up the scheduled action
LIMITS = Limits(
    connect_timeout=5,
    read_timeout=5,
    total_timeout=8,
    max_attempts=1,
    max_redirects=2,
)


class SyncFlow(models.Model):
    """Calls a monitor after each run, which tells people when the calls stop.

    Such an address is as good as a password for it: only managers see it, no export
    or copy has it, and no log.
    """

    _inherit = "sync.flow"

    heartbeat_url = fields.Char(
        string="Heartbeat Address",
        groups="base_sync_api.group_sync_manager",
        copy=False,
        exportable=False,
        help="Called after each good run over everything: the address of a check of"
        " Healthchecks or a push monitor of Uptime Kuma, for example"
        " https://hc-ping.com/… It tells you when the calls stop, whatever the reason.",
    )
    failure_url = fields.Char(
        string="Failure Address",
        groups="base_sync_api.group_sync_manager",
        copy=False,
        exportable=False,
        help="Called after each scheduled run that has failed, for example"
        " https://hc-ping.com/…/fail",
    )

    @api.constrains("heartbeat_url", "failure_url")
    def _check_heartbeat_urls(self):
        for flow in self:
            for url in (flow.heartbeat_url, flow.failure_url):
                if url and not is_url(url):
                    raise ValidationError(
                        self.env._(
                            "The address of a monitor must begin with https:// or"
                            " http:// and contain no spaces, user name or password."
                        )
                    )

    def _after_good_run(self, run):
        result = super()._after_good_run(run)
        if run.state != "held":  # alive, but what Odoo has is not up to date
            self._call_after_commit(self.heartbeat_url)
        return result

    def _after_failed_run(self, run):
        self._call_after_commit(self.failure_url)
        return super()._after_failed_run(run)

    def _call_after_commit(self, url):
        """Never in the transaction that has written, nor for one that is lost."""
        if url:
            self.env.cr.postcommit.add(partial(_call, url, self.id))


def _call(url, flow_id):
    """Neither the record nor a cursor is at hand here."""
    try:
        with Transport(LIMITS) as transport:
            transport.request("GET", url)
    except ClientError as error:
        _logger.warning(
            "The monitor of synchronisation flow %s at %s could not be called: %s",
            flow_id,
            urlsplit(url).hostname,
            error.code,
        )
    except Exception as error:  # the transaction is over, and was good
        # Only its kind: the text may have the address.
        _logger.error(
            "Calling the monitor of synchronisation flow %s failed: %s",
            flow_id,
            type(error).__name__,
        )
