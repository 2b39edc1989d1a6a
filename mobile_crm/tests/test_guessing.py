import os
from contextlib import suppress
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import coupon_code
from ..tools.problems import Problem
from ..tools.racing import execute_on_primary
from .common import MobileCommon, MobileHttpCase

FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
TRIES = 1_000_000 if FULL else 2_000
# How many coupons there are to be hit.
COUPONS = 100_000 if FULL else 500
LOGGER = 'odoo.addons.mobile_crm.models.mobile_guessing'


def guess():
    """Return a code as somebody guesses it who knows all about our codes."""
    return coupon_code.generate()


class GuessingCase(MobileCommon):

    def _set(self, **policies):
        for name, value in policies.items():
            self.env['ir.config_parameter'].set_param(f'mobile_crm.limit.{name}', value)

    def _offer(self, **values):
        return self.env['loyalty.card'].create({
            'program_id': self.program.id, 'points': 1, 'holder_only': True, **values})


@tagged('-at_install', 'post_install')
class TestGuessing(GuessingCase):

    def _try(self, subject, found=False, host='192.0.2.1', company=None, named=True):
        """Try a code, and tell whether one may."""
        try:
            with self.env['mobile.guessing']._attempt(subject, company or self.company, host, named) as attempt:
                attempt.found = found
        except Problem as problem:
            self.assertEqual(problem.problem_code, 'too_many_requests')
            self.assertGreater(int(problem.headers['Retry-After']), 0)
            return False
        return True

    def test_random_codes_hit_nothing(self):
        Card = self.env['loyalty.card']
        codes = Card._mobile_free_codes(COUPONS)
        Card._mobile_insert(codes, {'program_id': self.program.id, 'company_id': self.company.id, 'points': 1})
        # All that a claim does to find a code, many at once; one by one below.
        for start in range(0, TRIES, 10_000):
            spellings = [spelling for _number in range(min(10_000, TRIES - start))
                         for spelling in coupon_code.spellings(guess())]
            self.assertFalse(Card.search_count([('code', 'in', spellings), ('mobile_uuid', '!=', False)]))
        self.assertTrue(Card.search_count([('code', 'in', codes[:1])]), "a right one is found in the same way")
        for _number in range(200):
            self.assertFalse(Card._mobile_find_by_code(guess()))

    def test_a_guesser_is_stopped_and_others_are_not(self):
        self.assertEqual([self._try('customer 1') for _number in range(12)], [True] * 10 + [False] * 2)
        self.assertFalse(self._try('customer 1', found=True), "not even with a right code")
        self.assertTrue(all(self._try('customer 2', found=True) for _number in range(40)))
        self.assertEqual(sum(self._try('customer 2') for _number in range(12)), 10, "right codes cost nothing")

    def test_many_at_once_are_no_more(self):
        # As if 30 were on their way at the same time: all have begun before the first one ends.
        attempts = []
        for _number in range(30):
            attempt = self.env['mobile.guessing']._attempt('customer 1', self.company, '192.0.2.1')
            with suppress(Problem):
                attempt.__enter__()
                attempts.append(attempt)
        self.assertEqual(len(attempts), 10)
        for attempt in attempts:
            attempt.__exit__(None, None, None)

    def test_a_failure_is_no_wrong_code(self):
        for _number in range(20):
            with self.assertRaises(ZeroDivisionError), self.env['mobile.guessing']._attempt('customer 1', self.company):
                raise ZeroDivisionError
        self.assertTrue(self._try('customer 1'))

    def test_honest_customers_behind_the_guessers_address(self):
        self._set(code_host='30/3600')
        for number in range(3):
            self.assertEqual(sum(self._try(f'customer {number}') for _again in range(12)), 10)
        self.assertEqual(sum(self._try('customer 7') for _number in range(12)), 3, "fewer wrong ones from there")
        for number in range(10, 60):
            self.assertTrue(self._try(f'customer {number}', found=True), "right ones as ever")
            self.assertTrue(self._try(f'customer {number}'), "and a slip")
        self.assertEqual(sum(self._try('customer 8', host='192.0.2.2') for _number in range(12)), 10, "elsewhere")

    def test_guessers_from_everywhere(self):
        self._set(code_company='40/3600')
        with self.assertLogs(LOGGER, 'WARNING') as logs:
            for number in range(8):
                for _again in range(5):
                    self.assertTrue(self._try(f'customer {number}', host=f'198.51.100.{number}'))
        self.assertEqual(len(logs.output), 1)
        self.assertNotIn('198.51', logs.output[0])
        self.assertEqual(sum(self._try('customer 99', host='203.0.113.1') for _number in range(12)), 3)
        self.assertTrue(self._try('customer 100', found=True, host='203.0.113.1'))
        other = self.env['res.company'].create({'name': "Other"})
        self.assertEqual(sum(self._try('customer 98', company=other) for _number in range(12)), 10)

    def test_who_has_no_name_is_one_host(self):
        self._set(code_unnamed='20/3600', code_host='1000/3600')
        passed = sum(self._try(f'basket {number}', named=False) for number in range(30) for _again in range(2))
        self.assertEqual(passed, 20)
        self.assertFalse(self._try('basket 99', named=False))
        self.assertTrue(self._try('customer 1'), "who has signed in is not concerned")
        # Refused tries give nothing back to the host.
        for _number in range(5):
            self._try('basket 99', named=False)
        self.assertFalse(self._try('basket 100', named=False))

    def test_a_basket_that_is_used_up_gives_its_host_nothing_back(self):
        self._set(code_unnamed='15/3600', code_host='1000/3600')
        self.assertEqual(sum(self._try('basket 1', named=False) for _number in range(40)), 10)
        self.assertEqual(sum(self._try('basket 2', named=False) for _number in range(40)), 5)

    def test_a_window_ends(self):
        self.assertEqual(sum(self._try('customer 1') for _number in range(12)), 10)
        execute_on_primary(self.env, SQL("UPDATE mobile_limit SET ends_at = now() - interval '1 day'"))
        self.assertEqual(sum(self._try('customer 1') for _number in range(12)), 10)

    def test_nothing_is_given_back_twice(self):
        for _number in range(5):
            self.env['mobile.limit']._count('code_subject', 'x', -1)
        self.assertEqual(self.env['mobile.limit']._count('code_subject', 'x')[0], 1)

    # === ORDERS === #

    def _order_of(self, user, partner):
        return self.make_order(partner).with_user(user).sudo()

    def test_a_portal_customer_runs_out_of_tries(self):
        order = self._order_of(self.ben_user, self.ben)
        for _number in range(10):
            self.assertTrue(order._try_apply_code(guess()).get('not_found'))
        card = self._offer(partner_id=self.ben.id)
        refused = order._try_apply_code(card.code)
        self.assertIn("Too many wrong codes. Try again in 60 minutes", refused['error'])
        self.assertNotIn('not_found', refused)
        self.assertIn("Too many", self._order_of(self.ben_user, self.ben)._try_apply_code(guess())['error'])
        self.assertIn(card, self.make_order(self.ben)._try_apply_code(card.code), "staff are not concerned")

    def test_a_visitors_baskets_are_one_host(self):
        self._set(code_unnamed='6/3600')
        public = self.env.ref('base.public_user')
        refused = 0
        request = SimpleNamespace(httprequest=SimpleNamespace(remote_addr='192.0.2.9'))
        with patch('odoo.addons.mobile_crm.models.sale_order_code.request', request):
            for _number in range(4):
                order = self._order_of(public, public.partner_id)
                refused += sum("Too many" in order._try_apply_code(guess())['error'] for _again in range(3))
        self.assertEqual(refused, 6)

    def test_anothers_coupon_is_as_if_it_did_not_exist(self):
        order = self._order_of(self.ben_user, self.ben)
        for card in (self._offer(partner_id=self.anna.id), self._offer()):
            code = guess()
            unknown, theirs = order._try_apply_code(code), order._try_apply_code(card.code)
            self.assertEqual({**unknown, 'error': unknown['error'].replace(code, '')},
                             {**theirs, 'error': theirs['error'].replace(card.code, '')})

    def test_own_codes_are_entered_without_limit(self):
        cards = [self._offer(partner_id=self.ben.id) for _number in range(15)]
        for card in cards:
            order = self._order_of(self.ben_user, self.ben)
            self.assertNotIn('error', order._try_apply_code(card.code))


