from odoo import api, fields, models
from odoo.tools import SQL, float_compare

from odoo.addons.mobile_crm.models.mobile_redemption_till import HELD_FOR
from odoo.addons.mobile_crm.tools.offline import REPORTED_WITHIN
from odoo.addons.mobile_crm.tools.problems import CouponRefused
from odoo.addons.mobile_crm.tools.racing import execute_racing


class MobileRedemption(models.Model):
    """Coupons at Odoo's own tills: held as they are scanned, confirmed as the order is paid, void when it is given up.

    A till knows its order by a UUID long before the database has it, so that is what a hold belongs to.
    """

    _inherit = 'mobile.redemption'

    pos_order_id = fields.Many2one(
        string="Till Order", comodel_name='pos.order', readonly=True, index='btree_not_null', ondelete='set null')
    pos_order_uuid = fields.Char(string="Till Order ID", readonly=True, index='btree_not_null')

    # === BUSINESS METHODS: while the till is open === #

    @api.model
    def _of_pos_order(self, company, uuid):
        """Return the rows of an order of a company's tills, whether the database has the order yet or not."""
        return self.search([('pos_order_uuid', '=', uuid), ('company_id', '=', company.id)]) if uuid else self.browse()

    @api.model
    def _hold_for_pos(self, config, card, uuid, reference, partner=None):
        """Hold a coupon for an order of a till; who asks again for the same order holds it from now on anew.

        :param config: ``pos.config``.
        :param str uuid: of the order, as the till names it.
        :param str reference: what people call the order.
        :param partner: ``res.partner``, whom the order is for, if the till knows.
        :return: the row that holds it.
        :rtype: MobileRedemption
        :raise CouponRefused: when it cannot be used, or somebody was faster.
        """
        now = fields.Datetime.now()
        company = config.company_id
        own = self._of_pos_order(company, uuid).filtered(
            lambda row: row.card_id == card and (row.state == 'confirmed' or row._is_held(now)))
        if not own:
            with self.env.cr.savepoint():
                return self._reserve(
                    card, company, 'till', reference, store=config.sudo().mobile_store_id, partner=partner,
                    expires_at=now + HELD_FOR, pos_order_uuid=uuid, points=card._mobile_reward().required_points)
        if partner and not card._mobile_is_usable_by(partner, 'till'):
            # Another customer was set since.
            raise CouponRefused('coupon_refused', card._mobile_refusal(partner, company, channel='till'))
        self._flush_ledger()
        return self._changed(execute_racing(self.env, SQL(
            """UPDATE mobile_redemption SET expires_at = %s WHERE id = %s AND state = 'held' RETURNING id""",
            now + HELD_FOR, own[:1].id))) or own[:1]

    @api.model
    def _release_pos(self, company, uuid, kept=None):
        """Give the coupons back that an order of a till held.

        :param kept: ``loyalty.card`` that stay on it.
        """
        rows = self._of_pos_order(company, uuid).filtered(
            lambda row: row.state == 'held' and (not kept or row.card_id not in kept))
        rows._void('unused' if kept is not None else 'cancelled')

    # === BUSINESS METHODS: paid === #

    @api.model
    def _settle_on_pos(self, order):
        """Let the coupons of an order count that a till has sold. The sale stands, whatever we find.

        A hold counts. Where there is none, as after a sale without the network, the coupon is taken now if it was good
        at that moment, and is a conflict if it was not.

        :param order: ``pos.order``, elevated, paid in this transaction.
        """
        lines = order.lines.filtered(lambda line: line.coupon_id.mobile_uuid and not line.refunded_orderline_id)
        rows = self._of_pos_order(order.company_id, order.uuid)
        rows.filtered(lambda row: row.state == 'held' and row.card_id not in lines.coupon_id)._void('unused')
        for card, own in lines.grouped('coupon_id').items():
            known = rows.filtered(lambda row, card=card: row.card_id == card)
            if known.filtered(lambda row: row.state in ('confirmed', 'returned', 'conflict')):
                continue
            amounts = self._pos_amounts(order, own)
            held = known.filtered(lambda row: row.state == 'held')
            if not held._confirm({row.id: {**amounts, 'pos_order_id': order.id} for row in held}):
                self._accept_from_pos(order, card, amounts)

    @api.model
    def _pos_amounts(self, order, lines):
        """Return what a coupon's lines of a till's order came to, in the company's currency."""
        rate = order.currency_rate or 1
        return {
            'discount': -sum(lines.mapped('price_subtotal')) / rate,
            'revenue': (order.amount_total - order.amount_tax) / rate,
            'points': sum(lines.mapped('points_cost'))}

    @api.model
    def _accept_from_pos(self, order, card, amounts):
        """Write down a coupon that a till has accepted without holding it."""
        at = self._pos_moment(order)
        store = order.config_id.mobile_store_id
        values = {
            'partner_id': (card.partner_id or order.partner_id).id, 'company_id': order.company_id.id,
            'channel': 'till', 'order_ref': order.pos_reference or order.name, 'store_id': store.id,
            'pos_order_id': order.id, 'pos_order_uuid': order.uuid, 'accepted_at': at, 'confirmed_at': at, **amounts}
        try:
            with self.env.cr.savepoint():
                self._check_terms(card, order.partner_id or card.partner_id, order.company_id, at, store, 'till')
                row = self._take(card, {**values, 'state': 'confirmed'})
        except CouponRefused as refusal:
            self._note_conflict(card, values, str(refusal))
        else:
            row._spend()

    @api.model
    def _pos_moment(self, order):
        """Return when a till says that it has sold, in naive UTC; now, where its clock cannot be right."""
        now = fields.Datetime.now()
        return order.date_order if now - REPORTED_WITHIN <= order.date_order <= now else now

    @api.model
    def _note_pos_shortage(self, order, card, missing):
        """Write down that a till took points that were not there any more, and ask a manager to look.

        :param float missing: how many.
        """
        at = self._pos_moment(order)
        conflict = self.create({
            'card_id': card.id, 'partner_id': (card.partner_id or order.partner_id).id, 'state': 'conflict',
            'company_id': order.company_id.id, 'channel': 'till', 'order_ref': order.pos_reference or order.name,
            'store_id': order.config_id.mobile_store_id.id, 'pos_order_id': order.id, 'pos_order_uuid': order.uuid,
            'accepted_at': at, 'confirmed_at': at, 'points': 0,
            'conflict_reason': self.env._(
                "Order %(order)s took %(points)s more from \"%(program)s\" than were left.",
                order=order.pos_reference or order.name, points=card._format_points(missing),
                program=card.program_id.name)})
        conflict._tell_manager(self.env._("Points were spent twice"))

    # === BUSINESS METHODS: given back === #

    @api.model
    def _follow_pos_refunds(self, orders):
        """Give coupons back whose orders came back to a till, by the company's policy.

        :param orders: ``pos.order``, elevated, of which something was refunded.
        """
        for row in self.search([('pos_order_id', 'in', orders.ids), ('state', '=', 'confirmed')]):
            if row._is_refunded() and row._is_to_be_returned():
                row._return_to_holder()

    def _is_refunded(self):
        """Override for orders of tills: all goods came back, or what the coupon took off did."""
        if not self.pos_order_id:
            return super()._is_refunded()
        lines = self.pos_order_id.lines.filtered(lambda line: line.qty > 0)
        rewards = lines.filtered(lambda line: line.coupon_id == self.card_id)
        goods = lines.filtered(lambda line: not line.is_reward_line)
        return any(
            part and all(float_compare(line.qty, line._mobile_returned(), precision_digits=4) <= 0 for line in part)
            for part in (rewards, goods))

    def _set_points_cost(self, points):
        """Override: a till's redemption gives its points back itself."""
        return None if self.pos_order_id else super()._set_points_cost(points)
