from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_compare

from .mobile_approval import APPROVED_TYPES


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    mobile_approval_ids = fields.One2many(
        string="Approvals", comodel_name='mobile.approval', inverse_name='order_id', readonly=True,
        groups='mobile_crm.group_mobile_crm_user')
    mobile_approval_count = fields.Integer(string="Approval Count", compute='_compute_mobile_approval')
    mobile_approval_state = fields.Selection(
        string="Approval by Phone",
        selection=[
            ('unasked', "Not Asked Yet"),
            ('pending', "Waiting for the Customer"),
            ('expired', "Not Answered in Time"),
            ('denied', "Refused"),
            ('approved', "Approved"),
        ],
        compute='_compute_mobile_approval',
        help="Whether the customer has approved on their phone that this order takes their points or e-wallet.")

    # === COMPUTE METHODS === #

    @api.depends(
        'state', 'order_line.points_cost', 'order_line.coupon_id', 'mobile_approval_ids.state',
        'mobile_approval_ids.expires_at')
    def _compute_mobile_approval(self):
        counts = dict(self.env['mobile.approval'].sudo()._read_group(
            [('order_id', 'in', self.ids)], ['order_id'], ['__count']))
        for order in self:
            order.mobile_approval_count = counts.get(order._origin, 0)
            order.mobile_approval_state = order._mobile_approval_status()

    # === ACTION METHODS === #

    def action_mobile_ask_again(self):
        """Ask the customers whose points this quotation takes, where no question is open."""
        self.check_access('write')
        for order in self.filtered(lambda order: order.state in ('draft', 'sent')):
            order._update_programs_and_rewards()
            order._mobile_follow_spending(again=True)

    def action_view_mobile_approvals(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_approval_action')
        return {**action, 'domain': [('order_id', '=', self.id)], 'context': {}}

    # === BUSINESS METHODS: coupons of a holder === #

    def _try_apply_code(self, code):
        """Override of `sale_loyalty` for coupons that belong to somebody.

        Stock Odoo lets anybody use them (odoo#205431), and locks their whole program while it does.
        """
        card = self.env['loyalty.card']._mobile_find_by_code(code)
        if not card:
            return super()._try_apply_code(code)
        self.ensure_one()
        if refusal := self._mobile_refusal(card):
            return {'error': refusal}
        program = card.program_id
        if not program.active or not program.reward_ids or not program.filtered_domain(
                Domain(self._get_program_domain())):
            return {'error': self.env._("The coupon %s does not count on this order.", card._mobile_masked_code())}
        if card in self.order_line.coupon_id:
            return {'error': self.env._("The coupon %s is already on this order.", card._mobile_masked_code())}
        if program.limit_usage and program.total_order_count >= program.max_usage:
            return {'error': self.env._("The program of the coupon %s is used up.", card._mobile_masked_code())}
        if card in self.applied_coupon_ids:
            # Entered before, but the reward was not taken then.
            return self._get_claimable_rewards(forced_coupons=card)
        self.applied_coupon_ids += card
        # What a program for next orders asks for earns such a coupon; who has one has earned it.
        if program.applies_on != 'future':
            result = self._try_apply_program(program, card)
            if 'error' in result:
                self.applied_coupon_ids -= card
                return result
        return self._get_claimable_rewards(forced_coupons=card)

    def _apply_program_reward(self, reward, coupon, **kwargs):
        """Override to ask once more when the reward is taken: all ways to it end here."""
        if coupon.mobile_uuid and (refusal := self._mobile_refusal(coupon)):
            return {'error': refusal}
        if self.state == 'sale' and self._mobile_has_approver(coupon):
            # Its points would be taken at once.
            raise UserError(self.env._(
                "%s approves on their phone what is taken from their card. Add this reward before the order is "
                "confirmed.", self._mobile_spender(coupon).name))
        result = super()._apply_program_reward(reward, coupon, **kwargs)
        if 'error' not in result:
            if coupon.mobile_uuid:
                self.env['mobile.redemption'].sudo()._hold_for_quotation(self, coupon)
            # Who takes a reward anew asks anew, also after a no.
            self._mobile_follow_spending(again=True)
        return result

    def _update_programs_and_rewards(self):
        """Override to ask for more when an order takes more, and for nothing when it takes nothing."""
        before = self._mobile_spending()
        res = super()._update_programs_and_rewards()
        if self.state != 'sale':
            self._mobile_follow_spending()
        elif grown := [card for card, points in self._mobile_spending().items()
                       if self._mobile_has_approver(card)
                       and float_compare(points, before.get(card, 0), precision_digits=4) > 0]:
            raise UserError(self.env._(
                "%s has not approved that this order takes more of their points.",
                self._mobile_spender(grown[0]).name))
        return res

    def action_confirm(self):
        """Override to redeem the coupons of these orders, each exactly once.

        The ledger comes first: who loses the race for a coupon is told there, and nothing else is written yet.
        """
        Redemption = held = self.env['mobile.redemption'].sudo()
        fresh = self.filtered(lambda order: order.state != 'sale')
        for order in fresh:
            order._mobile_check_approved()
            held += Redemption._hold_for_order(order, order._mobile_cards())
        res = super().action_confirm()
        for order in fresh:
            # Confirming recomputes the rewards, and an extension may have applied one more.
            held += Redemption._hold_for_order(order, order._mobile_cards() - held.card_id)
            # So have the points that it takes.
            order._mobile_check_approved()
        held._settle_on_order()
        confirmed = fresh.filtered(lambda order: order.state == 'sale').sudo()
        confirmed.mobile_approval_ids._use()
        self.env['mobile.attribution'].sudo()._follow_orders(confirmed)
        return res

    def _action_cancel(self):
        """Override to give coupons back: `sale_loyalty` returns their points, the ledger voids their redemption."""
        res = super()._action_cancel()
        self.env['mobile.redemption'].sudo().search([('order_id', 'in', self.ids)])._void()
        self.sudo().mobile_approval_ids._cancel()
        self.env['mobile.attribution'].sudo()._follow_orders(self.sudo())
        return res

    def _has_to_be_signed(self):
        """Override: who signs confirms, and that waits for the customer's phone."""
        return super()._has_to_be_signed() and not self._mobile_is_waiting()

    def _has_to_be_paid(self):
        """Override: nobody is asked for money that may still change with the customer's answer."""
        return super()._has_to_be_paid() and not self._mobile_is_waiting()

    def _mobile_refusal(self, card):
        """Return why a coupon of a holder cannot be used on this order, or None when it can."""
        self.ensure_one()
        if self.state == 'sale':
            # Its points would be taken without a row in the ledger.
            return self.env._("Enter the coupon %s before the order is confirmed.", card._mobile_masked_code())
        # Who has paid in time keeps the discount, however long the confirmation takes.
        paid = self.sudo().transaction_ids.filtered(lambda tx: tx.state in ('done', 'authorized'))
        return card.with_context(mobile_own_order_id=self.id)._mobile_refusal(
            self.partner_id, self.company_id, at=min(paid.mapped('create_date'), default=None),
            store=self.mobile_store_id, channel=self._mobile_channel())

    def _mobile_channel(self):
        """Return who brings the coupons of this order: ``sale`` (staff), or ``phone`` (the customer, on the portal).

        A signature and a payment are the customer's doing; Odoo confirms them as its superuser.
        """
        self.ensure_one()
        is_paid = self.sudo().transaction_ids.filtered(lambda tx: tx.state in ('done', 'authorized'))
        is_customers = is_paid or self.signed_on or not self.env.user._is_internal()
        return 'phone' if is_customers else 'sale'

    def _mobile_cards(self):
        """Return the coupons of ours whose rewards are on this order."""
        return self.order_line.coupon_id.filtered('mobile_uuid')

    # === BUSINESS METHODS: approval by phone === #

    def _mobile_spending(self):
        """Return what the order takes from customers' own cards: ``{loyalty.card (elevated): points}``."""
        self.ensure_one()
        spending = defaultdict(float)
        for line in self.sudo().order_line:
            if line.points_cost > 0 and line.coupon_id.program_type in APPROVED_TYPES:
                spending[line.coupon_id] += line.points_cost
        return spending

    def _mobile_spender(self, card):
        """Return whose points are spent (``res.partner``, elevated)."""
        self.ensure_one()
        return card.sudo().partner_id or self.sudo().partner_id

    def _mobile_has_approver(self, card):
        """Tell whether taking points from a card has to be approved, and somebody can: a phone is signed in."""
        self.ensure_one()
        return bool(
            card.sudo().program_type in APPROVED_TYPES and self.company_id.mobile_approval_required
            and self._mobile_asking_company(card))

    def _mobile_asking_company(self, card):
        """Return the company in whose app the spender of a card can be asked (elevated), or an empty recordset.

        It is the seller, or else a company that shares the card with it: branches share their parent's cards, and all
        companies those of no company.
        """
        self.ensure_one()
        companies = self.env['mobile.device'].sudo()._companies_signed_in(self._mobile_spender(card))
        owner = card.sudo().company_id
        sharing = companies.filtered(lambda company: not owner or owner in company.parent_ids)
        return companies & self.company_id or sharing[:1]

    def _mobile_latest_approval(self, card):
        """Return the last question about a card on this order that still says something, or an empty recordset."""
        return self.sudo().mobile_approval_ids.filtered(
            lambda approval: approval.card_id == card and approval.state != 'cancelled').sorted('id')[-1:]

    def _mobile_approval_of(self, card, points):
        """Return how it stands with so many points of a card: None when there is nothing to ask, else one of
        ``mobile_approval_state``.
        """
        latest = self._mobile_latest_approval(card)
        status = latest._status() if latest else 'unasked'
        if status == 'approved' and latest._covers(points):
            return 'approved'
        if status == 'denied' and self.company_id.mobile_approval_required:
            # A no holds, also when the phone that said it is signed out.
            return 'denied'
        if not self._mobile_has_approver(card):
            return None
        if status in ('pending', 'expired') and latest._covers(points):
            return status
        return 'unasked'

    def _mobile_approval_status(self):
        """Return how it stands with all cards of a quotation; the worst first. False when there is nothing to ask."""
        self.ensure_one()
        if self.state not in ('draft', 'sent'):
            return False
        states = {self._mobile_approval_of(card, points) for card, points in self._mobile_spending().items()}
        return next((state for state in ('denied', 'expired', 'unasked', 'pending', 'approved') if state in states),
                    False)

    def _mobile_is_waiting(self):
        """Tell whether a quotation takes points that their customer has not approved."""
        return self._mobile_approval_status() not in (False, 'approved')

    def _mobile_cancel_approvals(self):
        """Take back what was asked about cards from which these quotations take nothing."""
        for order in self.filtered(lambda order: order.state in ('draft', 'sent')):
            spent = self.env['loyalty.card'].concat(*order._mobile_spending())
            approvals = order.sudo().mobile_approval_ids
            approvals.filtered(lambda approval, spent=spent: approval.card_id not in spent)._cancel()

    def _mobile_follow_spending(self, again=False):
        """Ask for what a quotation takes now and is not approved.

        :param bool again: also where the customer has said no, or has not answered.
        """
        self.ensure_one()
        if self.state not in ('draft', 'sent'):
            return
        self._mobile_cancel_approvals()
        for card, points in self._mobile_spending().items():
            state = self._mobile_approval_of(card, points)
            if state == 'unasked' or (again and state in ('denied', 'expired')):
                self._mobile_latest_approval(card)._cancel()
                self.env['mobile.approval'].sudo()._ask(
                    self.sudo(), card, points, self._mobile_worth_of(card))

    def _mobile_worth_of(self, card):
        """Return what a card's rewards take off the order, with taxes, in its currency."""
        return sum(
            line.price_unit * line.product_uom_qty if line.reward_id.reward_type == 'product' else -line.price_total
            for line in self.sudo().order_line if line.coupon_id == card)

    def _mobile_check_approved(self):
        """Refuse to go on where a customer's points would be taken without their word.

        :raise UserError: which says what to do.
        """
        self.ensure_one()
        for card, points in self._mobile_spending().items():
            state = self._mobile_approval_of(card, points)
            if state in (None, 'approved'):
                continue
            words = {
                'name': self._mobile_spender(card).name, 'order': self.name, 'points': card._format_points(points)}
            if state == 'denied':
                raise UserError(self.env._(
                    "%(name)s has refused that %(order)s takes %(points)s. Remove the reward to go on.", **words))
            if state == 'pending':
                raise UserError(self.env._(
                    "%(name)s has not approved yet that %(order)s takes %(points)s. Ask them to open the app on their "
                    "phone, and confirm again when they have.", **words))
            raise UserError(self.env._(
                "%(name)s has not approved that %(order)s takes %(points)s. Ask them by the button \"Ask Again\", or "
                "remove the reward.", **words))

    def _mobile_answered(self, approval):
        """Note a customer's answer on the order; one that is paid already goes on by itself."""
        self.ensure_one()
        self.message_post(
            author_id=approval.partner_id.id,
            body=self.env._("Approved on the phone: %s", approval.card_id._format_points(approval.points))
            if approval.state == 'approved'
            else self.env._("Refused on the phone: %s", approval.card_id._format_points(approval.points)))
        paid = self.transaction_ids.filtered(lambda tx: tx.state in ('authorized', 'done') and tx.is_post_processed)
        if paid and self.state in ('draft', 'sent') and not self._mobile_is_waiting():
            paid._mobile_process_again()
