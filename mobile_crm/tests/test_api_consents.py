import logging
import re
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models.mobile_opt_in import PATH
from .common import MobileHttpCase

PURPOSES = ['push', 'sms', 'email', 'location', 'profiling']


@tagged('-at_install', 'post_install')
class TestApiConsents(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _get(self, client=None):
        return {consent['purpose']: consent for consent in (client or self.client).get('/me/consents').json}

    def _put(self, **choices):
        answer = self.client.put('/me/consents', choices)
        self.assertEqual(answer.status, 200, answer.content)
        return {consent['purpose']: consent for consent in answer.json}

    def _rows(self, purpose):
        return self.env['mobile.consent'].search([('subject_id', '=', self.anna.id), ('purpose', '=', purpose)])

    def test_nothing_is_decided_at_first(self):
        answer = self.phone_of(self.phone_ben).get('/me/consents')
        self.assertEqual([consent['purpose'] for consent in answer.json], PURPOSES)
        wording = self.env.ref('mobile_crm.wording_push')
        self.assertEqual(answer.json[0], {
            'purpose': 'push', 'granted': False, 'version': wording.version, 'text': wording.text, 'changed_at': None,
            'decided_version': None, 'pending': False})

    def test_agree_and_withdraw(self):
        granted = self._put(push=True, profiling=True)
        self.assertEqual([p for p, consent in granted.items() if consent['granted']], ['push', 'location', 'profiling'])
        self.assertRegex(granted['push']['changed_at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
        self.assertEqual(self._get(), granted)
        row = self._rows('push')
        self.assertEqual((row.source, row.device_uuid, row.company_id), ('device', self.phone.uuid, self.company))
        self.assertFalse(self._put(push=False)['push']['granted'])
        self.assertTrue(self._get()['profiling']['granted'])
        self.assertFalse(self._get(self.phone_of(self.phone_ben))['profiling']['granted'])

    def test_the_same_again_adds_nothing(self):
        self._put(push=True, sms=False)
        before = self.client.get('/me/consents')
        self.assertEqual(self._put(push=True, sms=False), {c['purpose']: c for c in before.json})
        self.assertEqual(self._put(), {c['purpose']: c for c in before.json})
        self.assertEqual((len(self._rows('push')), len(self._rows('sms'))), (1, 1))
        self.assertEqual(
            self.client.get('/me/consents', headers={'If-None-Match': before.headers['ETag']}).status, 304)

    def test_wrong_bodies(self):
        self.assertInvalid(self.client.put('/me/consents', {'cookies': True}), 'body', 'cookies')
        for value in ('true', 1, 0, [], {}, None):
            self.assertInvalid(self.client.put('/me/consents', {'push': value}), 'body', 'push')
        self.assertInvalid(self.client.put('/me/consents', {'versions': {'push': 0}}), 'body', 'versions', 'push')
        self.assertFalse(self._rows('push'))
        self.assertProblem(self.registered_phone().get('/me/consents'), 401, 'sign_in_required')
        self.assertProblem(self.registered_phone().put('/me/consents', {'push': True}), 401, 'sign_in_required')

    def test_a_wording_that_was_replaced_meanwhile(self):
        version = self._get()['push']['version']
        self._put(push=True, versions={'push': version})
        draft = self.env['mobile.consent.wording'].create({
            'purpose': 'push', 'text': "New words", 'renew': True, 'company_id': self.company.id})
        draft.action_publish()
        consent = self._get()['push']
        self.assertEqual(
            (consent['granted'], consent['text'], consent['decided_version']), (False, "New words", version))
        answer = self.client.put('/me/consents', {'push': True, 'versions': {'push': version}})
        self.assertProblem(answer, 409, 'wording_changed')
        self.assertTrue(self._put(push=True, versions={'push': draft.version})['push']['granted'])

    def test_the_language_of_the_wording(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.env.ref('mobile_crm.wording_push').update_field_translations('text', {'fr_FR': "Des mots"})
        answer = self.client.get('/me/consents', headers={'Accept-Language': 'fr'})
        self.assertEqual(answer.json[0]['text'], "Des mots")
        self.client.request('PUT', '/me/consents', json={'push': True, 'sms': True}, headers={'Accept-Language': 'fr'})
        self.assertEqual((self._rows('push').text, self._rows('push').lang), ("Des mots", 'fr_FR'))
        self.assertEqual(self._rows('sms').lang, 'en_US', "there are no French words yet")

    def test_profiling_brings_what_was_done_before_the_sign_in(self):
        adopted = []
        with patch.object(self.env.registry['mobile.device'], '_adopt_history',
                          lambda device: adopted.extend(device.mapped('uuid'))):
            self._put(profiling=False)
            self.assertFalse(adopted)
            self._put(profiling=True)
            self._put(profiling=True, push=True)
        self.assertEqual(adopted, [self.phone.uuid])

    # === LOCATION === #

    def _event(self, event_type, **values):
        return {'id': str(uuid.uuid4()), 'type': event_type, 'lat': 50.85, 'lon': 4.35, 'accuracy': 20.0,
                'occurred_at': fields.Datetime.now().isoformat() + 'Z', **values}

    def assertLocated(self, client, is_located):
        self.hurry()
        enter = self._event('enter', geofence_id=self.fence_near.id, lat=self.fence_near.latitude,
                            lon=self.fence_near.longitude)
        search, position = self._event('search', query='tea'), self._event('position')
        receipt = client.post('/events', {'events': [enter, position, search]}).json
        stored = self.env['mobile.event'].search(
            [('uuid', 'in', [enter['id'], position['id'], search['id']])], order='id')
        if is_located:
            self.assertEqual((receipt['accepted'], receipt['rejected']), (3, []))
            self.assertEqual(stored[1].latitude, 50.85)
        else:
            self.assertEqual((receipt['accepted'], len(receipt['rejected'])), (2, 1))
            refused, = receipt['rejected']
            self.assertEqual((refused['id'], refused['code']), (position['id'], 'location_consent_missing'))
            self.assertEqual(stored.mapped('store_id'), self.store_near)
            self.env.cr.execute(
                'SELECT count(*) FROM mobile_event WHERE id IN %s AND num_nonnulls(latitude, longitude, accuracy) > 0',
                (tuple(stored.ids),))
            self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_positions_are_kept_with_consent_only(self):
        self.assertLocated(self.client, True)
        self._put(location=False)
        self.assertLocated(self.client, False)
        self.assertEqual(self.client.get('/me/decisions').json['items'][0]['reason'], 'no_consent')
        self._put(location=True)
        self.assertLocated(self.client, True)
        self.assertLocated(self.registered_phone(), False)

    def test_a_position_far_away_is_doubted_also_when_it_is_not_kept(self):
        self._put(location=False)
        enter = self._event('enter', geofence_id=self.fence_near.id, lat=48.0, lon=2.0)
        self.client.post('/events', {'events': [enter]})
        self.assertEqual(self.env['mobile.event'].search([('uuid', '=', enter['id'])]).doubt, 'far_from_fence')

    # === DOUBLE OPT-IN === #

    def _ask(self, email='anna@mobile-crm.example'):
        """Let the company ask for it, and the customer agree; return the link's token."""
        self.company.mobile_email_double_opt_in = True
        self.anna.email = email
        consent = self._put(email=True)['email']
        self.assertEqual((consent['granted'], consent['pending'], consent['changed_at']), (False, True, None))
        return self._token(email)

    def _token(self, email):
        mail = self.env['mail.mail'].search([('email_to', '=', email)], order='id desc', limit=1)
        return re.search(re.escape(PATH) + r'\?token=(mco_[\w-]{43})"', mail.body_html)[1]

    def _open(self, token):
        return self.url_open(f'{PATH}?token={token}')

    def _click(self, token):
        return self.url_open(PATH, data={'token': token})

    def test_double_opt_in(self):
        token = self._ask()
        for _ in range(3):
            page = self._open(token)
            self.assertEqual(page.status_code, 200)
            self.assertIn("Yes, I agree", page.text)
            self.assertIn(self.env.ref('mobile_crm.wording_email').text, page.text)
        for header, value in (('Cache-Control', 'no-store'), ('Referrer-Policy', 'no-referrer')):
            self.assertEqual(page.headers[header], value)
        self.assertFalse(self._rows('email'), "mail scanners open links")
        page = self._click(token)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Thank you", page.text)
        consent = self._get()['email']
        self.assertEqual((consent['granted'], consent['pending']), (True, False))
        row = self._rows('email')
        self.assertEqual((row.source, row.device_uuid, row.version), ('double_opt_in', self.phone.uuid, 1))
        self.assertIn("Thank you", self._click(token).text)
        self.assertEqual(len(self._rows('email')), 1)
        self.assertNotIn(token, str(self.env['mobile.opt.in'].search([]).read()))

    def assertDead(self, token):
        for page in (self._open(token), self._click(token)):
            self.assertEqual(page.status_code, 404)
            self.assertIn("no longer good", page.text)
        self.assertFalse(self._get()['email']['granted'])

    def test_a_link_that_was_withdrawn(self):
        token = self._ask()
        self.assertFalse(self._put(email=False)['email']['pending'])
        self.assertDead(token)

    def test_a_link_that_is_old(self):
        token = self._ask()
        self.env['mobile.opt.in'].search([]).expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertDead(token)
        self.assertFalse(self._get()['email']['pending'])

    def test_a_link_that_was_replaced_or_made_up(self):
        token = self._ask()
        self._put(email=True)
        self.assertDead(token)
        self.assertDead('mco_' + 'x' * 43)
        self.assertDead('')
        self._click(self._token('anna@mobile-crm.example'))
        self.assertTrue(self._get()['email']['granted'])

    def test_a_link_for_another_address(self):
        token = self._ask()
        self.client.patch('/me', {'email': 'other@mobile-crm.example'})
        self.assertDead(token)
        self.assertTrue(self._get()['email']['pending'], "a link is on its way to the new address")
        self._click(self._token('other@mobile-crm.example'))
        self.assertTrue(self._get()['email']['granted'])

    def test_a_link_dies_with_the_address_that_staff_change_or_the_consent_they_withdraw(self):
        token = self._ask()
        self.anna.email = 'other@mobile-crm.example'
        self.assertDead(token)
        self.assertFalse(self._get()['email']['pending'])
        token = self._ask()
        self.env['mobile.consent'].create({
            'partner_id': self.anna.id, 'company_id': self.company.id, 'purpose': 'email', 'granted': False,
            'version': 0, 'source': 'import'})
        self.assertDead(token)

    def test_staff_cannot_pass_by_the_link(self):
        self.company.mobile_email_double_opt_in = True
        self.anna.email = 'anna@mobile-crm.example'
        manager = new_test_user(
            self.env, 'opt_in_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        vals = {'partner_id': self.anna.id, 'purpose': 'email'}
        with self.assertRaises(UserError):
            self.env['mobile.consent'].with_user(manager).create({**vals, 'granted': True})
        self.env['mobile.consent.record'].with_user(manager).create(
            {**vals, 'granted': 'yes', 'note': "By phone"}).action_record()
        self.assertTrue(self._get()['email']['pending'])
        self._click(self._token('anna@mobile-crm.example'))
        row = self._rows('email')
        self.assertEqual((row.granted, row.source, row.user_id, row.note), (True, 'double_opt_in', manager, "By phone"))

    def test_a_consent_does_not_follow_to_an_address_that_nobody_has_proved(self):
        self._click(self._ask())
        self.client.patch('/me', {'name': "Anna P.", 'email': 'anna@mobile-crm.example'})
        self.assertTrue(self._get()['email']['granted'])
        self.client.patch('/me', {'email': 'victim@mobile-crm.example'})
        consent = self._get()['email']
        self.assertEqual((consent['granted'], consent['pending']), (False, True))

    def test_a_file_is_no_token(self):
        answer = self.url_open(PATH, data={}, files={'token': ('token.txt', b'mco_x')})
        self.assertEqual(answer.status_code, 404)

    def test_a_proved_address_needs_no_link(self):
        self.company.mobile_email_double_opt_in = True
        self.anna.write({'email': 'Anna@mobile-crm.example', 'mobile_verified_email': 'anna@mobile-crm.example'})
        self.assertTrue(self._put(email=True)['email']['granted'])
        self.assertFalse(self.env['mobile.opt.in'].search([]))

    def test_without_an_address_there_is_nothing_to_prove(self):
        self.company.mobile_email_double_opt_in = True
        self.assertInvalid(self.client.put('/me/consents', {'email': True}), 'body', 'email')
        self.company.mobile_email_double_opt_in = False
        self.assertTrue(self._put(email=True)['email']['granted'])

    def test_a_stranger_gets_few_links(self):
        self._ask(f'{uuid.uuid4()}@mobile-crm.example')
        answers = [self.client.put('/me/consents', {'email': True}) for _ in range(5)]
        self.assertEqual([answer.status for answer in answers], [200] * 4 + [429])

    def test_the_link_is_not_logged(self):
        record = logging.LogRecord(
            'werkzeug', logging.INFO, '', 0, '%s %s', ('POST', f'"GET {PATH}?token=mco_canary HTTP/1.1" 200'), None)
        for log_filter in logging.getLogger('werkzeug').filters:
            log_filter.filter(record)
        self.assertEqual(record.getMessage(), f'POST "GET {PATH}?… HTTP/1.1" 200')
