from odoo import fields, models


class SaleOrder(models.Model):
    """Quotations that are the basket of a customer in a store."""

    _inherit = 'sale.order'

    mobile_basket_ids = fields.One2many(
        string="Baskets", comodel_name='mobile.basket', inverse_name='order_id', readonly=True,
        groups='mobile_crm.group_mobile_crm_user')

    # === BUSINESS METHODS === #

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
