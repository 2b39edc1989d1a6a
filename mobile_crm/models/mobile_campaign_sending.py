from datetime import timedelta

from odoo import fields, models


class MobileCampaign(models.Model):
    """How what was decided reaches the customers: coupons and messages."""

    _inherit = 'mobile.campaign'

    # === BUSINESS METHODS === #

    def _issue_coupons(self, partner_ids):
        """Create a coupon for each of these customers.

        :param list[int] partner_ids: one coupon each, in this order.
        :rtype: LoyaltyCard
        """
        self.ensure_one()
        now = fields.Datetime.now()
        expires_at = now + timedelta(days=self.coupon_days)
        points = min(self.program_id.reward_ids.mapped('required_points'), default=1)
        # The message below announces the coupon; the program's own mail would announce it twice.
        return self.env['loyalty.card'].with_context(loyalty_no_mail=True, tracking_disable=True).create([{
            'program_id': self.program_id.id,
            'partner_id': partner_id,
            'points': points,
            'holder_only': True,
            'mobile_campaign_id': self.id,
            'mobile_valid_from': now,
            'mobile_expires_at': expires_at,
            'mobile_store_ids': [(6, 0, self.store_ids.ids)],
            'mobile_channels': self.coupon_channels,
        } for partner_id in partner_ids])

    def _post_messages(self, decisions):
        """Tell the customer of each of these decisions.

        :param decisions: ``mobile.decision``, with their coupons.
        :rtype: MobileMessage
        """
        self.ensure_one()
        return self.env['mobile.message']._post([{
            'partner_id': decision.partner_id.id,
            'company_id': self.company_id.id,
            'campaign_id': self.id,
            'card_id': decision.card_id.id,
            **texts,
        } for decision, texts in zip(decisions, self._render_messages(decisions), strict=True)])
