"""What a branch's app shows: its own products, those of the companies above it, and nobody else's."""
from odoo.fields import Command
from odoo.tests import tagged

from ..models.mobile_catalogue import Shopper
from .common import MobileCommon

PEN = '4006381333931'


@tagged('-at_install', 'post_install')
class TestBranches(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catalogue = cls.env['mobile.catalogue']
        Company = cls.env['res.company'].sudo()
        cls.branch, cls.sister = Company.create([
            {'name': name, 'parent_id': cls.company.id} for name in ("Branch", "Sister")])
        cls.below = Company.create({'name': "Corner", 'parent_id': cls.branch.id})
        cls.companies = cls.company.sudo() | cls.branch | cls.sister | cls.below
        cls.env.user.company_ids += cls.companies
        cls.env = cls.env(context={**cls.env.context, 'allowed_company_ids': cls.companies.ids})
        cls.apps = {company: cls.env['mobile.app'].create({'name': "App", 'company_id': company.id})
                    for company in cls.companies}
        cls.products = {company: cls._product(f"Zwieback of {company.name}", company) for company in cls.companies}
        cls.free = cls._product("Zwieback of all", cls.env['res.company'])

    @classmethod
    def _product(cls, name, company, **values):
        return cls.env['product.product'].sudo().create({
            'name': name, 'company_id': company.id, 'list_price': 10, 'taxes_id': [Command.clear()], **values})

    def shopper(self, company):
        return Shopper(company, self.apps[company], self.anna.sudo())

    def expected(self, *owners):
        return {self.free.id, *(self.products[company].id for company in owners)}

    def shown(self, company, product_ids):
        return self.catalogue._visible(self.shopper(company), product_ids)._ids

    def test_products_of_those_above(self):
        ids = [self.free.id, *(product.id for product in self.products.values())]
        for company, owners in {
            self.company.sudo(): (self.company.sudo(),), self.branch: (self.company.sudo(), self.branch),
            self.sister: (self.company.sudo(), self.sister),
            self.below: (self.company.sudo(), self.branch, self.below),
        }.items():
            self.assertEqual(set(self.shown(company, ids)), self.expected(*owners), company.name)
            for text in ('', "zwieback"):
                found = self.catalogue._find(self.shopper(company), text=text, limit=1000)
                self.assertEqual({row.product_id for row in found} & set(ids), self.expected(*owners), company.name)
            # What Odoo lets a member of staff of that company put on an order.
            user = self.env['res.users'].create({
                'name': "Staff", 'login': f'staff {company.id}', 'company_id': company.id,
                'company_ids': [Command.set(company.ids)], 'group_ids': [
                    Command.set(self.env.ref('sales_team.group_sale_salesman').ids)]})
            allowed = self.env['product.product'].with_user(user).with_context(
                allowed_company_ids=company.ids).search([('id', 'in', ids)])
            self.assertEqual(set(allowed.ids), self.expected(*owners), company.name)

    def test_new_products(self):
        candidates = {row.product_id for row in self.env['mobile.recommendation']._candidates(
            self.shopper(self.below), [])}
        self.assertIn(self.products[self.company.sudo()].id, candidates)
        self.assertNotIn(self.products[self.sister].id, candidates)

    def test_the_branch_s_own_comes_first(self):
        above = self._product("Pen", self.company, barcode=PEN)
        self.assertEqual(self.catalogue._by_code(self.below, [PEN])[PEN].product_id, above.id)
        own = self._product("Pen of the branch", self.branch, barcode=f'0{PEN}')
        self.assertEqual(self.catalogue._by_code(self.below, [PEN])[PEN].product_id, own.id)
        self.assertEqual(self.catalogue._by_code(self.sister, [PEN])[PEN].product_id, above.id)
        dozen = self.env.ref('uom.product_uom_dozen')
        self.env['product.uom'].sudo().create({
            'product_id': above.id, 'uom_id': dozen.id, 'barcode': '5901234123457', 'company_id': self.company.id})
        self.assertEqual(self.catalogue._by_code(self.below, ['5901234123457'])['5901234123457'].product_id, above.id)

    def test_prices(self):
        """They are those of an order of the branch, with the taxes of the company above."""
        group = self.env['account.tax.group'].create({'name': "Taxes", 'company_id': self.company.id})
        tax = self.env['account.tax'].create({
            'name': "21 %", 'amount': 21, 'company_id': self.company.id, 'tax_group_id': group.id,
            'country_id': self.company.country_id.id})
        product = self.products[self.company.sudo()]
        product.taxes_id = tax
        [price] = self.catalogue._prices(self.shopper(self.branch), product).values()
        line = self.env['sale.order'].with_company(self.branch).create({
            'partner_id': self.anna.id, 'company_id': self.branch.id,
            'order_line': [Command.create({'product_id': product.id})]}).order_line
        self.assertEqual((price.total, line.tax_ids), (line.price_total, tax))
        self.assertEqual(price.total, 12.1)

    def test_what_is_reported_and_asked_about(self):
        device = self._make_device(self.apps[self.branch])
        for company, is_known in ((self.company.sudo(), True), (self.sister, False)):
            product = self.products[company]
            report = {**self.enter_report(self.fence_near), 'geofence_id': None, 'type': 'view',
                      'product_id': product.id}
            _accepted, _duplicates, rejected = self.env['mobile.event']._record(device, [report])
            self.assertEqual(not rejected, is_known)
