"""What tests of purchases work with."""
from odoo.fields import Command

from ..models.mobile_catalogue import Shopper
from .common import MobileCommon


class PurchaseCase(MobileCommon):
    """Orders that can be confirmed, invoiced and credited.

    :cvar mug: for 8 euro, without taxes; also in a ``box`` of six
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _income, receivable = cls.make_accounts()
        (cls.anna + cls.ben).property_account_receivable_id = receivable
        cls.box = cls.env['uom.uom'].create({
            'name': "Box of 6", 'relative_factor': 6, 'relative_uom_id': cls.product.uom_id.id})
        cls.mug = cls.env['product.product'].create({
            'name': "Mug", 'list_price': 8.0, 'taxes_id': [Command.clear()], 'uom_ids': [Command.link(cls.box.id)],
            'invoice_policy': 'order'})
        cls.product.invoice_policy = 'order'

    def confirmed(self, partner, lines=None, **values):
        """Return a confirmed order of the salesperson; see ``make_order``.

        :param values: fields that are written after it was confirmed
        """
        order = self.make_order(partner, lines).sudo()
        order.action_confirm()
        order.write(values)
        return order

    def shopper(self, partner):
        """Return a customer of the company's app."""
        return Shopper(self.company, self.app, partner.sudo())
