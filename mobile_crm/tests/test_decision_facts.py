"""Scans and searches that set campaigns off, and the product that they are about."""
import uuid
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestDecisionFacts(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.trigger = 'scan'
        cls.let_learn(cls.anna, cls.phone)
        clothes, cls.rainwear = cls.env['product.category'].create([{'name': "Clothes"}, {'name': "Rainwear"}])
        cls.rainwear.parent_id = clothes
        cls.clothes = clothes
        cls.product.categ_id = cls.rainwear
        cls.product.barcode = '0012345678905'
        cls.boots = cls.env['product.product'].create({
            'name': "Gummistiefel", 'categ_id': cls.rainwear.id, 'barcode': '4006381333931'})
        cls.cup = cls.env['product.product'].create({'name': "Cup", 'barcode': '5901234123457'})

    def _report(self, device=None, **values):
        """Report a scan or a search; return the decisions that followed."""
        self.hurry()
        report = {'id': str(uuid.uuid4()), 'occurred_at': fields.Datetime.now(), **values}
        accepted, _known, rejected = self.env['mobile.event']._record(device or self.phone, [report])
        self.assertEqual((accepted, rejected), (1, []))
        return self.env['mobile.event'].search([('uuid', '=', report['id'])]).decision_ids

    def _scan(self, barcode, **values):
        return self._report(type='scan', barcode=barcode, **values)

    def _search(self, query, **values):
        return self._report(type='search', query=query, **values)

    # === SCANS === #

    def test_a_scan_is_answered_and_names_the_product(self):
        decision = self._scan('5901234123457')
        self.assertEqual((decision.outcome, decision.product_id), ('sent', self.cup))

    def test_a_scan_of_what_nobody_knows_is_answered_unless_products_are_chosen(self):
        decision = self._scan('0000000000000')
        self.assertEqual((decision.outcome, decision.product_id.id), ('sent', False))
        self.campaign.product_ids = self.cup
        self.assertFalse(self._scan('0000000000000'))

    def test_only_chosen_products_and_those_of_chosen_categories_count(self):
        self.campaign.write({'max_per_customer': 9, 'cooldown_hours': 0, 'product_ids': self.cup.ids,
                             'product_category_ids': self.clothes.ids})
        self.assertEqual(self._scan('5901234123457').product_id, self.cup)
        self.assertEqual(self._scan('4006381333931').product_id, self.boots, "in a category below")
        self.campaign.product_category_ids = False
        self.assertFalse(self._scan('4006381333931'))
        self.assertEqual(self._report(type='scan', product_id=self.cup.id).product_id, self.cup)
        self.assertFalse(self._report(type='scan', product_id=self.boots.id))

    def test_an_american_code_is_its_european_one(self):
        self.campaign.product_ids = self.product
        self.assertEqual(self._scan('012345678905').product_id, self.product)

    def test_a_pack_is_its_product(self):
        unit = self.env.ref('uom.product_uom_dozen')
        self.env['product.uom'].create({'product_id': self.cup.id, 'uom_id': unit.id, 'barcode': '96385074',
                                        'company_id': self.company.id})
        self.campaign.product_ids = self.cup
        self.assertEqual(self._scan('96385074').product_id, self.cup)

    def test_products_of_other_companies_and_those_not_for_sale_are_unknown(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.cup.company_id = other
        self.assertFalse(self._scan('5901234123457').product_id)
        self.boots.sale_ok = False
        self.assertFalse(self._scan('4006381333931').product_id)
        self.product.active = False
        self.assertFalse(self._scan('0012345678905').product_id)

    def test_a_fact_is_answered_once(self):
        report = {'id': str(uuid.uuid4()), 'type': 'scan', 'barcode': '5901234123457',
                  'occurred_at': fields.Datetime.now()}
        for _time in range(2):
            self.env['mobile.event']._record(self.phone, [report])
        event = self.env['mobile.event'].search([('uuid', '=', report['id'])])
        self.assertFalse(self.env['mobile.decision']._decide_for_events(event))
        self.assertEqual(len(event.decision_ids), 1)

    # === NEAR A STORE === #

    def test_stores_say_where_the_coupon_counts_and_not_where_one_scans(self):
        self.campaign.store_ids = self.store_far
        self.assertEqual(self._scan('5901234123457').outcome, 'sent')

    def test_near_a_store_by_the_report_itself(self):
        self.campaign.write({'near_store': True, 'store_ids': self.store_near.ids})
        self.assertFalse(self._scan('5901234123457'))
        self.assertFalse(self._scan('5901234123457', store_id=self.store_far.id))
        decision = self._scan('5901234123457', store_id=self.store_near.id)
        self.assertEqual((decision.outcome, decision.store_id), ('sent', self.store_near))

    def test_near_a_store_by_the_last_fact(self):
        self.campaign.write({'near_store': True, 'max_per_customer': 9, 'cooldown_hours': 0})
        now = fields.Datetime.now()
        self._scan('4006381333931', store_id=self.store_near.id, occurred_at=now - timedelta(minutes=9))
        self.assertEqual(self._scan('5901234123457').store_id, self.store_near)
        self.campaign.store_ids = self.store_far
        self.assertFalse(self._scan('5901234123457'))

    def test_what_was_longer_ago_is_not_near(self):
        self.campaign.near_store = True
        now = fields.Datetime.now()
        self._scan('4006381333931', store_id=self.store_near.id, occurred_at=now - timedelta(minutes=11))
        self.assertFalse(self._scan('5901234123457'))

    def test_who_is_in_the_fence_is_near_until_they_leave(self):
        self.campaign.near_store = True
        now = fields.Datetime.now()
        self.enter(self.phone, self.fence_near, occurred_at=now - timedelta(minutes=40))
        self.assertEqual(self._scan('5901234123457').store_id, self.store_near)
        self.enter(self.phone, self.fence_near, type='exit', occurred_at=now - timedelta(seconds=5))
        self.assertFalse(self._scan('5901234123457'))

    def test_near_a_store_takes_the_consent_to_location(self):
        self.campaign.near_store = True
        self.env['mobile.consent']._append(
            self.anna, self.company, {'location': False}, 'device', device_uuid=self.phone.uuid)
        decision = self._scan('5901234123457', store_id=self.store_near.id)
        self.assertEqual(decision.reason, 'no_consent')
        self.campaign.near_store = False
        self.assertEqual(self._scan('5901234123457', store_id=self.store_near.id).reason, 'passed')

    # === SEARCHES === #

    def test_any_search_sets_off_a_campaign_without_products(self):
        self.campaign.trigger = 'search'
        self.assertEqual(self._search("anything at all").outcome, 'sent')

    def test_words_of_a_search_are_found_in_names(self):
        self.campaign.write({'trigger': 'search', 'max_per_customer': 99, 'cooldown_hours': 0,
                             'product_ids': (self.product + self.boots).ids})
        self.env['res.lang']._activate_lang('de_DE')
        self.boots.with_context(lang='de_DE').name = "Gummistiefel (grün)"
        for query, product in (
            ("rain jacket", self.product), ("JACKETS", self.product), ("a Jack", self.product),
            ("jacket, rain!", self.product), ("gummi", self.boots), ("rainwear", self.product),
            ("GRÜN", self.boots), ("rainwear gummistiefel", self.boots),
        ):
            self.assertEqual(self._search(query).product_id, product, query)
        for query in ("cup", "train", "rain hat", "ain", "!?", "%", "_acket", "de", "lang"):
            self.assertFalse(self._search(query), query)

    def test_a_search_finds_only_what_is_sold_here(self):
        self.campaign.write({'trigger': 'search', 'product_category_ids': self.rainwear.ids})
        self.product.sale_ok = False
        self.assertFalse(self._search("jacket"))
        self.boots.company_id = self.env['res.company'].create({'name': "Other Shop"})
        self.assertFalse(self._search("gummistiefel"))

    # === FOR WHOM === #

    def test_other_apps_companies_and_triggers_are_not_concerned(self):
        self.campaign.app_id = self.env['mobile.app'].create({'name': "Other app", 'company_id': self.company.id})
        self.assertFalse(self._scan('5901234123457'))
        self.campaign.app_id = False
        self.assertFalse(self._search("cup"))
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        program = self.program.copy({'company_id': other.id})
        campaign = self.env['mobile.campaign'].create({
            'name': "Elsewhere", 'company_id': other.id, 'program_id': program.id, 'trigger': 'scan',
            'message_title': "x", 'product_ids': [Command.set(self.cup.ids)]})
        campaign.action_start()
        self.assertEqual(self._scan('5901234123457').campaign_id, self.campaign)
