from dataclasses import replace

from odoo import models

from ..client import Api, ApiSettings

#: the client's words for headers and parameters: by kind, and whether it is a secret
ROWS = {
    ("header", False): "headers",
    ("header", True): "secret_headers",
    ("param", False): "params",
    ("param", True): "secret_params",
}


class SyncFlow(models.Model):
    """From the settings of a flow to the client."""

    _inherit = "sync.flow"

    def _get_api(self):
        """The client for this flow; to be used as a context manager."""
        self.ensure_one()
        return Api(self._get_api_settings())

    def _get_api_settings(self):
        """Everything that the client needs to know, secrets included."""
        return ApiSettings(**self._prepare_api_settings())

    def _prepare_api_settings(self):
        """The settings by the client's names for them."""
        self.ensure_one()
        return {
            "base_url": self.base_url,
            "item_path": self.item_path or "",
            "list_path": self.list_path or "",
            "method": self._get_used("http_method") or "GET",
            **self._get_rows(),
            "ids_param": self._get_used("ids_param") or "",
            "ids_separator": self._get_used("ids_separator") or "",
            "ids_per_request": self._get_used("ids_per_request") or 0,
            "since_param": self._get_used("since_param") or "",
            "mapping": self._get_mapping(),
            "paging": self._get_paging(),
            "auth": self.backend_id._get_auth(),
            "limits": replace(self.backend_id._get_limits(), max_pages=self.max_pages),
            "time_zone": self.api_tz,
            "concurrency": self.concurrency,
            "requests_per_second": self.requests_per_second,
            "shared_turns": self.backend_id._get_shared_turns(),
        }

    def _get_rows(self):
        """The extra headers and parameters.

        :return: dict of the client's word for them to a tuple of (name, value)
        """
        rows = dict.fromkeys(ROWS.values(), ())
        for row in self._get_parameters():
            if value := row._get_value():
                rows[ROWS[row.kind, row.is_secret]] += ((row.name, value),)
        return rows
