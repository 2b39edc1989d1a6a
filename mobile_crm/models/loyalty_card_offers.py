from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# Programs whose cards hold something, to be spent bit by bit.
BALANCE_TYPES = ('loyalty', 'ewallet', 'gift_card')
# What a phone is told: there were four before there were more, and apps know no others.
PUBLIC_STATUS = {'upcoming': 'available', 'withdrawn': 'expired'}


class LoyaltyCard(models.Model):
    """What its holder's phone sees of a coupon or another card."""

    _inherit = 'loyalty.card'

    # === BUSINESS METHODS: coupons === #

    @api.model
    def _mobile_offers(self, partner, company, limit, after=None, status=None):
        """Return one page of a customer's coupons, newest first.

        :param int after: id of the last coupon that was given.
        :param str status: only these (see ``_mobile_public_status``).
        """
        domain = self._mobile_own(partner, company)
        if status:
            domain &= Domain('mobile_status', 'in', [
                own for own in self._fields['mobile_status'].get_values(self.env)
                if PUBLIC_STATUS.get(own, own) == status])
        if after:
            domain &= Domain('id', '<', after)
        return self.sudo().search(domain, limit=limit, order='id desc')

    @api.model
    def _mobile_offer(self, partner, company, uuid):
        """Return one coupon of a customer by its public id, or an empty recordset."""
        return self.sudo().search(self._mobile_own(partner, company) & Domain('mobile_uuid', '=', uuid))

    @api.model
    def _mobile_own(self, partner, company):
        """Return the domain of a customer's coupons that a company's app may show."""
        return Domain([
            ('partner_id', '=', partner.id), ('mobile_uuid', '!=', False), ('company_id', 'in', [False, company.id]),
            # A program without company may serve several; the campaign says whose coupon it is.
            '|', ('mobile_campaign_id', '=', False), ('mobile_campaign_id.company_id', '=', company.id),
            # One for the next order is worth nothing until this order is confirmed.
            '|', '|', ('order_id', '=', False), ('points', '>', 0), ('mobile_redemption_ids', '!=', False),
        ])

    def _mobile_public_status(self):
        """Return what a phone is told: ``available``, ``reserved``, ``redeemed`` or ``expired``."""
        self.ensure_one()
        return PUBLIC_STATUS.get(self.mobile_status, self.mobile_status)

    # === BUSINESS METHODS: balances === #

    @api.model
    def _mobile_balances(self, partner, company, limit, after=None):
        """Return one page of a customer's loyalty cards, e-wallets and gift cards, newest first.

        Theirs alone: a colleague of the same company is another customer.

        :param int after: id of the last card that was given.
        """
        domain = Domain([
            ('partner_id', '=', partner.id),
            ('program_type', 'in', BALANCE_TYPES),
            ('program_id.active', '=', True),
            # As sale_loyalty does: the company's programs, those of its parent, and those of all.
            ('company_id', 'in', [False, company.id, company.parent_id.id]),
            # A day more, for it ends by the shop's clock.
            '|', ('expiration_date', '=', False), ('expiration_date', '>=', fields.Date.today() - timedelta(days=1)),
        ])
        if after:
            domain &= Domain('id', '<', after)
        return self.sudo().search(domain, limit=limit, order='id desc')

    def _mobile_unit(self):
        """Return what a card is counted in: ``points``, or its currency's code."""
        self.ensure_one()
        return 'points' if self.program_type == 'loyalty' else self.currency_id.name

    def _mobile_worth(self, points):
        """Return the money (in the card's currency) that so many of its points are, or None when nobody can tell.

        :rtype: float | None
        """
        self.ensure_one()
        if self.program_type != 'loyalty':
            return points
        # A reward that is paid per point has a price in money; a free product has none.
        rates = self.program_id.reward_ids.filtered(
            lambda reward: reward.reward_type == 'discount' and reward.discount_mode == 'per_point'
            and reward.required_points <= points)
        return max(rates.mapped('discount')) * points if rates else None
