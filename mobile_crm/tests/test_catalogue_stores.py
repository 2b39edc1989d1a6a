"""Which stores an answer about products names, and in which order."""
from unittest.mock import patch

from odoo.tests import tagged

from ..models.mobile_catalogue import Shopper
from ..models.mobile_catalogue_stores import IN_STOCK, LOOKED_AT, LOW, OUT, UNKNOWN, Availability
from ..tools.problems import Problem
from .common import MobileCommon

BRUSSELS, PARIS = (50.8467, 4.3525), (48.8566, 2.3522)


@tagged('-at_install', 'post_install')
class TestCatalogueStores(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup = cls.env['product.product'].create({'name': "Cup"})
        cls.products = (cls.product + cls.cup).sudo()
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.env.user.company_ids += cls.other_company
        cls.other_store, _fence = cls._make_store(
            "Other Store", "Brussels", 'base.be', *BRUSSELS, company=cls.other_company)

    def _stores(self, *place, user=None, products=None, partner=None, **kwargs):
        """Return the stores that Anna is told, by product: [(store, state)]."""
        env = self.env(user=user or self.anna_user)
        shopper = Shopper(self.company.sudo(), self.app.sudo(), (self.anna if partner is None else partner).sudo())
        answers = env['mobile.catalogue']._stores(
            shopper, self.products if products is None else products, *place, **kwargs)
        return {product: [(answer.store.name, answer.availability.state) for answer in stores]
                for product, stores in answers.items()}

    def _stock(self, states, nearest=None):
        """Let the bridge to the stock know what stores have; what is not named is sold out.

        :param dict states: state by (product, store).
        :param dict nearest: store by product, found beyond the stores around.
        """
        Catalogue = self.env.registry['mobile.catalogue']
        known = {(product.id, store.id): state for (product, store), state in states.items()}
        self.asked_for = []

        def _availability(model, product_ids, store_ids):
            return {(product, store): Availability(known.get((product, store), OUT), 7.0)
                    for product in product_ids for store in store_ids}

        def _nearest_with(model, company, product_ids, *place):
            self.asked_for.append((company, product_ids, place))
            return {product.id: (store.id, Availability(LOW, 1.0)) for product, store in (nearest or {}).items()
                    if product.id in product_ids}

        self.startPatcher(patch.object(Catalogue, '_counts_stock', lambda model: True))
        self.startPatcher(patch.object(Catalogue, '_availability', _availability))
        self.startPatcher(patch.object(Catalogue, '_nearest_with', _nearest_with))
        # Whatever bridge is installed: numbers are none of this test's.
        self.startPatcher(patch.object(
            Catalogue, '_told', lambda model, shopper, availability: availability._replace(quantity=None)))

    def _many_stores(self):
        """Let there be more stores in Brussels than are looked at, and the one in Paris."""
        for number in range(LOOKED_AT):
            self._make_store(f"Store {number:02}", "Brussels", 'base.be', 50.8467, 4.36 + number / 1000)

    # === WHICH STORES === #

    def test_nearest_first_with_distance_and_hours(self):
        self.store_far.opening_hours = 'Mo-Su 00:00-24:00'
        shopper = Shopper(self.company.sudo(), self.app.sudo(), self.anna.sudo())
        answers = self.env(user=self.anna_user)['mobile.catalogue']._stores(shopper, self.product.sudo(), *PARIS)
        [paris, brussels] = answers[self.product.id]
        self.assertEqual((paris.store.id, paris.open_now), (self.store_far.id, True))
        self.assertEqual((brussels.store.id, brussels.open_now), (self.store_near.id, None))
        self.assertEqual(paris.store.distance, 0)
        self.assertAlmostEqual(brussels.store.distance, 264_000, delta=1000)
        self.assertIsNone(paris.availability.quantity)

    def test_so_many_for_all_products_alike(self):
        self._many_stores()
        self._stock({(product, self.store_near): LOW for product in self.products})
        self.assertEqual(self._stores(*BRUSSELS), {
            product.id: [("Brussels Store", LOW)] for product in self.products})
        self.assertEqual(self._stores(*BRUSSELS, products=self.products.browse()), {})

    def test_without_a_position_the_favourite_ones(self):
        self.assertEqual(self._stores(), {product.id: [] for product in self.products})
        self.anna.mobile_favourite_store_ids = self.store_far + self.store_near + self.other_store
        names = [name for name, _state in self._stores()[self.cup.id]]
        self.assertEqual(names, ["Brussels Store", "Paris Store"])
        self.assertEqual(self._stores(user=self.env.ref('base.public_user'), partner=self.env['res.partner']), {
            product.id: [] for product in self.products})

    def test_of_other_companies_and_closed_for_good_none(self):
        self.store_far.active = False
        self.assertEqual([name for name, _state in self._stores(*PARIS)[self.cup.id]], ["Brussels Store"])

    # === THE STORE THAT IS ASKED FOR === #

    def test_the_store_that_is_asked_for_wherever_it_is(self):
        self._stock({(self.cup, self.store_far): IN_STOCK, (self.product, self.store_near): LOW})
        stores = self._stores(*BRUSSELS, store_id=self.store_far.id)
        self.assertEqual(stores[self.cup.id], [("Paris Store", IN_STOCK)])
        self.assertEqual(stores[self.product.id], [("Paris Store", OUT), ("Brussels Store", LOW)])

    def test_around_the_store_that_is_asked_for_without_a_position(self):
        self._stock({(self.product, self.store_near): LOW})
        shopper = Shopper(self.company.sudo(), self.app.sudo(), self.anna.sudo())
        answers = self.env(user=self.anna_user)['mobile.catalogue']._stores(
            shopper, self.product.sudo(), store_id=self.store_far.id)[self.product.id]
        self.assertEqual([answer.store.id for answer in answers], [self.store_far.id, self.store_near.id])
        self.assertEqual([answer.store.distance for answer in answers], [None, None], "nobody is at the store")
        self.store_far.is_located = False
        self.assertEqual(self._stores(store_id=self.store_far.id)[self.product.id], [("Paris Store", OUT)])

    def test_a_store_that_nobody_may_see_is_refused(self):
        archived, _fence = self._make_store("Gone", "Ghent", 'base.be', 51.05, 3.72)
        archived.active = False
        for store_id in (self.other_store.id, archived.id, 2 ** 31 - 1):
            with self.subTest(store=store_id), self.assertRaises(Problem) as refused:
                self._stores(store_id=store_id)
            self.assertEqual(refused.exception.errors[0]['loc'], ['query', 'store_id'])

    # === WHAT THEY HAVE === #

    def test_those_that_have_it_before_nearer_ones_that_have_not(self):
        self._stock({(self.cup, self.store_far): UNKNOWN})
        stores = self._stores(*BRUSSELS)
        self.assertEqual(stores[self.cup.id], [("Paris Store", UNKNOWN)], "who does not count may have it")
        self.assertEqual(stores[self.product.id], [("Brussels Store", OUT), ("Paris Store", OUT)])

    def test_where_none_around_has_it_the_nearest_of_all(self):
        self._many_stores()
        self._stock({(self.cup, self.store_far): LOW, (self.product, self.store_near): LOW},
                    nearest={self.cup: self.store_far})
        stores = self._stores(*BRUSSELS)
        self.assertEqual(stores[self.cup.id], [("Brussels Store", OUT), ("Store 00", OUT), ("Paris Store", LOW)])
        self.assertEqual(self.asked_for, [(self.company, [self.cup.id], BRUSSELS)])
        self.assertEqual(self._stores(*BRUSSELS, limit=1)[self.cup.id], [("Paris Store", LOW)])
        self.assertEqual(self._stores(*BRUSSELS, store_id=self.store_near.id, limit=1)[self.cup.id],
                         [("Brussels Store", OUT), ("Paris Store", LOW)])

    def test_a_store_that_the_shopper_may_not_see_is_not_named(self):
        self._many_stores()
        self._stock({}, nearest={self.cup: self.other_store})
        self.assertNotIn("Other Store", dict(self._stores(*BRUSSELS)[self.cup.id]))

    def test_a_page_costs_as_many_queries_as_one_product(self):
        self._many_stores()
        more = self.env['product.product'].sudo().create([{'name': f"Product {number}"} for number in range(20)])
        self._stock({}, nearest=dict.fromkeys(more + self.product, self.store_far))
        counts = []
        for products in (self.product.sudo(), self.product.sudo(), more):
            before = self.env.cr.sql_log_count
            self._stores(*BRUSSELS, products=products)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertGreater(counts[1], 0)
