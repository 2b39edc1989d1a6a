import random
from datetime import datetime, time, timedelta

from odoo import api, fields, models

WEEKS = 4
# How many come in an hour, more or less: the morning, lunch, the way home.
BUSY = {9: 1, 10: 2, 11: 3, 12: 4, 13: 3, 14: 2, 15: 2, 16: 3, 17: 5, 18: 4}


class MobileVisit(models.Model):
    _inherit = 'mobile.visit'

    @api.model
    def _make_demo(self):
        """Create visits of the last weeks, so that demo reports show what they are for; the same each time."""
        chance = random.Random(4)  # noqa: S311 - numbers to look at
        stores = self.env['mobile.store'].search([('company_id', '=', self.env.ref('base.main_company').id)])
        customers = self.env['res.partner'].search([('mobile_favourite_store_ids', 'in', stores.ids)])
        today, seen, values = fields.Date.today(), set(), []
        for day in (today - timedelta(days=days) for days in range(7 * WEEKS, 0, -1)):
            # Saturdays are full, Sundays closed.
            share = {5: 0.5, 6: 0}.get(day.weekday(), 0.2)
            for hour, people in BUSY.items():
                for _visitor in range(people):
                    if chance.random() < share:
                        customer, store = chance.choice(customers), chance.choice(stores)
                        entered_at = datetime.combine(day, time(hour - 1, chance.randrange(60)))
                        stay = timedelta(minutes=chance.randrange(4, 50))
                        values.append({
                            'partner_id': customer.id, 'store_id': store.id, 'company_id': store.company_id.id,
                            'entered_at': entered_at, 'left_at': entered_at + stay,
                            'duration': stay.total_seconds() / 3600, 'last_seen_at': entered_at + stay,
                            'is_sure': chance.random() < 0.8, 'source': 'phone', 'weekday': str(day.weekday()),
                            'hour': hour, 'is_returning': customer.id in seen,
                        })
                        seen.add(customer.id)
        return self.create(values)
