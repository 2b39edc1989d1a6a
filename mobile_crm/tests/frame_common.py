"""What the tests of the phone API's frame work with."""
import re
from contextlib import contextmanager
from unittest.mock import patch

from .common import MobileHttpCase

# A body of each operation that takes one; it is valid as far as the schema goes.
BODIES = {
    'register_device': {'install_id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'platform': 'ios'},
    'update_device': {},
    'request_otp': {'channel': 'email', 'address': 'nobody@mobile-crm.example'},
    'verify_otp': {'challenge_id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'code': '000000'},
    'logout': {},
    'till_token': {'client_id': 'x', 'client_secret': 'mcs_x'},
    'refresh': {'refresh_token': 'mcr_x'},
    'update_me': {},
    'update_consents': {},
    'update_preferences': {},
    'report_events': {'events': [{
        'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'type': 'view', 'occurred_at': '2020-01-01T00:00:00Z'}]},
    'claim_offer': {'code': 'X'},
}


def concrete(path):
    """Return a route's path with something in its placeholders."""
    return re.sub(r'<(\w+:)?\w+>', '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', path)


class FrameCase(MobileHttpCase):
    """Requests of a phone that is signed in (``self.client``) and of nobody (``self.call``)."""

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    @contextmanager
    def handler_does(self, what):
        """Let ``GET /stores`` do something else in place of its work."""
        def _find_page(*args, **kwargs):
            return what()

        with patch.object(self.env.registry['mobile.store'], '_find_page', _find_page):
            yield
