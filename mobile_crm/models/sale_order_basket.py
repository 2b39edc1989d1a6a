from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .mobile_basket import LIVING


class SaleOrder(models.Model):
    """Quotations that are the basket of a customer in a store."""

    _inherit = 'sale.order'

    mobile_basket_ids = fields.One2many(
        string="Baskets", comodel_name='mobile.basket', inverse_name='order_id', readonly=True,
        groups='mobile_crm.group_mobile_crm_user')

    mobile_is_basket = fields.Boolean(
        string="Scan & Go", compute='_compute_mobile_is_basket', search='_search_mobile_is_basket',
        help="Its customer has scanned it in a store.")

    # === COMPUTE METHODS === #

    def _compute_mobile_is_basket(self):
        baskets = self.env['mobile.basket'].sudo().search([('order_id', 'in', self.ids)])
        for order in self:
            order.mobile_is_basket = order._origin in baskets.order_id

    @api.model
    def _search_mobile_is_basket(self, operator, value):
        if operator != 'in':
            return NotImplemented
        baskets = self.env['mobile.basket'].sudo()._search([])
        return Domain('id', 'in' if True in value else 'not in', baskets.subselect('order_id'))

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: a basket stays its customer's, as long as they can change or pay it."""
        if 'partner_id' in vals:
            for basket in self.env['mobile.basket'].sudo().search([
                    ('order_id', 'in', self.ids), ('state', 'in', LIVING), ('partner_id', '!=', vals['partner_id'])]):
                raise UserError(self.env._(
                    "%(order)s is the basket of %(customer)s, who is in the store with it.",
                    order=basket.order_id.name, customer=basket.partner_id.name))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_end_baskets(self):
        """A basket goes with its quotation: PostgreSQL deletes it, and lets go of nothing that it holds."""
        self._mobile_check_unlocked()
        self.env['mobile.basket'].sudo().search(
            [('order_id', 'in', self.ids), ('state', '=', 'open')])._give_up('cancelled')

    # === ACTION METHODS === #

    def action_view_mobile_basket(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_basket_action')
        return {**action, 'view_mode': 'form', 'views': [(False, 'form')], 'res_id': self.mobile_basket_ids[:1].id}

    # === BUSINESS METHODS === #

    def _action_cancel(self):
        """Override: whose quotation is cancelled has no basket any more, but what is being paid is not cancelled."""
        if not self.env.su:
            self._mobile_check_unlocked()
        self.env['mobile.basket'].sudo().search([('order_id', 'in', self.ids)])._move_on(
            'cancelled', ('open',))._release_goods()
        return super()._action_cancel()

    def _mobile_check_unlocked(self):
        """Refuse staff's changes to what its customer is paying at this moment; what the server does itself may.

        :raise UserError: which names the order.
        """
        if not self.ids:
            return
        locked = self.env['mobile.basket'].sudo().search(
            [('order_id', 'in', self.ids), ('state', 'in', ('paying', 'at_till'))], limit=1)
        if locked:
            raise UserError(self.env._(
                "%s is being paid by its customer. Nothing of it changes until that has come to an end.",
                locked.order_id.name))

    def _mobile_follow_spending(self, again=False):
        """Override: what a customer does themselves on their phone they have approved."""
        if 'mobile_basket_device_id' not in self.env.context:
            return super()._mobile_follow_spending(again)
        self.ensure_one()
        self._mobile_cancel_approvals()
        for card, points in self._mobile_spending().items():
            if self._mobile_approval_of(card, points) not in (None, 'approved'):
                self._mobile_latest_approval(card)._cancel()
                self.env['mobile.approval'].sudo()._record(
                    self.sudo(), card, points, self._mobile_worth_of(card),
                    self.env.context['mobile_basket_device_id'])
        return None
