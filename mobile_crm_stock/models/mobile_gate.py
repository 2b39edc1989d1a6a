from odoo import api, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.models.mobile_gate import Gate


class MobileGate(models.AbstractModel):
    _inherit = 'mobile.gate'

    @api.model
    def _gates(self, question):
        gates = super()._gates(question)
        campaigns = question.campaigns.filtered('only_in_stock')
        return [*gates, Gate('out_of_stock', self._out_of_stock(campaigns))] if campaigns else gates

    @api.model
    def _out_of_stock(self, campaigns):
        """Return the condition that the store of a candidate has nothing free of what the offer is about.

        That is the product of the decision, such as the one that was scanned; else the one that the reward gives for
        free. Where there is no product, no store or no warehouse, or the product is not counted, nothing is known.
        """
        rewards = campaigns.sudo().program_id.reward_ids.filtered(lambda reward: reward.reward_type == 'product')
        given = [
            SQL('WHEN %s THEN %s', campaign.id, product.id) for campaign in campaigns
            # Of several products to choose from one may be left.
            if len(product := (campaign.sudo().program_id.reward_ids & rewards).reward_product_ids) == 1]
        about = SQL('coalesce(candidate.product_id, CASE candidate.campaign_id %s END)', SQL(' ').join(given)) \
            if given else SQL('candidate.product_id')
        return SQL(
            """%(campaigns)s AND candidate.store_id IS NOT NULL AND EXISTS (
                   SELECT FROM mobile_store store
                     JOIN stock_warehouse warehouse ON warehouse.id = store.warehouse_id
                     JOIN stock_location root ON root.id = warehouse.view_location_id
                     JOIN product_product product ON product.id = %(about)s
                     JOIN product_template template ON template.id = product.product_tmpl_id
                    WHERE store.id = candidate.store_id AND template.is_storable
                      AND coalesce((SELECT sum(quant.quantity - quant.reserved_quantity)
                                      FROM stock_quant quant
                                      JOIN stock_location location ON location.id = quant.location_id
                                     WHERE quant.product_id = product.id AND location.usage = 'internal'
                                       AND starts_with(location.parent_path, root.parent_path)), 0) <= 0)""",
            campaigns=self._of_campaigns(campaigns), about=about)
