from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..tools.personal_data import EMPLOYED
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestForgetting(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.Erasure = self.env['mobile.erasure']
        # A test cannot commit.
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))

    def _erase(self, partner=None):
        """Let the customer ask, and the grace pass."""
        erasure = self.Erasure._request(partner or self.anna, self.company, 'app')
        erasure.due_at = fields.Datetime.now()
        self.Erasure._cron_erase()
        self.env.invalidate_all()
        return erasure

    def _count(self, table, **values):
        return self.env[table].sudo().with_context(active_test=False).search_count(
            [(field, '=', value) for field, value in values.items()])

    # === THE REQUEST === #

    def test_sessions_end_at_once(self):
        client, other = self.phone_of(self.phone), self.registered_phone()
        other.sign_in('+32475112233')
        bystander = self.phone_of(self.phone_ben)
        answer = client.delete('/me')
        self.assertEqual(answer.status, 202)
        days = fields.Datetime.from_string(answer.json['due_at'].replace('T', ' ').rstrip('Z')) - fields.Datetime.now()
        self.assertAlmostEqual(days / timedelta(days=1), 14, delta=0.01)
        for phone in (client, other):
            self.assertEqual(phone.get('/me').status, 401)
            self.assertEqual(phone.delete('/me').status, 401)
            self.assertEqual(phone.refresh().status, 401)
        self.assertEqual(bystander.get('/me').status, 200)
        self.assertTrue(self.anna.exists())

    def test_messages_on_their_way_die(self):
        queued, read = self.env['mobile.message'].create([
            {'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Hello", 'state': state}
            for state in ('queued', 'sent')])
        self.Erasure._request(self.anna, self.company, 'app')
        self.assertEqual((queued.state, queued.reason, read.state), ('cancelled', 'customer_gone', 'sent'))

    def test_no_campaign_answers_meanwhile(self):
        self.Erasure._request(self.anna, self.company, 'app')
        decision = self.enter(self.phone, self.fence_near)
        self.assertEqual((decision.outcome, decision.reason), ('withheld', 'erasure_pending'))
        self.assertEqual(self.enter(self.phone_ben, self.fence_near).outcome, 'sent')

    def test_asking_twice_is_asking_once(self):
        first = self.Erasure._request(self.anna, self.company, 'app')
        self.assertEqual(self.Erasure._request(self.anna, self.company, 'staff'), first)

    def test_signing_in_again_cancels(self):
        client = self.phone_of(self.phone)
        client.delete('/me')
        erasure = self.Erasure.search([('partner_id', '=', self.anna.id)])
        client.register()
        self.assertEqual(client.sign_in('+32475112233').json['customer']['name'], self.anna.name)
        self.assertEqual(erasure.state, 'cancelled')
        erasure.due_at = fields.Datetime.now()
        self.Erasure._cron_erase()
        self.assertTrue(self.anna.exists())

    def test_somebody_elses_sign_in_does_not(self):
        erasure = self.Erasure._request(self.anna, self.company, 'app')
        self.phone_of(self.phone_ben)
        self.phone_ben._sign_in(self.ben_user)
        self.assertEqual(erasure.state, 'pending')

    def test_the_grace_of_the_company(self):
        self.company.mobile_erasure_days = 0
        erasure = self.Erasure._request(self.anna, self.company, 'app')
        self.Erasure._cron_erase()
        self.assertEqual(erasure.state, 'done')
        with mute_logger('odoo.sql_db'), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.company.mobile_erasure_days = 31
            self.company.flush_recordset()

    def test_not_before_its_time(self):
        erasure = self.Erasure._request(self.anna, self.company, 'app')
        self.Erasure._cron_erase()
        self.assertEqual(erasure.state, 'pending')
        self.assertTrue(self.anna.exists())

    # === BY STAFF === #

    def test_managers_ask_and_cancel(self):
        manager = new_test_user(
            self.env, 'forgetting_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)])
        anna = self.anna.with_user(manager)
        anna.action_mobile_erase()
        erasure = self.Erasure.with_user(manager).search([('partner_id', '=', self.anna.id)])
        self.assertEqual((erasure.source, erasure.requested_by_id), ('staff', manager))
        self.assertEqual(anna.mobile_erasure_due_at, erasure.due_at)
        erasure.action_cancel()
        self.assertEqual(erasure.state, 'cancelled')
        for method in (erasure.unlink, lambda: erasure.write({'state': 'done'})):
            with self.assertRaises(UserError):
                method()

    def test_nobody_else_asks(self):
        user = new_test_user(
            self.env, 'forgetting_user', groups='mobile_crm.group_mobile_crm_user,base.group_partner_manager')
        with self.assertRaises(AccessError):
            self.anna.with_user(user).action_mobile_erase()
        with self.assertRaises(AccessError):
            self.Erasure.with_user(user).search([])

    def test_staff_are_not_customers(self):
        with self.assertRaises(UserError):
            self.Erasure._request(self.salesperson.partner_id, self.company, 'staff')

    # === THE ERASURE === #

    def test_nothing_is_left(self):
        client = self.registered_phone()
        client.sign_in('+32475112233')
        decision = self.enter(self.phone, self.fence_near)
        card, device = decision.card_id, self.phone
        self.anna.message_post(body="Prefers blue")
        quotation = self.make_order(self.anna)
        erasure = self._erase()
        self.assertEqual((erasure.state, erasure.kept, erasure.partner_id.id), ('done', False, False))
        for record in (self.anna, self.anna_user, decision, card, device, quotation):
            self.assertFalse(record.exists(), record)
        self.assertFalse(self._count('sms.sms', number='+32475112233'))
        self.assertFalse(self._count('mobile.otp', address='+32475112233'))
        self.assertEqual(self.phone_of(self.phone_ben).get('/me').status, 200)

    def test_the_same_number_is_somebody_new(self):
        self._erase()
        client = self.registered_phone()
        self.assertEqual(client.sign_in('+32475112233').json['customer']['name'], "Customer 2233")

    def test_a_customer_who_bought(self):
        self.anna.write({'email': 'anna@mobile-crm.example', 'street': "Main Street 5", 'comment': "Prefers blue",
                         'mobile_birthdate': '1990-01-01', 'mobile_favourite_store_ids': [(6, 0, self.store_far.ids)]})
        card = self.enter(self.phone, self.fence_near).card_id
        order = self.make_order(self.anna)
        order._try_apply_code(card.code)
        order._apply_program_reward(card.program_id.reward_ids, card)
        order.action_confirm()
        order.message_post(body="Dear Anna")
        quotation = self.make_order(self.anna)
        erasure = self._erase()
        self.assertEqual(erasure.state, 'done')
        self.assertIn('sale.order', erasure.kept)
        self.assertTrue(order.exists() and order.order_line)
        self.assertFalse(quotation.exists())
        anna = self.anna
        self.assertEqual((anna.name, anna.street, anna.active), ("Anna Peeters", "Main Street 5", False))
        for field in ('phone', 'phone_sanitized', 'email', 'email_normalized', 'mobile_verified_phone', 'comment',
                      'mobile_birthdate', 'mobile_favourite_store_ids', 'user_ids'):
            self.assertFalse(anna.with_context(active_test=False)[field], field)
        self.assertFalse(anna.message_ids)
        self.assertFalse(order.message_ids)
        redemption = self.env['mobile.redemption'].search([('order_id', '=', order.id)])
        self.assertEqual((redemption.state, redemption.discount), ('confirmed', 30.0))
        self.assertFalse(redemption.partner_id)
        self.assertFalse(redemption.card_id.partner_id)
        self.assertFalse(redemption.card_id.active)
        self.assertFalse(self._count('mobile.event', partner_id=self.anna.id))
        self.assertFalse(self._count('mobile.device', partner_id=self.anna.id))

    def test_other_peoples_records_lose_the_name_only(self):
        tag = self.env['res.partner.category'].create({'name': "Rain lovers", 'partner_ids': [(6, 0, self.anna.ids)]})
        meeting = self.env['calendar.event'].create({
            'name': "Anna Peeters and Ben", 'start': '2026-12-01 10:00:00', 'stop': '2026-12-01 11:00:00',
            'partner_ids': [(6, 0, (self.anna + self.ben).ids)]})
        alone = self.env['calendar.event'].create({
            'name': "Anna alone", 'start': '2026-12-01 10:00:00', 'stop': '2026-12-01 11:00:00',
            'partner_ids': [(6, 0, (self.anna + self.salesperson.partner_id).ids)]})
        self._erase()
        self.assertEqual(tag.exists().name, "Rain lovers")
        self.assertEqual(meeting.exists().name, "… and Ben")
        self.assertEqual(meeting.partner_ids, self.ben)
        self.assertFalse(alone.exists())

    def test_a_name_that_is_a_common_word_renames_nothing(self):
        self.anna.name = "Team"
        meeting = self.env['calendar.event'].create({
            'name': "Team meeting", 'start': '2026-12-01 10:00:00', 'stop': '2026-12-01 11:00:00',
            'partner_ids': [(6, 0, (self.anna + self.ben).ids)]})
        self._erase()
        self.assertEqual(meeting.name, "Team meeting")

    def test_a_phone_that_served_somebody_else(self):
        self.enter(self.phone_ben, self.fence_near)
        event = self.env['mobile.event'].search([('partner_id', '=', self.ben.id)])
        self.phone_ben._sign_in(self.anna_user)
        self._erase()
        self.assertTrue(event.exists())
        self.assertFalse(self.phone_ben.active or self.phone_ben.user_id or self.phone_ben.model)

    def test_a_phone_that_was_signed_out_since(self):
        self.phone_of(self.phone)
        self.phone._sign_out()
        self._erase()
        self.assertFalse(self.phone.exists())

    def test_an_entry_with_several_people_stays_whole(self):
        account = self.env['account.account'].create({
            'name': "Test", 'code': 'T100', 'account_type': 'asset_current', 'company_ids': [(6, 0, self.company.ids)]})
        journal = self.env['account.journal'].create({
            'name': "Test", 'code': 'TST', 'type': 'general', 'company_id': self.company.id})
        entry = self.env['account.move'].create({
            'journal_id': journal.id, 'company_id': self.company.id, 'line_ids': [
                (0, 0, {'account_id': account.id, 'debit': 5, 'partner_id': self.anna.id}),
                (0, 0, {'account_id': account.id, 'credit': 5, 'partner_id': self.ben.id})]})
        entry.action_post()
        erasure = self._erase()
        self.assertEqual(len(entry.line_ids), 2)
        self.assertIn('account.move.line', erasure.kept)
        self.assertTrue(self.anna.exists())

    def test_passkeys_go(self):
        self.env.cr.execute(SQL(
            """INSERT INTO auth_passkey_key (name, credential_identifier, public_key, sign_count, create_uid)
               VALUES ('Anna''s key', 'identifier', 'public', 0, %s)""", self.anna_user.id))
        self._erase()
        self.assertFalse(self._count('auth.passkey.key', credential_identifier='identifier'))

    def test_a_link_that_could_not_be_mailed(self):
        self.company.mobile_email_double_opt_in = True
        self.anna.email = 'unproved@mobile-crm.example'
        self.env['mobile.consent']._append(self.anna, self.company, {'email': True}, 'device')
        self.assertTrue(self._count('mail.mail', email_to='unproved@mobile-crm.example'))
        with self.env['mobile.export']._export(self.anna, self.company, {}) as export:
            self.assertNotIn(b'token=', export.read())
        self._erase()
        self.assertFalse(self._count('mail.mail', email_to='unproved@mobile-crm.example'))
        self.assertFalse(self._count('mail.message', model='mobile.opt.in'))

    def test_somebody_elses_order_is_theirs(self):
        quotation = self.make_order(self.ben)
        quotation.partner_shipping_id = self.anna
        quotation.message_post(body="Ben called")
        with self.env['mobile.export']._export(self.anna, self.company, {}) as export:
            self.assertNotIn(b"Ben called", export.read())
        self._erase()
        self.assertTrue(quotation.message_ids)
        self.assertEqual(quotation.exists().partner_shipping_id, self.ben)
        self.assertTrue(quotation.order_line)

    def test_a_setting_that_names_the_customer_stays(self):
        model = self.env['account.reconcile.model'].create({
            'name': "Rent", 'mapped_partner_id': self.anna.id, 'company_id': self.company.id})
        self._erase()
        self.assertTrue(model.exists())
        self.assertFalse(model.mapped_partner_id)

    def test_employees_are_not_erased(self):
        bank = self.env['res.partner.bank'].create({'acc_number': 'BE71096123456769', 'partner_id': self.anna.id})
        # The addon for employees need not be installed.
        self.startPatcher(patch.dict(EMPLOYED, {'res.partner.bank': 'partner_id'}))
        with self.assertRaises(UserError):
            self.Erasure._request(self.anna, self.company, 'staff')
        self.assertTrue(bank.exists())

    # === OTHER COMPANIES === #

    def test_another_companys_coupon_outlives_its_app(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        program = self.env['loyalty.program'].create({
            'name': "Wallet", 'program_type': 'ewallet', 'company_id': other.id})
        card = self.env['loyalty.card'].create(
            {'program_id': program.id, 'partner_id': self.anna.id, 'points': 50})
        lead = self.env['crm.lead'].create({'name': "Theirs", 'partner_id': self.anna.id, 'company_id': other.id})
        message = lead.message_post(body="Contact", tracking_value_ids=[(0, 0, {
            'field_id': self.env['ir.model.fields']._get('crm.lead', 'partner_id').id,
            'new_value_char': "Anna Peeters", 'new_value_integer': self.anna.id})])
        self._erase()
        self.assertEqual((card.exists().partner_id, card.points), (self.anna, 50))
        self.assertEqual(message.tracking_value_ids.new_value_char, "Anna Peeters")
        self.assertFalse(self.phone.exists())

    def test_another_companys_customer_stays_one(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        app = self.env['mobile.app'].create({'name': "Other App", 'company_id': other.id})
        theirs = self._make_device(app)
        self.anna_user.sudo().company_ids += other
        theirs._sign_in(self.anna_user)
        session = self.phone_of(theirs)
        self.enter(self.phone, self.fence_near)
        leads = self.env['crm.lead'].create([
            {'name': "Ours", 'partner_id': self.anna.id, 'company_id': self.company.id},
            {'name': "Theirs", 'partner_id': self.anna.id, 'company_id': other.id}])
        self._erase()
        self.assertFalse(self.phone.exists())
        self.assertFalse(self._count('mobile.event', partner_id=self.anna.id))
        self.assertEqual(leads.exists().mapped('name'), ["Theirs"])
        self.assertEqual(self.anna.mobile_verified_phone, '+32475112233')
        self.assertEqual(session.get('/me').json['name'], "Anna Peeters")

    # === WHEN IT FAILS === #

    def test_one_failure_does_not_stop_the_others(self):
        for partner in (self.anna, self.ben):
            self.Erasure._request(partner, self.company, 'app').due_at = fields.Datetime.now()
        failing, other = self.Erasure.search([('state', '=', 'pending')], order='id')
        erase = self.registry['mobile.eraser']._erase

        def fail_for_anna(eraser, partner, company):
            if partner == self.anna:
                eraser.env['mobile.event'].search([('partner_id', '=', partner.id)]).unlink()
                raise psycopg2.errors.LockNotAvailable("Anna Peeters is locked")
            return erase(eraser, partner, company)

        self.enter(self.phone, self.fence_near)
        with patch.object(self.registry['mobile.eraser'], '_erase', fail_for_anna), \
                self.assertLogs('odoo.addons.mobile_crm.models.mobile_erasure', 'WARNING') as logs:
            self.Erasure._cron_erase()
        self.assertEqual((failing.state, failing.tries, other.state), ('pending', 1, 'done'))
        self.assertTrue(self._count('mobile.event', partner_id=self.anna.id), "what was done is undone")
        self.assertNotIn('Anna', ''.join(logs.output))
        self.assertEqual(len(failing.activity_ids), 1)
        self.assertNotIn('Anna', failing.activity_ids.note)
        self.Erasure._cron_erase()
        self.assertEqual(failing.state, 'done')
        self.assertFalse(failing.activity_ids)

    def test_a_company_is_not_erased(self):
        self.company.partner_id.write({'mobile_verified_phone': '+32475000000'})
        erasure = self.Erasure._request(self.company.partner_id, self.company, 'app')
        erasure.due_at = fields.Datetime.now()
        with self.assertLogs('odoo.addons.mobile_crm.models.mobile_erasure', 'WARNING'):
            self.Erasure._cron_erase()
        self.assertEqual(erasure.state, 'pending')
        self.assertIn("address of a company", erasure.activity_ids.note)
