"""What the addon's tests work with: a company with two stores, a running campaign and two customers."""
import json
import re
import socket
import uuid
from datetime import timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import HOST, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from ..controllers.routing import BASE_PATH
from ..tools import afterwards, plausibility
from . import contract


class MobileCommon(TransactionCase):
    """A company of its own, so that demo data and other modules' records neither disturb nor are disturbed.

    :cvar company: in euro, in Belgium; the current company of ``self.env``
    :cvar app: its phone app
    :cvar store_near, store_far: in Brussels and in Paris, each with one fence: ``fence_near``, ``fence_far``
    :cvar program: a coupon program of 15 %
    :cvar campaign: running, for everybody who enters a fence
    :cvar anna, ben: customers (``res.partner``), with portal users ``anna_user``, ``ben_user``
    :cvar phone, phone_ben: their devices (``mobile.device``), signed in
    :cvar salesperson: ``res.users``
    :cvar product: for 100 euro, without taxes
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        belgium = cls.env.ref('base.be')
        euro = cls.env.ref('base.EUR')
        euro.active = True
        cls.company = cls.env['res.company'].create({
            'name': "Test Shop", 'country_id': belgium.id, 'currency_id': euro.id, 'email': 'shop@mobile-crm.example'})
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(context={**cls.env.context, 'allowed_company_ids': cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls.app = cls.env['mobile.app'].create({
            'name': "Test App", 'company_id': cls.company.id, 'country_id': belgium.id})
        cls.store_near, cls.fence_near = cls._make_store("Brussels Store", "Brussels", 'base.be', 50.8467, 4.3525)
        cls.store_far, cls.fence_far = cls._make_store("Paris Store", "Paris", 'base.fr', 48.8566, 2.3522)
        cls.product = cls.env['product.product'].create({
            'name': "Rain Jacket", 'list_price': 100.0, 'taxes_id': [Command.clear()]})
        cls.program = cls.env['loyalty.program'].create({
            'name': "15 % off",
            'program_type': 'coupons',
            'company_id': cls.company.id,
            'currency_id': euro.id,
            'applies_on': 'current',
            'trigger': 'with_code',
            'rule_ids': [Command.clear()],
            'reward_ids': [Command.clear(), Command.create({
                'reward_type': 'discount', 'discount': 15.0, 'discount_mode': 'percent',
                'discount_applicability': 'order', 'required_points': 1})],
        })
        cls.campaign = cls.env['mobile.campaign'].create({
            'name': "Nearby",
            'company_id': cls.company.id,
            'program_id': cls.program.id,
            'trigger': 'enter',
            'message_title': "15 % for you",
            'message_body': "Come in, it is warm here.",
            'terms': "Not on gift cards.",
        })
        cls.campaign.action_start()
        cls.anna, cls.anna_user, cls.phone = cls._make_customer("Anna Peeters", '+32475112233', 'android')
        cls.ben, cls.ben_user, cls.phone_ben = cls._make_customer("Ben Maes", '+32476223344', 'ios')
        cls.salesperson = new_test_user(
            cls.env, login='mobile_crm_salesperson', groups='sales_team.group_sale_salesman_all_leads',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
            # Nobody waits for the invitation.
            context={'no_reset_password': True})

    def setUp(self):
        super().setUp()
        # Limits are counted outside of the test's transaction, and all tests call from one address: so each counts
        # for itself.
        Limit = self.env.registry['mobile.limit']
        tell, salt = Limit._tell, str(uuid.uuid4())
        self.startPatcher(patch.object(Limit, '_windows', {}))
        self.startPatcher(patch.object(
            Limit, '_tell', lambda model, key, *args: tell(model, (*key, salt), *args)))

    # === MAKING RECORDS === #

    @classmethod
    def _make_store(cls, name, city, country, latitude, longitude, company=None):
        """Return a store and its fence of 200 m."""
        company = company or cls.company
        address = cls.env['res.partner'].create({
            'name': name, 'street': "Main Street 1", 'city': city, 'country_id': cls.env.ref(country).id,
            'company_id': company.id})
        store = cls.env['mobile.store'].create({
            'name': name, 'partner_id': address.id, 'company_id': company.id, 'tz': 'Europe/Brussels',
            'latitude': latitude, 'longitude': longitude})
        return store, cls.env['mobile.geofence'].create({'name': name, 'store_id': store.id, 'radius': 200.0})

    @classmethod
    def _make_device(cls, app=None, platform='android'):
        """Return a device on which nobody is signed in."""
        return cls.env['mobile.device']._register_install(app or cls.app, str(uuid.uuid4()), {'platform': platform})[0]

    @classmethod
    def _make_customer(cls, name, phone, platform, app=None):
        """Return a contact who has verified this number, its portal user, and its device, signed in.

        They have agreed to be located.
        """
        partner = cls.env['res.partner'].create({'name': name, 'phone': phone, 'mobile_verified_phone': phone})
        device = cls._make_device(app, platform)
        user = cls.env['res.users']._mobile_sign_in(device, 'sms', phone)
        device._sign_in(user)
        # A while ago: what happened before a sign-in is nobody's.
        device.signed_in_at -= timedelta(days=1)
        cls.env['mobile.consent']._append(
            partner, device.company_id, {'location': True}, 'device', device_uuid=device.uuid)
        return partner, user, device

    @classmethod
    def let_learn(cls, partner, device):
        """Let a customer agree that offers rest on what they do."""
        cls.env['mobile.consent']._append(
            partner, device.company_id, {'profiling': True}, 'device', device_uuid=device.uuid)

    # === WHAT HAPPENS === #

    def enter_report(self, fence, **values):
        """Return what a phone reports as it enters a fence, as ``mobile.event._record`` takes it."""
        return {'id': str(uuid.uuid4()), 'type': 'enter', 'occurred_at': fields.Datetime.now(),
                'geofence_id': fence.id, **values}

    def hurry(self):
        """Let a phone report the same thing again at once, and be at another place: tests do not wait."""
        self.startPatcher(patch.object(plausibility, 'REPEAT_WITHIN', 0))
        self.startPatcher(patch.object(plausibility, '_haste', lambda fact, other: None))

    def enter(self, device, fence, **values):
        """Report that a device enters a fence.

        :return: the decisions that followed.
        """
        report = self.enter_report(fence, **values)
        self.hurry()
        accepted, _duplicates, rejected = self.env['mobile.event']._record(device, [report])
        self.assertEqual((accepted, rejected), (1, []))
        return self.env['mobile.event'].search([('uuid', '=', report['id'])]).decision_ids

    @classmethod
    def make_accounts(cls):
        """Give the company as much of a chart of accounts as an invoice needs; return its income and receivable one."""
        company = {'company_ids': [Command.link(cls.company.id)]}
        income, receivable = cls.env['account.account'].create([
            {'name': "Income", 'code': 'MCRM1', 'account_type': 'income', **company},
            {'name': "Receivable", 'code': 'MCRM2', 'account_type': 'asset_receivable', 'reconcile': True, **company}])
        cls.env['account.journal'].create({
            'name': "Sales", 'code': 'MCRM', 'type': 'sale', 'company_id': cls.company.id,
            'default_account_id': income.id})
        return income, receivable

    def make_order(self, partner, lines=None):
        """Return a quotation of the salesperson.

        :param lines: (product, quantity) pairs; two rain jackets when left out.
        """
        return self.env['sale.order'].with_user(self.salesperson).create({
            'partner_id': partner.id,
            'company_id': self.company.id,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': quantity})
                           for product, quantity in lines or [(self.product, 2)]],
        })


class Answer(NamedTuple):
    """An answer of the phone API.

    :ivar Any json: the body, read as JSON; None when there is none
    """

    status: int
    headers: Any
    json: Any
    content: bytes


class Phone:
    """A phone as the API sees it: it knows its app, its tokens, and nothing of Odoo.

    :param MobileHttpCase case: whose server it speaks to
    :param app: ``mobile.app``
    """

    def __init__(self, case, app):
        self._case = case
        self.client_id = app.client_id
        self.install_id = str(uuid.uuid4())
        self.device_id = self.access_token = self.refresh_token = self.customer = None

    # === VERBS === #

    def request(self, method, path, headers=None, **kwargs):
        """Send one request with this phone's tokens.

        :param str path: below the base path
        :param kwargs: ``json``, ``data``, ``params`` of requests
        """
        sent = {'X-App-Id': self.client_id}
        if self.access_token:
            sent['Authorization'] = f'Bearer {self.access_token}'
        sent |= headers or {}
        return self._case.call(method, path, headers=sent, **kwargs)

    def get(self, path, headers=None, **params):
        return self.request('GET', path, headers=headers, params=params)

    def post(self, path, json=None, **kwargs):
        return self.request('POST', path, json={} if json is None else json, **kwargs)

    def put(self, path, json):
        return self.request('PUT', path, json=json)

    def patch(self, path, json):
        return self.request('PATCH', path, json=json)

    def delete(self, path):
        return self.request('DELETE', path)

    # === WHAT PHONES DO === #

    def take_tokens(self, tokens):
        """Remember the tokens in an answer, and return it."""
        if tokens.status in (200, 201):
            self.access_token, self.refresh_token = tokens.json['access_token'], tokens.json['refresh_token']
        return tokens

    def register(self, **values):
        """Register this install, or register it again."""
        answer = self.take_tokens(self.post(
            '/devices', {'install_id': self.install_id, 'platform': 'android', **values}))
        self.device_id = answer.json.get('device_id')
        return answer

    def request_code(self, address, channel='sms'):
        """Ask for a one-time code and return the challenge's id."""
        answer = self.post('/auth/otp', {'channel': channel, 'address': address})
        self._case.assertEqual(answer.status, 202, answer.content)
        return answer.json['challenge_id']

    def verify(self, challenge_id, code):
        """Answer a challenge."""
        answer = self.take_tokens(self.post('/auth/otp/verify', {'challenge_id': challenge_id, 'code': code}))
        if answer.status == 200:
            self.customer = answer.json['customer']
        return answer

    def sign_in(self, address, channel='sms'):
        """Sign in with the code that was sent to an address."""
        challenge_id = self.request_code(address, channel)
        answer = self.verify(challenge_id, self._case.sent_code(address, channel))
        self._case.assertEqual(answer.status, 200, answer.content)
        return answer

    def refresh(self):
        """Exchange the refresh token."""
        return self.take_tokens(self.request(
            'POST', '/auth/refresh', json={'refresh_token': self.refresh_token}, headers={'Authorization': ''}))


