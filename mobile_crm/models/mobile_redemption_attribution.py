from odoo import models

from .mobile_attribution import Chosen


class MobileRedemption(models.Model):
    """Coupons that are redeemed, or given back, change to which campaign a purchase is put down."""

    _inherit = 'mobile.redemption'

    # === BUSINESS METHODS === #

    def _confirm(self, amounts=None):
        done = super()._confirm(amounts)
        # Orders follow as they are confirmed.
        done.filtered(lambda redemption: not redemption.order_id)._attribute()
        return done

    def _give_back(self, state, states, reason):
        # What was held only has brought nothing yet.
        confirmed = self.filtered(lambda redemption: redemption.state == 'confirmed')
        gone = super()._give_back(state, states, reason)
        (gone & confirmed)._attribute()
        return gone

    def _attribute(self):
        """Put the purchases of these coupons down to visits and campaigns anew."""
        Attribution = self.env['mobile.attribution'].sudo()
        if apart := self.filtered(lambda redemption: not redemption.order_id):
            Attribution._follow(Chosen('coupon', apart.ids))
        Attribution._follow_orders(self.order_id)
