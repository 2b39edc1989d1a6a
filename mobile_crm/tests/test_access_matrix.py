"""Who may name which record: each parameter of the API that names one, times everybody who is not its owner.

The parameters are read from the API's description. One that is in none of the tables below fails the test, so that no
endpoint comes without its row of the matrix.
"""
import json
import os
import re
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import openapi
from ..controllers.routing import OPERATIONS
from ..tools import member_card, secret, till_code
from .common import MobileHttpCase
from .frame_common import BODIES

# How a parameter is called that names something.
NAMES_SOMETHING = re.compile(r'(^|_)(id|ids|code|token|secret|qr|uuid)$')
# What each of them names; the keys are operation and place, "*" stands for the items of a list.
RECORDS = {
    ('add_favourite', 'path.product_id'): 'product',
    ('add_lines', 'body.lines.*.product_id'): 'product',
    ('add_lines', 'path.list_id'): 'list',
    ('approve', 'path.approval_id'): 'approval',
    ('claim_offer', 'body.code'): 'claimable',
    ('compare_stores', 'path.list_id'): 'list',
    ('confirm_redemption', 'path.redemption_id'): 'redemption',
    ('deliver_message', 'path.message_id'): 'message',
    ('create_enquiry', 'body.product_id'): 'product',
    ('create_enquiry', 'body.store_id'): 'store',
    ('create_list', 'body.lines.*.product_id'): 'product',
    ('create_order', 'body.lines.*.product_id'): 'product',
    ('create_order', 'body.offer_ids.*'): 'offer',
    ('create_order', 'body.store_id'): 'store',
    ('delete_line', 'path.line_id'): 'line',
    ('delete_line', 'path.list_id'): 'list',
    ('delete_list', 'path.list_id'): 'list',
    ('deny', 'path.approval_id'): 'approval',
    ('get_approval', 'path.approval_id'): 'approval',
    ('get_enquiry', 'path.enquiry_id'): 'enquiry',
    ('forget_payment_method', 'path.method_id'): 'saved_method',
    ('get_exit_pass', 'path.order_id'): 'exit_pass',
    ('get_list', 'path.list_id'): 'list',
    ('get_offer', 'path.offer_id'): 'offer',
    ('get_offer_apple_pass', 'path.offer_id'): 'offer',
    ('get_offer_google_pass', 'path.offer_id'): 'offer',
    ('get_order', 'path.order_id'): 'order',
    ('get_product', 'path.product_id'): 'product',
    ('get_product', 'query.store_id'): 'store',
    ('get_payment', 'path.order_id'): 'basket',
    ('get_receipt', 'path.order_id'): 'order',
    ('get_redemption', 'path.redemption_id'): 'redemption',
    ('get_store', 'path.store_id'): 'store',
    ('list_recommendations', 'query.category_id'): 'category',
    ('list_recommendations', 'query.product_id'): 'product',
    ('list_recommendations', 'query.store_id'): 'store',
    ('give_up_order', 'path.order_id'): 'basket',
    ('give_up_payment', 'path.order_id'): 'basket',
    ('identify_member', 'body.qr'): 'member_card',
    ('identify_member', 'body.store_id'): 'store',
    ('list_orders', 'query.store_id'): 'store',
    ('list_products', 'query.category_id'): 'category',
    ('list_products', 'query.store_id'): 'store',
    ('read_message', 'path.message_id'): 'message',
    ('recognise_member', 'body.qr'): 'wallet_pass',
    ('redeem', 'body.code'): 'scanned',
    ('redeem', 'body.qr'): 'signed',
    ('redeem', 'body.store_id'): 'store',
    ('refresh', 'body.refresh_token'): 'refresh_token',
    ('pay_order', 'path.order_id'): 'basket',
    ('reorder', 'path.order_id'): 'order',
    ('reply_to_message', 'path.message_id'): 'message',
    ('report_events', 'body.events.*.geofence_id'): 'geofence',
    ('report_events', 'body.events.*.message_id'): 'message',
    ('report_events', 'body.events.*.product_id'): 'product',
    ('report_events', 'body.events.*.store_id'): 'store',
    ('release_order', 'path.order_id'): 'claimed_basket',
    ('report_exit', 'body.qr'): 'shown_pass',
    ('report_exit', 'body.store_id'): 'store',
    ('report_order_paid', 'path.order_id'): 'claimed_basket',
    ('report_receipts', 'body.receipts.*.id'): 'message',
    ('scan_into_order', 'body.lines.*.product_id'): 'product',
    ('scan_into_order', 'path.order_id'): 'basket',
    ('scan_order', 'body.code'): 'till_code',
    ('scan_order', 'body.store_id'): 'store',
    ('scan_product', 'path.code'): 'barcode',
    ('scan_product', 'query.store_id'): 'store',
    ('sign_out_device', 'path.device_id'): 'device',
    ('update_line', 'body.product_id'): 'product',
    ('update_line', 'path.line_id'): 'line',
    ('update_line', 'path.list_id'): 'list',
    ('update_list', 'path.list_id'): 'list',
    ('update_order', 'body.lines.*.product_id'): 'product',
    ('update_order', 'body.offer_ids.*'): 'offer',
    ('update_order', 'path.order_id'): 'basket',
    ('update_me', 'body.favourite_store_ids.*'): 'store',
    ('update_preferences', 'body.category_ids.*'): 'category',
    ('update_preferences', 'body.store_ids.*'): 'store',
    ('verify_otp', 'body.challenge_id'): 'challenge',
    ('void_redemption', 'path.redemption_id'): 'redemption',
    ('write_to_enquiry', 'path.enquiry_id'): 'enquiry',
}
# What looks like a name and is none: why it needs no cells.
NO_RECORDS = {
    ('add_lines', 'body.lines.*.id'): "made by the phone, unique on its list alone",
    ('create_list', 'body.id'): "made by the phone, unique for its customer alone",
    ('create_list', 'body.lines.*.id'): "made by the phone, unique on its list alone",
    ('get_payment', 'path.payment_id'): "of those of the order; test_api_payments tries others'",
    ('give_up_payment', 'path.payment_id'): "of those of the order; test_api_payments tries others'",
    ('pay_order', 'body.payment_method_id'): "goes with an order of the caller's; test_api_payments tries others'",
    ('remove_favourite', 'path.product_id'): "not looked up: what is no favourite of the caller's is none afterwards",
    ('reorder', 'body.list_id'): "goes with an order of the caller's; test_api_orders tries others'",
    ('register_device', 'body.install_id'): "made by the phone; registering it again signs it out",
    ('update_device', 'body.install_id'): "repeated at most, never looked up",
    ('report_events', 'body.events.*.id'): "made by the phone; a known one is counted, whoever sent it",
    ('till_token', 'body.client_id'): "the till's own; test_api_till tries others'",
    ('till_token', 'body.client_secret'): "the till's own; test_api_till tries others'",
    ('update_order', 'body.rewards.*.card_id'): "of those that the basket lists; test_basket_rewards tries others'",
    ('update_order', 'body.rewards.*.product_id'): "of those that the reward itself lists",
    ('update_order', 'body.rewards.*.reward_id'): "of those that the basket lists",
    ('verify_otp', 'body.code'): "goes with its challenge",
    ('verify_passkey', 'body.id'): "worth nothing without its signature; test_api_passkeys tries others'",
}
FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
CANARY = "Zwartkop"
MISSING = {int: 2 ** 31 - 1, str: '6f1c1a52-7d1f-4f0e-8d27-3d6a4a3f7f10'}
# What the other parameters of a path name: nothing either.
BESIDE = {int: 2 ** 31 - 2, str: '6f1c1a52-7d1f-4f0e-8d27-3d6a4a3f7f11'}


