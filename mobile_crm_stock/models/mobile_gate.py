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
        """Return the condition that the store of a candidate has nothing left of what the offer is about.

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
        Catalogue = self.env['mobile.catalogue']
        Catalogue._flush_stock()
        return SQL('%s AND %s <= 0', self._of_campaigns(campaigns), Catalogue._free_sql(
            about, SQL('candidate.store_id')))
