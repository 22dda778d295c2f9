"""Times of the day in a time zone, as moments."""

from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged


def at(text):
    return fields.Datetime.to_datetime(text)


@tagged("post_install", "-at_install")
class TestTimes(TransactionCase):
    def next_after(self, moment, times, zone):
        flow = self.env["sync.flow"].new({"schedule_times": times, "schedule_tz": zone})
        return str(flow._next_time_after(at(moment)))

    def test_a_time_that_the_clocks_leave_out_is_an_hour_later(self):
        """On 29 March 2026 it is 3 o'clock after 01:59."""
        after = [
            self.next_after(moment, "02:30", "Europe/Paris")
            for moment in (
                "2026-03-27 22:00:00",
                "2026-03-28 01:30:00",
                "2026-03-29 01:30:00",
            )
        ]
        self.assertEqual(
            after,
            ["2026-03-28 01:30:00", "2026-03-29 01:30:00", "2026-03-30 00:30:00"],
        )

    def test_a_time_that_comes_twice_has_one_run(self):
        """On 25 October 2026 it is 2 o'clock again after 02:59."""
        after = [
            self.next_after(moment, "02:30", "Europe/Paris")
            for moment in (
                "2026-10-24 22:00:00",
                "2026-10-25 00:30:00",
                "2026-10-25 01:30:00",
            )
        ]
        self.assertEqual(
            after,
            ["2026-10-25 00:30:00", "2026-10-26 01:30:00", "2026-10-26 01:30:00"],
        )

    def test_the_whole_days_of_the_change_have_one_run_each(self):
        for day, zone in (
            ("2026-03-28", "Europe/Paris"),
            ("2026-10-24", "Europe/Paris"),
        ):
            for text in ("00:00", "01:59", "02:00", "02:30", "03:00", "23:59"):
                with self.subTest(day=day, time=text):
                    moment, found = f"{day} 12:00:00", []
                    end = at(moment) + timedelta(days=3)
                    while at(moment := self.next_after(moment, text, zone)) <= end:
                        found.append(moment)
                    self.assertEqual(len(found), 3)

    def test_a_zone_far_away_has_its_own_days(self):
        for zone, expected in (
            ("Pacific/Kiritimati", "2026-01-15 16:00:00"),
            ("Pacific/Pago_Pago", "2026-01-15 17:00:00"),
            ("Asia/Kathmandu", "2026-01-16 00:15:00"),
        ):
            with self.subTest(zone=zone):
                found = self.next_after("2026-01-15 15:00:00", "06:00", zone)
                self.assertEqual(found, expected)
