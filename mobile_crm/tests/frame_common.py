"""What the tests of the phone API's frame work with."""
import re
from contextlib import contextmanager
from unittest.mock import patch

import psycopg2

from .common import MobileHttpCase

# A body of each operation that takes one; it is valid as far as the schema goes.
BODIES = {
    'register_device': {'install_id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'platform': 'ios'},
    'update_device': {},
    'request_otp': {'channel': 'email', 'address': 'nobody@mobile-crm.example'},
    'verify_otp': {'challenge_id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'code': '000000'},
    'logout': {},
    'till_token': {'client_id': 'x', 'client_secret': 'mcs_x'},
    'identify_member': {'qr': 'MC1.x'},
    'report_exit': {'qr': 'MX1.x', 'store_id': 1},
    'recognise_member': {'qr': 'MW1.x'},
    'redeem': {'code': 'X', 'store_id': 1, 'order_ref': 'X'},
    'confirm_redemption': {},
    'scan_order': {'code': 'X', 'store_id': 1},
    'report_order_paid': {'order_ref': 'X', 'amount': {'amount': '1.00', 'currency': 'EUR'}},
    'verify_passkey': {
        'id': 'AA', 'rawId': 'AA', 'type': 'public-key', 'clientExtensionResults': {},
        'response': {'clientDataJSON': 'AA', 'authenticatorData': 'AA', 'signature': 'AA'}},
    'refresh': {'refresh_token': 'mcr_x'},
    'update_me': {},
    'update_consents': {},
    'update_preferences': {},
    'create_list': {'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'name': 'X', 'lines': [
        {'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'text': 'X'}]},
    'update_list': {},
    'add_lines': {'lines': [{'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'text': 'X'}]},
    'update_line': {},
    'report_events': {'events': [{
        'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'type': 'view', 'occurred_at': '2020-01-01T00:00:00Z'}]},
    'claim_offer': {'code': 'X'},
    'deliver_message': {},
    'test_push': {},
    'report_receipts': {'receipts': [{'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'status': 'opened'}]},
    'create_enquiry': {'subject': 'X', 'message': 'X'},
    'reorder': {},
    'create_order': {'store_id': 1, 'lines': [{'product_id': 1}]},
    'scan_into_order': {'lines': [{'product_id': 1}]},
    'update_order': {'lines': [{'product_id': 1}]},
    'pay_order': {'method': 'online'},
    'reply_to_message': {'text': 'X'},
    'write_to_enquiry': {'text': 'X'},
}


def concrete(path):
    """Return a route's path with something in its placeholders."""
    path = re.sub(r'<(product|store)_id>', '1', path)
    return re.sub(r'<(\w+:)?\w+>', '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', path)


def inner_objects(operation):
    """Return the place of each object within an operation's body, such as ``['events', 0]``."""
    schema = operation.body_model.model_json_schema()

    def walk(part, place):
        while ref := part.get('$ref'):
            part = schema['$defs'][ref.rpartition('/')[2]]
        if place and part.get('properties'):
            yield place
        for name, field in part.get('properties', {}).items():
            yield from walk(field, [*place, name])
        if 'items' in part:
            yield from walk(part['items'], [*place, 0])
        for option in part.get('anyOf', ()):
            yield from walk(option, place)

    return list(walk(schema, []))


class FrameCase(MobileHttpCase):
    """Requests of a phone that is signed in (``self.client``), of a till (``self.till``), of nobody (``self.call``)."""

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)
        self.till = self.till_of(self.env['mobile.app'].create({
            'name': "Test Till", 'kind': 'till', 'company_id': self.company.id}))

    def caller_of(self, operation):
        """Return who may call an operation."""
        return self.till if operation.auth == 'mobile_till' else self.client

    @contextmanager
    def handler_does(self, what):
        """Let ``GET /stores`` do something else in place of its work."""
        def _find_page(*args, **kwargs):
            return what()

        with patch.object(self.env.registry['mobile.store'], '_find_page', _find_page):
            yield

    @contextmanager
    def lost_race(self):
        """Let the first ``PATCH /me`` lose a race, so that Odoo calls it again; yield a list with an item a call."""
        update, tries = self.env.registry['res.partner']._mobile_update, []

        def _mobile_update(partner, *args):
            tries.append(1)
            if len(tries) == 1:
                raise psycopg2.errors.SerializationFailure
            return update(partner, *args)

        with patch.object(self.env.registry['res.partner'], '_mobile_update', _mobile_update), \
                patch('odoo.service.model.time.sleep'), patch('odoo.service.model.errorcodes.lookup'):
            yield tries
