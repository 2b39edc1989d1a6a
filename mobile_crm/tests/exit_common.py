"""What tests of colleagues' checks and of the way out work with."""
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user


class ExitCommon:
    """Mixed into ``MobileCommon``.

    :cvar doorman: ``res.users`` who serves scan and go, and has no other rights
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.doorman = new_test_user(
            cls.env, 'mobile_crm_doorman', name="Dora Doorman", groups='mobile_crm.group_mobile_crm_exit',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.company.mobile_audit_first = False
        (cls.store_near + cls.store_far).audit_percent = 0

    def as_staff(self, records):
        """Return records as the doorman has them."""
        return records.with_user(self.doorman).with_context(allowed_company_ids=self.company.ids)

    def make_basket(self, lines, partner=None, store=None):
        """Return an open basket.

        :param lines: (product, quantity) pairs
        :param partner: Anna when left out
        """
        order = self.env['sale.order'].create({
            'partner_id': (partner or self.anna).id, 'company_id': self.company.id,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': quantity})
                           for product, quantity in lines]})
        basket = self.env['mobile.basket'].create({
            'order_id': order.id, 'partner_id': order.partner_id.id, 'company_id': self.company.id,
            'store_id': (store or self.store_near).id, 'app_id': self.app.id,
            'expires_at': fields.Datetime.now() + timedelta(hours=1)})
        basket._hold_goods()
        return basket

    def sell(self, basket):
        """Let a basket be paid with the phone; return the exit pass."""
        basket.order_id.action_confirm()
        basket._move_on('sold', ('open',), sold_at=fields.Datetime.now())
        basket._after_sale()
        return self.env['mobile.exit.pass'].search([('basket_id', '=', basket.id)])
