"""What tests of baskets work with."""
from uuid import uuid4

from odoo.fields import Command

from ..models.mobile_catalogue import Shopper
from .purchase_common import PurchaseCase


class BasketCommon(PurchaseCase):
    """A customer in a store, and things to buy there.

    The methods run as the customer's own user, as requests of their phone do.

    :cvar tax: of 21 %, not included in prices
    :cvar milk: for 2.00 euro and the tax; ``5400000000010`` is its barcode
    :cvar bread: for 3.35 euro and the tax
    :cvar apples: for 2.99 euro the kilogram, without taxes
    :cvar mug: for 8 euro, without taxes; see ``PurchaseCase``
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.make_tax("21 %", 21.0)
        cls.milk = cls.make_product("Milk", 2.0, cls.tax, barcode='5400000000010')
        cls.bread = cls.make_product("Bread", 3.35, cls.tax)
        cls.apples = cls.make_product(
            "Apples", 2.99, cls.env['account.tax'], uom_id=cls.env.ref('uom.product_uom_kgm').id)

    @classmethod
    def make_tax(cls, name, percent, **values):
        """Return a tax on sales of the company."""
        group = cls.env['account.tax.group'].search([('company_id', '=', cls.company.id)], limit=1) \
            or cls.env['account.tax.group'].create({
                'name': "VAT", 'company_id': cls.company.id, 'country_id': cls.company.country_id.id})
        return cls.env['account.tax'].create({
            'name': name, 'amount': percent, 'amount_type': 'percent', 'type_tax_use': 'sale',
            'company_id': cls.company.id, 'country_id': cls.company.country_id.id, 'tax_group_id': group.id, **values})

    @classmethod
    def make_product(cls, name, price, taxes=(), **values):
        """Return a product that apps show."""
        return cls.env['product.product'].create({
            'name': name, 'list_price': price, 'taxes_id': [Command.set([tax.id for tax in taxes])],
            'invoice_policy': 'order', **values})

    @classmethod
    def shopper_of(cls, partner, device=None):
        """Return a customer of the company's app, as requests of their phone see them, and their phone."""
        device = device or {cls.anna: cls.phone, cls.ben: cls.phone_ben}[partner]
        env = cls.env(user=device.user_id, su=True)
        return Shopper(
            cls.company.with_env(env), device.app_id.with_env(env), partner.with_env(env)), device.with_env(env)

    def lines(self, pairs):
        """Return lines as a request has them, of (product or barcode, quantity) pairs."""
        return [
            {'barcode' if isinstance(what, str) else 'product_id': what if isinstance(what, str) else what.id,
             'quantity': float(quantity)} for what, quantity in pairs]

    def basket(self, pairs=None, partner=None, store=None, **values):
        """Return a new basket of a customer; Anna's with two bottles of milk when nothing else is said.

        :param pairs: (product or barcode, quantity).
        :param values: ``offer_ids``.
        """
        shopper, device = self.shopper_of(partner or self.anna)
        return self.env['mobile.basket'].with_env(device.env)._open(
            shopper, device, (store or self.store_near).with_env(device.env), self.lines(pairs or [(self.milk, 2)]),
            **values)

    def edit(self, basket, version=None, **values):
        """Change a basket as its customer does.

        :param values: ``lines`` as pairs, ``offer_ids``, ``rewards``.
        """
        shopper, device = self.shopper_of(basket.partner_id.with_env(self.env))
        if 'lines' in values:
            values['lines'] = self.lines(values['lines'])
        basket._edit(shopper, device, basket.version if version is None else version, values)

    def add(self, basket, pairs, version=None):
        """Put more into a basket as its customer does."""
        shopper, device = self.shopper_of(basket.partner_id.with_env(self.env))
        basket._add(shopper, device, basket.version if version is None else version, self.lines(pairs))

    def make_offer(self, program=None, partner=None, **values):
        """Return a coupon of a customer's; of 15 % when no other program is named."""
        return self.env['loyalty.card'].create({
            'program_id': (program or self.program).id, 'partner_id': (partner or self.anna).id, 'points': 1,
            'holder_only': True, 'mobile_uuid': str(uuid4()), **values})
