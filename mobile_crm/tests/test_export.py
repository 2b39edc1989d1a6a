import json
import tracemalloc
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools.personal_data import ANONYMISED, KEPT_BY_LAW, NOT_EXPORTED, SHARED
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestExport(MobileHttpCase):

    def _export(self, partner, company=None):
        self.env.invalidate_all()
        with self.env['mobile.export']._export(partner, company or self.company, {'name': partner.name}) as file:
            return {model['model']: model for model in json.load(file)['models']}

    def _records(self, partner, name, company=None):
        return self._export(partner, company).get(name, {}).get('records', [])

    def _make_passkey(self, user):
        self.env.cr.execute(SQL(
            """INSERT INTO auth_passkey_key (name, credential_identifier, public_key, sign_count, create_uid)
               VALUES ('Anna''s key', 'identifier', 'public', 0, %s) RETURNING id""", user.id))
        return self.env['auth.passkey.key'].browse(self.env.cr.fetchone())

    # === WHAT IS IN IT === #

    def test_over_the_api(self):
        self.enter(self.phone, self.fence_near, latitude=50.8467, longitude=4.3525, accuracy=5.0)
        client = self.phone_of(self.phone)
        answer = client.get('/me/export')
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json['customer'], client.get('/me').json)
        self.assertIn('attachment', answer.headers['Content-Disposition'])
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        models = {model['model']: model for model in answer.json['models']}
        event, = models['mobile.event']['records']
        self.assertEqual((event['latitude'], event['longitude'], event['type']), (50.8467, 4.3525, 'enter'))
        self.assertEqual(event['store_id'], {'id': self.store_near.id, 'name': self.store_near.name})
        self.assertEqual(event['partner_id'], {'is_you': True})
        self.assertEqual(models['mobile.event']['why'], ['device_id', 'partner_id'])
        self.assertEqual(models['mobile.event']['fields']['accuracy'],
                         {'label': "Accuracy (m)", 'meaning': "Accuracy (m)", 'type': 'number'})
        for name in ('res.partner', 'res.users', 'mobile.device', 'mobile.token', 'mobile.message', 'mobile.decision',
                     'loyalty.card'):
            self.assertTrue(models[name]['records'], name)

    def test_a_few_an_hour(self):
        client = self.phone_of(self.phone)
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.export', '2/3600')
        self.assertEqual([client.get('/me/export').status for _ in range(3)], [200, 200, 429])
        self.assertEqual(self.phone_of(self.phone_ben).get('/me/export').status, 200)

    def test_only_for_customers(self):
        self.assertProblem(self.registered_phone().get('/me/export'), 401, 'sign_in_required')

    def test_parts_of_what_is_the_customers(self):
        order = self.make_order(self.anna)
        order.message_post(body="Anna called about the colour", message_type='comment')
        self.env['ir.attachment'].create({'name': 'letter.txt', 'raw': b'Dear Anna', 'res_model': 'sale.order',
                                          'res_id': order.id})
        lead = self.env['crm.lead'].create({
            'name': "Jacket", 'partner_id': self.anna.id, 'company_id': self.company.id})
        lead.activity_schedule('mail.mail_activity_data_call', summary="Call Anna back")
        models = self._export(self.anna)
        self.assertEqual([line['product_uom_qty'] for line in models['sale.order.line']['records']], [2])
        text = json.dumps(models)
        for told in ("Anna called about the colour", 'letter.txt', "Call Anna back"):
            self.assertIn(told, text)
        self.assertEqual(models['ir.attachment']['records'][0]['file_size'], 9)
        self.assertNotIn('sale.order', self._export(self.ben))

    def test_what_is_found_by_address(self):
        client = self.registered_phone()
        client.request_code('+32475112233')
        numbers = [sms['number'] for sms in self._records(self.anna, 'sms.sms')]
        self.assertEqual(set(numbers), {'+32475112233'})
        self.assertEqual(len(self._records(self.anna, 'mobile.otp')), 1)
        self.assertNotIn('+32475112233', json.dumps(self._export(self.ben)))

    def test_addresses_of_the_customer_are_theirs_but_not_contacts_below(self):
        address, colleague = self.env['res.partner'].create([
            {'name': "Holiday home", 'parent_id': self.anna.id, 'type': 'delivery'},
            {'name': "Colleague", 'parent_id': self.anna.id, 'type': 'contact'}])
        found = {record['id'] for record in self._records(self.anna, 'res.partner')}
        self.assertEqual(found, {self.anna.id, address.id})
        self.assertNotIn(colleague.name, json.dumps(self._export(self.anna)))

    def test_passkeys_are_their_owners(self):
        self._make_passkey(self.anna_user)
        passkey, = self._records(self.anna, 'auth.passkey.key')
        self.assertEqual(passkey['name'], "Anna's key")
        self.assertFalse({'credential_identifier', 'public_key'} & passkey.keys())
        self.assertEqual(self._records(self.ben, 'auth.passkey.key'), [])

    # === WHAT IS NOT === #

    def test_no_code_that_is_still_good(self):
        """Who stole a session must not sign in anew by the codes that an export holds."""
        self.anna.mobile_verified_email = 'anna@mobile-crm.example'
        for channel, address, name, field in (
            ('sms', '+32475112233', 'sms.sms', 'body'),
            ('email', 'anna@mobile-crm.example', 'mail.mail', 'body_html'),
        ):
            with self.subTest(channel=channel):
                self.env['mobile.otp']._request_code(self.phone_ben, channel, address, '192.0.2.1')
                record, = self._records(self.anna, name)
                self.assertIsNone(record[field])
                table = self.env[name]._table
                self.env.cr.execute(SQL(
                    "UPDATE %s SET create_date = create_date - interval '1 hour'", SQL.identifier(table)))
                record, = self._records(self.anna, name)
                self.assertTrue(record[field])

    def test_the_companys_own_settings_are_not_in_it(self):
        self.assertIn(self.company, self.anna_user.company_ids)
        company, = self._records(self.anna, 'res.company')
        self.assertEqual(company, {'id': self.company.id, 'name': self.company.name})

    def test_no_secrets(self):
        client = self.registered_phone()
        client.sign_in('+32475112233')
        text = json.dumps(self._export(self.anna))
        self.env.cr.execute('SELECT hash FROM mobile_token UNION SELECT code_hash FROM mobile_otp')
        hashes = [row[0] for row in self.env.cr.fetchall() if row[0] != '-']
        self.assertGreater(len(hashes), 3)
        for secret in (*hashes, client.access_token, client.refresh_token):
            self.assertNotIn(secret, text)
        for name in ('password', 'signup_token', 'access_token'):
            self.assertNotIn(f'"{name}"', text)

    def test_no_other_people(self):
        self.enter(self.phone_ben, self.fence_near)
        self.anna.user_id = self.salesperson
        self.anna.with_user(self.salesperson).sudo().message_post(body="Likes rain", message_type='comment')
        text = json.dumps(self._export(self.anna))
        self.assertIn("Likes rain", text)
        for other in (self.ben.name, self.salesperson.name, self.salesperson.login, '+32476223344'):
            self.assertNotIn(other, text)

    def test_a_phone_that_changed_hands(self):
        self.enter(self.phone, self.fence_near)
        self.phone._sign_out()
        anonymous = self.enter_report(self.fence_far)
        self.env['mobile.event']._record(self.phone, [anonymous])
        self.phone._sign_in(self.ben_user)
        self.phone.signed_in_at = fields.Datetime.now()
        self.assertEqual(self._records(self.ben, 'mobile.event'), [])
        event, = self._records(self.anna, 'mobile.event')
        self.assertEqual(event['geofence_id']['id'], self.fence_near.id)

    def test_other_companies_answer_for_themselves(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env['crm.lead'].create([
            {'name': "Ours", 'partner_id': self.anna.id, 'company_id': self.company.id},
            {'name': "Theirs", 'partner_id': self.anna.id, 'company_id': other.id},
            {'name': "Nobody's", 'partner_id': self.anna.id, 'company_id': False}])
        self.assertEqual({lead['name'] for lead in self._records(self.anna, 'crm.lead')}, {"Ours", "Nobody's"})
        self.assertEqual({lead['name'] for lead in self._records(self.anna, 'crm.lead', other)}, {"Theirs", "Nobody's"})
        self.assertEqual(self._records(self.anna, 'mobile.token', other), [])

    # === THE RULE === #

    def test_a_model_of_next_year_is_in_it(self):
        """A model that merely has a link to a contact is found; nobody has to remember it."""
        self.env['res.partner.bank'].create({'acc_number': 'BE71096123456769', 'partner_id': self.anna.id})
        bank, = self._records(self.anna, 'res.partner.bank')
        self.assertEqual(bank['acc_number'], 'BE71096123456769')

    def test_a_subject_without_a_foreign_key(self):
        with patch.object(self.registry['mobile.redemption'], '_mobile_subject_field', 'card_id', create=True):
            self.env.registry.clear_cache()
            pointer = {(p.model, p.field): p for p in self.env['mobile.trace']._pointers()}
            self.assertEqual(pointer['mobile.redemption', 'card_id'].kind, 'subject')
        self.env.registry.clear_cache()

    def test_exceptions_are_models_with_a_reason(self):
        for table in (NOT_EXPORTED, SHARED, ANONYMISED):
            for name, reason in table.items():
                self.assertTrue(reason, name)
        ours = {name for name in NOT_EXPORTED if name.startswith('mobile.')}
        self.assertFalse(ours, "what the app knows of a customer is no secret to them")

    def test_each_model_of_ours_that_knows_customers_is_in_it(self):
        pointing = {pointer.model for pointer in self.env['mobile.trace']._pointers()
                    if pointer.model.startswith('mobile.')}
        whole = {part.model for part in self.env['mobile.trace']._parts().get('mobile.device', ())}
        known = {'mobile.decision', 'mobile.device', 'mobile.erasure', 'mobile.event', 'mobile.look', 'mobile.message',
                 'mobile.otp', 'mobile.redemption', 'mobile.token'}
        self.assertLessEqual(known, pointing | whole)
        for name in pointing:
            self.assertNotIn(name, NOT_EXPORTED)
        # What may outlive its customer is named, and why.
        staying = {name for name in pointing if name in SHARED or name in KEPT_BY_LAW}
        self.assertLessEqual(staying, {
            'mobile.app', 'mobile.campaign', 'mobile.consent', 'mobile.erasure', 'mobile.look', 'mobile.redemption',
            'mobile.store'})

    def test_a_long_history_takes_no_more_memory(self):
        def make(count):
            self.env.cr.execute(SQL(
                """INSERT INTO mobile_event (
                       uuid, type, origin, occurred_at, received_at, device_id, partner_id, company_id)
                   SELECT gen_random_uuid()::text, 'view', 'phone', now(), now(), %s, %s, %s
                     FROM generate_series(1, %s)""",
                self.phone.id, self.anna.id, self.company.id, count))

        def peak():
            self.env.invalidate_all()
            tracemalloc.start()
            with self.env['mobile.export']._export(self.anna, self.company, {}):
                used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return used

        make(2_000)
        few = peak()
        make(18_000)
        many = peak()
        # Their ids are in memory, their contents are not: those would be several kB each.
        self.assertLess((many - few) / 18_000, 800)

    def test_an_address_of_somebody_else_finds_nothing(self):
        self.env['crm.lead'].create({'name': "Mistyped", 'email_from': 'anna@mobile-crm.example'})
        self.anna.email = 'anna@mobile-crm.example'
        self.assertEqual(self._records(self.anna, 'crm.lead'), [])
        self.anna.mobile_verified_email = 'anna@mobile-crm.example'
        self.assertEqual(len(self._records(self.anna, 'crm.lead')), 1)

    def test_favourites(self):
        self.anna.mobile_favourite_store_ids = [Command.link(self.store_far.id)]
        contact, = self._records(self.anna, 'res.partner')
        self.assertEqual(contact['mobile_favourite_store_ids'], [{'id': self.store_far.id, 'name': "Paris Store"}])
