"""What becomes of favourites and shopping lists beside the API: staff, audiences, merged and erased customers."""
import json
import random
from uuid import uuid4

from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import new_test_user, tagged

from ..models.mobile_catalogue import Shopper
from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestWishes(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.env.user.company_ids += cls.other_company
        Category = cls.env['product.category']
        cls.drinks = Category.create({'name': "Drinks"})
        cls.coffee = Category.create({'name': "Coffee", 'parent_id': cls.drinks.id})
        cls.bread = Category.create({'name': "Bread"})
        cls.products = cls.env['product.product'].create([
            {'name': name, 'categ_id': category.id} for name, category in (
                ("Water", cls.drinks), ("Espresso", cls.coffee), ("Roll", cls.bread))])

    def _shopper(self, partner, company=None):
        return Shopper((company or self.company).sudo(), self.app, partner.sudo())

    def _mark(self, partner, *products, company=None):
        for product in products:
            self.env['mobile.favourite']._add(self._shopper(partner, company), product.id)

    def _write_list(self, partner, *products, company=None, uuid=None, done=False, name="Weekend"):
        return self.env['mobile.list']._add(self._shopper(partner, company), {
            'id': uuid or uuid4(), 'name': name, 'lines': [
                {'id': uuid4(), 'product_id': product.id, 'text': None, 'quantity': 1.0, 'unit': None, 'note': None,
                 'done': done, 'position': None} for product in products]})[0]

    # === AUDIENCES === #

    def test_building_blocks(self):
        source = random.Random(7)
        customers = self.env['res.partner'].create([{'name': f"Customer {number}"} for number in range(12)])
        marked = {
            kind: {
                partner: set(source.sample(list(self.products), source.choice([0, 0, 1, 2]))) for partner in customers}
            for kind in ('favourite', 'listed')}
        for partner in customers:
            self._mark(partner, *marked['favourite'][partner])
            self._write_list(partner, *marked['listed'][partner])
            # What counts for none of them.
            self._write_list(partner, *self.products, done=True)
            self._mark(partner, *self.products, company=self.other_company)
            self._write_list(partner, *self.products, company=self.other_company)
        parents = {self.coffee: self.drinks}

        def found(*domain):
            return set(self.env['res.partner'].search(Domain(list(domain)) & Domain('id', 'in', customers.ids)))

        for kind, products_by in marked.items():
            field, category_field = f'mobile_{kind}_product_ids', f'mobile_{kind}_category_ids'
            water, espresso, _roll = self.products
            for wanted in (water, water + espresso):
                having = {partner for partner, products in products_by.items() if products & set(wanted)}
                self.assertEqual(found((field, 'in', wanted.ids)), having)
                self.assertEqual(found((field, 'not in', wanted.ids)), set(customers) - having)
            self.assertEqual(found((field, '=', False)), {
                partner for partner, products in products_by.items() if not products})
            self.assertEqual(found((field, 'ilike', "spress")), {
                partner for partner, products in products_by.items() if espresso in products})
            for category in (self.drinks, self.coffee, self.bread):
                self.assertEqual(found((category_field, 'in', category.ids)), {
                    partner for partner, products in products_by.items()
                    if category in {product.categ_id for product in products}
                    | {parents.get(product.categ_id) for product in products}})
            for partner, products in products_by.items():
                self.assertEqual(set(partner[field]), products)
                self.assertEqual(set(partner[category_field]), {product.categ_id for product in products})

    def test_they_are_a_profile(self):
        for field in ('mobile_favourite_product_ids', 'mobile_listed_category_ids', 'mobile_favourite_ids.product_id',
                      'mobile_list_ids.line_ids.text'):
            self.campaign.audience_domain = repr([(field, 'ilike', "Water")])
            self.assertTrue(self.campaign.audience_is_profiling, field)
        self.campaign.audience_domain = repr([('mobile_favourite_store_ids', '!=', False)])
        self.assertFalse(self.campaign.audience_is_profiling)

    # === STAFF === #

    def test_staff_read_those_of_their_companies(self):
        self._mark(self.anna, self.product)
        self._write_list(self.anna, self.product)
        self._mark(self.anna, self.product, company=self.other_company)
        self._write_list(self.anna, self.product, company=self.other_company)
        user = new_test_user(self.env, 'wishes_user', groups='mobile_crm.group_mobile_crm_user',
                             company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        for model in ('mobile.favourite', 'mobile.list', 'mobile.list.line'):
            own = self.env[model].with_user(user).search([('partner_id', '=', self.anna.id)])
            self.assertEqual((len(own), own.company_id), (1, self.company), model)
            for change in (lambda own=own: own.write({'write_date': '2026-01-01'}), own.unlink,
                           lambda own=own: own.create({})):
                with self.assertRaises(AccessError):
                    change()
            self.assertFalse(self.env[model].with_user(self.anna_user).has_access('read'), model)
        shown = self.env['mobile.list'].with_user(user).search([('line_ids.done', '=', False)])
        self.assertEqual((shown.open_count, shown.line_count), (1, 1))
        self.assertTrue(self.anna.with_user(user).mobile_favourite_ids)
        for name in ('mobile_favourite_ids', 'mobile_list_ids', 'mobile_favourite_product_ids'):
            self.assertNotIn(name, self.env['res.partner'].with_user(self.ben_user).fields_get())

    # === CUSTOMERS WHO ARE MERGED, OR FORGOTTEN === #

    def test_merged_customers_keep_what_both_had(self):
        water, espresso, roll = self.products
        double, triple = self.env['res.partner'].create([{'name': "Anna P."}, {'name': "Anna M."}])
        self._mark(self.anna, water)
        self._mark(double, water, espresso)
        self._mark(triple, espresso, roll)
        uuid = uuid4()
        lists = self._write_list(self.anna, water, uuid=uuid)
        lists += self._write_list(double, roll, espresso, uuid=uuid) + self._write_list(triple, water)
        self.env['base.partner.merge.automatic.wizard'].create({})._merge(
            (self.anna + double + triple).ids, self.anna, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(set(self.anna.mobile_favourite_ids.product_id), {water, espresso, roll})
        self.assertEqual(len(self.anna.mobile_favourite_ids), 3)
        self.assertEqual(self.anna.mobile_list_ids, lists.sorted('id', reverse=True))
        self.assertEqual([len(one.line_ids) for one in lists], [1, 2, 1])
        self.assertEqual(lists[0].uuid, str(uuid), "who stays keeps the id that their phone knows")
        self.assertEqual(len(set(lists.mapped('uuid'))), 3)

    def test_export_and_erasure(self):
        self._mark(self.anna, self.product)
        self._write_list(self.anna, self.product, name="Zwartkop")
        self._mark(self.ben, self.product)
        self._write_list(self.ben, self.product)
        with self.env['mobile.export']._export(self.anna, self.company) as file:
            exported = {model['model']: model['records'] for model in json.load(file)['models']}
        self.assertEqual([row['product_id']['name'] for row in exported['mobile.favourite']], ["Rain Jacket"])
        self.assertEqual([row['name'] for row in exported['mobile.list']], ["Zwartkop"])
        self.assertEqual([row['text'] for row in exported['mobile.list.line']], ["Rain Jacket"])
        self.env['mobile.eraser']._erase(self.anna, self.company)
        for model in ('mobile.favourite', 'mobile.list', 'mobile.list.line'):
            self.assertEqual(self.env[model].search([]).partner_id, self.ben, model)

    def test_another_company_that_knows_them_keeps_its_own(self):
        self._mark(self.anna, self.product)
        self._write_list(self.anna, self.product)
        self._mark(self.anna, self.product, company=self.other_company)
        self._write_list(self.anna, self.product, company=self.other_company)
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.assertTrue(self.anna.exists())
        for model in ('mobile.favourite', 'mobile.list', 'mobile.list.line'):
            self.assertEqual(self.env[model].search([]).company_id, self.other_company, model)