class Target(NamedTuple):
    """A record that somebody may name without owning it.

    :ivar dict values: the parameter and what goes with it, as the phone sends them
    :ivar owner: the contact whose it is, or None when all customers of the company may see it
    :ivar company: whose app may show it
    """

    record: Any
    value: Any
    owner: Any
    company: Any
    beside: dict = {}


class Actor(NamedTuple):
    """Somebody who sends requests.

    :ivar str refusal: the code of the 401 that each of their requests gets, or None when they are served
    """

    name: str
    phone: Any
    partner: Any
    company: Any
    refusal: str | None = None


def _resolved(schema):
    while ref := schema.get('$ref'):
        schema = openapi.document()['components']['schemas'][ref.rpartition('/')[2]]
    return schema


def _leaves(schema, place):
    """Yield the place of each value that a schema allows, with the names of its fields on the way."""
    schema = _resolved(schema)
    if schema.get('type') == 'null':
        return
    for part in schema.get('anyOf', ()):
        yield from _leaves(part, place)
    if 'items' in schema:
        yield from _leaves(schema['items'], f'{place}.*')
    for name, field in schema.get('properties', {}).items():
        yield from _leaves(field, f'{place}.{name}')
    if not {'anyOf', 'items', 'properties'} & set(schema):
        yield place


