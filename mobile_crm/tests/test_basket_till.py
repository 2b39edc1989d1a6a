from datetime import timedelta

from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..tools import till_code
from ..tools.coupon_code import ALPHABET
from ..tools.problems import Problem
from .payment_common import PaymentCase
from .reconciliation_common import ReconciledMixin


@tagged('-at_install', 'post_install')
class TestTillCode(TransactionCase):

    @given(st.text(), st.integers(0, 6), st.sampled_from(ALPHABET))
    def test_a_code_is_read_as_people_write_it(self, salt, place, symbol):
        code = till_code.derive('secret', salt)
        self.assertRegex(code, r'^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$')
        for text in (code, code.lower(), code.replace('-', ''), f' {code} ', till_code.qr_text(code),
                     code.replace('1', 'i').replace('0', 'o')):
            self.assertEqual(till_code.normalize(text), code)
        # One wrong symbol is no other basket's code.
        symbols = code.replace('-', '')
        if symbols[place] != symbol:
            self.assertIsNone(till_code.normalize(symbols[:place] + symbol + symbols[place + 1:]))

    def test_codes_do_not_repeat(self):
        self.assertEqual(len({till_code.derive('secret', str(number)) for number in range(5000)}), 5000)
        self.assertNotEqual(till_code.derive('other', '1'), till_code.derive('secret', '1'))


