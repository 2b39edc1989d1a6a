import re
import time
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..tools import member_card
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestMemberCard(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.till_app = cls.env['mobile.app'].create({
            'name': "Till", 'kind': 'till', 'company_id': cls.company.id})
        cls.other_till_app = cls.env['mobile.app'].create({
            'name': "Other Till", 'kind': 'till', 'company_id': cls.other_company.id})

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)
        self.till, self.other_till = self.till_of(self.till_app), self.till_of(self.other_till_app)

    def card(self, client=None):
        answer = (client or self.client).get('/me/card')
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json

    def scan(self, qr, till=None, **body):
        return (till or self.till).post('/till/members', {'qr': qr, **body})

    # === THE PHONE === #

    def test_a_card(self):
        before = int(time.time())
        answer = self.client.get('/me/card')
        card = answer.json
        self.assertEqual(set(card), {'member_id', 'qr', 'expires_at', 'offline_qr'})
        self.assertRegex(card['member_id'], r'^[A-Z2-7]{26}$')
        self.assertLess(len(card['qr']), 180, "a QR code that a cheap scanner reads")
        version, _kid, member, _device, issued, _nonce, _signature = card['qr'].split('.')
        self.assertEqual((version, member), ('MC1', card['member_id']))
        self.assertIn(int(issued) - before, range(5))
        expires = fields.Datetime.to_datetime(card['expires_at'].replace('T', ' ').rstrip('Z'))
        self.assertEqual(expires.timestamp() - time.timezone - int(issued), 60)
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        self.assertNotIn('ETag', answer.headers)

    def test_cards_differ_and_the_member_stays(self):
        first, second, bens = self.card(), self.card(), self.card(self.bens)
        self.assertEqual(first['member_id'], second['member_id'])
        self.assertNotEqual(first['qr'], second['qr'])
        self.assertNotEqual(first['member_id'], bens['member_id'])
        for member in (first['member_id'], bens['member_id']):
            self.assertNotIn(str(self.anna.id), re.findall(r'\d+', member))

    def test_a_member_is_another_one_in_another_shop(self):
        app = self.env['mobile.app'].create({'name': "Other", 'company_id': self.other_company.id})
        device = self._make_device(app)
        device._sign_in(self.anna_user)
        self.assertNotEqual(self.card(self.phone_of(device))['member_id'], self.card()['member_id'])

    def test_who_has_not_signed_in_has_no_card(self):
        self.assertProblem(self.registered_phone().get('/me/card'), 401, 'sign_in_required')
        self.assertProblem(self.till.get('/me/card'), 401, 'token_invalid')

    def test_the_card_without_the_network_tells_who_it_is_and_opens_nothing(self):
        card = self.card()
        code = card['offline_qr']
        self.assertEqual(code, self.card()['offline_qr'], "it may be kept")
        self.assertNotEqual(code, self.card(self.bens)['offline_qr'])
        answer = self.till.post('/till/passes', {'qr': code})
        self.assertEqual((answer.status, answer.json), (200, {
            'member_id': card['member_id'], 'name': "Anna Peeters", 'language': 'en-US'}))
        self.assertProblem(self.scan(code), 422, 'card_invalid')
        self.assertProblem(self.other_till.post('/till/passes', {'qr': code}), 422, 'card_invalid')

    # === THE TILL === #

    def test_a_till_learns_who_it_is_and_no_more(self):
        card = self.card()
        answer = self.scan(card['qr'], store_id=self.store_near.id)
        self.assertEqual((answer.status, answer.json), (200, {
            'member_id': card['member_id'], 'name': "Anna Peeters", 'language': 'en-US'}))

    def test_a_card_is_good_once(self):
        qr = self.card()['qr']
        self.assertEqual(self.scan(qr).status, 200)
        self.assertProblem(self.scan(qr), 409, 'card_used')
        second = self.till_of(self.env['mobile.app'].create({
            'name': "Till 2", 'kind': 'till', 'company_id': self.company.id}))
        self.assertProblem(self.scan(qr, second), 409, 'card_used')
        self.assertEqual(self.scan(self.card()['qr']).status, 200)

    def test_a_minute_later_it_is_void(self):
        with patch.object(time, 'time', lambda clock=time.time: clock() - 55):
            fresh = self.card()['qr']
        with patch.object(time, 'time', lambda clock=time.time: clock() - 61):
            stale = self.card()['qr']
        self.assertEqual(self.scan(fresh).status, 200)
        self.assertProblem(self.scan(stale), 422, 'card_expired')
        for hours in (-24, 24):
            with patch.object(time, 'time', lambda clock=time.time, hours=hours: clock() + 3600 * hours):
                wrong = self.card()['qr']
            self.assertProblem(self.scan(wrong), 422, 'card_expired')

    def test_forged_cards(self):
        qr = self.card()['qr']
        parts = qr.split('.')
        bens = self.card(self.bens)['qr'].split('.')
        forged = {
            'empty version': '.'.join(['', *parts[1:]]),
            'other version': '.'.join(['MC2', *parts[1:]]),
            'other key': '.'.join([parts[0], 'AAAAAAAA', *parts[2:]]),
            'other member': '.'.join([*parts[:2], bens[2], *parts[3:]]),
            'other device': '.'.join([*parts[:3], bens[3], *parts[4:]]),
            'later': '.'.join([*parts[:4], str(int(parts[4]) + 1), *parts[5:]]),
            'other nonce': '.'.join([*parts[:5], bens[5], parts[6]]),
            'other signature': '.'.join([*parts[:6], bens[6]]),
            'truncated': qr[:-1],
            'lengthened': qr + 'A',
            'line break': qr + '\n',
            'not ASCII': qr[:-1] + 'é',
            'nothing': 'MC1......',
            'a coupon': '7K3M-Q9XT-4HWB-2PDN8',
        }
        for name, text in forged.items():
            with self.subTest(name):
                self.assertProblem(self.scan(text), 422, 'card_invalid')
        self.assertEqual(self.scan(qr).status, 200)

    def test_whoever_shows_what_is_not_theirs_hears_the_same(self):
        app = self.env['mobile.app'].create({'name': "Other", 'company_id': self.other_company.id})
        elsewhere = self._make_device(app)
        elsewhere._sign_in(self.anna_user)
        documents = []

        def refused(qr, till=None):
            answer = self.scan(qr, till)
            self.assertProblem(answer, 422, 'card_invalid')
            documents.append({**answer.json, 'request_id': None})

        refused(self.card(self.phone_of(elsewhere))['qr'])
        refused(self.card()['qr'], self.other_till)
        for name, undo in (
            ('signed out', self.phone._sign_out),
            ('forgotten', self.phone._forget),
            ('sessions ended', lambda: self.env['mobile.token']._revoke([('device_id', '=', self.phone.id)])),
            ('archived user', lambda: setattr(self.anna_user, 'active', False)),
            ('archived contact', lambda: self.anna.sudo().write({'active': False})
                if not self.anna_user.write({'active': False}) else None),
            ('staff by now', lambda: self.anna_user.write({
                'group_ids': [Command.set(self.env.ref('base.group_user').ids)]})),
            ('app out of use', lambda: setattr(self.app, 'active', False)),
            ('another customer', lambda: self.phone.write({'user_id': self.ben_user.id})),
            ('erased', self.phone.unlink),
        ):
            with self.subTest(name), self.cr.savepoint() as savepoint:
                qr = self.card()['qr']
                undo()
                self.env.flush_all()
                refused(qr)
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(documents, documents[:1] * len(documents))

    def test_a_card_of_the_sign_in_before(self):
        with patch.object(time, 'time', lambda clock=time.time: clock() - 30):
            qr = self.card()['qr']
        self.phone._sign_out()
        self.phone._sign_in(self.anna_user)
        self.phone_of(self.phone)
        self.assertProblem(self.scan(qr), 422, 'card_invalid')

    def test_a_phone_that_changes_hands_within_the_second(self):
        qr = self.card()['qr']
        self.phone._sign_in(self.ben_user)
        self.phone.signed_in_at -= timedelta(days=1)
        self.phone_of(self.phone)
        self.assertProblem(self.scan(qr), 422, 'card_invalid')

    def test_another_key(self):
        qr = self.card()['qr']
        self.company.action_mobile_new_card_key()
        self.assertProblem(self.scan(qr), 422, 'card_invalid')
        self.assertEqual(self.scan(self.card()['qr']).status, 200)

    def test_what_the_till_says_of_its_store(self):
        qr = self.card()['qr']
        other, _fence = self._make_store("Elsewhere", "Ghent", 'base.be', 51.05, 3.72, company=self.other_company)
        self.assertInvalid(self.scan(qr, store_id=other.id), 'body', 'store_id')
        self.assertEqual(self.scan(qr).status, 200, "nothing was used up")

    def test_tills_only(self):
        qr = self.card()['qr']
        self.assertProblem(self.scan(qr, self.client), 401, 'token_invalid')
        self.assertProblem(self.client.get('/till/keys'), 401, 'token_invalid')

    # === THE KEYS === #

    def test_keys(self):
        answer = self.till.get('/till/keys')
        keys = answer.json['keys']
        self.assertEqual(len(keys), 2)
        self.assertEqual(keys[0]['kid'], self.card()['qr'].split('.')[1])
        self.assertEqual(answer.headers['Cache-Control'], 'private, max-age=3600')
        self.assertEqual(
            self.till.get('/till/keys', headers={'If-None-Match': answer.headers['ETag']}).status, 304)
        self.company.action_mobile_new_card_key()
        self.assertEqual(self.card()['qr'].split('.')[1], keys[1]['kid'], "the next key was announced")
        self.assertEqual(self.till.get('/till/keys').json['keys'][0], keys[1])
        others = {key['kid'] for key in self.other_till.get('/till/keys').json['keys']}
        self.assertFalse(others & {key['kid'] for key in keys})

    def test_the_form_of_a_till_shows_the_keys(self):
        self.assertIn(self.card()['qr'].split('.')[1], self.till_app.card_keys)
        self.assertFalse(self.app.card_keys)

    def test_a_key_of_another_database(self):
        self.assertNotEqual(
            member_card.Key('one secret', 1, 1).kid, member_card.Key('another secret', 1, 1).kid)

    def test_member_ids(self):
        ids = {member_card.member_id('s', company, partner)
               for company in (1, 2, 12) for partner in (1, 2, 11, 2 ** 31 - 1)}
        self.assertEqual(len(ids), 12)
        member = member_card.member_id('s', 1, 11)
        self.assertEqual(member_card.partner_id('s', 1, member), 11)
        self.assertIsNone(member_card.partner_id('s', 2, member))
        self.assertIsNone(member_card.partner_id('other', 1, member))

    def test_nonces_are_forgotten_when_they_are_over(self):
        Nonce, now = self.env['mobile.nonce'], fields.Datetime.now()
        self.assertTrue(Nonce._spend('a', 'x', now))
        self.assertFalse(Nonce._spend('a', 'x', now))
        self.assertTrue(Nonce._spend('b', 'x', now))
        Nonce._gc_expired()
        self.assertFalse(Nonce._spend('a', 'x', now))
        with freeze_time(now + timedelta(days=2)):
            Nonce._gc_expired()
        self.assertTrue(Nonce._spend('a', 'x', now))
