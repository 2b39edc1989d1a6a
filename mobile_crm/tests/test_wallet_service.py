"""What phones ask about passes in Apple Wallet, and what they are told."""
from datetime import timedelta
from email.utils import format_datetime
from unittest.mock import patch

from cryptography.hazmat.primitives.serialization import Encoding

from odoo import fields
from odoo.tests import tagged

from ..controllers import wallet_service
from ..tools import wallet_apple
from ..tools.transport import Failure, exchange
from .common import MobileHttpCase
from .push_common import PushCommon
from .push_servers import WalletApnsServer
from .wallet_common import PASS_TYPE, WalletMixin, authority, described

SERVICE = '/mobile/wallet/v1'
PUSH_TOKEN = 'ab' * 32


@tagged('-at_install', 'post_install')
class TestWalletService(WalletMixin, MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.give_certificate()
        self.card = self.coupon()
        self.serial = self.env['mobile.wallet']._serial(self.app, self.anna, self.card)
        self.token = self.env['mobile.wallet']._token(self.serial)

    def ask(self, method, path, token=None, body=None, headers=()):
        """Ask as a phone does, which knows nothing of our API's manners."""
        sent = dict(headers)
        if token:
            sent['Authorization'] = f'ApplePass {token}'
        answer = self.url_open(SERVICE + path, method=method, json=body, headers=sent, allow_redirects=False)
        self.assertNotIn('Set-Cookie', answer.headers)
        self.env.invalidate_all()
        return answer

    def register(self, serial=None, token=None, library_id='phone-1', pass_type=PASS_TYPE, push_token=PUSH_TOKEN):
        return self.ask(
            'POST', f'/devices/{library_id}/registrations/{pass_type}/{serial or self.serial}', token or self.token,
            {'pushToken': push_token}).status_code

    def rows(self):
        return self.env['mobile.wallet.registration'].search([('app_id', '=', self.app.id)])

    def changed(self, since=None, library_id='phone-1', pass_type=PASS_TYPE):
        query = '' if since is None else f'?passesUpdatedSince={since}'
        return self.ask('GET', f'/devices/{library_id}/registrations/{pass_type}{query}')

    def fetch(self, since=None, serial=None, token=None, pass_type=PASS_TYPE):
        headers = {'If-Modified-Since': since} if since else {}
        return self.ask('GET', f'/passes/{pass_type}/{serial or self.serial}', token or self.token, headers=headers)

    def test_a_pass_keeps_its_number_when_contacts_are_merged(self):
        self.register()
        twin = self.env['res.partner'].create({'name': "Anna"})
        self.env['base.partner.merge.automatic.wizard'].create({})._merge([self.anna.id, twin.id], twin)
        # A phone takes no pass of another number in the place of the one that it has.
        self.assertEqual(described(self.fetch().content)['serialNumber'], self.serial)
        self.assertEqual(self.register(push_token='cd' * 32), 200)
        self.assertEqual(self.rows().mapped('serial'), [self.serial])
        self.env['mobile.wallet.registration']._take_changes()
        self.assertIn(self.serial, self.changed().text)

    # === NONSENSE === #

    def test_nonsense_is_refused_without_an_error(self):
        self.register()
        for token in ('\u00e9' * 64, '', ' '):
            self.assertEqual(self.ask(
                'GET', f'/passes/{PASS_TYPE}/{self.serial}',
                headers={'Authorization': f'ApplePass {token}'.encode('latin-1')}).status_code, 401)
        for library_id, pass_type in (('phone%00', PASS_TYPE), ('phone-1', f'{PASS_TYPE}%00')):
            self.assertEqual(self.changed(library_id=library_id, pass_type=pass_type).status_code, 204)
        self.assertEqual(self.ask(
            'DELETE', f'/devices/phone%00/registrations/{PASS_TYPE}/{self.serial}', self.token).status_code, 200)
        self.assertEqual(self.changed(since='9999999999').status_code, 204)
        for since in (
                'Mon, 01 Jan 2024 00:00:00 +99999999999999', 'Mon, 01 Jan 99999999999999999999 00:00:00 GMT', 'x'):
            self.assertEqual(self.fetch(since=since).status_code, 200)

    # === REGISTERING === #

    def test_a_phone_registers_once(self):
        self.assertEqual([self.register(), self.register(push_token='cd' * 32)], [201, 200])
        [row] = self.rows()
        self.assertEqual((row.partner_id, row.card_id, row.library_id, row.sudo().push_token),
                         (self.anna, self.card, 'phone-1', 'cd' * 32))
        self.assertEqual(self.register(library_id='watch-1'), 201)
        self.assertEqual(len(self.rows()), 2)

    def test_who_has_not_the_pass_is_refused(self):
        bens = self.env['mobile.wallet']._serial(self.app, self.ben, self.coupon(self.ben))
        unknown = self.serial.replace(self.serial[-3:], 'AAA')
        for serial, token, pass_type in (
                (self.serial, 'wrong', PASS_TYPE), (self.serial, None, PASS_TYPE), (bens, self.token, PASS_TYPE),
                (unknown, self.env['mobile.wallet']._token(unknown), PASS_TYPE),
                (self.serial, self.token, 'pass.com.example.other'), ('hello', self.token, PASS_TYPE)):
            path = f'/devices/phone-1/registrations/{pass_type}/{serial}'
            answers = [self.ask('POST', path, token, {'pushToken': PUSH_TOKEN}), self.ask('DELETE', path, token),
                       self.ask('GET', f'/passes/{pass_type}/{serial}', token)]
            self.assertEqual([answer.status_code for answer in answers], [401] * 3)
            self.assertEqual({answer.content for answer in answers}, {b''})
        self.assertFalse(self.rows())

    def test_an_app_that_is_gone_knows_no_passes(self):
        self.assertEqual(self.register(), 201)
        self.app.active = False
        self.assertEqual((self.register(), self.fetch().status_code), (401, 401))
        self.app.active = True
        self.app.action_remove_wallet_apple()
        self.assertEqual((self.register(), self.fetch().status_code), (401, 401))

    def test_what_is_no_address_is_refused(self):
        for values in ({'push_token': 'http://x'}, {'push_token': ''}, {'push_token': ['x']}, {'push_token': 'a' * 65},
                       {'library_id': 'x' * 65}, {'library_id': 'a%20b'}):
            self.assertEqual(self.register(**values), 400)
        self.assertFalse(self.rows())

    def test_a_phone_takes_its_leave(self):
        self.register()
        self.register(library_id='watch-1')
        path = f'/devices/phone-1/registrations/{PASS_TYPE}/{self.serial}'
        self.assertEqual([self.ask('DELETE', path, self.token).status_code for _time in range(2)], [200, 200])
        self.assertEqual(self.rows().mapped('library_id'), ['watch-1'])

    def test_a_pass_is_on_so_many_phones_at_most(self):
        with patch('odoo.addons.mobile_crm.models.mobile_wallet_registration.MOST_PHONES', 2):
            for number in range(4):
                self.assertEqual(self.register(library_id=f'phone-{number}'), 201)
        self.assertEqual(self.rows().mapped('library_id'), ['phone-3', 'phone-2'])

    # === WHAT HAS CHANGED === #

    def test_a_phone_asks_what_has_changed_since(self):
        self.assertEqual(self.changed().status_code, 204)
        other = self.coupon()
        self.registration(self.card)
        self.registration(other)
        everything = self.changed().json()
        self.assertEqual(set(everything['serialNumbers']), set(self.rows().mapped('serial')))
        tag = everything['lastUpdated']
        self.assertEqual(self.changed(tag).status_code, 204)
        self.redeem(self.card)
        self.assertEqual(self.changed(tag).status_code, 204, "nobody has looked yet")
        self.follow()
        answer = self.changed(tag).json()
        self.assertEqual(answer['serialNumbers'], [self.serial])
        self.assertEqual(self.changed(answer['lastUpdated']).status_code, 204)
        self.assertEqual(self.changed('what?').json()['lastUpdated'], answer['lastUpdated'])

    def test_another_phone_and_another_pass_type_have_none(self):
        self.registration(self.card)
        self.assertEqual(self.changed(library_id='phone-2').status_code, 204)
        self.assertEqual(self.changed(pass_type='pass.com.example.other').status_code, 204)

    def test_a_redeemed_coupon_is_void_in_the_next_pull(self):
        self.registration(self.card)
        first = self.fetch()
        self.assertEqual((first.status_code, first.headers['Content-Type']),
                         (200, 'application/vnd.apple.pkpass'))
        self.assertNotIn('voided', described(first.content))
        got_at = first.headers['Last-Modified']
        self.assertEqual(self.fetch(got_at).status_code, 304)
        self.redeem(self.card)
        before_anybody_looked = self.fetch(got_at)
        self.assertIs(described(before_anybody_looked.content)['voided'], True)
        self.follow()
        self.assertIs(described(self.fetch(got_at).content)['voided'], True)
        again = self.fetch(got_at)
        self.assertGreater(again.headers['Last-Modified'], got_at)
        self.assertEqual(self.fetch(again.headers['Last-Modified']).status_code, 304)
        self.assertEqual(self.fetch('yesterday').status_code, 200)

    def test_who_never_registered_gets_the_pass(self):
        future = format_datetime(fields.Datetime.now() + timedelta(days=1)).replace('-0000', 'GMT')
        self.assertEqual(self.fetch(future).status_code, 200, "nobody knows what that phone has")

    def test_a_coupon_given_to_somebody_else_is_void_and_tells_nothing_of_them(self):
        self.registration(self.card)
        self.card.partner_id = self.ben
        said = described(self.fetch().content)
        self.assertIs(said['voided'], True)
        self.assertNotIn(self.ben.name, str(said))

    def test_problems_are_counted_and_not_repeated(self):
        with patch.object(wallet_service, '_logger') as log:
            self.assertEqual(self.ask('POST', '/log', body={'logs': ["secret-1", "secret-2"]}).status_code, 200)
        [(words, _kwargs)] = log.info.call_args_list
        self.assertEqual(words, ("A phone reports %s problems with passes", 2))
        for body in ({'logs': 'x'}, ['x'], {}):
            self.assertEqual(self.ask('POST', '/log', body=body).status_code, 200)

    def test_too_many_requests_are_refused(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.ip', '1/60')
        answers = [self.changed() for _time in range(2)]
        self.assertEqual([answer.status_code for answer in answers], [204, 429])
        self.assertTrue(answers[1].headers['Retry-After'])


@tagged('-at_install', 'post_install')
class TestApiWallet(WalletMixin, MobileHttpCase):
    """The phone API's own part."""

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def test_without_a_certificate_there_are_no_passes(self):
        card = self.coupon()
        for path in ('/me/card', f'/offers/{card.mobile_uuid}'):
            for wallet in ('apple', 'google'):
                self.assertProblem(self.client.get(f'{path}/{wallet}-pass'), 409, 'wallet_unavailable')

    def test_the_card_and_the_coupon_come_as_passes(self):
        self.give_certificate()
        card = self.coupon()
        for path, style in (('/me/card', 'storeCard'), (f'/offers/{card.mobile_uuid}', 'coupon')):
            answer = self.client.get(f'{path}/apple-pass')
            self.assertEqual((answer.status, answer.headers['Content-Type'], answer.headers['Cache-Control']),
                             (200, 'application/vnd.apple.pkpass', 'no-store'))
            self.assertIn('.pkpass', answer.headers['Content-Disposition'])
            self.assertIn(style, described(answer.content))

    def test_another_customers_coupon_is_not_there(self):
        self.give_certificate()
        card = self.coupon()
        for wallet in ('apple', 'google'):
            self.assertProblem(self.bens.get(f'/offers/{card.mobile_uuid}/{wallet}-pass'), 404, 'not_found')
            self.assertProblem(self.registered_phone().get(f'/me/card/{wallet}-pass'), 401, 'sign_in_required')

    def test_a_till_recognises_a_pass(self):
        self.give_certificate()
        till = self.till_of(self.env['mobile.app'].create({
            'name': "Till", 'kind': 'till', 'company_id': self.company.id}))
        qr = described(self.client.get('/me/card/apple-pass').content)['barcodes'][0]['message']
        for _time in range(2):
            answer = till.post('/till/passes', {'qr': qr})
            self.assertEqual((answer.status, answer.json['name']), (200, self.anna.name))
        self.assertProblem(till.post('/till/members', {'qr': qr}), 422, 'card_invalid')
        self.assertProblem(till.post('/till/passes', {'qr': self.client.get('/me/card').json['qr']}), 422,
                           'card_invalid')
        self.assertProblem(till.post('/till/passes', {'qr': 'x'}), 422, 'card_invalid')


@tagged('-at_install', 'post_install')
class TestWalletFollowing(WalletMixin, PushCommon):
    """How a change finds its way to the phones."""

    def setUp(self):
        super().setUp()
        self.stay_in_transaction()
        self.give_certificate()
        self.server = self.enterContext(WalletApnsServer(authority().public_bytes(Encoding.PEM).decode()))
        self.env['ir.config_parameter'].set_param('mobile_crm.wallet_apns_url', self.server.url)
        self.card = self.coupon()
        self.push_token = self.server.register(PASS_TYPE)
        self.row = self.registration(self.card, push_token=self.push_token)

    def tell(self):
        self.follow()
        self.env['mobile.wallet.sender']._send_due()
        self.env.invalidate_all()
        return len(self.server.phone(self.push_token).received)

    def test_a_change_is_pushed_once(self):
        self.assertEqual(self.tell(), 0, "the phone has just got it")
        self.redeem(self.card)
        self.assertEqual([self.tell(), self.tell()], [1, 1])
        [received] = self.server.received
        self.assertEqual(received.headers['apns-topic'], PASS_TYPE)
        self.assertNotIn('authorization', received.headers)
        self.assertFalse(self.row.is_due)

    def test_what_says_the_same_is_not_pushed(self):
        self.card.write({'points': 2})
        self.assertEqual(self.changes(), 1)
        self.assertEqual(self.tell(), 0)
        self.card.write({'points': 2})
        self.assertEqual(self.changes(), 0, "nothing has changed at all")

    def test_each_change_of_a_coupon_is_noticed(self):
        hour = timedelta(hours=1)
        now = fields.Datetime.now()
        for number, values in enumerate((
                {'mobile_expires_at': now + hour}, {'mobile_expires_at': now + 2 * hour},
                {'mobile_withdrawn_at': now}, {'mobile_withdrawn_at': False}, {'points': 0}), 1):
            self.card.sudo().write(values)
            self.assertEqual(self.tell(), number, values)

    def test_a_balance_is_pushed(self):
        points = self.loyalty(120)
        row = self.registration(library_id='phone-1', push_token=self.push_token)
        self.assertFalse(row.card_id)
        points.points = 130
        self.assertEqual(self.tell(), 1)
        other = self.loyalty(5)
        self.assertEqual(self.tell(), 2)
        other.points = 6
        self.assertEqual(self.tell(), 3)

    def test_a_balance_that_is_new_or_goes_is_pushed(self):
        self.registration(library_id='phone-2', push_token=self.push_token)
        self.assertEqual(self.changes(), 0)
        card = self.loyalty(120)
        self.assertEqual(self.tell(), 1)
        card.partner_id = self.ben
        self.assertEqual(self.tell(), 2)
        self.coupon()
        self.assertEqual(self.changes(), 0, "a coupon is not on the member card")

    def test_the_end_of_a_coupon_is_pushed(self):
        self.card.mobile_expires_at = fields.Datetime.now() + timedelta(hours=1)
        self.assertEqual(self.tell(), 1)
        registrations = self.env['mobile.wallet.registration']
        self.assertEqual(registrations._take_ended(), 0)
        self.env.cr.execute(
            "UPDATE loyalty_card SET mobile_expires_at = now() AT TIME ZONE 'UTC' - interval '1 minute'")
        self.env.cr.execute("""UPDATE mobile_wallet_registration SET ends_at = now() AT TIME ZONE 'UTC'
                                 - interval '1 minute', looked_at = looked_at - interval '1 hour'""")
        self.env.invalidate_all()
        self.assertEqual([registrations._take_ended(), registrations._take_ended()], [1, 0])
        self.assertEqual(self.tell(), 2)

    def test_one_that_was_redeemed_on_its_way_is_told(self):
        self.redeem(self.card)
        self.registration(self.card, library_id='phone-2', push_token=self.push_token)
        self.assertEqual(self.tell(), 2, "the one that has it, and the one that has just got it")

    def test_a_phone_that_is_gone_is_forgotten(self):
        self.server.kill(self.push_token)
        self.redeem(self.card)
        self.assertEqual(self.tell(), 0)
        self.assertFalse(self.row.exists())

    def test_it_is_tried_again_later_and_not_for_ever(self):
        self.redeem(self.card)
        self.server.refuse()
        self.assertEqual(self.tell(), 0)
        self.assertTrue(self.row.is_due)
        self.assertEqual(self.row.tries, 1)
        self.assertGreater(self.row.retry_at, fields.Datetime.now())
        self.server.behave()
        self.assertEqual(self.tell(), 0, "it is not time yet")
        self.row.retry_at = fields.Datetime.now()
        self.env.flush_all()
        self.assertEqual(self.tell(), 1)
        self.server.refuse()
        self.card.sudo().write({'mobile_withdrawn_at': fields.Datetime.now(), 'active': False})
        self.env.flush_all()
        self.env.cr.execute('UPDATE mobile_wallet_registration SET is_due = TRUE, tries = 9, retry_at = NULL')
        self.env['mobile.wallet.sender']._send_due()
        self.row.invalidate_recordset()
        self.assertFalse(self.row.is_due)

    def test_a_wrong_certificate_costs_no_address(self):
        self.row.app_id.sudo().action_remove_wallet_apple()
        self.redeem(self.card)
        self.assertEqual(self.tell(), 0)
        self.assertTrue(self.row.exists().is_due)

    def test_nobody_else_uses_our_connection(self):
        account = self.app._wallet_apple()
        request = wallet_apple.push(1, self.server.url, self.push_token, PASS_TYPE)
        [(_request, answer)] = exchange([request], identity=account.identity, timeout=5)
        self.assertEqual(answer.status, 200)
        [(_request, answer)] = exchange([request], timeout=5, deadline=5)
        self.assertIsInstance(answer, Failure)
        self.assertEqual(self.server.accepted, 1, "who shows no certificate does not come in")

    def test_changes_wait_for_nobody(self):
        self.redeem(self.card)
        self.assertGreaterEqual(self.changes(), 1)
        self.env['mobile.wallet.registration']._cron_follow()
        self.assertEqual(self.changes(), 0)
        self.assertEqual(len(self.server.received), 1)

    def test_passes_that_ended_are_forgotten(self):
        self.row.ends_at = fields.Datetime.now() - timedelta(days=89)
        self.env.flush_all()
        self.env['mobile.wallet.registration']._cron_forget()
        self.assertTrue(self.row.exists())
        self.row.ends_at = fields.Datetime.now() - timedelta(days=91)
        self.env.flush_all()
        self.env['mobile.wallet.registration']._cron_forget()
        self.assertFalse(self.row.exists())

    # === WHOSE IT IS === #

    def test_it_is_in_the_export_without_its_secrets(self):
        with self.env['mobile.export']._export(self.anna, self.company) as file:
            text = file.read().decode()
        self.assertIn(self.row.serial, text)
        self.assertNotIn(self.push_token, text)

    def test_it_goes_with_the_customer(self):
        other = self.env['mobile.wallet.registration']
        other._enrol(self.app, self.ben, self.env['loyalty.card'], 'phone-9', self.push_token)
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.assertFalse(self.row.exists())
        self.assertEqual(other.search([]).partner_id, self.ben)

    def test_it_follows_contacts_that_are_merged(self):
        twin = self.env['res.partner'].create({'name': "Anna"})
        self.env['base.partner.merge.automatic.wizard'].create({})._merge([self.anna.id, twin.id], twin)
        self.env.invalidate_all()
        app, partner, card = self.env['mobile.wallet']._find(self.row.serial)
        self.assertEqual((app, partner, card), (self.app, twin, self.card))
