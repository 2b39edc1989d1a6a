"""What stores have, as Odoo counts it, and what customers are told of it."""
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.mobile_crm.models.mobile_catalogue_stores import IN_STOCK, LOW, OUT, UNKNOWN

from .common import StockCommon

BRUSSELS = (50.8467, 4.3525)
QUANTITIES = st.decimals(min_value='-20', max_value='40', places=2).map(float)
# Where a quant lies: on shelves of both warehouses, below a shelf, on an archived one, and outside of both.
PLACES = ('shelf', 'below', 'archived', 'input', 'far', 'customer', 'other')


@tagged('-at_install', 'post_install')
class TestAvailability(StockCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Location = cls.env['stock.location']
        cls.below = Location.create({'name': "Box", 'usage': 'internal', 'location_id': cls.shelf.id})
        cls.archived = Location.create({'name': "Old", 'usage': 'internal', 'location_id': cls.shelf.id})
        cls.archived.active = False
        other = cls.env['stock.warehouse'].create({'name': "Other", 'code': 'OTH', 'company_id': cls.company.id})
        cls.places = {
            'shelf': cls.shelf, 'below': cls.below, 'archived': cls.archived,
            'input': cls.warehouse.wh_input_stock_loc_id, 'far': cls.shelf_far,
            'customer': cls.env.ref('stock.stock_location_customers'), 'other': other.lot_stock_id}

    def _states(self, product, *place, app=None, **kwargs):
        """Return what Anna is told of a product: [(store, state, quantity)]."""
        answers = self.env(user=self.anna_user)['mobile.catalogue']._stores(
            self.shopper(app=app), product.sudo(), *place, **kwargs)[product.id]
        return [(answer.store.name, *answer.availability) for answer in answers]

    # === THE LAW === #

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=st.lists(st.tuples(st.sampled_from(PLACES), QUANTITIES, st.floats(0, 15)), max_size=8))
    def test_it_is_what_odoo_calls_free(self, rows):
        product = self.env['product.product'].create({'name': "Thing", 'is_storable': True})
        self.env['stock.quant'].create([{
            'product_id': product.id, 'location_id': self.places[place].id, 'quantity': quantity,
            'reserved_quantity': reserved} for place, quantity, reserved in rows])
        for store in self.store_near + self.store_far:
            free = product.with_context(warehouse_id=store.warehouse_id.id).free_qty
            self.env.flush_all()
            [[by_sql]] = self.env.execute_query(SQL('SELECT %s', self.env['mobile.catalogue']._free_sql(
                SQL('%s', product.id), SQL('%s', store.id))))
            self.assertEqual(float(by_sql), free)
            state, quantity = self.availability(product, store)
            self.assertEqual(quantity, max(free, 0))
            self.assertEqual(state, OUT if free <= 0 else LOW if free <= 3 else IN_STOCK)

    # === WHAT COUNTS === #

    def test_what_is_not_counted_nobody_knows(self):
        self._stock(self.cup, 5)
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))
        service = self.env['product.product'].create({'name': "Repair", 'type': 'service'})
        consumable = self.env['product.product'].create({'name': "Coffee", 'is_storable': False})
        for product in (service, consumable):
            self.assertEqual(self.availability(product), (UNKNOWN, None))
        self.assertEqual(self.availability(self.cup, self.store_far), (OUT, 0))
        self.warehouse_far.active = False
        self.assertEqual(self.availability(self.cup, self.store_far), (UNKNOWN, None), "it is given up")
        self.store_near.warehouse_id = False
        self.assertEqual(self.availability(self.cup), (UNKNOWN, None))

    def test_negative_and_reserved_quants(self):
        self._stock(self.cup, 5)
        self._stock(self.cup, -4, self.below)
        self.assertEqual(self.availability(self.cup), (LOW, 1))
        self.cup.stock_quant_ids.filtered(lambda quant: quant.quantity > 0).reserved_quantity = 1
        self.assertEqual(self.availability(self.cup), (OUT, 0))
        self._stock(self.cup, -4, self.below)
        self.assertEqual(self.availability(self.cup), (OUT, 0), "never less than nothing")

    def test_stores_share_a_warehouse(self):
        self.store_far.warehouse_id = self.warehouse
        self._stock(self.cup, 5)
        self.assertEqual(self.availability(self.cup, self.store_far), self.availability(self.cup))

    def test_a_location_that_moves_to_another_warehouse(self):
        self._stock(self.cup, 5, self.below)
        deeper = self.env['stock.location'].create({
            'name': "Corner", 'usage': 'internal', 'location_id': self.below.id})
        self._stock(self.cup, 2, deeper)
        self.below.location_id = self.shelf_far
        self.assertEqual(self.availability(self.cup), (OUT, 0))
        self.assertEqual(self.availability(self.cup, self.store_far), (IN_STOCK, 7))

    # === LEVELS === #

    def test_levels_of_product_category_and_company(self):
        self._stock(self.cup, 5)
        parent = self.env['product.category'].create({'name': "Kitchen"})
        self.cup.categ_id = self.env['product.category'].create({'name': "Cups", 'parent_id': parent.id})
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))
        self.company.mobile_low_stock = 5
        self.assertEqual(self.availability(self.cup), (LOW, 5))
        parent.mobile_low_stock = 4
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))
        self.cup.categ_id.mobile_low_stock = 6
        self.assertEqual(self.availability(self.cup), (LOW, 5))
        self.cup.mobile_low_stock = 1
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))

    def test_the_last_piece_is_not_promised(self):
        self._stock(self.cup, 2)
        self.company.mobile_safety_stock = 1
        self.assertEqual(self.availability(self.cup), (LOW, 1))
        self.cup.categ_id = self.env['product.category'].create({'name': "Cups", 'mobile_safety_stock': 2})
        self.assertEqual(self.availability(self.cup), (OUT, 0))
        self.cup.mobile_safety_stock = 0.5
        self.assertEqual(self.availability(self.cup), (LOW, 1.5))

    # === WHAT CUSTOMERS READ === #

    def test_numbers_are_the_apps_to_tell(self):
        self._stock(self.cup, 250)
        self.assertEqual(self._states(self.cup, *BRUSSELS), [("Brussels Store", IN_STOCK, None)])
        self.app.show_quantities = True
        self.assertEqual(self._states(self.cup, *BRUSSELS), [("Brussels Store", IN_STOCK, 99)])
        self.assertEqual(self._states(self.cup, *BRUSSELS, app=self.env['mobile.app']),
                         [("Brussels Store", IN_STOCK, 250)], "the staff")
        self.store_near.warehouse_id = False
        self.assertEqual(self._states(self.cup, *BRUSSELS)[0], ("Brussels Store", UNKNOWN, None))

    def test_the_nearest_of_all_that_has_it(self):
        for number in range(20):
            store, _fence = self._make_store(f"Store {number:02}", "Brussels", 'base.be', 50.8467, 4.36 + number / 1000)
            store.warehouse_id = self.warehouse
        farthest, _fence = self._make_store("Lyon Store", "Lyon", 'base.fr', 45.76, 4.83)
        farthest.warehouse_id = self.warehouse_far
        self._stock(self.cup, 1, self.shelf_far)
        expected = [("Brussels Store", OUT), ("Store 00", OUT), ("Paris Store", LOW)]
        self.assertEqual([row[:2] for row in self._states(self.cup, *BRUSSELS)], expected)
        self.store_far.active = False
        self.assertEqual(self._states(self.cup, *BRUSSELS)[2][:2], ("Lyon Store", LOW))
        self.cup.mobile_safety_stock = 1
        self.assertEqual(self._states(self.cup, *BRUSSELS)[2][:2], ("Store 01", OUT))

    def test_another_companys_stock_is_no_answer(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.env.user.company_ids += other
        store, _fence = self._make_store("Other Store", "Brussels", 'base.be', *BRUSSELS, company=other)
        store.warehouse_id = self.env['stock.warehouse'].search([('company_id', '=', other.id)], limit=1)
        self._stock(self.cup, 9, store.warehouse_id.lot_stock_id)
        self.assertEqual(self.env['mobile.catalogue']._nearest_with(self.company, self.cup.ids, *BRUSSELS), {})
        self.assertEqual([row[:2] for row in self._states(self.cup, *BRUSSELS)],
                         [("Brussels Store", OUT), ("Paris Store", OUT)])

    def test_a_page_costs_as_many_queries_as_one_product(self):
        more = self.env['product.product'].sudo().create([
            {'name': f"Thing {number}", 'is_storable': True} for number in range(20)])
        counts = []
        for products in (self.cup, self.cup, more):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env(user=self.anna_user)['mobile.catalogue']._stores(self.shopper(), products.sudo(), *BRUSSELS)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    # === FOR THE STAFF === #

    def test_staff_list_which_stores_have_it(self):
        self._stock(self.cup, 2)
        self._stock(self.cup, 9, self.below)
        self._stock(self.cup, 2, self.shelf_far)
        self._stock(self.jacket, 0, self.shelf_far)
        action = self.cup.product_tmpl_id.action_view_mobile_availability()
        rows = self.env['mobile.availability'].search(action['domain'])
        self.assertEqual(
            [(row.store_id, row.quantity, row.state) for row in rows],
            [(self.store_near, 11, IN_STOCK), (self.store_far, 2, LOW)])
        at_far = rows.search(self.store_far.action_view_availability()['domain'])
        self.assertEqual(at_far.product_id, self.cup + self.jacket)
        for row in rows:
            self.assertEqual((row.state, row.quantity), self.availability(row.product_id, row.store_id))
        self.assertEqual(rows[0].action_open_store()['res_id'], self.store_near.id)
