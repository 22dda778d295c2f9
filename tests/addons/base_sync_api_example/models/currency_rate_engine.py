from odoo import api, fields, models


class CurrencyRateEngine(models.AbstractModel):
    _name = "currency.rate.engine"
    _inherit = ["sync.engine"]
    _description = "Synchronisation of Currency Rates"

    @api.model
    def _process(self, run, rows):
        flow, rates = run.flow_id, self.env["res.currency.rate"]
        codes = [("name", "in", [row["code"] for row in rows])]
        currencies = self.env["res.currency"].search(codes).grouped("name")
        day = {"company_id": flow.company_id.id, "name": fields.Date.today()}
        for row in rows:
            rate = float(row[flow.rate_key])
            if not (currency := currencies.get(row["code"])):
                run.error_code = "unknown_currency"
                run.error_facts = {"currency": row["code"]}
                run._count(failed=1)
                continue
            values = {**day, "currency_id": currency.id}
            known = rates.search([(name, "=", value) for name, value in values.items()])
            if known.rate == rate:
                run._count(unchanged=1)
            else:
                (known or rates.create(values)).rate = rate
                run._count(changed=1)
