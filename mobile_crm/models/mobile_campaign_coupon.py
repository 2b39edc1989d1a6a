from odoo import fields, models

from .loyalty_card import CHANNELS


class MobileCampaign(models.Model):
    """What a campaign's coupons are, and printing them."""

    _inherit = 'mobile.campaign'

    coupon_channels = fields.Selection(
        string="Coupons Can Be Used", selection=CHANNELS,
        help="Empty means everywhere. Coupons that were given out keep what was promised then.")

    # === ACTION METHODS === #

    def action_make_coupons(self):
        """Make coupons of this campaign for flyers and the like."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_coupon_batch_action')
        return {**action, 'context': {'default_campaign_id': self.id}}