@tagged('-at_install', 'post_install')
class TestApiGuessing(MobileHttpCase, GuessingCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def test_a_guesser_is_told_to_wait(self):
        card = self._offer()
        for _number in range(10):
            self.assertProblem(self.client.post('/offers/claim', {'code': guess()}), 404, 'not_found')
        refused = self.client.post('/offers/claim', {'code': card.code})
        self.assertProblem(refused, 429, 'too_many_requests')
        self.assertIn(int(refused.headers['Retry-After']), range(3500, 3601))
        self.assertIn('"code_subject";r=0;', refused.headers['RateLimit'])
        self.assertFalse(card.partner_id)
        # Another device of the customer is the same customer.
        device = self._make_device()
        device._sign_in(self.anna_user)
        self.assertProblem(self.phone_of(device).post('/offers/claim', {'code': guess()}), 429, 'too_many_requests')
        # The same host, another customer.
        self.assertEqual(self.bens.post('/offers/claim', {'code': card.code}).status, 200)
        self.assertEqual(self.client.get('/offers').status, 200, "all else goes on")

    def test_flyers_by_the_dozen(self):
        codes = [self._offer().code for _number in range(12)]
        self._set(code_host='1/3600')
        self.bens.post('/offers/claim', {'code': guess()})
        for code in codes:
            self.assertEqual(self.client.post('/offers/claim', {'code': code}).status, 200)
