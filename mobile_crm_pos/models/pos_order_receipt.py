from odoo import models
from odoo.tools import format_amount

from odoo.addons.mobile_crm.tools import order_id


class PosOrder(models.Model):
    """The receipt in the customer's app."""

    _inherit = 'pos.order'

    def _mobile_after_sale(self):
        """Override to tell the customer of the receipt."""
        res = super()._mobile_after_sale()
        if self.config_id.mobile_tells_receipt and self.company_id in self.env[
                'mobile.device']._companies_signed_in(self.partner_id) and self._mobile_is_purchase():
            self.with_context(lang=self.partner_id.lang)._mobile_tell_receipt()
        return res

    def confirm_coupon_programs(self, coupon_data):
        """Override: only now is known what the order did to the customer's cards."""
        res = super().confirm_coupon_programs(coupon_data)
        order = self.sudo()
        order.with_context(lang=order.partner_id.lang)._mobile_tell_points()
        return res

    # === BUSINESS METHODS === #

    def _mobile_is_purchase(self):
        """Tell whether the order is among the customer's purchases; who pays a sales order at a till has that."""
        return any('sale_order_origin_id' not in line._fields or not line.sale_order_origin_id for line in self.lines)

    def _mobile_link(self):
        """Return where the app shows the order."""
        Purchase = self.env['mobile.purchase']
        return f"/orders/{order_id.encode(Purchase._key(), Purchase._sources()['till'], self.id)}"

    def _mobile_receipt_text(self):
        return self.env._(
            "%(total)s at %(shop)s", total=format_amount(self.env, self.amount_total, self.currency_id),
            shop=self.config_id.mobile_store_id.name or self.company_id.name)

    def _mobile_tell_receipt(self):
        """Put a message into the customer's inbox, in the language of this environment, and let their phone know."""
        self.ensure_one()
        self.env['mobile.message']._post([{
            'partner_id': self.partner_id.id,
            'company_id': self.company_id.id,
            'title': self.env._("Your refund") if self.is_refund else self.env._("Your receipt"),
            'body': self._mobile_receipt_text(),
            'link': self._mobile_link(),
            'is_service': True,
        }], channels=('push',))

    def _mobile_tell_points(self):
        """Add to that message what the order brought to the customer's cards, and took from them."""
        self.ensure_one()
        message = self.env['mobile.message'].search([
            ('partner_id', '=', self.partner_id.id), ('company_id', '=', self.company_id.id),
            ('channel', '=', 'inbox'), ('link', '=', self._mobile_link())], limit=1) if self.partner_id else None
        if not message:
            return
        texts = [self._mobile_receipt_text()]
        for earning in self.env['mobile.purchase']._earnings(self.partner_id, self):
            card = earning.card.with_context(lang=self.env.lang)
            if earning.issued:
                texts.append(self.env._("%s earned", card._format_points(earning.issued)))
            if earning.used:
                texts.append(self.env._("%s spent", card._format_points(earning.used)))
        message.body = '\n'.join(texts)
