from odoo import api, fields, models

from ..tools import coupon_code
from ..tools.company_days import day_of, zone_of


class LoyaltyCard(models.Model):
    """What the ledger says of a coupon."""

    _inherit = 'loyalty.card'

    # === BUSINESS METHODS === #

    def _mobile_spending_row(self):
        """Return the row by which the coupon is spent or held now, or an empty recordset.

        A hold that has expired is none. A coupon that a till accepted without the network is spent, whoever else had
        it. The order in the context's ``mobile_own_order_id`` is not held up by its own hold.

        :rtype: MobileRedemption
        """
        self.ensure_one()
        now = fields.Datetime.now()
        own_order_id = self.env.context.get('mobile_own_order_id')
        rows = self.sudo().mobile_redemption_ids.filtered(
            lambda row: row.state in ('confirmed', 'conflict') or (row._is_held(now) and (
                not own_order_id or row.order_id.id != own_order_id)))
        return rows.sorted(lambda row: ('confirmed', 'held', 'conflict').index(row.state))[:1]

    def _mobile_spent_words(self):
        """Return by what the coupon is spent, in words for staff, or None when it is not."""
        spent = self._mobile_spending_row()
        code = self._mobile_masked_code()
        if not spent:
            return None
        if spent.state == 'held':
            return self.env._("The coupon %(code)s is being redeemed with %(order)s.", code=code, order=spent.order_ref)
        return self.env._("The coupon %(code)s was already redeemed on %(date)s with %(order)s.",
                          code=code, date=spent._local_date(), order=spent.order_ref)

    def _mobile_program_refusal(self, company, moment):
        """Return why the coupon's program is not open, as the code of a problem and in words for a cashier.

        Odoo asks for it on sales orders; at a till nobody does.

        :param company: ``res.company`` whose clock tells the day.
        :param datetime moment: naive UTC.
        :rtype: tuple[str, str] | None
        """
        self.ensure_one()
        program, code = self.sudo().program_id, self._mobile_masked_code()
        day = day_of(moment, zone_of(company))
        if program.date_from and program.date_from > day:
            return 'coupon_not_yet_valid', self.env._("The coupon %s is not valid yet.", code)
        if program.date_to and program.date_to < day:
            return 'coupon_expired', self.env._("The coupon %s has expired.", code)
        return None

    def _mobile_refusal_code(self, at=None, store=None):
        """Return the code of the problem by which a till is told why a coupon is refused.

        :param datetime at: naive UTC instant of its use.
        :param store: ``mobile.store`` where it is used.
        """
        self.ensure_one()
        card, moment = self.sudo(), at or fields.Datetime.now()
        if spent := card._mobile_spending_row():
            return 'coupon_held' if spent.state == 'held' else 'coupon_redeemed'
        if card.mobile_valid_from and card.mobile_valid_from > moment:
            return 'coupon_not_yet_valid'
        if not card._mobile_is_good(moment):
            return 'coupon_expired'
        if store and card.mobile_store_ids and store not in card.mobile_store_ids:
            return 'coupon_wrong_store'
        return 'coupon_refused'

    # === BUSINESS METHODS: what it is worth === #

    @api.model
    def _mobile_normalize(self, text):
        """Return a code of ours in its canonical form, or None when a text cannot be one."""
        return coupon_code.normalize(text or '')

    def _mobile_reward(self):
        """Return the reward that a till gives (``loyalty.reward``), also of a program that is out of use."""
        self.ensure_one()
        return self.sudo().program_id.with_context(active_test=False).reward_ids[:1]

    def _mobile_is_simple(self):
        """Tell whether what it takes off depends on the order's total alone."""
        reward = self._mobile_reward()
        return reward.reward_type == 'discount' and reward.discount_applicability == 'order' and (
            reward.discount_mode in ('percent', 'per_order'))

    def _mobile_money(self, amount, company):
        """Return an amount of its program in a company's currency."""
        currency = self.sudo().program_id.currency_id or company.currency_id
        return currency._convert(amount, company.currency_id, company, fields.Date.context_today(self))

    def _mobile_minimum(self, company):
        """Return what an order must come to at least, in a company's currency."""
        self.ensure_one()
        minimums = self.sudo().program_id.rule_ids.mapped('minimum_amount')
        return self._mobile_money(min(minimums), company) if minimums else 0.0

    def _mobile_discount(self, amount, company):
        """Return what the coupon takes off an order, in a company's currency, or None when its total does not tell.

        :param float amount: what the order comes to without it.
        :rtype: float | None
        """
        if not self._mobile_is_simple():
            return None
        reward = self._mobile_reward()
        if reward.discount_mode == 'percent':
            discount = amount * reward.discount / 100
            if cap := self._mobile_money(reward.discount_max_amount, company):
                discount = min(discount, cap)
        else:
            discount = self._mobile_money(reward.discount, company)
        return company.currency_id.round(min(discount, amount))
