from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..tools.racing import execute_racing


class MobileRedemption(models.Model):
    """The ledger of what coupons were worth. A coupon has one living row at most; PostgreSQL sees to it."""

    _name = 'mobile.redemption'
    _description = "Coupon Redemption"
    _order = 'id desc'
    _rec_name = 'order_ref'

    uuid = fields.Char(string="Public ID", required=True, readonly=True, default=lambda self: str(uuid4()))
    card_id = fields.Many2one(
        string="Coupon", comodel_name='loyalty.card', required=True, readonly=True, ondelete='restrict', index=True)
    campaign_id = fields.Many2one(
        string="Campaign", related='card_id.mobile_campaign_id', store=True, index='btree_not_null', readonly=True)
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', readonly=True, index='btree_not_null', ondelete='set null')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    state = fields.Selection(
        selection=[('held', "Held"), ('confirmed', "Confirmed"), ('void', "Void")],
        required=True, readonly=True, index=True)
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, index='btree_not_null', ondelete='set null')
    order_ref = fields.Char(string="Order", readonly=True, required=True)
    store_id = fields.Many2one(comodel_name='mobile.store', readonly=True, index='btree_not_null', ondelete='set null')
    discount = fields.Monetary(
        readonly=True, help="What the coupon took off the order, without taxes, when it was confirmed.")
    revenue = fields.Monetary(
        readonly=True, help="Untaxed total of the order, after the discount, when it was confirmed.")
    confirmed_at = fields.Datetime(string="Confirmed", readonly=True)
    voided_at = fields.Datetime(string="Voided", readonly=True)

    _uuid_unique = models.UniqueIndex('(uuid)')
    # The key that decides every race for a coupon.
    _living_unique = models.UniqueIndex(
        "(card_id) WHERE state IN ('held', 'confirmed')", "This coupon is already redeemed.")

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The ledger of redemptions is kept. A redemption can be voided by its order."))

    # === BUSINESS METHODS === #

    @api.model
    def _hold_for_order(self, order, cards):
        """Take coupons for a sales order that is about to be confirmed, before anybody else can.

        :param order: ``sale.order``.
        :param cards: ``loyalty.card`` whose rewards are on the order.
        :rtype: MobileRedemption
        :raise UserError: when one cannot be used, or another order was faster; nothing of this one is kept then.
        """
        now = fields.Datetime.now()
        held = self.browse()
        for card in cards:
            if order.state != 'sale' and (refusal := order._mobile_refusal(card)):
                raise UserError(refusal)
            row = execute_racing(self.env, SQL(
                """INSERT INTO mobile_redemption (uuid, card_id, campaign_id, partner_id, company_id, state, order_id,
                       order_ref, create_uid, create_date, write_uid, write_date)
                   VALUES (%s, %s, %s, %s, %s, 'held', %s, %s, %s, %s, %s, %s)
                   ON CONFLICT (card_id) WHERE state IN ('held', 'confirmed') DO NOTHING RETURNING id""",
                str(uuid4()), card.id, card.mobile_campaign_id.id or None,
                card.partner_id.id or order.partner_id.id, order.company_id.id,
                order.id, order.name, self.env.uid, now, self.env.uid, now))
            self._forget_cached(card)
            if not row:
                raise UserError(order._mobile_refusal(card))
            held += self.browse(row[0])
        return held

    def _settle_on_order(self):
        """Confirm what was held for a sales order that is confirmed now; void it where that did not happen."""
        now = fields.Datetime.now()
        for redemption in self:
            order = redemption.order_id
            lines = order.order_line.filtered(lambda line, card=redemption.card_id: line.coupon_id == card)
            if not lines or order.state != 'sale':
                # Confirming recomputes the rewards; one that no longer applies takes nothing. Nor does an order that
                # an extension keeps from being confirmed.
                redemption._void()
                continue
            discount, revenue = (
                order.currency_id._convert(
                    amount, order.company_id.currency_id, order.company_id, order.date_order or now)
                for amount in (-sum(lines.mapped('price_subtotal')), order.amount_untaxed)
            )
            redemption.write({'state': 'confirmed', 'confirmed_at': now, 'discount': discount, 'revenue': revenue})

    @api.model
    def _forget_cached(self, card):
        """Make the next look at a coupon see the row that SQL has just written, or met."""
        card.invalidate_recordset(['mobile_redemption_ids', 'mobile_status'])
        card.mobile_campaign_id.invalidate_recordset(['redemption_ids'])

    def _void(self):
        """Undo these redemptions; their coupons can be used again."""
        self.filtered(lambda redemption: redemption.state != 'void').write(
            {'state': 'void', 'voided_at': fields.Datetime.now()})

    def _local_date(self):
        """Return the day of the redemption as the reader writes dates."""
        self.ensure_one()
        moment = self.confirmed_at or self.create_date
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment).date())
