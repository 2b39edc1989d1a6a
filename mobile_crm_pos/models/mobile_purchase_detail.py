from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.mobile_crm.models.mobile_purchase_detail import Detail, Refund, Tax


class MobilePurchase(models.AbstractModel):
    """All that a customer is told of what they bought at a till."""

    _inherit = 'mobile.purchase'

    # === BUSINESS METHODS === #

    @api.model
    def _detail_till(self, number):
        """Return what one order of a till tells beside its lines; see ``_detail``."""
        order = self.env['pos.order'].sudo().browse(number)
        order = order.with_company(order.company_id)
        invoice = order.account_move.filtered(lambda move: move.state == 'posted')
        refunds = []
        for refund in order.lines.refund_orderline_ids.order_id.filtered(
                lambda refund: refund.state in ('paid', 'done')).sorted('id'):
            lines = refund.lines.filtered(lambda line: line.refunded_orderline_id.order_id == order)
            refunds.append(Refund(
                refund.pos_reference or refund.name, refund.date_order.date(),
                -sum(lines.mapped('price_subtotal_incl'))))
        return Detail(
            order, order.amount_total - order.amount_tax, self._till_taxes(order), refunds,
            self._till_delivery(order), invoice.mapped('name'),
            self._document(invoice, order.currency_id, order.amount_total))

    @api.model
    def _till_taxes(self, order):
        """Return the groups of taxes of a till's order.

        :rtype: list[Tax]
        """
        AccountTax = self.env['account.tax']
        try:
            base_lines = order._prepare_tax_base_line_values()
        except UserError:
            # A product has lost its account since, and Odoo asks for it.
            return [Tax(self.env._("Taxes"), order.amount_total - order.amount_tax, order.amount_tax)]
        AccountTax._add_tax_details_in_base_lines(base_lines, order.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, order.company_id)
        taxes = self._taxes(AccountTax._get_tax_totals_summary(base_lines, order.currency_id, order.company_id))
        # Odoo counts a refund upwards; here money that goes back is less than nothing.
        sign = -1 if sum(tax.amount for tax in taxes) * order.amount_tax < 0 else 1
        return [Tax(tax.name, sign * tax.base, sign * tax.amount) for tax in taxes]

    @api.model
    def _till_delivery(self, order):
        """Return whether the customer has the goods: at once, unless they are shipped."""
        if order.is_refund:
            return None
        if not order.shipping_date:
            return 'delivered'
        states = set(order.picking_ids.mapped('state')) - {'cancel'}
        return 'delivered' if states == {'done'} else 'pending'
