import base64
import json
import logging
import os
import re
import tempfile
import uuid
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, Form, new_test_user, tagged

from ..models import mobile_app_push, mobile_provider_push
from ..tools import fcm, push_account
from ..tools.delivery import Parcel
from ..tools.push_message import LARGEST, collapse_id
from ..tools.transport import Failure, Reply
from .push_common import PushCommon
from .push_servers import FcmServer, faults


class FcmCommon(PushCommon):

    provider = 'fcm'

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(FcmServer())
        self.account = self.server.service_account()
        self.env['ir.config_parameter'].set_param('mobile_crm.fcm_url', self.server.url)
        self.startPatcher(patch.object(push_account, '_accounts', push_account.OrderedDict()))
        self.app.fcm_credential = json.dumps(self.account)

    def got(self):
        """Return the one message that arrived."""
        [message] = self.server.received
        return message.payload


@tagged('post_install', '-at_install')
class TestProviderFcm(FcmCommon):

    # === WHAT A PHONE GETS === #

    def test_android(self):
        expires_at = fields.Datetime.now() + timedelta(minutes=10)
        self.app.fcm_channel = 'offers'
        parcel = self.parcel(
            self.server.register(), link='https://shop.example/x', image_url='https://shop.example/p.png',
            offer_id='an-offer', expires_at=expires_at)
        [outcome] = self.send(parcel)
        self.assertEqual((outcome.status, outcome.reason), ('sent', None))
        message = self.got()
        self.assertEqual(message['notification'], {
            'title': parcel.title, 'body': parcel.body, 'image': 'https://shop.example/p.png'})
        click = message['data'].pop('click')
        self.assertRegex(click, '/m/')
        self.assertEqual(message['data'], {
            'message_id': parcel.public_id, 'offer_id': 'an-offer', 'link': 'https://shop.example/x'})
        ttl = message['android'].pop('ttl')
        self.assertTrue(590 <= int(ttl[:-1]) <= 600, ttl)
        self.assertEqual(message['android'], {
            'collapse_key': 'campaign 7', 'priority': 'HIGH',
            'notification': {'tag': 'campaign 7', 'channel_id': 'offers'}})
        self.assertNotIn('apns', message)

    def test_message_that_replaces_no_other(self):
        parcel = self.parcel(self.server.register())
        self.send(parcel._replace(collapse_key=parcel.public_id))
        android = self.got()['android']
        self.assertNotIn('collapse_key', android)
        self.assertEqual(android['notification']['tag'], parcel.public_id)

    def test_ios(self):
        parcel = self.parcel(
            self.server.register(), platform='ios', image_url='https://shop.example/p.png', collapse_key='k' * 80)
        self.send(parcel)
        message = self.got()
        self.assertNotIn('android', message)
        self.assertEqual(message['apns']['headers'], {
            'apns-collapse-id': collapse_id('k' * 80), 'apns-priority': '10',
            'apns-expiration': str(fcm.epoch(parcel.expires_at))})
        self.assertEqual(message['apns']['payload']['aps'], {
            'sound': 'default', 'thread-id': 'messages', 'mutable-content': 1})
        self.assertEqual(message['apns']['fcm_options'], {'image': 'https://shop.example/p.png'})

    def test_repetition_is_seen_once(self):
        address = self.server.register()
        parcel = self.parcel(address)
        self.send(parcel)
        self.send(parcel._replace(is_repeat=True))
        self.assertEqual(len(self.server.phone(address).received), 2)
        self.assertEqual(len(self.server.phone(address).shown), 1)

    def test_long_message_is_shortened(self):
        parcel = self.parcel(self.server.register(), body="Sehr schön. " * 600)
        [outcome] = self.send(parcel)
        self.assertEqual(outcome.status, 'sent')
        body = self.got()['notification']['body']
        self.assertTrue(body.endswith("…"))
        self.assertTrue(parcel.body.startswith(body[:-1]))

    def test_too_large(self):
        outcome = self.only(title="ü" * 3000)
        self.assertEqual((outcome.status, outcome.reason), ('failed', 'too_large'))
        self.assertFalse(self.server.kinds['send'])

    def test_whole_batch(self):
        parcels = [self.parcel(self.server.register()) for _ in range(300)]
        self.assertEqual({outcome.status for outcome in self.send(*parcels)}, {'sent'})
        self.assertEqual({message.public_id for message in self.server.received},
                         {parcel.public_id for parcel in parcels})
        self.assertLessEqual(self.server.most_streams, 100)
        self.assertFalse(self.server.violations)

    # === WHAT BECOMES OF IT === #

    def test_phone_that_is_gone(self):
        address = self.server.register()
        self.server.kill(address)
        outcome = self.only(address)
        self.assertEqual(outcome[1:5], ('dead', 'no_address', 'HTTP 404 UNREGISTERED', False))

    def test_address_that_is_none(self):
        outcome = self.only('nonsense')
        self.assertEqual(outcome[1:4], ('dead', 'no_address', 'HTTP 400 INVALID_ARGUMENT'))
        self.assertEqual(self.only('a b/../c').status, 'dead')

    def test_phone_of_another_project(self):
        self.prove()
        outcome = self.only(self.server.register('other'))
        self.assertEqual(outcome[1:4], ('dead', 'no_address', 'HTTP 403 SENDER_ID_MISMATCH'))

    def test_credentials_of_another_project_cost_no_address(self):
        outcomes = self.send(*[self.parcel(self.server.register('other')) for _ in range(5)])
        self.assertEqual({outcome[1:5] for outcome in outcomes}, {
            ('failed', 'no_credentials', 'HTTP 403 SENDER_ID_MISMATCH', True)})
        # One that is right settles it, wherever in the batch.
        outcomes = self.send(
            self.parcel(self.server.register('other')), self.parcel(self.server.register()),
            self.parcel(self.server.register('other')))
        self.assertEqual([outcome.status for outcome in outcomes], ['dead', 'sent', 'dead'])

    def test_quota_and_outage(self):
        for fault, expected in (
            (faults.status(429, 17), ('retry', 'rate_limited', 'HTTP 429 QUOTA_EXCEEDED', True, 17)),
            (faults.status(429), ('retry', 'rate_limited', 'HTTP 429 QUOTA_EXCEEDED', True, 60)),
            (faults.status(500), ('retry', 'provider_down', 'HTTP 500 INTERNAL', True, None)),
            (faults.status(503, 30), ('retry', 'provider_down', 'HTTP 503 UNAVAILABLE', True, 30)),
            (faults.status(502, body=b'<html>'), ('retry', 'provider_down', 'HTTP 502', True, None)),
            (faults.status(302, body=b''), ('retry', 'provider_down', 'HTTP 302', True, None)),
            (faults.status(404, body=b'<html>'), ('retry', 'no_credentials', 'HTTP 404', True, None)),
            (faults.status(400, body=b'{"error": {"status": "INVALID_ARGUMENT", "message": "ttl of Anna"}}'),
             ('failed', 'rejected', 'HTTP 400 INVALID_ARGUMENT', False, None)),
            (faults.broken_stream(), ('unknown', 'outcome_unknown', 'reset', True, None)),
            (faults.reset(), ('unknown', 'outcome_unknown', 'lost', True, None)),
            (faults.garbage(), ('sent', None, None, False, None)),
        ):
            self.server.misbehave(fault)
            self.assertEqual(self.only()[1:6], expected, fault)
            self.server.behave()

    def test_date_to_come_back(self):
        self.server.misbehave(faults.status(503, fields.Datetime.now() + timedelta(seconds=120)))
        outcome = self.only()
        self.assertTrue(110 < outcome.retry_after <= 120, outcome.retry_after)

    def test_nobody_there(self):
        self.prove()
        self.server.refuse()
        self.assertEqual(self.only(self.account['project_id'] + ':x')[1:4], ('retry', 'provider_down', 'no_connection'))

    def test_goaway_and_refusal_cost_nothing(self):
        self.server.misbehave(faults.goaway_after(), numbers={3})
        self.server.misbehave(faults.goaway(), numbers={20})
        self.server.misbehave(faults.refused_stream(), numbers={40})
        parcels = [self.parcel(self.server.register()) for _ in range(120)]
        self.assertEqual({outcome.status for outcome in self.send(*parcels)}, {'sent'})
        self.assertEqual(len(self.server.received), 120)

    def test_errors_that_are_nonsense(self):
        for body in (b'', b'[]', b'{"error": 7}', b'{"error": {"details": 7, "status": 7}}', b'\xff',
                     b'{"error": {"details": [7, {"@type": 7, "fieldViolations": [7]}]}}', b'[' * 100000):
            outcome = fcm.meaning(1, Reply(400, {}, body))
            self.assertEqual((outcome.status, outcome.detail), ('failed', 'HTTP 400'))

    # === SIGNING IN === #

    def test_token_is_kept(self):
        for _ in range(3):
            self.only()
        self.assertEqual(self.server.kinds['token'], 1)

    def test_token_is_renewed_before_its_end(self):
        with freeze_time(fields.Datetime.now()) as clock:
            for minutes, tokens in ((0, 1), (54, 1), (2, 2)):
                clock.tick(timedelta(minutes=minutes))
                self.only()
                self.assertEqual(self.server.kinds['token'], tokens)

    def test_token_that_is_refused_is_renewed_once(self):
        self.only()
        self.server.granted.clear()
        outcomes = self.send(*[self.parcel(self.server.register()) for _ in range(5)])
        self.assertEqual({outcome.status for outcome in outcomes}, {'sent'})
        self.assertEqual(self.server.kinds['token'], 2)
        self.server.misbehave(faults.status(401))
        self.assertEqual(self.only()[1:5], ('retry', 'no_credentials', 'HTTP 401 UNAUTHENTICATED', True))
        self.assertEqual(self.server.kinds['token'], 3)

    def test_no_time_left_to_sign_in_anew(self):
        self.only()
        self.server.granted.clear()
        address = self.server.register()
        with patch.object(mobile_provider_push, 'LAST_BEGIN', 0.3):
            self.server.misbehave(faults.slow(0.5), kind='send')
            self.assertEqual(self.only(address)[1:3], ('retry', 'no_credentials'))
        self.assertEqual(self.server.kinds['token'], 1)

    def test_account_without_the_permission(self):
        self.server.misbehave(faults.status(403, reason='X', body=json.dumps({
            'error': {'code': 403, 'status': 'PERMISSION_DENIED'}}).encode()))
        self.assertEqual(self.only()[1:5], ('retry', 'no_credentials', 'HTTP 403 PERMISSION_DENIED', True))

    def test_no_token(self):
        self.server.accounts.clear()
        self.assertEqual(self.only()[1:5], ('retry', 'no_credentials', 'token: HTTP 400 invalid_grant', True))
        self.server.misbehave(faults.status(503), kind='token')
        self.assertEqual(self.only()[1:5], ('retry', 'provider_down', 'token: HTTP 503', True))
        self.server.behave()
        self.server.misbehave(faults.reset(), kind='token')
        self.assertEqual(self.only()[1:5], ('retry', 'provider_down', 'lost', True))
        self.server.behave()
        self.server.misbehave(faults.garbage(), kind='token')
        self.assertEqual(self.only()[1:3], ('retry', 'no_credentials'))
        self.assertFalse(self.server.kinds['send'])

    def test_nobody_signs_in_within_our_network(self):
        """A service account names where to sign in, and a manager stores what they like."""
        self.env['ir.config_parameter'].set_param('mobile_crm.fcm_url', False)
        self.assertEqual(self.only()[1:4], ('retry', 'provider_down', 'forbidden_address'))
        self.assertFalse(self.server.kinds)

    def test_service_that_is_no_https(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.fcm_url', self.server.url.replace('https', 'http'))
        self.assertEqual(self.only()[1:4], ('retry', 'provider_down', 'invalid_url'))

    def test_nothing_stored(self):
        self.app.action_remove_fcm()
        self.assertFalse(self.env['mobile.provider.fcm']._is_ready(self.company, self.app))
        self.assertEqual(self.only(), self.only()._replace(id=1))
        self.assertEqual(self.only()[1:3], ('retry', 'no_credentials'))

    # === CREDENTIALS === #

    def test_what_is_stored_is_told_to_nobody(self):
        secret = self.account['private_key'].splitlines()[3]
        manager = new_test_user(
            self.env, 'push-manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id)
        app = self.app.with_user(manager)
        self.assertTrue(self.env['mobile.provider.fcm']._is_ready(self.company, self.app))
        self.assertFalse(app.fcm_credential)
        self.assertFalse(app.fcm_file)
        for user in (manager, self.env.ref('base.user_admin')):
            with self.assertRaises(AccessError):
                self.app.with_user(user).read(['fcm_sealed'])
            with self.assertRaises(AccessError):
                self.app.with_user(user).search([('fcm_sealed', '!=', False)])
            with self.assertRaises(AccessError if user != manager else UserError):
                self.app.with_user(user).export_data(['fcm_sealed'])
        self.assertEqual(self.app.export_data(['fcm_credential'])['datas'], [['']])
        self.assertNotIn('fcm_sealed', app.fields_get())
        self.assertEqual(app.fcm_project, 'shop')
        self.assertEqual(app.fcm_key_id, self.account['private_key_id'])
        self.assertFalse(app.copy().sudo().fcm_sealed)
        for table in ('mobile_app', 'mail_message', 'mail_tracking_value'):
            self.assertNotIn(secret, self.stored(table))
        self.assertIn("A service account for Firebase was stored.", self.app.message_ids[0].body)

    def test_answer_to_who_stores_it_does_not_repeat_it(self):
        told = self.app.web_save({'fcm_credential': json.dumps(self.account)}, {
            'fcm_credential': {}, 'fcm_file': {}, 'fcm_project': {}})
        self.assertEqual(told[0]['fcm_credential'], False)
        self.assertEqual(told[0]['fcm_project'], 'shop')

    def test_log_has_no_secret(self):
        self.app.action_remove_fcm()
        secrets = [self.account['private_key'].splitlines()[3], 'ya29', 'Komm rein']
        address = self.server.register()
        with self.assertLogs(level=logging.DEBUG) as logs:
            logging.getLogger().debug("begin")
            self.app.fcm_credential = json.dumps(self.account)
            with self.assertRaises(ValidationError) as caught:
                self.app.fcm_credential = json.dumps({**self.account, 'token_uri': 'http://x'})
            self.send(self.parcel(address))
            self.server.accounts.clear()
            push_account._accounts.clear()
            self.send(self.parcel(address))
            self.server.refuse()
            self.send(self.parcel(address))
        text = '\n'.join(logs.output) + str(caught.exception)
        for secret in [*secrets, address]:
            self.assertNotIn(secret, text)

    def test_upload(self):
        self.app.action_remove_fcm()
        self.app.fcm_file = base64.b64encode(b'\xef\xbb\xbf' + json.dumps(self.account).encode())
        self.assertTrue(self.app.sudo().fcm_sealed)
        self.assertFalse(self.app.fcm_file)
        with self.assertRaisesRegex(ValidationError, "no text"):
            self.app.fcm_file = base64.b64encode(b'\xff\xfe\x00')

    def test_what_the_form_sends_is_kept_nowhere_else(self):
        secret = self.account['private_key'].splitlines()[3]
        manager = new_test_user(
            self.env, 'push-form', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id)
        # As the web client asks.
        app = self.app.with_user(manager).with_context(bin_size=True)
        text = json.dumps(self.account)
        names = {'fcm_file': {}, 'fcm_credential': {}, 'fcm_stored_at': {}, 'fcm_ready': {}, 'fcm_channel': {}}
        for values in ({'fcm_file': base64.b64encode(text.encode()).decode()}, {'fcm_credential': text}):
            self.app.action_remove_fcm()
            told = app.onchange({**values, 'fcm_channel': 'x'}, ['fcm_channel'], names)
            self.assertNotIn(secret[:40], str(told))
            [told] = app.web_save(values, names)
            self.assertEqual((told['fcm_file'], told['fcm_credential'], told['fcm_ready']), (False, False, True))
            [told] = app.web_read(names)
            self.assertEqual((told['fcm_file'], told['fcm_credential']), (False, False))
        for table in ('mobile_app', 'mail_message', 'mail_tracking_value', 'ir_attachment'):
            self.assertNotIn(secret, self.stored(table))
        self.assertFalse(self.env['ir.attachment'].sudo().search([
            ('res_model', '=', 'mobile.app'), ('res_field', 'in', ('fcm_file', 'apns_file'))]))
        for groupby, aggregates in ((['fcm_sealed'], []), ([], ['fcm_sealed:max'])):
            with self.assertRaises(AccessError):
                app._read_group([], groupby, aggregates)

    def test_new_app_with_its_credentials(self):
        with Form(self.env['mobile.app']) as form:
            form.name = "New App"
            form.fcm_credential = json.dumps(self.account)
        app = form.record
        self.assertTrue(self.env['mobile.provider.fcm']._is_ready(self.company, app))
        self.assertTrue(self.env['mobile.sender'].search([('app_id', '=', app.id), ('provider', '=', 'fcm')]))

    def test_what_is_no_service_account(self):
        account = self.account
        for text, said in (
            ('nonsense', "no JSON"), ('[]', "no JSON"), ('{' * 30000, "no JSON"),
            (json.dumps({'project_info': {}, 'client': []}), "belongs into the app"),
            (json.dumps({'type': 'authorized_user'}), "no service account"),
            (json.dumps({**account, 'private_key': None}), "not complete"),
            (json.dumps({**account, 'project_id': '../x'}), "not complete"),
            (json.dumps({**account, 'client_email': 'a b'}), "not complete"),
            (json.dumps({**account, 'token_uri': 'http://oauth2.googleapis.com/token'}), "no https"),
            (json.dumps({**account, 'token_uri': 'https://u:p@oauth2.googleapis.com/token'}), "no https"),
            (json.dumps({**account, 'private_key': '-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n'}),
             "cannot be read"),
        ):
            with self.assertRaises(ValidationError) as caught:
                self.app.fcm_credential = text
            self.assertIn(said, str(caught.exception))
            self.assertIn("Generate new private key", str(caught.exception))
        # What was there is still there.
        self.assertEqual(self.only().status, 'sent')

    def test_only_managers_store(self):
        user = new_test_user(
            self.env, 'push-user', groups='mobile_crm.group_mobile_crm_user', company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.app.with_user(user).write({'fcm_credential': json.dumps(self.account)})
        with self.assertRaises(AccessError):
            self.app.with_user(user).action_remove_fcm()
        with self.assertRaises(AccessError):
            self.app.with_user(user).read(['fcm_credential'])

    def test_copy_of_the_database_without_the_key(self):
        with patch.dict(os.environ, MOBILE_CRM_KEY='another secret of this host'):
            self.assertFalse(self.env['mobile.provider.fcm']._is_ready(self.company, self.app))
            self.app.invalidate_recordset()
            self.assertIn("another secret", self.app.fcm_trouble)
            self.assertEqual(self.only()[1:3], ('retry', 'no_credentials'))
        self.app.invalidate_recordset()
        self.assertFalse(self.app.fcm_trouble)
        self.assertTrue(self.app.fcm_ready)

    def test_sealed_text_of_another_app_opens_nothing(self):
        other = self.app.copy()
        other.sudo().fcm_sealed = self.app.sudo().fcm_sealed
        self.assertFalse(self.env['mobile.provider.fcm']._is_ready(self.company, other))

    def test_library_that_is_missing(self):
        with patch.object(fcm, 'has_library', return_value=False):
            self.assertFalse(self.env['mobile.provider.fcm']._is_ready(self.company, self.app))
            self.app.invalidate_recordset()
            self.assertIn("pip install google-auth", self.app.fcm_trouble)
            self.app.fcm_credential = json.dumps(self.account)
            self.assertEqual(self.only()[1:3], ('retry', 'no_credentials'))

    def test_account_of_the_environment(self):
        self.app.action_remove_fcm()
        with tempfile.NamedTemporaryFile('w', suffix='.json') as file:
            json.dump(self.account, file)
            file.flush()
            with patch.dict(os.environ, {mobile_app_push.FCM_VARIABLE: file.name}):
                self.assertEqual(self.only().status, 'sent')
                self.app.invalidate_recordset()
                self.assertEqual((self.app.fcm_ready, self.app.fcm_stored_at, self.app.fcm_trouble), (True, False, ''))
                self.env['ir.config_parameter'].set_param('database.is_neutralized', 'true')
                self.assertFalse(self.env['mobile.provider.fcm']._is_ready(self.company, self.app))
        with patch.dict(os.environ, {mobile_app_push.FCM_VARIABLE: file.name}), \
                self.assertLogs('odoo.addons.mobile_crm.models.mobile_app_push', 'WARNING') as logs:
            self.env['ir.config_parameter'].set_param('database.is_neutralized', 'false')
            self.assertFalse(self.env['mobile.provider.fcm']._is_ready(self.company, self.app))
        self.assertNotIn(file.name, str(logs.output))

    def test_till_sends_nothing(self):
        self.app.kind = 'till'
        self.assertFalse(self.env['mobile.provider.fcm']._is_ready(self.company, self.app))


@tagged('post_install', '-at_install')
class TestFcmMessage(BaseCase):

    @settings(max_examples=60, deadline=None)
    @given(title=st.text(max_size=300), body=st.text(max_size=5000), platform=st.sampled_from(['ios', 'android', '']),
           link=st.none() | st.text(max_size=500), image=st.none() | st.text(max_size=1500))
    @example(title="x", body="word " * 1000, platform='android', link=None, image=None)
    @example(title="x", body="ü" * 5000, platform='ios', link=None, image="y" * 1000)
    def test_it_always_fits(self, title, body, platform, link, image):
        """A message is within the limit or there is none, and is the body's beginning in whole characters."""
        parcel = fcm_parcel(title=title, body=body, platform=platform, link=link, image_url=image)
        packed = fcm.message(parcel, None, None, fields.Datetime.now())
        if packed is None:
            return
        self.assertLessEqual(len(packed), LARGEST + len(parcel.address) + 2)
        told = json.loads(packed)['message']['notification'].get('body', '')
        self.assertTrue(body.startswith((told, told[:-1].rstrip())))

    def test_failures(self):
        self.assertEqual(fcm.meaning(1, Failure('not_sent', 'goaway'))[1:4], ('retry', 'provider_down', 'goaway'))
        self.assertEqual(fcm.meaning(1, Failure('unknown', 'lost'))[1:4], ('unknown', 'outcome_unknown', 'lost'))

    def test_collapse_id_is_a_header(self):
        self.assertEqual(collapse_id('campaign 7'), 'campaign 7')
        for key in (' 7', '7 ', 'ü', 'k' * 65, 'a\nb', '🧥' * 20):
            self.assertRegex(collapse_id(key), r'^[0-9a-f]{64}$')

    def test_url(self):
        self.assertTrue(re.fullmatch(r'https://fcm\.googleapis\.com/v1/projects/shop/messages:send',
                                     fcm.url_of(fcm.URL, 'shop')))


def fcm_parcel(**values):
    return Parcel(**{
        'id': 1, 'public_id': str(uuid.uuid4()), 'partner_id': 1, 'device_id': 1, 'address': 'an:address',
        'offer_id': None, 'collapse_key': 'campaign 7', 'expires_at': fields.Datetime.now(), 'lang': 'en_US',
        'is_repeat': False, **values})