@tagged('post_install', '-at_install', 'mobile_http')
class MobileHttpCase(MobileCommon, HttpCase):
    """Tests that speak to the phone API over HTTP, in the test's own transaction."""

    def setUp(self):
        super().setUp()
        # What is left for after an answer is done when the test has it, and not at some moment while it goes on.
        self._left = []
        self.startPatcher(patch.object(afterwards, 'on_close', lambda _response, works: self._left.extend(works)))

    def call(self, method, path, **kwargs):
        """Send one request; what every answer of the API must hold is asserted here, and that
        the description of the API allows it.

        :param str path: below the base path
        :param kwargs: of requests
        :rtype: Answer
        """
        response = self.url_open(BASE_PATH + path, method=method, allow_redirects=False, **kwargs)
        self._do_what_is_left()
        content_type = response.headers.get('Content-Type', '')
        is_json = content_type in ('application/json', 'application/problem+json') and response.content
        answer = Answer(
            response.status_code, response.headers, json.loads(response.content) if is_json else None, response.content)
        self.assertRegex(response.headers['X-Request-Id'], r'^[0-9a-f]{32}$')
        self.assertNotIn('Set-Cookie', response.headers)
        self.assertNotIn(b'Traceback', response.content)
        if response.status_code >= 400 and method != 'HEAD':
            self.assertIsProblem(answer)
            self.assertEqual(answer.json['instance'], BASE_PATH + path.partition('?')[0])
        self.assertEqual(contract.violations(method, path, answer), [])
        return answer

    def _do_what_is_left(self):
        while self._left:
            self.env.flush_all()
            self._left.pop(0)()
            self.env.invalidate_all()

    def exchange(self, method, path, headers=(), parts=()):
        """Send one request over a socket of its own, as no HTTP library would, and return the raw answer.

        :param str path: the whole path, written as it is
        :param headers: lines, such as ``'Content-Length: 3'``
        :param parts: an iterable of bytes, sent one after the other
        :rtype: bytes
        """
        self.env.cr.flush()
        self.env.cr.clear()
        with self.allow_requests(), socket.create_connection((HOST, self.http_port()), timeout=20) as connection:
            lines = [f'{method} {path} HTTP/1.1', f'Host: {HOST}:{self.http_port()}', 'Connection: close',
                     f'Cookie: {TEST_CURSOR_COOKIE_NAME}={self.http_request_key}', *headers, '', '']
            connection.sendall('\r\n'.join(lines).encode('latin-1'))
            for part in parts:
                connection.sendall(part)
            return b''.join(iter(lambda: connection.recv(65536), b''))

    def phone_app(self, app=None):
        """Return a phone that has not registered yet."""
        return Phone(self, app or self.app)

    def registered_phone(self, app=None, **values):
        """Return a phone that is registered and anonymous."""
        phone = self.phone_app(app)
        self.assertEqual(phone.register(**values).status, 201)
        return phone

    def phone_of(self, device):
        """Return a phone that holds new tokens of a device, without the detour of a code."""
        phone = self.phone_app(device.app_id)
        phone.install_id, phone.device_id = device.install_id, device.uuid
        tokens = self.env['mobile.token']._issue(device)
        phone.access_token, phone.refresh_token = tokens['access_token'], tokens['refresh_token']
        return phone

    def till_of(self, app):
        """Return a till that has signed in.

        :param app: ``mobile.app`` of the kind till
        """
        till = self.phone_app(app)
        till.access_token = self.env['mobile.token']._issue_till(app)['access_token']
        return till

    def sent_code(self, address, channel='sms'):
        """Return the last one-time code that was sent to an address, from Odoo's outgoing queue."""
        if channel == 'sms':
            text = self.env['sms.sms'].search([('number', '=', address)], order='id desc', limit=1).body
        else:
            text = self.env['mail.mail'].search([('email_to', '=', address)], order='id desc', limit=1).body_html
        return re.search(r'(?<![\d#])\d{6}(?!\d)', text or '')[0]

    # === ASSERTIONS === #

    def assertIsProblem(self, answer):
        """Assert that an answer is a problem document as API.md describes it."""
        self.assertEqual(answer.headers['Content-Type'], 'application/problem+json', answer.content)
        problem = answer.json
        self.assertEqual(
            set(problem) - {'errors'}, {'type', 'title', 'status', 'detail', 'instance', 'code', 'request_id'})
        self.assertEqual(problem['status'], answer.status)
        self.assertEqual(problem['request_id'], answer.headers['X-Request-Id'])
        self.assertEqual(problem['type'], f'urn:mobile-crm:problem:{problem["code"]}')
        self.assertEqual('errors' in problem, problem['code'] == 'invalid_request')
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')

    def assertProblem(self, answer, status, code):
        """Assert that an answer is this problem."""
        self.assertEqual((answer.status, answer.json and answer.json.get('code')), (status, code), answer.content)

    def assertInvalid(self, answer, *loc):
        """Assert that an answer is 422 for the value at `loc`, and for no other."""
        self.assertProblem(answer, 422, 'invalid_request')
        self.assertEqual([error['loc'] for error in answer.json['errors']], [list(loc)])
        for error in answer.json['errors']:
            self.assertEqual(set(error), {'loc', 'msg', 'type'})
