from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MobileCommon


class ConsentCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Consent = cls.env['mobile.consent']
        cls.manager = new_test_user(
            cls.env, 'consent_manager', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)])

    def decide(self, partner=None, company=None, **choices):
        """Let a customer decide on the phone; return the new rows."""
        return self.Consent._append(partner or self.anna, company or self.company, choices, 'device')

    def rows(self, purpose, partner=None):
        return self.Consent.search([('subject_id', '=', (partner or self.anna).id), ('purpose', '=', purpose)])

    def assertGranted(self, expected, purpose, partner=None, company=None):
        """Assert where a customer stands, asked alone and within a statement."""
        partner, company = partner or self.anna, company or self.company
        self.assertIs(self.Consent._is_granted(partner, company, purpose), expected)


@tagged('-at_install', 'post_install')
class TestConsent(ConsentCase):

    # === THE LEDGER === #

    def test_the_latest_decision_counts(self):
        self.assertGranted(False, 'sms')
        for granted in (True, False, True):
            row = self.decide(sms=granted)
            self.assertGranted(granted, 'sms')
            self.assertEqual((row.granted, row.source, row.version), (granted, 'device', 1))
            self.assertIn("text messages", row.text)
        self.assertEqual(len(self.rows('sms')), 3)
        self.assertEqual(self.rows('sms').filtered('is_current'), row)
        self.assertGranted(False, 'push')

    def test_what_changes_nothing_adds_nothing(self):
        self.assertTrue(self.decide(sms=False), "the first no is a decision")
        self.assertFalse(self.decide(sms=False))
        self.assertTrue(self.decide(sms=True))
        self.assertFalse(self.decide(sms=True))

    def test_in_the_same_instant_the_later_row_counts(self):
        now = fields.Datetime.now()
        for granted in (True, False):
            self.Consent._append(self.anna, self.company, {'sms': granted}, 'device', decided_at=now)
        self.assertGranted(False, 'sms')

    def test_a_server_whose_clock_is_behind_decides_later_all_the_same(self):
        self.decide(sms=True)
        # As a server wrote whose clock is an hour ahead of this one's.
        self.Consent.create({
            'subject_id': self.anna.id, 'company_id': self.company.id, 'purpose': 'push', 'granted': True,
            'version': 1, 'source': 'device', 'decided_at': fields.Datetime.now() + timedelta(hours=1)})
        self.decide(push=False)
        self.assertGranted(False, 'push')

    def test_another_company_and_another_customer_are_not_asked(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.decide(sms=True)
        self.assertGranted(True, 'sms')
        self.assertGranted(False, 'sms', company=other)
        self.assertGranted(False, 'sms', partner=self.ben)
        self.decide(company=other, sms=False)
        self.assertGranted(True, 'sms')

    def test_nobody_edits_or_deletes(self):
        row = self.decide(sms=True)
        for user in (self.manager, self.env.user):
            for attempt in (lambda row: row.write({'granted': False}), lambda row: row.unlink()):
                # An AccessError is a UserError.
                with self.assertRaises(UserError):
                    attempt(row.with_user(user))
        with self.assertRaisesRegex(UserError, "never edited"):
            row.sudo().granted = False
        with self.assertRaisesRegex(UserError, "never deleted"):
            row.sudo().unlink()

    @mute_logger('odoo.sql_db')
    def test_not_by_sql_either(self):
        row = self.decide(sms=True)
        for statement in (
            'UPDATE mobile_consent SET granted = FALSE WHERE id = %s',
            'UPDATE mobile_consent SET id = id WHERE id = %s',
            'DELETE FROM mobile_consent WHERE id = %s',
            'TRUNCATE mobile_consent',
            """INSERT INTO mobile_consent SELECT * FROM mobile_consent WHERE id = %s
                   ON CONFLICT (id) DO UPDATE SET granted = FALSE""",
        ):
            parameters = (row.id,) if '%' in statement else ()
            with self.subTest(statement), self.assertRaises(psycopg2.errors.RestrictViolation), \
                    self.env.cr.savepoint():
                self.env.cr.execute(statement, parameters)
        self.env.invalidate_all()
        self.assertGranted(True, 'sms')

    def test_a_deleted_contact_leaves_the_evidence_and_no_name(self):
        partner = self.env['res.partner'].create({'name': "Canary Carla", 'email': 'canary@mobile-crm.example'})
        row, subject_id = self.decide(partner, sms=True), partner.id
        self.assertEqual(row.partner_id, partner)
        partner.unlink()
        self.env.invalidate_all()
        self.assertTrue(row.exists())
        self.assertFalse(row.partner_id)
        self.assertEqual(self.Consent.search([('partner_id', '=', False), ('id', '=', row.id)]), row)
        self.env.cr.execute('SELECT row_to_json(c)::text FROM mobile_consent c WHERE id = %s', (row.id,))
        kept = self.env.cr.fetchone()[0]
        self.assertNotIn('anary', kept)
        self.assertIn(str(subject_id), kept)

    def test_rows_are_found_by_customer(self):
        row = self.decide(sms=True)
        for domain in ([('partner_id', '=', self.anna.id)], [('partner_id', 'ilike', 'anna peet')],
                       [('partner_id.phone', '=', self.anna.phone)]):
            self.assertIn(row, self.Consent.search(domain), domain)
        for domain in ([('partner_id', '=', self.ben.id)], [('partner_id', '!=', self.anna.id)],
                       [('partner_id', 'ilike', 'ben')], [('partner_id', '=', False)]):
            self.assertNotIn(row, self.Consent.search(domain), domain)
        self.assertIn(row, self.anna.mobile_consent_ids)

    def test_a_merged_contact_brings_its_later_decisions(self):
        other = self.env['res.partner'].create({'name': "Anna P."})
        third = self.env['res.partner'].create({'name': "A. Peeters"})
        ago = fields.Datetime.now() - timedelta(days=1)
        self._past(self.anna, ago, sms=True, push=True)
        self._past(other, ago - timedelta(days=1), push=False, profiling=True)
        self._past(other, ago + timedelta(hours=1), sms=False, email=True)
        self._past(third, ago + timedelta(hours=2), email=False)
        self.env['base.partner.merge.automatic.wizard'].create({})._merge(
            (self.anna + other + third).ids, self.anna)
        for purpose, granted in (('sms', False), ('push', True), ('profiling', True), ('email', False)):
            self.assertGranted(granted, purpose)
        merged = self.Consent.search([('subject_id', '=', self.anna.id), ('source', '=', 'merge')])
        self.assertEqual(set(merged.mapped('purpose')), {'sms', 'profiling', 'email'})
        self.assertEqual(merged.filtered(lambda row: row.purpose == 'sms').decided_at, ago + timedelta(hours=1))

    def _past(self, partner, decided_at, **choices):
        self.Consent.create([{
            'subject_id': partner.id, 'company_id': self.company.id, 'purpose': purpose, 'granted': granted,
            'version': 1, 'source': 'device', 'decided_at': decided_at} for purpose, granted in choices.items()])

    # === WORDINGS === #

    def _new_wording(self, purpose='sms', **values):
        wording = self.env['mobile.consent.wording'].create({'purpose': purpose, 'text': "New words", **values})
        wording.action_publish()
        return wording

    def test_a_new_wording_lets_older_consents_count(self):
        self.decide(sms=True)
        wording = self._new_wording(company_id=self.company.id)
        self.assertEqual((wording.version, wording.counts_from), (2, 0))
        self.assertGranted(True, 'sms')
        row = self.decide(sms=True)
        self.assertEqual((row.version, row.text), (2, "New words"), "agreed anew under the new wording")
        self.assertFalse(self.decide(sms=True))

    def test_a_new_wording_may_ask_again(self):
        self.decide(sms=True)
        self._new_wording(company_id=self.company.id, renew=True)
        self.assertGranted(False, 'sms')
        self.assertEqual(self.rows('sms').standing, 'outdated')
        later = self._new_wording(company_id=self.company.id)
        self.assertGranted(False, 'sms')
        self.decide(sms=True)
        self.assertGranted(True, 'sms')
        later.action_retire()
        self.assertGranted(True, 'sms')

    def test_a_companys_own_wording_is_its_own(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        for company in (self.company, other):
            self.decide(company=company, sms=True)
        own = self._new_wording(company_id=self.company.id, text="Our words")
        self._new_wording(renew=True, text="Everybody's words")
        self.assertGranted(True, 'sms')
        self.assertGranted(False, 'sms', company=other)
        self.assertEqual(self.Consent._states(self.anna, self.company)['sms'].text, "Our words")
        self.assertEqual(self.Consent._states(self.anna, other)['sms'].text, "Everybody's words")
        own.action_retire()
        self.assertGranted(False, 'sms')

    def test_what_was_shown_is_never_edited(self):
        current = self.env.ref('mobile_crm.wording_sms')
        self.env['res.lang']._activate_lang('fr_FR')
        for vals in ({'text': "Other"}, {'purpose': 'push'}, {'renew': True}, {'company_id': self.company.id},
                     {'state': 'draft'}, {'version': 7}):
            with self.assertRaises(UserError):
                current.with_user(self.manager).write(vals)
        with self.assertRaises(UserError):
            current.unlink()
        with self.assertRaises(UserError):
            current.update_field_translations('text', {'en_US': "Other"})
        states = self.Consent.with_context(lang='fr_FR')._states
        self.assertEqual(states(self.anna, self.company)['sms'].lang, 'en_US')
        current.update_field_translations('text', {'fr_FR': "Des mots"})
        with self.assertRaises(UserError):
            current.update_field_translations('text', {'fr_FR': "D'autres mots"})
        self.assertEqual(states(self.anna, self.company)['sms'][-2:], ("Des mots", 'fr_FR'))

    def test_a_new_version_by_a_manager(self):
        current = self.env.ref('mobile_crm.wording_sms').with_user(self.manager)
        draft = self.env['mobile.consent.wording'].with_user(self.manager).browse(
            current.action_new_version()['res_id'])
        self.assertEqual((draft.state, draft.version, draft.text), ('draft', 0, current.text))
        draft.text = "Better words"
        self.assertNotEqual(self.Consent._states(self.anna, self.company)['sms'].text, "Better words")
        draft.action_publish()
        self.assertEqual((draft.state, draft.version, current.state), ('current', 2, 'retired'))
        self.assertEqual(self.Consent._states(self.anna, self.company)['sms'].text, "Better words")
        with self.assertRaises(UserError):
            current.action_publish()
        with self.assertRaises(UserError, msg="somebody has to be asked with some words"):
            draft.action_retire()
        with self.assertRaises(AccessError):
            draft.with_user(self.salesperson).action_new_version()

    def test_the_words_about_profiling_tell_of_the_time_before_the_sign_in(self):
        self.assertIn("before you signed in", self.env.ref('mobile_crm.wording_profiling').text)

    # === BLACKLISTS === #

    def test_blacklists_are_honoured_and_leave_the_ledger_alone(self):
        self.anna.email = 'Anna@mobile-crm.example'
        self.decide(sms=True, email=True, push=True)
        number = self.env['phone.blacklist'].create({'number': self.anna.phone})
        self.assertGranted(False, 'sms')
        self.assertGranted(True, 'email')
        self.assertEqual(self.rows('sms').standing, 'blacklisted')
        address = self.env['mail.blacklist'].create({'email': 'anna@mobile-crm.example'})
        self.assertGranted(False, 'email')
        self.assertGranted(True, 'push')
        self.assertTrue(self.Consent._states(self.anna, self.company)['sms'].granted)
        self.assertEqual(len(self.rows('sms')), 1)
        (number + self.env['phone.blacklist']).active = address.active = False
        self.assertGranted(True, 'sms')
        self.assertGranted(True, 'email')

    # === WITHDRAWAL === #

    def _queued(self, partner=None, channel='push', campaign=None, company=None):
        return self.env['mobile.message'].create({
            'partner_id': (partner or self.anna).id, 'company_id': (company or self.company).id, 'title': "Queued",
            'channel': channel, 'campaign_id': campaign and campaign.id,
            'purposes': campaign and ','.join(campaign._purposes())})

    def test_withdrawal_cancels_what_waits(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.decide(push=True, sms=True)
        push, sms, place = self._queued(), self._queued(channel='sms'), self._queued(
            channel='sms', campaign=self.campaign)
        bens, elsewhere = self._queued(self.ben), self._queued(company=other)
        on_its_way = self._queued()
        on_its_way.state = 'sending'
        self.decide(push=False)
        self.assertEqual((push.state, push.reason), ('cancelled', 'consent_withdrawn'))
        self.assertEqual((sms + place + bens + elsewhere).mapped('state'), ['queued'] * 4)
        self.assertEqual(on_its_way.state, 'sending')
        self.decide(location=False)
        self.assertEqual((sms.state, place.state), ('queued', 'cancelled'))

    # === STAFF === #

    def _record(self, user=None, **values):
        form = Form(self.env['mobile.consent.record'].with_user(user or self.manager).with_context(
            default_partner_id=self.anna.id))
        for field, value in {'purpose': 'sms', 'granted': 'yes', 'note': "At the counter", **values}.items():
            form[field] = value
        self.assertIn("text messages" if form.purpose == 'sms' else "", form.text)
        form.save().action_record()

    def test_staff_record_what_they_were_told(self):
        self._record()
        self.assertGranted(True, 'sms')
        row = self.rows('sms')
        self.assertEqual((row.source, row.user_id, row.note), ('staff', self.manager, "At the counter"))
        self.assertFalse(row.device_uuid)
        self._record(granted='no')
        self.assertGranted(False, 'sms')
        self.assertEqual(self.anna.mobile_current_consent_ids.filtered(lambda row: row.purpose == 'sms').standing,
                         'refused')
        with self.assertRaises(AccessError):
            self._record(self.salesperson)

    def test_staff_enter_a_paper_consent_into_the_ledger(self):
        # The web client asks for the name of a record that is still empty.
        self.Consent.with_user(self.manager).onchange({}, [], {'display_name': {}, 'standing': {}})
        with Form(self.env['mobile.consent'].with_user(self.manager)) as form:
            form.partner_id = self.anna
            form.purpose = 'sms'
            form.granted = True
        self.assertRecordValues(self.rows('sms'), [{
            'source': 'staff', 'user_id': self.manager.id, 'display_name': "Text Messages: granted",
            'standing': 'granted'}])

    def test_staff_cannot_speak_for_the_phone(self):
        row = self.Consent.with_user(self.manager).create({
            'partner_id': self.anna.id, 'purpose': 'sms', 'granted': True, 'source': 'device', 'version': 99,
            'device_uuid': self.phone.uuid, 'user_id': self.salesperson.id})
        self.assertEqual(
            (row.source, row.user_id, row.device_uuid, row.version), ('staff', self.manager, False, 1))
        self.assertEqual(row.text, self.env.ref('mobile_crm.wording_sms').text)
        with self.assertRaises(ValidationError):
            self.Consent.with_user(self.manager).create({
                'partner_id': self.anna.id, 'purpose': 'sms', 'granted': True, 'decided_at': '2999-01-01'})
        with self.assertRaises(ValidationError):
            self.Consent.with_user(self.manager).create({'purpose': 'sms', 'granted': True})
        with self.assertRaises(AccessError):
            self.Consent.with_user(self.salesperson).create({'partner_id': self.anna.id, 'purpose': 'sms'})

    def test_import(self):
        lines = [
            "Customer/Database ID,Purpose,Granted,Decided,Note",
            f"{self.anna.id},Text Messages,1,2025-05-04 10:00:00,From the old shop system",
            f"{self.anna.id},Emails,1,2025-05-04 10:00:00,From the old shop system",
        ]
        self.decide(email=False)
        wizard = self.env['base_import.import'].with_user(self.manager).create({
            'res_model': 'mobile.consent', 'file_name': 'consents.csv', 'file_type': 'text/csv',
            'file': '\n'.join(lines).encode()})
        result = wizard.execute_import(
            ['partner_id/.id', 'purpose', 'granted', 'decided_at', 'note'],
            ['Customer', 'Purpose', 'Granted', 'Decided', 'Note'],
            {'has_headers': True, 'quoting': '"', 'separator': ',', 'datetime_format': '%Y-%m-%d %H:%M:%S',
             'encoding': 'utf-8', 'date_format': ''})
        self.assertEqual(result['messages'], [])
        row = self.rows('sms')
        self.assertEqual((row.source, row.user_id, row.version, str(row.decided_at.date())),
                         ('import', self.manager, 0, '2025-05-04'))
        self.assertGranted(True, 'sms')
        self.assertGranted(False, 'email')

    def test_positions_go_with_the_consent(self):
        Event = self.env['mobile.event']
        for device in (self.phone, self.phone_ben):
            self.enter(device, self.fence_near, latitude=50.8467, longitude=4.3525, accuracy=5.0)
        self.assertEqual(Event.search_count([('latitude', '!=', False), ('company_id', '=', self.company.id)]), 2)
        self.env['mobile.consent']._append(self.anna, self.company, {'push': False}, 'device')
        self.assertEqual(Event.search_count([('latitude', '!=', False), ('company_id', '=', self.company.id)]), 2)
        self.env['mobile.consent']._append(self.anna, self.company, {'location': False}, 'device')
        self.assertEqual(Event.search([('latitude', '!=', False), ('company_id', '=', self.company.id)]).partner_id,
                         self.ben)
        event = Event.search([('partner_id', '=', self.anna.id)])
        self.assertEqual((event.type, event.longitude, event.accuracy), ('enter', 0, 0))

    def test_company_rules(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        mine, theirs = self.decide(sms=True), self.decide(company=other, sms=True)
        seen = self.Consent.with_user(self.manager).search([('partner_id', '=', self.anna.id)])
        self.assertIn(mine, seen)
        self.assertNotIn(theirs, seen)
        self.assertNotIn(theirs, self.anna.with_user(self.manager).mobile_current_consent_ids)
        with self.assertRaises(AccessError):
            self.Consent.with_user(self.manager).create({
                'partner_id': self.anna.id, 'purpose': 'sms', 'company_id': other.id})
