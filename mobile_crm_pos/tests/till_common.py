"""What the tests of Odoo's own tills work with."""
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.mobile_crm.tests.purchase_common import PurchaseCase


class TillCase(PurchaseCase):
    """A till in the Brussels store, with an open session.

    :cvar config, till_session: the till (``pos.config``)
    :cvar tax: 21 %, in the price
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['account.chart.template'].try_loading('generic_coa', company=cls.company, install_demo=False)
        cls.company.currency_id = cls.env.ref('base.EUR')
        cls.tax = cls.env['account.tax'].create({
            'name': "21%", 'amount': 21, 'company_id': cls.company.id, 'price_include_override': 'tax_included',
            'country_id': cls.company.account_fiscal_country_id.id})
        cls.config = cls.env['pos.config'].create({
            'name': "Corner", 'company_id': cls.company.id, 'mobile_store_id': cls.store_near.id})
        cls.till_session = cls.env['pos.session'].create({'config_id': cls.config.id, 'user_id': cls.env.uid})

    @classmethod
    def make_user(cls, login, groups):
        """Return a user of the till's company."""
        return new_test_user(
            cls.env, login, groups=groups, company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    @classmethod
    def make_cashier(cls, login='cashier'):
        return cls.make_user(login, 'base.group_user,point_of_sale.group_pos_user')

    @classmethod
    def make_manager(cls):
        return cls.make_user('crm_manager', 'mobile_crm.group_mobile_crm_manager')

    def sell(self, partner, lines, state='paid', **values):
        """Return an order of the till.

        :param lines: (product, quantity, price, further values)
        """
        totals = [(quantity * price, tax) for _product, quantity, price, tax, _more in lines]
        total = sum(amount for amount, _tax in totals)
        taxes = sum(amount - amount / 1.21 for amount, tax in totals if tax)
        order = self.env['pos.order'].create({
            'company_id': self.company.id, 'session_id': self.till_session.id, 'partner_id': partner.id,
            'amount_total': total, 'amount_tax': round(taxes, 2), 'amount_paid': total, 'amount_return': 0,
            'pos_reference': f"2600-{len(self.till_session.order_ids):05}",
            'lines': [Command.create({
                'product_id': product.id, 'qty': quantity, 'price_unit': price, 'full_product_name': product.name,
                'price_subtotal': round(quantity * price / (1.21 if tax else 1), 2),
                'price_subtotal_incl': quantity * price,
                'tax_ids': [Command.set(self.tax.ids if tax else [])], **more,
            }) for product, quantity, price, tax, more in lines], **values})
        order.state = state
        return order
