from odoo import api, models
from odoo.tools import SQL, formatLang

from .mobile_catalogue import Shopper


class MobilePlaceholder(models.AbstractModel):
    """What campaigns' texts can say of recommendations: nothing to who has not agreed to profiling."""

    _inherit = 'mobile.placeholder'

    @api.model
    def _recommended_values(self, decisions):
        products = self._recommended(decisions)
        return [
            product.with_context(display_default_code=False).display_name if product else None for product in products]

    @api.model
    def _recommended_price_values(self, decisions):
        """Return the price of what is recommended, as the customer sees it in the app."""
        wanted = {}
        products = self._recommended(decisions)
        for decision, product in zip(decisions, products, strict=True):
            app = decision.device_id.app_id or decision.campaign_id.app_id
            key = (app, decision.partner_id)
            wanted[key] = wanted.get(key, self.env['product.product'].sudo()) | product
        prices = {key: self.env['mobile.catalogue'].sudo()._prices(
            Shopper(decisions.company_id[:1], *key), group) for key, group in wanted.items() if group}
        values = []
        for decision, product in zip(decisions, products, strict=True):
            app = decision.device_id.app_id or decision.campaign_id.app_id
            price = prices[app, decision.partner_id][product.id] if product else None
            values.append(price and formatLang(self.env, price.amount, currency_obj=price.currency))
        return values

    @api.model
    def _recommended(self, decisions):
        """Return what each decision's customer is recommended first that can be shown now, or an empty record.

        :rtype: list
        """
        company = decisions.company_id[:1]
        Product = self.env['product.product'].sudo()
        rows = dict(self.env.execute_query(SQL(
            """SELECT known.partner_id, (
                      SELECT item.product_id FROM unnest(known.product_ids) WITH ORDINALITY item (product_id, place)
                        JOIN product_product product ON product.id = item.product_id
                        JOIN product_template template ON template.id = product.product_tmpl_id
                       WHERE %s AND NOT EXISTS (
                             SELECT FROM mobile_recommendation_purchase fresh
                              WHERE fresh.partner_id = known.partner_id AND fresh.company_id = known.company_id
                                AND (item.product_id = ANY(fresh.product_ids)
                                     OR template.categ_id = ANY(fresh.category_ids)))
                       ORDER BY item.place LIMIT 1)
                 FROM mobile_recommendation known
                WHERE known.company_id = %s AND known.partner_id = ANY(%s) AND %s""",
            self.env['mobile.recommendation']._is_shown_sql(company.id, SQL('item.product_id')), company.id,
            decisions.partner_id.ids,
            self.env['mobile.consent']._granted_sql(SQL('known.partner_id'), SQL('%s', company.id), 'profiling'))))
        return [Product.browse(rows.get(decision.partner_id.id) or ()) for decision in decisions]
