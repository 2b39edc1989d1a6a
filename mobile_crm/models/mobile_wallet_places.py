from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..tools.wallet_content import MOST_PLACES, Place

# How long back visits tell which stores customers use.
PERIOD = timedelta(days=90)


class MobileWallet(models.AbstractModel):
    _inherit = 'mobile.wallet'

    @api.model
    def _places(self, app, partner, card=None, is_shared=False):
        """Return the stores at which a phone shows a pass by itself, the most important one first.

        A coupon's own stores; else the customer's favourites, then those that they visit and what is near there, then
        those that most customers visit.

        :param bool is_shared: somebody else gets to know them (Google). Then nothing follows from the customer's
            visits.
        :return: ``Place`` each, whose text is the store's name.
        :rtype: list[Place]
        """
        company = app.company_id
        Stores = self.env['mobile.store'].sudo()
        if card and card.mobile_store_ids:
            return self._at(company, card.mobile_store_ids.ids)
        ids = partner.sudo().mobile_favourite_store_ids.filtered(lambda store: store.company_id == company).ids
        if len(ids) < MOST_PLACES and not is_shared and self.env['mobile.consent']._is_granted(
                partner, company, 'location'):
            visited = self._visited(company.id, partner.id)
            ids += visited
            home = Stores.browse(visited[:1])
            if home.is_located:
                ids += [store.id for store in Stores._nearest(
                    company, home.latitude, home.longitude, limit=MOST_PLACES)]
        if len(ids) < MOST_PLACES:
            ids += self._most_visited(company.id, fields.Date.today())
        if len(ids) < MOST_PLACES:
            ids += [store.id for store in Stores._nearest(company, limit=MOST_PLACES)]
        return self._at(company, list(dict.fromkeys(ids)))

    @api.model
    def _at(self, company, store_ids):
        """Return the first of these stores that can be found on a map."""
        found = {store.id: store for store in self.env['mobile.store'].sudo()._nearest(company, ids=store_ids)}
        located = [store for store in map(found.get, store_ids) if store and store.latitude is not None]
        return [Place(store.latitude, store.longitude, store.name) for store in located[:MOST_PLACES]]

    @api.model
    def _visited(self, company_id, partner_id):
        return [row[0] for row in self.env.execute_query(SQL(
            """SELECT store_id FROM mobile_visit WHERE partner_id = %s AND company_id = %s AND entered_at > %s
             GROUP BY store_id ORDER BY count(*) DESC, max(entered_at) DESC LIMIT %s""",
            partner_id, company_id, fields.Datetime.now() - PERIOD, MOST_PLACES))]

    @api.model
    @tools.ormcache('company_id', 'day')
    def _most_visited(self, company_id, day):
        """Return the stores of a company that most customers visit; counted once a day in each worker."""
        return [row[0] for row in self.env.execute_query(SQL(
            """SELECT store_id FROM mobile_visit WHERE company_id = %s AND entered_at > %s
             GROUP BY store_id ORDER BY count(*) DESC, store_id LIMIT %s""",
            company_id, day - PERIOD, MOST_PLACES))]
