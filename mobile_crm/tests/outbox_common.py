"""What tests of the outbox share: a provider that does as it is told, and a clock that is turned."""
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.tests import new_test_user

from ..tools.delivery import Outcome
from .common import MobileCommon

PUSH = ('fcm', 'apns', 'webpush')


class FakeProvider:
    """Stands for the model of a provider.

    :ivar answer: called with each parcel, returns its outcome, or raises.
    :ivar list[Parcel] sent: what it was given.
    """

    def __init__(self, is_transactional=False, batch_size=500):
        self._is_transactional = is_transactional
        self._batch_size = batch_size
        self.sent = []
        self.answer = lambda parcel: Outcome(parcel.id, 'sent')

    def sudo(self):
        return self

    def _send(self, sender, parcels):
        for parcel in parcels:
            self.sent.append(parcel)
            outcome = self.answer(parcel)
            if outcome:
                yield outcome


class OutboxCommon(MobileCommon):
    """A company of which notifications, text messages and emails are sent by providers that do as they are told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Message = cls.env['mobile.message']
        cls.phone.write({'push_provider': 'fcm', 'push_address': 'address-of-anna'})
        cls.phone_ben.write({'push_provider': 'apns', 'push_address': 'address-of-ben'})
        for partner in cls.anna + cls.ben:
            partner.mobile_verified_email = f'{partner.name.split()[0].lower()}@shop.example'
            cls.env['mobile.consent']._append(
                partner, cls.company, {'push': True, 'sms': True, 'email': True}, 'import')
        cls.manager, cls.user, cls.others_manager = (
            new_test_user(cls.env, login=f'outbox_{name}', groups=f'mobile_crm.group_mobile_crm_{group}',
                          company_id=company.id, company_ids=[Command.set(company.ids)])
            for name, group, company in (
                ('manager', 'manager', cls.company), ('user', 'user', cls.company),
                ('other', 'manager', cls.env['res.company'].create({'name': "Outbox Elsewhere"}))))

    def setUp(self):
        super().setUp()
        self.providers = {code: FakeProvider(code in ('sms', 'email')) for code in (*PUSH, 'sms', 'email')}
        self.startPatcher(patch.object(
            self.registry['mobile.sender'], '_provider', lambda sender: self.providers[sender.provider]))

        def ready(model, company):
            return self._ready(model, company)

        self.startPatcher(patch.object(self.registry['mobile.message'], '_ready', ready))
        # Nobody waits in a test.
        self.startPatcher(patch.object(self.registry['mobile.message'], '_rest', lambda model, seconds: None))
        self.startPatcher(patch('random.random', lambda: 1.0))
        self.startPatcher(patch('random.uniform', lambda low, high: 1.0))

    def _ready(self, model, company):
        """Return what is ready: all that ``self.providers`` has, for the shop's app."""
        if company != self.company:
            return []
        app = model.env['mobile.app'].browse(self.app.id)
        return [('push', code, app) if code in PUSH else (code, code, app.browse()) for code in self.providers]

    # === WHAT HAPPENS === #

    def post(self, *channels, partner=None, **values):
        """Post a message that is also brought by these channels."""
        return self.Message._post([{
            'partner_id': (partner or self.anna).id, 'company_id': self.company.id, 'title': "Hello", 'body': "Anna",
            **values}], channels=channels)

    def attempts(self, message, **values):
        """Return a message's attempts, those with these values."""
        found = self.Message.search([('origin_id', '=', message.id)], order='id')
        return found.filtered(lambda attempt: all(attempt[name] == value for name, value in values.items()))

    @contextmanager
    def worker(self):
        """Give the outbox as a cron has it: with a cursor of its own that commits."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})['mobile.message']
            cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    def send(self, *codes):
        """Let the crons of these providers run once; of all without any."""
        with self.worker() as outbox:
            for code in codes or self.providers:
                outbox._cron_send(code)

    def look_after(self):
        """Let the cron run once that looks after the outbox."""
        with self.worker() as outbox:
            outbox._cron_look_after()

    @contextmanager
    def later(self, **delta):
        """Turn the clock forward."""
        with freeze_time(fields.Datetime.now() + timedelta(**delta)):
            yield

    def sender(self, code):
        """Return the sender of a provider."""
        return self.env['mobile.sender'].search([('provider', '=', code), ('company_id', '=', self.company.id)])
