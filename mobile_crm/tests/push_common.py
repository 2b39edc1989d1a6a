import os
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import SQL

from ..tools.delivery import Parcel
from .common import MobileCommon
from .push_servers import ca_file


class PushCommon(MobileCommon):
    """A provider on this machine, and what it is sent.

    :cvar str provider:
    :ivar PushServer server:
    """

    provider = None

    def setUp(self):
        super().setUp()
        # Statements that run apart run on the test's connection.
        self.enterContext(self.enter_registry_test_mode())
        self.startPatcher(patch.dict(os.environ, {'SSL_CERT_FILE': ca_file()}))
        self.parcels = 0

    def parcel(self, address, **values):
        self.parcels += 1
        if values.get('link'):
            values['id'] = self.env['mobile.message'].create({
                'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "x", 'link': values['link']}).id
        return Parcel(**{
            'id': self.parcels, 'public_id': str(uuid.uuid4()), 'partner_id': self.anna.id, 'device_id': self.phone.id,
            'platform': 'android', 'address': address, 'title': "15 % für dich",
            'body': "Komm rein, hier ist es warm. 🧥", 'link': None, 'image_url': None, 'offer_id': None,
            'collapse_key': 'campaign 7', 'expires_at': fields.Datetime.now() + timedelta(hours=3), 'lang': 'de_DE',
            'is_repeat': False, **values})

    def send(self, *parcels):
        """Send parcels; return their outcomes in the parcels' order."""
        found = list(self.env[f'mobile.provider.{self.provider}']._send(self.sender, list(parcels)))
        self.assertEqual(sorted(outcome.id for outcome in found), sorted(parcel.id for parcel in parcels))
        outcomes = {outcome.id: outcome for outcome in found}
        return [outcomes[parcel.id] for parcel in parcels]

    @property
    def sender(self):
        return self.env['mobile.sender']._ensure(self.provider, self.company, self.app)

    def only(self, *args, **values):
        """Send one parcel to a new phone, or to an address, and return what became of it."""
        return self.send(self.parcel(*(args or (self.server.register(),)), **values))[0]

    def prove(self):
        """Let the provider show that it knows the app."""
        self.assertEqual(self.only().status, 'sent')
        self.server.phones.clear()

    def stored(self, table='mobile_app'):
        """Return all that a dump of a table holds."""
        self.env.flush_all()
        return str(self.env.execute_query(SQL('SELECT * FROM %s', SQL.identifier(table))))
