import re
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..tools import coupon_code, coupon_pass
from ..tools.member_card import _to_bytes
from .common import MobileHttpCase


def rfc3339(moment):
    return moment.strftime('%Y-%m-%dT%H:%M:%SZ')


@tagged('-at_install', 'post_install')
class TestApiRedemptions(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        apps = cls.env['mobile.app'].create([
            {'name': name, 'kind': 'till', 'company_id': company.id}
            for name, company in (("Till", cls.company), ("Till 2", cls.company), ("Other", cls.other_company))])
        cls.till_app, cls.second_app, cls.other_app = apps
        cls.manager = new_test_user(
            cls.env, login='mobile_crm_redemption_manager', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])

    def setUp(self):
        super().setUp()
        self.card = self.enter(self.phone, self.fence_near).card_id
        self.card.mobile_valid_from = False
        self.client = self.phone_of(self.phone)
        self.till, self.second, self.other = map(self.till_of, (self.till_app, self.second_app, self.other_app))

    def hold(self, till=None, status=201, **body):
        body = {'store_id': self.store_near.id, 'order_ref': 'R-1', **body}
        if 'qr' not in body:
            body.setdefault('code', self.card.code)
        answer = (till or self.till).post('/till/redemptions', body)
        self.assertEqual(answer.status, status, answer.content)
        return answer.json

    def refused(self, status, problem, words=None, till=None, **body):
        answer = self.hold(till, status, **body)
        self.assertEqual(answer['code'], problem)
        if words:
            self.assertRegex(answer['detail'], words)

    def settle(self, redemption, verb, status=200, till=None, **body):
        answer = (till or self.till).post(f'/till/redemptions/{redemption["id"]}/{verb}', body)
        self.assertEqual(answer.status, status, answer.content)
        return answer.json

    def qr(self):
        return self.client.get(f'/offers/{self.card.mobile_uuid}').json['qr']

    def rows(self):
        self.env.invalidate_all()
        return self.env['mobile.redemption'].search([('card_id', '=', self.card.id)], order='id')

    def assertAddsUp(self):
        self.env.invalidate_all()
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    # === HOLD, CONFIRM, VOID === #

    def test_a_till_redeems_a_coupon(self):
        held = self.hold(amount='80.00')
        self.assertEqual(
            set(held), {'id', 'status', 'offer', 'order_ref', 'store_id', 'expires_at', 'worth', 'conflict'})
        self.assertEqual((held['status'], held['order_ref'], held['store_id']), ('held', 'R-1', self.store_near.id))
        self.assertEqual(held['worth'], {'amount': '12.00', 'currency': 'EUR'})
        self.assertEqual((held['offer']['discount']['value'], held['offer']['status']), ('15', 'reserved'))
        self.assertNotIn("Anna", str(held))
        self.assertEqual(self.client.get(f'/offers/{self.card.mobile_uuid}').json['status'], 'reserved')
        self.assertEqual(self.till.get(f'/till/redemptions/{held["id"]}').json, held)
        confirmed = self.settle(held, 'confirm')
        self.assertEqual(confirmed['status'], 'confirmed')
        row = self.rows()
        self.assertEqual(
            (row.state, row.channel, row.app_id, row.store_id, row.partner_id, row.campaign_id, row.points),
            ('confirmed', 'till', self.till_app, self.store_near, self.anna, self.campaign, 1))
        self.assertEqual((row.amount, row.discount, row.revenue), (80, 12, 68))
        self.assertEqual((self.card.points, self.card.mobile_status), (0, 'redeemed'))
        self.assertEqual(self.card.history_ids.mapped('used'), [1])
        self.assertIn('R-1', self.card.history_ids.description)
        self.assertAddsUp()
        self.refused(409, 'coupon_redeemed', 'already redeemed on .* with R-1', till=self.second)

    def test_saying_it_again_changes_nothing(self):
        held = self.hold(amount='80.00')
        self.assertEqual(self.hold(status=200)['id'], held['id'])
        first = self.settle(held, 'confirm', discount='10.00')
        self.assertEqual(first['worth']['amount'], '10.00')
        self.assertEqual(self.settle(held, 'confirm', discount='99.00'), first)
        self.assertEqual(self.hold(status=200)['status'], 'confirmed')
        self.assertEqual(self.card.points, 0)
        void = self.settle(held, 'void')
        self.assertEqual(void['status'], 'void')
        self.assertEqual(self.settle(held, 'void'), void)
        self.env.invalidate_all()
        self.assertEqual((self.card.points, self.card.mobile_status), (1, 'available'))
        self.assertAddsUp()
        self.assertEqual(self.settle(held, 'confirm', 409)['code'], 'redemption_void')

    def test_another_till_and_another_order_are_told(self):
        self.hold()
        self.refused(409, 'coupon_held', 'being redeemed with R-1', till=self.second)
        self.refused(409, 'coupon_held', 'being redeemed with R-1', order_ref='R-2')
        self.refused(409, 'coupon_held', store_id=self.store_far.id)
        order = self.make_order(self.anna)
        self.assertIn("being redeemed with R-1", order._try_apply_code(self.card.code)['error'])

    def test_a_void_hold_lets_others_in(self):
        self.settle(self.hold(), 'void')
        held = self.hold(till=self.second, order_ref='R-2')
        self.settle(held, 'confirm', till=self.second)
        self.assertEqual(self.rows().mapped('state'), ['void', 'confirmed'])

    def test_a_hold_expires(self):
        held = self.hold()
        with freeze_time(datetime.now(UTC) + timedelta(minutes=16)):
            self.env.invalidate_all()
            self.assertEqual(self.card.mobile_status, 'available')
            Card = self.env['loyalty.card']
            self.assertEqual(len(Card._mobile_offers(self.anna, self.company, 9, status='available')), 1)
            self.assertEqual(len(Card._mobile_offers(self.anna, self.company, 9, status='reserved')), 0)
            late = self.rows()
            self.assertFalse(late._confirm())
            # Another order takes it over in one statement.
            self.env['mobile.redemption']._reserve(self.card, self.company, 'till', 'R-9', app_id=self.till_app.id)
        self.assertEqual(self.rows().mapped('state'), ['void', 'held'])
        self.assertEqual(self.rows()[0].void_reason, 'expired')
        self.assertEqual(self.settle(held, 'confirm', 409)['code'], 'redemption_expired')

    def test_a_late_confirmation_is_refused_though_nobody_took_the_coupon(self):
        held = self.hold()
        self.rows().expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self.settle(held, 'confirm', 409)['code'], 'redemption_expired')
        self.assertEqual(self.card.points, 1)
        with patch.object(self.env.registry['ir.cron'], '_commit_progress'):
            self.env['mobile.redemption']._cron_expire()
        self.assertEqual((self.rows().state, self.rows().void_reason), ('void', 'expired'))

    # === TERMS === #

    def test_why_a_coupon_is_refused(self):
        now = fields.Datetime.now()
        for values, code, words in (
            ({'mobile_expires_at': now - timedelta(seconds=1)}, 'coupon_expired', 'has expired'),
            ({'mobile_valid_from': now + timedelta(hours=1)}, 'coupon_not_yet_valid', 'not valid yet'),
            ({'points': 0}, 'coupon_refused', 'already been used'),
        ):
            with self.subTest(code=code):
                self.card.write({
                    'mobile_expires_at': False, 'mobile_valid_from': False, 'points': 1, **values})
                self.refused(422, code, words)
        self.assertFalse(self.rows())

    def test_a_program_that_is_over(self):
        # As on sales orders, where Odoo asks for it.
        today = fields.Date.today()
        for values, code in (({'date_to': today - timedelta(days=2)}, 'coupon_expired'),
                             ({'date_from': today + timedelta(days=2)}, 'coupon_not_yet_valid')):
            self.program.write({'date_from': False, 'date_to': False, **values})
            self.refused(422, code)
        self.program.write({'date_from': today - timedelta(days=2), 'date_to': today + timedelta(days=2)})
        self.hold()

    def test_the_smallest_order(self):
        self.program.rule_ids = [(0, 0, {'minimum_amount': 50.0})]
        self.refused(422, 'coupon_minimum_not_met', '50', amount='49.99')
        self.assertFalse(self.rows())
        self.assertEqual(self.hold(amount={'amount': '50.00', 'currency': 'EUR'})['worth']['amount'], '7.50')

    def test_the_smallest_order_is_asked_for_at_last_too(self):
        self.program.rule_ids = [(0, 0, {'minimum_amount': 50.0})]
        held = self.hold()
        self.assertEqual(self.settle(held, 'confirm', 422, amount='5.00')['code'], 'coupon_minimum_not_met')
        self.assertEqual((self.rows().state, self.card.points), ('held', 1))
        self.assertEqual(self.settle(held, 'confirm', amount='50.00')['status'], 'confirmed')

    def test_an_edited_history_gives_no_points(self):
        held = self.hold()
        self.settle(held, 'confirm')
        # Sales staff may edit it.
        self.card.history_ids.used = 1000
        self.settle(held, 'void')
        self.env.invalidate_all()
        self.assertEqual(self.card.points, 1)
        held = self.hold()
        self.settle(held, 'confirm')
        self.card.history_ids.unlink()
        self.settle(held, 'void')
        self.env.invalidate_all()
        self.assertEqual(self.card.points, 1)
        self.assertAddsUp()

    def test_what_it_is_worth(self):
        reward = self.program.reward_ids
        for values, worth in (
            ({'discount': 15, 'discount_max_amount': 10}, '10.00'),
            ({'discount_mode': 'per_order', 'discount': 5, 'discount_max_amount': 0}, '5.00'),
            ({'discount': 500}, '80.00'),
            ({'discount_applicability': 'cheapest', 'discount_mode': 'percent', 'discount': 5}, None),
        ):
            reward.write(values)
            held = self.hold(amount='80.00')
            self.assertEqual(held['worth'] and held['worth']['amount'], worth)
            self.settle(held, 'void')
        held = self.hold()
        self.assertIsNone(held['worth'])

    def test_wrong_values(self):
        for body, loc in (
            ({'store_id': self.env['mobile.store'].create({
                'name': "Elsewhere", 'partner_id': self.other_company.partner_id.id, 'tz': 'UTC', 'latitude': 1,
                'longitude': 1, 'company_id': self.other_company.id}).id}, ('store_id',)),
            ({'amount': {'amount': '1.00', 'currency': 'USD'}}, ('amount', 'currency')),
            ({'qr': 'x', 'code': 'x'}, ()),
        ):
            answer = self.till.post('/till/redemptions', {
                'store_id': self.store_near.id, 'order_ref': 'R-1', 'code': self.card.code, **body})
            self.assertInvalid(answer, 'body', *loc)
        held = self.hold(amount='10.00')
        answer = self.till.post(f'/till/redemptions/{held["id"]}/confirm', {'discount': '10.01'})
        self.assertInvalid(answer, 'body', 'discount')

    def test_a_coupon_without_holder_is_its_bearers(self):
        self.card.partner_id = False
        self.settle(self.hold(), 'confirm')
        self.assertFalse(self.rows().partner_id)
        self.assertAddsUp()

    # === WHOSE IT IS === #

    def test_another_companys_till_finds_nothing(self):
        store = self.env['mobile.store'].create({
            'name': "Elsewhere", 'partner_id': self.other_company.partner_id.id, 'tz': 'UTC', 'latitude': 1,
            'longitude': 1, 'company_id': self.other_company.id})
        unknown = self.hold(self.other, 404, code=coupon_code.generate(), store_id=store.id)
        theirs = self.hold(self.other, 404, store_id=store.id)
        self.assertEqual({**unknown, 'request_id': 0}, {**theirs, 'request_id': 0})
        self.hold(self.other, 404, qr=self.qr(), store_id=store.id)
        held = self.hold()
        for verb in ('confirm', 'void'):
            self.assertEqual(self.settle(held, verb, 404, till=self.other)['code'], 'not_found')
        self.assertProblem(self.other.get(f'/till/redemptions/{held["id"]}'), 404, 'not_found')
        self.assertEqual(self.rows().state, 'held')
        # A colleague's till may go on with it.
        self.settle(held, 'confirm', till=self.second)

    def test_the_row_of_a_sales_order_is_no_tills(self):
        order = self.make_order(self.anna)
        order._apply_program_reward(self.program.reward_ids, order._try_apply_code(self.card.code) and self.card)
        order.action_confirm()
        row = self.rows()
        self.assertEqual((row.state, row.channel), ('confirmed', 'sale'))
        self.assertEqual(self.settle({'id': row.uuid}, 'void', 404)['code'], 'not_found')

    # === GUESSING === #

    def test_a_guesser_is_stopped_and_signed_coupons_are_not(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.till_code', '3/3600')
        qr = self.qr()
        for _ in range(5):
            # Typing errors are found by the check symbol, and count for nothing.
            self.refused(404, 'not_found', code=self.card.code[:-1] + ('0' if self.card.code[-1] != '0' else '1'))
        for _ in range(3):
            self.refused(404, 'not_found', code=coupon_code.generate())
        self.refused(429, 'too_many_requests', code=coupon_code.generate())
        # A right guess is not let through either.
        answer = self.till.post('/till/redemptions', {
            'code': self.card.code, 'store_id': self.store_near.id, 'order_ref': 'R-1'})
        self.assertProblem(answer, 429, 'too_many_requests')
        self.assertGreater(int(answer.headers['Retry-After']), 0)
        self.hold(qr=qr)
        self.refused(409, 'coupon_held', till=self.second)

    def test_codes_printed_elsewhere_are_not_guessed_either(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.till_text', '3/3600')
        qr, code = self.qr(), self.card.code
        self.card.code = 'SUMMER-0004'
        for number in range(3):
            self.refused(404, 'not_found', code=f'SUMMER-000{number}')
        self.refused(429, 'too_many_requests', code='SUMMER-0004')
        # Our own codes, and those that are signed, are let through.
        self.card.code = code
        self.settle(self.hold(), 'void')
        self.hold(qr=qr)

    # === SIGNED COUPONS, AND TILLS WITHOUT THE NETWORK === #

    def test_a_signed_coupon(self):
        self.card.write({'mobile_store_ids': self.store_near.ids, 'mobile_expires_at': datetime(2030, 1, 1)})
        qr = self.qr()
        self.assertLess(len(qr), 200, "a QR code that a cheap scanner reads")
        _version, kid, code, discount, minimum, currency, start, end, stores, signature = qr.split('.')
        self.assertEqual(
            (code, discount, minimum, currency, start, end, stores),
            (self.card.code.replace('-', ''), 'P1500', '0', 'EUR', '0', '1893456000', str(self.store_near.id)))
        jwk = next(key for key in self.till.get('/till/keys').json['keys'] if key['kid'] == kid)
        public = Ed25519PublicKey.from_public_bytes(_to_bytes(jwk['x']))
        public.verify(_to_bytes(signature), qr.rpartition('.')[0].encode())
        with self.assertRaises(InvalidSignature):
            public.verify(_to_bytes(signature), qr.replace('P1500', 'P9900').rpartition('.')[0].encode())
        self.assertEqual(self.hold(qr=qr)['status'], 'held')
        self.assertIsNone(self.client.get('/offers').json['items'][0]['qr'])

    def test_the_words_of_a_signed_coupon(self):
        Pass = self.env['mobile.coupon.pass']
        for values, words in (
            ({'discount_max_amount': 20}, 'P1500C2000'),
            ({'discount_mode': 'per_order', 'discount': 5}, 'A500'),
            ({'discount_applicability': 'cheapest'}, 'N'),
        ):
            self.program.reward_ids.write(values)
            self.assertEqual(Pass._issue(self.card, self.company).split('.')[3], words)

    def test_a_forged_coupon_is_not_found(self):
        qr = self.qr()
        # The last symbols of a signature are few: one of them in sixteen would be the right one.
        signature = qr[:-20] + ('A' if qr[-20] != 'A' else 'B') + qr[-19:]
        for forged in (qr.replace('P1500', 'P9900'), signature, qr.replace('MO1', 'MC1'), 'MO1.x'):
            self.refused(404, 'not_found', qr=forged)
        card = self.client.get('/me/card').json['qr']
        self.refused(404, 'not_found', qr=card)

    def test_coupons_signed_by_the_key_of_before(self):
        qr = self.qr()
        self.company.action_mobile_new_card_key()
        self.assertNotEqual(self.qr().split('.')[1], qr.split('.')[1])
        self.hold(qr=qr)

    def accept(self, status=201, hours=2, **body):
        accepted_at = datetime.now(UTC) - timedelta(hours=hours)
        return self.hold(status=status, **{'accepted_at': rfc3339(accepted_at), 'amount': '80.00', 'qr': self.qr(),
                                           **body})

    def test_a_till_without_the_network_reports_later(self):
        before = self.card.mobile_expires_at
        # It was good when it was accepted, and that counts.
        self.card.mobile_expires_at = fields.Datetime.now() - timedelta(hours=1)
        answer = self.accept()
        self.assertEqual((answer['status'], answer['conflict']), ('confirmed', None))
        self.assertEqual(answer['worth']['amount'], '12.00')
        row = self.rows()
        self.assertEqual((row.state, row.discount, row.revenue, row.points), ('confirmed', 12, 68, 1))
        self.assertEqual(self.card.points, 0)
        self.assertLess(row.accepted_at, fields.Datetime.now() - timedelta(minutes=119))
        self.assertAddsUp()
        self.card.mobile_expires_at = before
        self.assertEqual(self.accept(status=200)['id'], answer['id'])
        self.assertEqual(len(self.rows()), 1)

    def test_a_coupon_accepted_twice_is_a_conflict(self):
        self.settle(self.hold(till=self.second, order_ref='R-0'), 'confirm', till=self.second)
        answer = self.accept()
        self.assertEqual(answer['status'], 'conflict')
        self.assertEqual(answer['conflict']['order_ref'], 'R-0')
        self.assertIn('R-0', answer['conflict']['reason'])
        first, conflict = self.rows()
        self.assertEqual(
            (conflict.state, conflict.conflict_id, conflict.discount, conflict.points), ('conflict', first, 12, 0))
        self.assertEqual(conflict.activity_ids.user_id, self.manager)
        self.assertEqual(self.card.points, 0)
        self.assertAddsUp()
        self.assertEqual(self.accept(status=200)['id'], answer['id'])
        # Its money is gone, so the coupon is spent, also when the other order is taken back.
        first._void()
        self.refused(409, 'coupon_redeemed', order_ref='R-7')
        self.settle(answer, 'void')
        self.hold(order_ref='R-7')

    def test_the_network_goes_while_a_till_holds_the_coupon(self):
        self.hold(order_ref='R-5')
        answer = self.accept(order_ref='R-6')
        self.assertEqual(answer['status'], 'conflict', "another order has it")
        self.settle(answer, 'void')
        held = self.hold(order_ref='R-5', status=200)
        self.settle(held, 'void')
        self.hold()
        answer = self.accept()
        self.assertEqual((answer['status'], answer['worth']['amount']), ('confirmed', '12.00'))
        self.env.invalidate_all()
        self.assertEqual(self.card.points, 0)
        self.assertAddsUp()

    def test_the_network_goes_after_the_confirmation(self):
        held = self.hold(amount='80.00')
        self.settle(held, 'confirm')
        answer = self.accept(status=200)
        self.assertEqual((answer['id'], answer['status']), (held['id'], 'confirmed'))
        self.assertEqual(len(self.rows()), 1)

    def test_a_coupon_that_was_not_good_when_it_was_accepted(self):
        self.card.mobile_expires_at = fields.Datetime.now() - timedelta(hours=3)
        answer = self.accept()
        self.assertEqual((answer['status'], answer['conflict']['order_ref']), ('conflict', None))
        self.assertIn("expired", answer['conflict']['reason'])
        self.assertEqual(self.card.points, 1)
        self.assertAddsUp()

    def test_what_a_till_without_the_network_cannot_have_accepted(self):
        for body, loc in (
            ({'accepted_at': rfc3339(datetime.now(UTC) + timedelta(minutes=6))}, 'accepted_at'),
            ({'accepted_at': rfc3339(datetime.now(UTC) - timedelta(days=31))}, 'accepted_at'),
            ({'qr': self.card.code, 'accepted_at': rfc3339(datetime.now(UTC))}, 'qr'),
        ):
            answer = self.till.post('/till/redemptions', {
                'qr': self.qr(), 'store_id': self.store_near.id, 'order_ref': 'R-1', **body})
            self.assertInvalid(answer, 'body', loc)
        self.assertEqual(self.accept(hours=-0.05)['status'], 'confirmed')

    # === WHAT IS SAID OF IT === #

    def test_no_code_is_logged(self):
        with self.assertLogs('odoo', 'DEBUG') as logs:
            self.settle(self.hold(qr=self.qr()), 'confirm')
            self.refused(409, 'coupon_redeemed', till=self.second)
        said = '\n'.join(record.getMessage() for record in logs.records if record.levelname != 'DEBUG')
        self.assertNotIn(self.card.code, said)

    def test_the_same_request_with_its_key(self):
        body = {'code': self.card.code, 'store_id': self.store_near.id, 'order_ref': 'R-1'}
        first, again = (
            self.till.post('/till/redemptions', body, headers={'Idempotency-Key': 'k'}) for _ in range(2))
        self.assertEqual((first.status, again.status, again.content), (201, 201, first.content))
        self.assertEqual(again.headers['Idempotency-Replayed'], 'true')

    def test_the_format_refuses_what_it_does_not_write(self):
        qr = self.qr()
        self.assertTrue(coupon_pass.PATTERN.fullmatch(qr))
        for bad in ('', qr + '.', qr.replace('P1500', 'P-1'), qr.replace('EUR', 'eur'), qr + '\n'):
            self.assertIsNone(coupon_pass.PATTERN.fullmatch(bad))
        self.assertTrue(re.fullmatch(r'[\w.-]+', qr))
