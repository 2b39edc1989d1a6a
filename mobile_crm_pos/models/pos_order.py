from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.tools.racing import execute_racing


class PosOrder(models.Model):
    """What follows when a till has sold."""

    _inherit = 'pos.order'

    mobile_sold_at = fields.Datetime(
        string="Told to Mobile CRM", readonly=True, copy=False, help="When what follows a sale was done for it.")
    mobile_redemption_ids = fields.One2many(
        string="Redemptions", comodel_name='mobile.redemption', inverse_name='pos_order_id', readonly=True,
        groups='mobile_crm.group_mobile_crm_user')

    # === CRUD METHODS === #

    def write(self, vals):
        """Override to give the coupons back of orders that are given up."""
        res = super().write(vals)
        if vals.get('state') == 'cancel':
            for order in self.sudo():
                order._mobile_give_up()
        return res

    # === ACTION METHODS === #

    def action_pos_order_paid(self):
        """Override: what was just bought at the till is not recommended, and what it used counts."""
        res = super().action_pos_order_paid()
        if sold := self.filtered('partner_id'):
            self.flush_recordset(['partner_id', 'company_id'])
            self.lines.flush_recordset(['order_id', 'product_id'])
            self.env['mobile.recommendation.purchase'].sudo()._note(SQL(
                """SELECT sold.partner_id, sold.company_id, line.product_id
                     FROM pos_order sold JOIN pos_order_line line ON line.order_id = sold.id
                    WHERE sold.id IN %s AND line.product_id IS NOT NULL""", tuple(sold.ids)))
        for order in self._mobile_claim_sale().sudo():
            order._mobile_settle()
            order._mobile_after_sale()
        return res

    # === BUSINESS METHODS === #

    def _mobile_claim_sale(self):
        """Return those of these orders whose sale was not followed yet; it is from now on."""
        self.flush_recordset(['mobile_sold_at'])
        rows = execute_racing(self.env, SQL(
            'UPDATE pos_order SET mobile_sold_at = %s WHERE id IN %s AND mobile_sold_at IS NULL RETURNING id',
            fields.Datetime.now(), tuple(self.ids) or (0,)))
        self.invalidate_recordset(['mobile_sold_at'])
        return self.browse(row[0] for row in rows)

    def _mobile_settle(self):
        """Let the coupons of an order (elevated) count that is paid in this transaction."""
        self.ensure_one()
        Redemption = self.env['mobile.redemption']
        Redemption._settle_on_pos(self)
        self.env['mobile.basket']._settle_on_pos(self)
        Redemption._follow_pos_refunds(self.lines.refunded_orderline_id.order_id)

    def _mobile_after_sale(self):
        """Called once for each order (elevated) that a till has sold, in the transaction that does."""
        self.ensure_one()

    def _mobile_give_up(self):
        """Let go of what an order (elevated) held that is not sold after all."""
        self.ensure_one()
        self.env['mobile.redemption']._release_pos(self.company_id, self.uuid)
        self.env['mobile.basket']._release_pos(self.company_id, self.uuid)