def parameters(operation):
    """Return the places of an operation's parameters, such as ``body.events.*.store_id``."""
    path = re.sub(r'<(?:\w+:)?(\w+)>', r'{\1}', operation.path)
    described = openapi.document()['paths'][path][operation.methods[0].lower()]
    places = [f"{parameter['in']}.{parameter['name']}" for parameter in described.get('parameters', ())]
    if body := described.get('requestBody'):
        places += _leaves(body['content']['application/json']['schema'], 'body')
    return dict.fromkeys(places)


def names_something(place):
    """Tell whether a place looks like one that names a record."""
    where, *names = place.split('.')
    return where == 'path' or bool(NAMES_SOMETHING.search([name for name in names if name != '*'][-1]))


def _put(body, names, value, beside):
    """Set a value deep within a body, and what goes with it beside it."""
    name, *rest = names
    if not rest:
        body.update({name: value, **beside})
    elif rest == ['*']:
        body.update({name: [value], **beside})
    elif rest[0] == '*':
        _put(body[name][0], rest[1:], value, beside)
    else:
        _put(body[name], rest, value, beside)


@tagged('-at_install', 'post_install')
class TestAccessMatrix(MobileHttpCase):
    """The matrix of one addon; a bridge's tests inherit it for the operations that it adds.

    :cvar str addon: whose operations are asked
    :cvar dict records, no_records, bodies: see ``RECORDS``, ``NO_RECORDS`` and ``BODIES``
    :cvar int least: so many cells there are at least
    """

    addon, least = 'mobile_crm', 1000
    records, no_records, bodies = RECORDS, NO_RECORDS, BODIES

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({
            'name': "Other Shop", 'country_id': cls.company.country_id.id, 'currency_id': cls.company.currency_id.id})
        cls.env.user.company_ids += cls.other_company
        cls.other_app = cls.env['mobile.app'].create({'name': "Other App", 'company_id': cls.other_company.id})
        cls.other_store, cls.other_fence = cls._make_store(
            f"{CANARY} Store", "Ghent", 'base.be', 51.05, 3.72, company=cls.other_company)
        cls.own_product, cls.other_product = cls.env['product.product'].create([
            {'name': f"{CANARY} Product", 'company_id': company.id, 'taxes_id': [Command.clear()], 'barcode': barcode}
            for company, barcode in ((cls.company, '4006381333931'), (cls.other_company, '9501101530003'))])
        cls.carla, cls.carla_user, cls.phone_carla = cls._make_customer(
            f"Carla {CANARY}", '+32477334455', 'ios', cls.other_app)
        cls.dora, cls.dora_user, cls.phone_dora = cls._make_customer("Dora", '+32477334466', 'ios')
        # Colleagues: contacts of one firm.
        firm = cls.env['res.partner'].create({'name': f"{CANARY} Firm", 'is_company': True})
        (cls.anna + cls.dora).parent_id = firm
        cls.anna.name = f"Anna {CANARY}"

    def setUp(self):
        super().setUp()
        self.cells, self.told_of_nothing = 0, {}
        # Anna uses the other company's app as well.
        self.phone_anna_other = self._make_device(self.other_app)
        self.phone_anna_other._sign_in(self.anna_user)
        self.anna_user.company_ids += self.other_company

    # === WHO === #

    def _actors(self):
        """Return everybody who is not the owner of what they name, each with a phone of their own."""
        def phone_of(partner, app):
            device = self._make_device(app)
            device._sign_in(partner.user_ids)
            return self.phone_of(device)

        served = [
            Actor('another customer', self.phone_of(self.phone_ben), self.ben, self.company),
            Actor('a colleague in the same firm', self.phone_of(self.phone_dora), self.dora, self.company),
            Actor("another company's customer", self.phone_of(self.phone_carla), self.carla, self.other_company),
            Actor("the customer in another company's app", self.phone_of(self.phone_anna_other), self.anna,
                  self.other_company),
            Actor('an anonymous phone', self.phone_of(self._make_device()), None, self.company),
        ]
        revoked = phone_of(self.anna, self.app)
        self.env['mobile.device'].search([('uuid', '=', revoked.device_id)])._sign_out()
        expired = phone_of(self.anna, self.app)
        self.env['mobile.token'].search([('hash', '=', secret.token_hash(expired.access_token))]).expires_at = (
            fields.Datetime.now() - timedelta(seconds=1))
        forgotten = phone_of(self.anna, self.app)
        self.env['mobile.device'].search([('uuid', '=', forgotten.device_id)])._forget()
        staff, _user, staffs_device = self._make_customer("Eve", '+32477334477', 'ios')
        staffs = self.phone_of(staffs_device)
        staff.user_ids.write({'group_ids': [Command.set(self.env.ref('base.group_user').ids)]})
        archived, user, device = self._make_customer("Fay", '+32477334488', 'ios')
        archiveds = self.phone_of(device)
        user.active = False
        closed_app = self.env['mobile.app'].create({'name': "Closed", 'company_id': self.company.id})
        closed = phone_of(self.anna, closed_app)
        closed_app.active = False
        nobody, guessed, refresh = (self.phone_app() for _ in range(3))
        guessed.access_token = secret.new_token(secret.ACCESS_PREFIX)
        refresh.access_token = phone_of(self.anna, self.app).refresh_token
        till = self.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': self.company.id})
        other_till = self.env['mobile.app'].create({
            'name': "Other Till", 'kind': 'till', 'company_id': self.other_company.id})
        tills = [Actor('a till', self.till_of(till), None, self.company),
                 Actor("another company's till", self.till_of(other_till), None, self.other_company)]
        return served, tills, [
            Actor('nobody', nobody, None, self.company, 'unauthenticated'),
            Actor('a guessed token', guessed, None, self.company, 'token_invalid'),
            Actor('a refresh token', refresh, self.anna, self.company, 'token_invalid'),
            Actor('a phone that was signed out', revoked, self.anna, self.company, 'token_invalid'),
            Actor('an expired token', expired, self.anna, self.company, 'token_expired'),
            Actor('a forgotten phone', forgotten, self.anna, self.company, 'token_invalid'),
            Actor('a customer who became staff', staffs, staff, self.company, 'token_invalid'),
            Actor('an archived customer', archiveds, archived, self.company, 'token_invalid'),
            Actor('a closed app', closed, self.anna, self.company, 'token_invalid'),
        ]

    # === WHAT === #

    def _targets(self, kind):
        """Return records of a kind: of this company and the other, of Anna, Ben and Carla."""
        make = getattr(self, f'_target_{kind}')
        return [make(*owner) for owner in (
            (self.anna, self.company), (self.ben, self.company), (self.anna, self.other_company),
            (self.carla, self.other_company))]

    def _card(self, owner, company):
        program = self.program.sudo().copy({'name': f"{CANARY} program", 'company_id': company.id})
        return self.env['loyalty.card'].create({
            'program_id': program.id, 'partner_id': owner.id, 'holder_only': True, 'points': 1})

    def _target_offer(self, owner, company):
        card = self._card(owner, company)
        return Target(card, card.mobile_uuid, owner, company)

    def _target_claimable(self, owner, company):
        card = self._card(owner, company)
        return Target(card, card.code, owner, company)

    def _target_message(self, owner, company):
        message = self.env['mobile.message']._post([
            {'partner_id': owner.id, 'company_id': company.id, 'title': f"For {CANARY}"}])
        return Target(message, message.uuid, owner, company)

    def _target_enquiry(self, owner, company):
        enquiry = self.env['mobile.enquiry'].with_company(company)._open(
            owner, company, f"About {CANARY}", f"Tell me of {CANARY}")
        return Target(enquiry, enquiry.uuid, owner, company)

    def _target_order(self, owner, company):
        order = self.env['sale.order'].with_company(company).create({
            'partner_id': owner.id, 'company_id': company.id, 'client_order_ref': CANARY,
            'order_line': [Command.create({'product_id': self.env['product.product'].create(
                {'name': f"{CANARY} Spoon", 'taxes_id': [Command.clear()]}).id})]})
        order.action_confirm()
        Purchase = self.env['mobile.purchase']
        [head] = [head for head in Purchase._page(owner, company, 100) if head.id == order.id]
        return Target(order, Purchase._public_id(head), owner, company)

    def _target_basket(self, owner, company):
        # One at a time, so each is of a customer's own past.
        order = self.env['sale.order'].with_company(company).create({
            'partner_id': owner.id, 'company_id': company.id, 'client_order_ref': CANARY})
        basket = self.env['mobile.basket'].create({
            'order_id': order.id, 'partner_id': owner.id, 'company_id': company.id, 'state': 'cancelled',
            'store_id': (self.store_near if company == self.company else self.other_store).id,
            'app_id': (self.app if company == self.company else self.other_app).id,
            'expires_at': fields.Datetime.now()})
        return Target(basket, basket._public_id(), owner, company)

    def _pass(self, owner, company):
        # Through no model of theirs: what is shown is what matters here, not how it was bought.
        target, app = self._target_order(owner, company), self.app if company == self.company else self.other_app
        basket = self.env['mobile.basket'].create({
            'order_id': target.record.id, 'partner_id': owner.id, 'company_id': company.id, 'app_id': app.id,
            'store_id': self._target_store(owner, company).record.id, 'state': 'sold',
            'expires_at': fields.Datetime.now()})
        return self.env['mobile.exit.pass']._issue(basket, False), target.value

    def _target_exit_pass(self, owner, company):
        shown, order_id = self._pass(owner, company)
        return Target(shown, order_id, owner, company)

    def _target_shown_pass(self, owner, company):
        shown, _order_id = self._pass(owner, company)
        return Target(shown, shown._text(), None, company)

    def _waiting_basket(self, owner, company):
        # Of a customer's own who has no other one.
        basket = self._target_basket(owner.copy({'name': CANARY}), company).record
        basket.write({
            'state': 'at_till', 'till_salt': str(uuid4()), 'till_version': 1,
            'till_until': fields.Datetime.now() + timedelta(hours=1)})
        basket.till_hash = till_code.hashed(basket._till_secret(), basket._till_code())
        return basket

    def _target_till_code(self, owner, company):
        basket = self._waiting_basket(owner, company)
        return Target(basket, basket._till_code(), None, company)

    def _target_claimed_basket(self, owner, company):
        basket = self._waiting_basket(owner, company)
        till = self.env['mobile.app'].create({'name': CANARY, 'kind': 'till', 'company_id': company.id})
        basket.write({'till_claimed_at': fields.Datetime.now(), 'till_id': till.id})
        return Target(basket, basket._public_id(), None, company)

    def _list(self, owner, company):
        return self.env['mobile.list'].create({
            'name': f"For {CANARY}", 'partner_id': owner.id, 'company_id': company.id, 'uuid': str(uuid4())})

    def _target_list(self, owner, company):
        shopping_list = self._list(owner, company)
        return Target(shopping_list, shopping_list.uuid, owner, company)

    def _target_line(self, owner, company):
        line = self.env['mobile.list.line'].create({
            'list_id': self._list(owner, company).id, 'uuid': str(uuid4()), 'text': CANARY, 'version': 1})
        return Target(line, line.uuid, owner, company)

    def _target_store(self, owner, company):
        store = self.store_near if company == self.company else self.other_store
        return Target(store, store.id, None, company)

    def _target_geofence(self, owner, company):
        fence = self.fence_near if company == self.company else self.other_fence
        return Target(fence, fence.id, None, company)

    def _target_product(self, owner, company):
        product = self.other_product if company == self.other_company else self.own_product
        return Target(product, product.id, None, company)

    def _target_barcode(self, owner, company):
        target = self._target_product(owner, company)
        return target._replace(value=target.record.barcode)

    def _device(self, owner, company):
        return self.env['mobile.device'].search(
            [('partner_id', '=', owner.id), ('company_id', '=', company.id)], limit=1)

    def _target_device(self, owner, company):
        device = self._make_device(self.app if company == self.company else self.other_app)
        device._sign_in(owner.user_ids)
        return Target(device, device.uuid, owner, company)

    def _target_category(self, owner, company):
        # Odoo's categories belong to no company, so all customers may name them.
        category = self.env['product.category'].create({'name': f"{CANARY} Category"})
        return Target(category, category.id, None, None)

    def _target_approval(self, owner, company):
        card = self._card(owner, company)
        order = self.env['sale.order'].create({'partner_id': owner.id, 'company_id': company.id})
        approval = self.env['mobile.approval']._ask(order, card, 1.0, 1.0)
        return Target(approval, approval.uuid, owner, company)

    def _target_saved_method(self, owner, company):
        provider = self.env['payment.provider'].create({
            'name': f"{CANARY} Provider", 'code': 'none', 'state': 'test', 'is_published': True,
            'company_id': company.id, 'allow_tokenization': True})
        token = self.env['payment.token'].create({
            'provider_id': provider.id, 'payment_method_id': self.env.ref('payment.payment_method_unknown').id,
            'payment_details': '4242', 'partner_id': owner.id, 'provider_ref': 'ref'})
        return Target(token, self.env['mobile.payment']._method_id(token), owner, company)

    def _target_member_card(self, owner, company):
        device = self._device(owner, company)
        self.env['mobile.token']._issue(device)
        _member, qr, _expires_at = self.env['mobile.member.card']._issue(device, owner, company)
        return Target(device, qr, None, company)

    def _target_wallet_pass(self, owner, company):
        Wallet = self.env['mobile.wallet']
        member = member_card.member_id(Wallet._wallet_secret(), company.id, owner.id)
        return Target(owner, Wallet._member_code(company, member), None, company)

    def _target_redemption(self, owner, company):
        row = self.env['mobile.redemption']._reserve(self._card(owner, company), company, 'till', f"For {CANARY}")
        return Target(row, row.uuid, None, company)

    def _target_scanned(self, owner, company):
        card = self._card(owner, company)
        return Target(card, card.code, None, company)

    def _target_signed(self, owner, company):
        card = self._card(owner, company)
        return Target(card, self.env['mobile.coupon.pass']._issue(card, company), None, company)

    def _target_challenge(self, owner, company):
        code, uuid = secret.new_code(), str(uuid4())
        Otp = self.env['mobile.otp']
        challenge = Otp.create({
            'uuid': uuid, 'device_id': self._device(owner, company).id, 'channel': 'email',
            'address': f'{uuid}@mobile-crm.example', 'code_hash': Otp._hash(uuid, code),
            'expires_at': fields.Datetime.now() + timedelta(minutes=10)})
        return Target(challenge, uuid, owner, company, {'code': code})

    def _target_refresh_token(self, owner, company):
        tokens = self.env['mobile.token']._issue(self._device(owner, company))
        token = self.env['mobile.token'].search([('hash', '=', secret.token_hash(tokens['refresh_token']))])
        # A refresh token is its own proof: whoever holds it and names the right app is served. See the filter below.
        return Target(token, tokens['refresh_token'], None, company)

    # === HOW === #

    def _ask(self, actor, operation, place=None, value=None, beside=None):
        """Return what an actor is told, without what differs from request to request."""
        where, *names = place.split('.') if place else ('nowhere',)
        beside_it = BESIDE[int] if re.search(r'<(product|store)_id>', operation.path) else BESIDE[str]
        path = re.sub(
            r'<(?:\w+:)?(\w+)>',
            lambda match: str(value if where == 'path' and match[1] == names[0] else beside_it), operation.path)
        kwargs, fresh = {}, str(uuid4())
        if operation.methods != ['GET']:
            body = json.loads(json.dumps(self.bodies.get(operation.name, {})))
            if operation.name == 'report_events':
                body['events'][0] |= {'id': fresh, 'occurred_at': fields.Datetime.now().isoformat() + 'Z'}
            if operation.takes_version:
                kwargs['headers'] = {'If-Match': '"1"'}
            if operation.name == 'create_order':
                product = self.own_product if actor.company == self.company else self.other_product
                body['lines'][0]['product_id'] = product.id
            if operation.name in ('redeem', 'report_exit', 'scan_order', 'create_reservation', 'create_order'):
                # The store is right; it is what goes with it that a stranger must not find.
                store = self.store_near if actor.company == self.company else self.other_store
                body |= {'store_id': store.id}
            if operation.name == 'redeem' and names == ['qr']:
                body['code'] = None
            if where == 'body':
                _put(body, names, value, beside or {})
            kwargs['json'] = body
        if where == 'query':
            kwargs['params'] = {names[0]: value}
        with mute_logger('odoo.addons.mobile_crm.controllers.dispatcher'):
            answer = actor.phone.request(operation.methods[0], path, **kwargs)
        told = answer.json and self._without(answer.json, {value: 'named', fresh: 'fresh'})
        if answer.status >= 400:
            told.pop('request_id')
        return answer, told

    def _without(self, part, names):
        """Return a part of an answer in which what differs from request to request is replaced."""
        if isinstance(part, dict):
            return {key: self._without(value, names) for key, value in part.items()}
        if isinstance(part, list):
            return [self._without(value, names) for value in part]
        if isinstance(part, str):
            for name, replacement in names.items():
                # In the path of the request; a number may stand anywhere by chance.
                part = re.sub(rf'(^|/){re.escape(str(name))}(?=/|$)', rf'\1{replacement}', part)
        return part

    def _row(self, record):
        self.env.flush_all()
        self.env.cr.execute(f'SELECT t::text FROM "{record._table}" t WHERE id = %s', [record.id])  # pylint: disable=sql-injection
        return self.env.cr.fetchone()

    def _operations(self):
        return [operation for operation in OPERATIONS if operation.addon == self.addon]

    def test_every_parameter_has_its_row(self):
        found = {
            (operation.name, place): place for operation in self._operations() for place in parameters(operation)
            if names_something(place)}
        self.assertEqual(
            set(found), set(self.records) | set(self.no_records), "each parameter has its row, and no row is left")
        self.assertFalse(set(self.records) & set(self.no_records))

    def test_matrix(self):
        served, tills, refused = self._actors()
        # A token of the other kind is nothing at all, whatever has become of it.
        no_phones = refused + [till._replace(refusal='token_invalid') for till in tills]
        no_tills = [actor if actor.refusal == 'unauthenticated' else actor._replace(refusal='token_invalid')
                    for actor in refused + served]
        strangers = {'mobile': no_phones, 'mobile_device': no_phones, 'mobile_till': no_tills}
        operations = {operation.name: operation for operation in self._operations()}
        for (name, place), kind in self.records.items():
            operation = operations[name]
            targets = self._targets(kind)
            # Who is not signed in is refused before anything is looked up: the first is Anna's, as most of them were.
            for target in targets if FULL else targets[:1]:
                for actor in strangers.get(operation.auth, ()):
                    self._assert_unauthenticated(actor, operation, place, target)
            for target in targets:
                for actor in tills if operation.auth == 'mobile_till' else served:
                    is_own = target.company in (None, actor.company) and target.owner in (None, actor.partner)
                    if not is_own:
                        self._assert_refused_alike(actor, operation, place, target)
        for operation in operations.values():
            for actor in strangers.get(operation.auth, ()):
                self._assert_unauthenticated(actor, operation)
            if operation.auth == 'mobile':
                anonymous = served[-1]._replace(refusal='sign_in_required')
                self._assert_unauthenticated(anonymous, operation)
        self.assertGreaterEqual(self.cells, self.least)

    def _assert_refused_alike(self, actor, operation, place, target):
        """Assert that what is not theirs looks to them like what is not there, and stays as it is."""
        self.cells += 1
        with self.subTest(actor=actor.name, operation=operation.name, place=place, target=target.record):
            before = self._row(target.record)
            answer, told = self._ask(actor, operation, place, target.value, target.beside)
            self.assertEqual((answer.status, told), self._told_of_nothing(actor, operation, place, type(target.value)))
            self.assertTrue(answer.status in (401, 404, 422) or told['rejected'], told)
            self.assertNotIn(CANARY.encode(), answer.content)
            self.assertEqual(self._row(target.record), before)

    def _told_of_nothing(self, actor, operation, place, kind):
        """Return the status and what an actor is told of what is not there; it is the same whatever they ask beside."""
        key = actor.name, operation.name, place
        if key not in self.told_of_nothing:
            answer, told = self._ask(actor, operation, place, MISSING[kind])
            self.told_of_nothing[key] = answer.status, told
        return self.told_of_nothing[key]

    def _assert_unauthenticated(self, actor, operation, place=None, target=None):
        """Assert that who is not signed in learns that, and nothing else."""
        self.cells += 1
        with self.subTest(actor=actor.name, operation=operation.name, place=place, target=target and target.record):
            answer, _told = self._ask(
                actor, operation, place, target and target.value, target and target.beside)
            self.assertProblem(answer, 401, actor.refusal)
            self.assertNotIn(CANARY.encode(), answer.content)
