import json
import re
from urllib.parse import parse_qs, urlsplit

import responses

from odoo import fields
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

#: Odoo's test harness lets no other host through, so that faults are mocked here
API = "http://localhost:9/api"
SECRET = "canary-4711-secret"

GROUPS = "base.group_user,base_sync_api_example.group_"


class RatesCase(TransactionCase):
    """A flow of currency rates on a mocked API, and who works with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.manager = new_test_user(
            cls.env,
            "rates_manager",
            groups=f"{GROUPS}manager",
            email="marie@example.com",
            lang="en_US",
            tz="Europe/Paris",
        )
        cls.user = new_test_user(cls.env, "rates_user", groups=f"{GROUPS}user")
        cls.dollar = cls.env.ref("base.USD")
        cls.euro = cls.env.ref("base.EUR")
        cls.zloty = cls.env.ref("base.PLN")
        (cls.dollar + cls.euro + cls.zloty).active = True
        cls.env["res.currency.rate"].search([]).unlink()
        cls.flow = cls._create_flow("Central bank")
        cls.cron = cls.env.ref("base_sync_api.ir_cron_sync")
        cls.service = cls.env["sync.service"].with_user(cls.manager)

    @classmethod
    def _create_flow(cls, name, **values):
        return cls.env["sync.flow"].create(
            {
                "name": name,
                "preset_id": cls.env.ref("base_sync_api_example.preset_rates").id,
                "base_url": API,
                "user_id": cls.manager.id,
                "responsible_id": cls.manager.id,
                "max_attempts": 1,
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        # What a run logs is asserted by what it leaves.
        self.enterContext(mute_logger("odoo.addons.base_sync_api"))
        self.enterContext(mute_logger("odoo.addons.base.models.ir_cron"))
        self.calls = []
        #: what the API answers, one after the other; the last one again and again
        self.answers = [[]]
        mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        mock.add_callback(
            responses.GET, re.compile(re.escape(API) + "/.*"), callback=self._answer
        )
        mock.start()
        self.addCleanup(mock.reset)
        self.addCleanup(mock.stop)

    def _answer(self, request):
        self.calls.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, tuple):
            return answer
        return 200, {}, json.dumps({"rates": answer})

    def api_says(self, *answers, **rates):
        """Rates by their codes; or several answers, one after the other."""
        self.answers = [*answers] or [
            [{"code": code, "rate": rate} for code, rate in rates.items()]
        ]

    def paged(self, pages):
        """Have the API give a page for each number, with so many rows."""
        self.flow.write(
            {"paging": "page", "page_size": 1, "pages_path": "pages", "total_path": ""}
        )

        def answer(request):
            self.calls.append(request)
            number = int(parse_qs(urlsplit(request.url).query)["page"][0])
            if isinstance(pages[number - 1], tuple):
                answer = pages[number - 1]
                pages[number - 1] = answer[3]
                return answer[:3]
            body = {"rates": pages[number - 1], "pages": len(pages)}
            return 200, {}, json.dumps(body)

        self._answer = answer
        mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        mock.add_callback(
            responses.GET, re.compile(re.escape(API) + "/.*"), callback=answer
        )
        mock.start()
        self.addCleanup(mock.stop)

    def rate(self, currency=None):
        """What there is today; 0 where there is none."""
        return (
            self.env["res.currency.rate"]
            .search(
                [
                    ("currency_id", "=", (currency or self.dollar).id),
                    ("name", "=", fields.Date.today()),
                ]
            )
            .rate
        )

    def run_cron(self):
        """Run the action as the scheduler does; its commits are savepoints here.

        :return: the runs that began by it
        """
        runs = self.env["sync.run"].search([])
        self.assertIs(self.cron.method_direct_trigger(), True)
        self.env.invalidate_all()
        return self.env["sync.run"].search([]) - runs
