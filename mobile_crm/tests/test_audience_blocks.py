"""Each building block of audiences against a plain computation in Python, on random customers."""
import contextlib
import operator
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..tools import audience, geo
from ..tools.company_days import start_of
from .common import MobileCommon

# In Auckland it is the next day already, and summer time.
NOW = datetime(2026, 3, 1, 11, 30)
ZONE = ZoneInfo('Pacific/Auckland')
TODAY = date(2026, 3, 2)
COMPARE = {'=': operator.eq, '<': operator.lt, '<=': operator.le, '>': operator.gt, '>=': operator.ge}
BORDERS = (-1, 0, 1, 29, 30, 31, 365, 366, 10 ** 9)


def local_day(instant):
    return instant.replace(tzinfo=UTC).astimezone(ZONE).date()


def days_ago(instant):
    return max(0, (TODAY - local_day(instant)).days)


@tagged('-at_install', 'post_install')
class TestAudienceBlocks(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = ZONE.key
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.env.user.company_ids += cls.other_company
        cls.source = random.Random(19)
        Category = cls.env['product.category']
        cls.drinks = Category.create({'name': "Drinks"})
        cls.coffee = Category.create({'name': "Coffee", 'parent_id': cls.drinks.id})
        cls.bread = Category.create({'name': "Bread"})
        cls.products = cls.env['product.product'].create([
            {'name': name, 'categ_id': category.id, 'taxes_id': [Command.clear()]}
            for name, category in (("Water", cls.drinks), ("Espresso", cls.coffee), ("Roll", cls.bread))])
        cls.customers = cls.env['res.partner'].create([{'name': f"Customer {number}"} for number in range(24)])
        cls.startClassPatcher(freeze_time(NOW))

    def setUp(self):
        super().setUp()
        self.asked = 0

    # === MAKING RECORDS === #

    def _order_vals(self, partner, instant, amount=10.0, product=None, company=None, quantity=1, **values):
        return {
            'partner_id': partner.id, 'company_id': (company or self.company).id, 'date_order': instant,
            'state': 'sale',
            'order_line': [Command.create({
                'product_id': (product or self.products[0]).id, 'product_uom_qty': quantity, 'price_unit': amount,
                'tax_ids': [Command.clear()]})],
            **values}

    def _order(self, *args, **values):
        """Return a confirmed order of one product."""
        vals = self._order_vals(*args, **values)
        company = self.env['res.company'].browse(vals['company_id'])
        return self.env['sale.order'].with_company(company).create(vals)

    def _random_instant(self):
        """Return an instant of the last two years, often at a border of days as Auckland counts them."""
        if self.source.random() < 0.5:
            day = TODAY - timedelta(days=self.source.choice([0, 1, 2, 29, 30, 31, 89, 90, 91, 364, 365, 366]))
            midnight = start_of(day, ZONE)
            return min(NOW, midnight + self.source.choice([timedelta(seconds=-1), timedelta(), timedelta(hours=5)]))
        return NOW - timedelta(seconds=self.source.randrange(2 * 365 * 86400))

    def _random_orders(self):
        """Return what the customers ordered: partner → list of (instant, amount, product)."""
        orders, vals_list = {partner: [] for partner in self.customers}, []
        for partner in self.customers[2:]:
            for _ in range(self.source.choice([0, 1, 1, 2, 4])):
                fact = (self._random_instant(), self.source.choice([5.0, 100.0, 400.0]),
                        self.source.choice(self.products))
                vals_list.append(self._order_vals(partner, *fact))
                orders[partner].append(fact)
        self.env['sale.order'].create(vals_list)
        # What counts for none of them.
        self._order(self.customers[0], NOW, 1000.0, company=self.other_company)
        self._order(self.customers[0], NOW, 1000.0, state='cancel')
        self._order(self.customers[0], NOW, 1000.0, state='draft')
        return orders

    # === ASSERTIONS === #

    def assertBlock(self, domain, expected, message=None):
        """Assert that these of the customers match, and that the statement that decides says the same of each."""
        found = self.env['res.partner'].search(Domain('id', 'in', self.customers.ids) & Domain(domain))
        self.assertEqual(set(found), set(expected), message or domain)
        # The same SQL in another place: not each time.
        self.asked += 1
        if self.asked % 5 != 1:
            return
        campaign = self.campaign.new({
            'audience_domain': repr(list(Domain(domain))), 'company_id': self.company.id})
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT customer.id FROM res_partner customer LEFT JOIN %s AS audience ON audience.id = customer.id
                WHERE customer.id IN %s AND audience.id IS NOT NULL""",
            campaign._audience_partners().sudo()._search(campaign._audience()).subselect(),
            tuple(self.customers.ids)))
        self.assertEqual({row[0] for row in rows}, {partner.id for partner in expected}, message or domain)

    def assertNumber(self, field, figures, values):
        """Assert that a block compares as Python does.

        :param dict figures: by customer; None matches no number.
        """
        for name, compare in COMPARE.items():
            for value in values:
                matching = {
                    partner for partner, figure in figures.items() if figure is not None and compare(figure, value)}
                self.assertBlock([(field, name, value)], matching)
                found = self.env['res.partner'].search(['!', (field, name, value), ('id', 'in', self.customers.ids)])
                self.assertEqual(set(found), set(self.customers) - matching, (field, 'not', name, value))
        for partner, figure in figures.items():
            self.assertAlmostEqual(partner[field], figure or 0, 2, partner.name)

    # === WHAT THEY BOUGHT === #

    def test_recency_frequency_value_and_segment(self):
        orders = self._random_orders()
        recency = {partner: min((days_ago(fact[0]) for fact in facts), default=None)
                   for partner, facts in orders.items()}
        of_year = {partner: [fact for fact in facts if days_ago(fact[0]) <= 365] for partner, facts in orders.items()}
        spent = {partner: sum(fact[1] for fact in facts) for partner, facts in of_year.items()}
        self.assertNumber('mobile_days_since_order', recency, BORDERS)
        self.assertBlock([('mobile_days_since_order', '=', False)], [
            partner for partner, days in recency.items() if days is None])
        self.assertNumber(
            'mobile_order_count_365', {partner: len(facts) for partner, facts in of_year.items()}, (-1, 0, 1, 2, 3))
        self.assertNumber('mobile_spent_365', spent, (-1, 0, 5, 100.0, 105.0, 399.99, 400))

        def segment(partner):
            if recency[partner] is None:
                return False
            if recency[partner] > 365:
                return 'lost'
            if recency[partner] > 90:
                return 'at_risk'
            if len(of_year[partner]) < 2:
                return 'occasional'
            return 'best' if spent[partner] >= 500 else 'loyal'

        self.company.write({'mobile_segment_orders': 2, 'mobile_segment_value': 500})
        segments = {partner: segment(partner) for partner in self.customers}
        self.assertEqual(set(segments.values()), {'best', 'loyal', 'occasional', 'at_risk', 'lost', False})
        for name in set(segments.values()):
            self.assertBlock([('mobile_segment', '=', name)], [
                partner for partner, each in segments.items() if each == name])
        self.assertBlock([('mobile_segment', 'not in', ['best', 'lost'])], [
            partner for partner, each in segments.items() if each not in ('best', 'lost')])
        for partner, name in segments.items():
            self.assertEqual(partner.mobile_segment, name)
        groups = dict(self.env['res.partner']._read_group(
            [('id', 'in', self.customers.ids)], ['mobile_segment'], ['__count']))
        for name in set(segments.values()):
            self.assertEqual(groups[name], list(segments.values()).count(name), name)

    def test_the_other_company_has_its_own_figures(self):
        self._order(self.customers[0], NOW - timedelta(days=400))
        self._order(self.customers[0], NOW - timedelta(days=10), company=self.other_company)
        self.assertBlock([('mobile_days_since_order', '>', 100)], self.customers[0])
        elsewhere = self.env['res.partner'].with_company(self.other_company)
        self.assertEqual(
            elsewhere.search([('mobile_days_since_order', '<', 100)]) & self.customers, self.customers[0])
        self.assertEqual(self.customers[0].mobile_days_since_order, 400)
        self.assertEqual(self.customers[0].with_company(self.other_company).mobile_days_since_order, 10)

    def test_spent_is_net_of_credit_notes_and_in_the_companys_currency(self):
        dollar = self.env.ref('base.USD')
        dollar.active = True
        self.env['res.currency.rate'].create({
            'currency_id': dollar.id, 'company_id': self.company.id, 'name': '2026-01-01', 'rate': 2.0})
        pricelist = self.env['product.pricelist'].create({
            'name': "Dollar", 'currency_id': dollar.id, 'company_id': self.company.id})
        buyer, returner = self.customers[:2]
        self._order(buyer, NOW, 100.0, pricelist_id=pricelist.id)
        order = self._order(returner, NOW, 100.0)
        income, receivable = self.env['account.account'].create([
            {'name': kind, 'code': code, 'account_type': kind, 'company_ids': [Command.set(self.company.ids)]}
            for kind, code in (('income', '700001'), ('asset_receivable', '400001'))])
        returner.property_account_receivable_id = receivable
        journal = self.env['account.journal'].create({
            'name': "Sales", 'code': 'MCS', 'type': 'sale', 'company_id': self.company.id,
            'default_account_id': income.id})
        refund = self.env['account.move'].create({
            'move_type': 'out_refund', 'partner_id': returner.id, 'journal_id': journal.id, 'invoice_date': TODAY,
            'invoice_line_ids': [Command.create({
                'name': "Returned", 'account_id': income.id, 'quantity': 1, 'price_unit': 30.0,
                'tax_ids': [Command.clear()], 'sale_line_ids': [Command.link(order.order_line.id)]})],
        })
        self.assertEqual(returner.mobile_spent_365, 100.0, "a draft changes nothing")
        refund.action_post()
        self.customers.invalidate_recordset()
        self.assertNumber('mobile_spent_365', {
            **dict.fromkeys(self.customers, 0), buyer: 50.0, returner: 70.0}, (-1, 0, 50, 60, 70, 100))

    def test_bought_products_and_categories(self):
        orders = self._random_orders()
        gift, returned = self.customers[:2]
        line = self._order(gift, NOW).order_line
        line.reward_id = self.program.reward_ids
        self._order(returned, NOW, quantity=-1)
        parents = {self.coffee: self.drinks}
        for window in (None, 30, 90, 365):
            bought = {partner: {fact[2] for fact in facts if window is None or days_ago(fact[0]) <= window}
                      for partner, facts in orders.items()}
            categories = {partner: {product.categ_id for product in products} for partner, products in bought.items()}
            suffix = f'_{window}' if window else ''
            field, category_field = f'mobile_bought_product{suffix}_ids', f'mobile_bought_category{suffix}_ids'
            water, espresso, roll = self.products
            for wanted in (water, espresso + roll):
                having = [partner for partner, products in bought.items() if products & set(wanted)]
                self.assertBlock([(field, 'in', wanted.ids)], having)
                self.assertBlock([(field, 'not in', wanted.ids)], set(self.customers) - set(having))
            self.assertBlock([(field, 'ilike', "spress")], [
                partner for partner, products in bought.items() if espresso in products])
            self.assertBlock([(field, '=', False)], [partner for partner in bought if not bought[partner]])
            self.assertBlock([(field, '!=', False)], [partner for partner in bought if bought[partner]])
            for wanted in (self.drinks, self.coffee, self.bread):
                self.assertBlock([(category_field, 'in', wanted.ids)], [
                    partner for partner, each in categories.items()
                    if wanted in each | {parents.get(category) for category in each}])
            for partner in self.customers:
                self.assertEqual(set(partner[field]), bought[partner])
                self.assertEqual(set(partner[category_field]), categories[partner])

    # === WHERE THEY GO AND LIVE === #

    def _visit(self, partner, instant, store, is_over=True):
        return self.env['mobile.visit'].create({
            'partner_id': partner.id, 'store_id': store.id, 'company_id': store.company_id.id, 'entered_at': instant,
            'left_at': instant + timedelta(minutes=5) if is_over else False})

    def test_visits(self):
        other_store, _fence = self._make_store("Other", "Ghent", 'base.be', 51.05, 3.72, self.other_company)
        visits = {partner: [] for partner in self.customers}
        for partner in self.customers[2:]:
            for _ in range(self.source.choice([0, 1, 2])):
                fact = (self._random_instant(), self.source.choice([self.store_near, self.store_far]))
                self._visit(partner, *fact)
                visits[partner].append(fact)
        self._visit(self.customers[0], NOW, other_store)
        self._visit(self.customers[1], NOW, self.store_near, is_over=False)
        self.assertNumber('mobile_days_since_visit', {
            partner: min((days_ago(fact[0]) for fact in facts), default=None) for partner, facts in visits.items()},
            BORDERS)
        for window in (None, 30, 90, 365):
            field = f'mobile_visited_store_{window}_ids' if window else 'mobile_visited_store_ids'
            stores = {partner: {fact[1] for fact in facts if window is None or days_ago(fact[0]) <= window}
                      for partner, facts in visits.items()}
            for store in (self.store_near, self.store_far):
                self.assertBlock([(field, 'in', store.ids)], [
                    partner for partner in stores if store in stores[partner]])
            self.assertBlock([(field, 'not in', self.store_near.ids)], [
                partner for partner in stores if self.store_near not in stores[partner]])
            for partner in self.customers:
                self.assertEqual(set(partner[field]), stores[partner])

    def test_distance_from_stores(self):
        dateline, _fence = self._make_store("Date Line", "Suva", 'base.fj', -16.8, 179.99)
        pole, _fence = self._make_store("Pole", "Pole", 'base.aq', 90.0, 0.0)
        closed, _fence = self._make_store("Closed", "Oslo", 'base.no', 59.91, 10.75)
        closed.active = False
        self._make_store("Other", "Bergen", 'base.no', 60.39, 5.32, self.other_company)
        stores = self.store_near + self.store_far + dateline + pole
        for partner in self.customers[2:]:
            store = self.source.choice(stores + closed)
            far = self.source.choice([0.0, 1.9, 2.1, 4.9, 5.1, 24.0, 26.0, 49.0, 51.0])
            bearing = self.source.choice([-1, 1])
            latitude = max(-90.0, store.latitude - far / 111.195)
            longitude = store.longitude
            if store == dateline:
                # To the other side of the date line.
                latitude, longitude = store.latitude, store.longitude + bearing * far / 106.5
                longitude = (longitude + 180) % 360 - 180
            partner.write({'partner_latitude': latitude, 'partner_longitude': longitude})
        # The address of the others was not located.
        self.customers[0].write({'partner_latitude': 0.0, 'partner_longitude': 0.0})
        distances = {
            partner: {
                store: geo.distance(
                    partner.partner_latitude, partner.partner_longitude, store.latitude, store.longitude) / 1000
                for store in stores} if partner.partner_latitude or partner.partner_longitude else {}
            for partner in self.customers}
        self.assertTrue(any(distances.values()))
        for value in (0, 2, 5, 50, 1000, 30000):
            for name in ('<', '<=', '>', '>='):
                self.assertBlock([('mobile_store_distance', name, value)], [
                    partner for partner, each in distances.items()
                    if each and COMPARE[name](min(each.values()), value)])
        for radius in (2, 5, 10, 25, 50):
            field = f'mobile_near_{radius}_store_ids'
            for store in stores:
                self.assertBlock([(field, 'in', store.ids)], [
                    partner for partner, each in distances.items() if each and each[store] <= radius])
            self.assertBlock([(field, 'in', closed.ids)], [])
            self.assertBlock([(field, '!=', False)], [
                partner for partner, each in distances.items() if each and min(each.values()) <= radius])
            for partner, each in distances.items():
                self.assertEqual(set(partner[field]), {store for store in each if each[store] <= radius})

    # === THEIR PHONES, CONSENTS AND DAYS === #

    def _phone(self, partner, app=None, **values):
        device = self._make_device(app)
        user = self.env['res.users'].create({
            'name': partner.name, 'login': device.uuid, 'partner_id': partner.id,
            'group_ids': [Command.set(self.env.ref('base.group_portal').ids)]}) \
            if not partner.user_ids else partner.user_ids
        device.write({'user_id': user.id, **values})
        return device

    def test_apps_and_phones(self):
        second_app = self.env['mobile.app'].create({'name': "Second", 'company_id': self.company.id})
        other_app = self.env['mobile.app'].create({'name': "Other", 'company_id': self.other_company.id})
        old, new, both, gone, elsewhere = self.customers[:5]
        self._phone(old, platform='android', app_version='2.9.1', notifications_allowed=True)
        self._phone(new, second_app, platform='ios', app_version='2.10-beta')
        self._phone(both, platform='web', app_version='unknown', last_seen_at=NOW - timedelta(days=2))
        self._phone(both, platform='ios', app_version='3', last_seen_at=NOW)
        self._phone(gone, active=False)
        self._phone(elsewhere, other_app)
        having = old + new + both
        self.assertBlock([('mobile_has_app', '=', True)], having)
        self.assertBlock([('mobile_has_app', '=', False)], self.customers - having)
        self.assertBlock([('mobile_app_ids', 'in', second_app.ids)], new)
        self.assertBlock([('mobile_app_ids', 'not in', second_app.ids)], self.customers - new)
        self.assertBlock([('mobile_platform', '=', 'ios')], new + both)
        self.assertBlock([('mobile_platform', 'in', ['android', 'web'])], old + both)
        self.assertBlock([('mobile_platform', '=', False)], self.customers - having)
        self.assertBlock([('mobile_can_push', '=', True)], old)
        for name, version, expected in (
            ('=', '3', both), ('<', '2.10', old), ('>=', '2.10', new + both), ('>', '2.9', having),
            ('<=', '2.9.1', old),
            ('ilike', 'beta', new), ('=ilike', '2.%', old + new),
        ):
            self.assertBlock([('mobile_app_version', name, version)], expected)
        self.assertEqual((both.mobile_platform, both.mobile_app_version), ('ios', '3'))
        self.assertEqual((old.mobile_can_push, new.mobile_can_push, gone.mobile_has_app), (True, False, False))
        self.assertEqual(new.mobile_app_ids, second_app)

    def test_consents(self):
        agreed, withdrew, elsewhere = self.customers[:3]
        append = self.env['mobile.consent']._append
        append(agreed, self.company, {'push': True, 'profiling': True}, 'staff')
        append(withdrew, self.company, {'push': True}, 'staff')
        append(withdrew, self.company, {'push': False, 'sms': True}, 'staff')
        append(elsewhere, self.other_company, {'push': True, 'email': True}, 'staff')
        self.assertBlock([('mobile_agrees_push', '=', True)], agreed)
        self.assertBlock([('mobile_agrees_push', '=', False)], self.customers - agreed)
        self.assertBlock([('mobile_agrees_sms', '=', True)], withdrew)
        self.assertBlock([('mobile_agrees_email', '=', True)], [])
        self.assertBlock([('mobile_agrees_profiling', '=', True)], agreed)
        self.assertEqual((agreed.mobile_agrees_push, withdrew.mobile_agrees_push), (True, False))

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=150)
    @given(
        today=st.dates(date(2023, 1, 1), date(2033, 1, 1)),
        born=st.dates(date(1920, 1, 1), date(2020, 12, 31)) | st.sampled_from([date(1984, 2, 29), date(2000, 2, 29)]))
    def test_law_days_until_a_birthday(self, today, born):
        following = [today + timedelta(days=number) for number in range(366)]
        # relativedelta knows what becomes of 29 February.
        birthdays = {born + relativedelta(years=day.year - born.year) for day in (following[0], following[-1])}
        self.assertEqual(
            audience.anniversaries(today)[born.month * 100 + born.day],
            next(number for number, day in enumerate(following) if day in birthdays))

    def test_birthdays(self):
        ahead = dict(zip(self.customers, (0, 1, 6, 7, 8, 30, 363, 364), strict=False))
        for partner, number in ahead.items():
            partner.mobile_birthdate = (TODAY + timedelta(days=number)).replace(year=1980)
        self.assertNumber(
            'mobile_birthday_in', {**dict.fromkeys(self.customers), **ahead}, (-1, 0, 1, 6, 7, 8, 364, 365, 400))

    def test_customer_since(self):
        ordered, signed_in, both, elsewhere = self.customers[:4]
        midnight = start_of(TODAY - timedelta(days=5), ZONE)
        self._order(ordered, midnight - timedelta(seconds=1))
        self._order(ordered, NOW)
        self._order(elsewhere, NOW, company=self.other_company)
        self._order(both, midnight)
        for partner, instant in ((signed_in, midnight), (both, midnight - timedelta(days=3))):
            self._phone(partner)
            self.env.cr.execute('UPDATE res_users SET create_date = %s WHERE partner_id = %s', (instant, partner.id))
        since = {ordered: TODAY - timedelta(days=6), signed_in: TODAY - timedelta(days=5),
                 both: TODAY - timedelta(days=8)}
        for name, compare in COMPARE.items():
            for number in range(10):
                day = TODAY - timedelta(days=number)
                self.assertBlock([('mobile_customer_since', name, fields.Date.to_string(day))], [
                    partner for partner, each in since.items() if compare(each, day)])
        self.assertBlock([('mobile_customer_since', '=', False)], self.customers - sum(since, self.env['res.partner']))
        self.assertBlock([('mobile_customer_since', '>=', 'today =1d')], [])
        for partner in self.customers:
            self.assertEqual(partner.mobile_customer_since, since.get(partner, False))

    # === THEIR COUPONS === #

    def test_coupons(self):
        unused, redeemed, held, expired, spent = self.customers[:5]
        campaign = self.campaign
        cards = {partner: self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': partner.id, 'holder_only': True, 'points': 1,
            'mobile_campaign_id': campaign.id, 'mobile_expires_at': NOW + timedelta(days=1)})
            for partner in self.customers[:5]}
        cards[expired].mobile_expires_at = NOW
        cards[spent].points = 0
        for partner, state in ((redeemed, 'confirmed'), (held, 'held'), (unused, 'void')):
            self.env['mobile.redemption'].create({
                'card_id': cards[partner].id, 'partner_id': partner.id, 'company_id': self.company.id, 'state': state,
                'order_ref': "S1"})
        self.assertBlock([('mobile_has_coupon', '=', True)], unused)
        self.assertBlock([('mobile_got_campaign_ids', 'in', campaign.ids)], self.customers[:5])
        self.assertBlock([('mobile_redeemed_campaign_ids', 'in', campaign.ids)], redeemed)
        self.assertBlock([('mobile_unredeemed_campaign_ids', 'in', campaign.ids)], unused + held + expired + spent)
        self.assertBlock([('mobile_unredeemed_campaign_ids', 'ilike', campaign.name)], unused + held + expired + spent)
        self.assertEqual((unused.mobile_has_coupon, held.mobile_has_coupon), (True, False))
        self.assertEqual(redeemed.mobile_redeemed_campaign_ids, campaign)
        self.assertFalse(redeemed.mobile_unredeemed_campaign_ids)
        # To another company of the same customer they are nothing.
        elsewhere = self.env['res.partner'].with_company(self.other_company)
        self.assertFalse(elsewhere.search([('mobile_got_campaign_ids', '!=', False)]) & self.customers)

    # === WHO MAY ASK === #

    def test_who_may_not_read_a_figure_cannot_search_by_it(self):
        blocks = [name for name, field in self.env['res.partner']._fields.items()
                  if name.startswith('mobile_') and field.search and not field.store
                  and field.base_field._module == 'mobile_crm']
        self.assertGreater(len(blocks), 30)
        plain = self.env['res.partner'].with_user(new_test_user(self.env, 'audience_plain'))
        user = self.env['res.partner'].with_user(
            new_test_user(self.env, 'audience_user', groups='mobile_crm.group_mobile_crm_user'))
        for name in blocks:
            field = self.env['res.partner']._fields[name]
            value = {'boolean': True, 'integer': 1, 'float': 1.0, 'date': '2026-01-01'}.get(field.type, False)
            operator_ = '<' if field.type == 'float' else '='
            with self.assertRaises(AccessError, msg=name):
                plain.search([(name, operator_, value)])
            if field.groups == 'mobile_crm.group_mobile_crm_manager':
                with self.assertRaises(AccessError, msg=name):
                    user.search([(name, operator_, value)])
            else:
                user.search([(name, operator_, value)])

    def test_hostile_values_are_refused_or_quoted(self):
        Partner = self.env['res.partner']
        for domain in (
            [('mobile_days_since_order', '<', "1; DROP TABLE res_partner")], [('mobile_spent_365', '=', "x' OR 1=1")],
            [('mobile_order_count_365', '>', float('nan'))], [('mobile_segment', '=', "' OR TRUE --")],
            [('mobile_near_5_store_ids', 'in', ["1) OR (1=1"])], [('mobile_birthday_in', '<', None)],
            [('mobile_app_version', '<', "'; SELECT")],
        ):
            with contextlib.suppress(TypeError, ValueError):
                self.assertFalse(Partner.search(domain) & self.customers, domain)
        self.assertFalse(Partner.search([('mobile_platform', '=', "' OR TRUE OR '")]))
        self.assertFalse(Partner.search([('mobile_app_version', 'ilike', "' OR TRUE OR '")]))
        self.assertTrue(self.customers.exists())