@tagged('-at_install', 'post_install')
class TestBasketTill(ReconciledMixin, PaymentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.till_2 = cls.env['mobile.app'].create([
            {'name': name, 'kind': 'till', 'company_id': cls.company.id} for name in ("Till 1", "Till 2")])
        cls.manager = new_test_user(
            cls.env, login='mobile_crm_till_watcher', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    def at_till(self, **values):
        """Return a basket that waits at the till, and its code."""
        basket = self.basket(**values)
        code = basket._hand_to_till(basket.version)
        return basket, code

    def claim(self, code, till=None, store=None, reference=None):
        return self.env['mobile.basket']._claim_at_till(
            code, self.company, store or self.store_near, till or self.till, reference)

    def assertRefused(self, code, function, *args):
        with self.assertRaises(Problem) as raised:
            function(*args)
        self.assertEqual(raised.exception.problem_code, code)

    # === THE CODE === #

    def test_a_till_takes_a_basket_over_and_sells_it(self):
        basket, code = self.at_till()
        self.assertEqual(basket.state, 'at_till')
        self.assertEqual(basket._till_code(), code, "the phone can be told again")
        claimed = self.claim(code.lower())
        self.assertEqual(claimed.id, basket.id)
        self.assertEqual(self.claim(till_code.qr_text(code)), claimed, "asked once more")
        self.assertIsNone(basket._till_code(), "it was scanned, nothing is left to show")
        facts = claimed._till_facts()
        self.assertEqual(facts.lines.product_id, self.milk)
        self.assertEqual([(tax.base, tax.amount) for tax in facts.taxes], [(4.0, 0.84)])
        self.assertIsNone(claimed._sell_at_till('R-1', 4.84, 'Cash: 4.84'))
        order = claimed.order_id
        self.assertEqual((claimed.state, order.state), ('sold', 'sale'))
        self.assertIn("Till 1", order.message_ids[0].body + order.message_ids[1].body)
        self.assertIsNone(claimed._sell_at_till('R-1', 4.84), "said once more")
        self.assertEqual(claimed._sell_at_till('R-2', 4.84).problem_code, 'basket_ended')
        self.assertReconciled()

    def test_the_code_is_kept_as_a_hash(self):
        basket, code = self.at_till()
        self.env.flush_all()
        self.env.cr.execute('SELECT to_jsonb(mobile_basket)::text FROM mobile_basket WHERE id = %s', [basket.id])
        kept = self.env.cr.fetchone()[0]
        self.assertNotIn(code, kept)
        self.assertNotIn(code.replace('-', ''), kept)

    def test_no_basket_under_another_code(self):
        basket, code = self.at_till()
        other = self.env['res.company'].create({'name': "Other"})
        self.assertFalse(self.env['mobile.basket']._claim_at_till(code, other, None, self.till))
        for wrong in ('', 'X', '0000-0000', code[:-1], code + '0', till_code.derive('x', 'y')):
            self.assertFalse(self.claim(wrong))
        self.assertRefused('basket_wrong_store', self.claim, code, self.till, self.store_far)
        self.assertFalse(basket.till_claimed_at)

    def test_a_code_is_good_for_a_quarter_of_an_hour(self):
        basket, code = self.at_till()
        later = fields.Datetime.now() + timedelta(minutes=15, seconds=1)
        with freeze_time(later):
            self.assertFalse(self.claim(code))
            self.env['mobile.basket']._cron_lapse_at_till()
            self.assertEqual(basket.state, 'open')
            self.assertFalse(self.claim(code))
            # It is the customer's again, and another code leads to it.
            again = basket._hand_to_till(basket.version)
            self.assertNotEqual(again, code)
            self.assertFalse(self.claim(code))
            self.assertTrue(self.claim(again))

    def test_a_stale_version_is_refused(self):
        basket = self.basket()
        self.assertRefused('basket_changed', basket._hand_to_till, basket.version + 1)
        self.assertEqual(basket.state, 'open')

    # === WHO HAS IT === #

    def test_one_till_has_it(self):
        basket, code = self.at_till()
        claimed = self.claim(code)
        self.assertRefused('basket_claimed', self.claim, code, self.till_2)
        Basket, public_id = self.env['mobile.basket'], basket._public_id()
        self.assertRefused('basket_claimed', Basket._of_till, self.company, public_id, self.till_2)
        self.assertEqual(Basket._of_till(self.company, public_id, self.till), claimed)
        self.assertRefused('basket_locked', basket._take_back)
        claimed._release_at_till()
        self.assertEqual(basket.state, 'open')
        claimed._release_at_till()
        self.assertEqual(basket.state, 'open', "said once more")
        again = basket._hand_to_till(basket.version)
        self.assertEqual(self.claim(again, self.till_2), claimed)
        self.assertRefused('basket_claimed', Basket._of_till, self.company, public_id, self.till)

    def test_a_claim_ends(self):
        """A till that has died keeps nobody's basket."""
        basket, code = self.at_till()
        claimed = self.claim(code)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=29)):
            self.env['mobile.basket']._cron_lapse_at_till()
            self.assertEqual(basket.state, 'at_till')
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.assertFalse(self.claim(code))
            self.env['mobile.basket']._cron_lapse_at_till()
            self.assertEqual(basket.state, 'open')
            # Its money comes late, and nothing has changed since.
            self.assertIsNone(claimed._sell_at_till('R-1', 4.84))
            self.assertEqual((basket.state, basket.order_id.sudo().state), ('sold', 'sale'))
        self.assertReconciled()

    def test_a_tills_money_for_a_changed_basket_is_told(self):
        basket, code = self.at_till()
        claimed = self.claim(code)
        claimed._release_at_till()
        self.edit(basket, lines=[(self.bread, 1)])
        self.assertEqual(claimed._sell_at_till('R-1', 4.84).problem_code, 'basket_changed')
        self.assertEqual((claimed.state, claimed.order_id.state), ('open', 'draft'))
        self.assertEqual(len(claimed.order_id.activity_ids), 1)
        claimed._sell_at_till('R-1', 4.84)
        self.assertEqual(len(claimed.order_id.activity_ids), 1, "told once")

    def test_nobody_finds_out_about_baskets_that_no_till_has(self):
        basket, _code = self.at_till()
        order = self.confirmed(self.anna)
        Purchase = self.env['mobile.purchase']
        [head] = [head for head in Purchase._page(self.anna, self.company, 100) if head.id == order.id]
        for public_id in (basket._public_id(), Purchase._public_id(head), 'x', ''):
            self.assertRefused('not_found', self.env['mobile.basket']._of_till, self.company, public_id, self.till)

    def test_the_customer_takes_it_back(self):
        basket, code = self.at_till()
        basket._take_back()
        self.assertEqual(basket.state, 'open')
        self.assertFalse(self.claim(code))
        self.assertRefused('basket_ended', basket._take_back)

    # === SOLD === #

    def test_another_amount_is_refused(self):
        basket, code = self.at_till()
        claimed = self.claim(code)
        for amount in (4.83, 4.85, 0.0, 484.0):
            self.assertEqual(claimed._sell_at_till('R-1', amount).problem_code, 'amount_differs')
        self.assertEqual((basket.state, claimed.order_id.state), ('at_till', 'draft'))
        self.assertIsNone(claimed._sell_at_till('R-1', 4.84))

    def test_the_number_of_the_scan_counts(self):
        _basket, code = self.at_till()
        claimed = self.claim(code, reference='R-1')
        self.assertEqual(self.claim(code, reference='R-1'), claimed)
        self.assertRefused('basket_claimed', self.claim, code, self.till, self.store_near, 'R-2')
        self.assertEqual(claimed._sell_at_till('R-2', 4.84).problem_code, 'basket_claimed')
        self.assertIsNone(claimed._sell_at_till('R-1', 4.84))

    def test_a_coupon_is_held_and_redeemed_with_the_order(self):
        card = self.make_offer()
        basket, code = self.at_till(offer_ids=[card.mobile_uuid])
        claimed = self.claim(code)
        [row] = claimed._till_facts().coupons
        self.assertEqual((row.card_id, row.state), (card, 'held'))
        self.assertGreaterEqual(row.expires_at, claimed.till_until)
        self.assertIsNone(claimed._sell_at_till('R-1', basket.order_id.sudo().amount_total))
        [row] = claimed._till_facts().coupons
        self.assertEqual((row.card_id, row.state), (card, 'confirmed'))
        self.assertEqual(card.points, 0)
        self.assertReconciled()

    def test_a_coupon_that_was_spent_meanwhile_is_one_clear_refusal(self):
        card = self.make_offer()
        basket, code = self.at_till(offer_ids=[card.mobile_uuid])
        total = basket.order_id.sudo().amount_total
        claimed = self.claim(code)
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            # The claim has run out, and with it the hold.
            row = self.env['mobile.redemption']._reserve(card, self.company, 'till', 'T-9', store=self.store_near)
            row._confirm()
            refusal = claimed._sell_at_till('R-1', total)
        self.assertIn(refusal.problem_code, ('coupon_redeemed', 'coupon_held'))
        self.assertEqual(claimed.order_id.state, 'draft')
        self.assertEqual(len(claimed.order_id.activity_ids), 1, "somebody hears of the till's money")
        self.assertReconciled()

    def test_what_a_till_gave_back_and_the_phone_has_paid_is_not_the_tills(self):
        for till, reference in ((self.till, 'R-1'), (None, 'Shop/0001')):
            basket, code = self.at_till()
            claimed = self.env['mobile.basket']._claim_at_till(code, self.company, self.store_near, till, reference)
            claimed._release_at_till()
            self.pays(self.start(basket).sudo())
            self.assertEqual((claimed.state, claimed.order_id.state), ('sold', 'sale'))
            self.assertFalse(claimed._is_tills())
            self.assertEqual(self.env['mobile.exit.pass'].search_count([('basket_id', '=', claimed.id)]), 1)
            self.assertEqual(self.env['mobile.attribution'].search(
                [('order_id', '=', claimed.order_id.id)]).mapped('channel'), ['phone'])
            self.assertReconciled()
            self.assertEqual(claimed._sell_at_till(reference, 4.84).problem_code, 'basket_ended')
            self.assertFalse(claimed._sold_at_till(reference, self.store_near))
            self.assertEqual(len(claimed.order_id.activity_ids), 1, "somebody hears that it was paid twice")

    # === ODOO'S POINT OF SALE === #

    def test_an_order_of_the_point_of_sale_takes_the_quotations_place(self):
        card = self.make_offer()
        basket, code = self.at_till(offer_ids=[card.mobile_uuid])
        claimed = self.env['mobile.basket']._claim_at_till(code, self.company, self.store_near, None, 'Shop/0001')
        self.assertRefused('basket_claimed', self.claim, code)
        # Any record stands for it here.
        self.assertEqual(claimed._sold_at_till('Shop/0001', self.store_near), claimed)
        self.assertEqual((claimed.state, claimed.order_id.state), ('sold', 'cancel'))
        self.assertEqual(card.mobile_status, 'available', "it is the till's to redeem")
        self.assertEqual(claimed._sold_at_till('Shop/0001', self.store_near), claimed, "synchronised once more")
        self.assertFalse(claimed._sold_at_till('Shop/0002', self.store_near))
        self.assertReconciled()
        # The customer can begin the next one.
        self.assertNotEqual(self.basket(), basket)
