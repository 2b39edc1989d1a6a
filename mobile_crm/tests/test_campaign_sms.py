"""What a broadcast by text message would cost, before it is sent."""
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..tools.sms_parts import measure
from .text_common import TextCommon


@tagged('-at_install', 'post_install')
class TestCampaignSms(TextCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.action_done()
        cls.broadcast = cls.env['mobile.campaign'].create({
            'name': "News", 'company_id': cls.company.id, 'program_id': cls.program.id, 'trigger': 'broadcast',
            'message_title': "Sale", 'message_body': "Come in.",
            'channel_ids': [Command.clear(), Command.create({'channel': 'sms'})]})
        cls.manager = new_test_user(
            cls.env, 'sms_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)])
        cls.base = cls.company.get_base_url()

    # === LENGTH === #

    def test_the_length_is_that_of_what_is_sent(self):
        message = self.Message._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Sale", 'body': "Come in."}], ['sms'])
        self.send('sms')
        body = self.env['sms.sms'].search([('partner_id', '=', self.anna.id)]).body
        self.assertEqual(self.broadcast._longest_sms().size, measure(body), message)
        self.assertEqual(self.broadcast.sms_parts, 1)
        self.assertIn(f"Up to {len(body)} of 160 characters", self.broadcast.sms_length)
        self.assertFalse(self.broadcast.sms_hint)

    def test_symbols_that_make_it_dearer_are_named(self):
        self.broadcast.message_title = "“Łódź” \N{EN DASH} now"
        self.assertEqual(self.broadcast.sms_parts, measure(
            f"“Łódź” \N{EN DASH} now\nCome in.\n{self.base}/m/{16 * 'x'}\nNo more? {self.base}/s/{16 * 'x'}").parts)
        self.assertIn("For “ Ł ó", self.broadcast.sms_hint)
        self.broadcast.message_title = "“Now” \N{EN DASH} only 5\N{NO-BREAK SPACE}€"
        self.assertFalse(self.broadcast.sms_hint, "they are made plain")

    def test_names_may_make_it_longer(self):
        self.broadcast.message_title = "Hello {first_name}"
        self.assertEqual(self.broadcast.sms_parts, 1)
        self.assertIn("it takes 3" if len(self.base) > 22 else "it takes 2", self.broadcast.sms_hint)

    def test_the_longest_store_counts(self):
        self.broadcast.message_body = "In {store|our store}."
        before = self.broadcast._longest_sms().size.units
        self.store_far.name = "Paris Store " + "x" * 40
        self.assertEqual(self.broadcast._longest_sms().size.units, before + 52 - len("Brussels Store"))

    def test_the_longest_variant_and_language_counts(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.broadcast.with_context(lang='de_DE').message_body = "x" * 200
        self.assertEqual(self.broadcast.sms_parts, 2)
        self.env['mobile.campaign.variant'].create([
            {'campaign_id': self.broadcast.id, 'name': name, 'message_title': "A", 'message_body': body}
            for name, body in (('short', "B"), ('long', "C" * 400))])
        self.broadcast.invalidate_recordset()
        self.assertEqual(self.broadcast.sms_parts, 4)

    def test_only_where_text_messages_are_sent(self):
        self.broadcast.channel_ids = [Command.clear(), Command.create({'channel': 'push'})]
        self.assertEqual(
            (self.broadcast.sends_sms, self.broadcast.sms_parts, self.broadcast.sms_length, self.broadcast.sms_cost),
            (False, 0, False, False))

    def test_it_follows_what_is_written(self):
        with Form(self.broadcast.with_user(self.manager)) as form:
            self.assertIn("one text message", form.sms_length)
            form.message_body = "x" * 200
            self.assertIn("2 text messages", form.sms_length)

    # === COST === #

    def test_the_cost_is_that_of_those_who_can_get_it(self):
        self.company.mobile_sms_price = 0.07
        self.assertEqual(self.broadcast.sms_cost, "0.14\N{NO-BREAK SPACE}€ (customers: 2, text messages: 2)")
        self.env['mobile.consent']._append(self.ben, self.company, {'sms': False}, 'device')
        self.broadcast.invalidate_recordset()
        self.assertEqual(self.broadcast.sms_cost, "0.07\N{NO-BREAK SPACE}€ (customers: 1, text messages: 1)")
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'channels': ['push']})
        self.broadcast.invalidate_recordset()
        self.assertIn("customers: 0", self.broadcast.sms_cost)

    def test_other_ways_before_it_make_it_less(self):
        self.broadcast.channel_ids = [
            Command.clear(), Command.create({'channel': 'push', 'sequence': 1}),
            Command.create({'channel': 'sms', 'sequence': 2})]
        self.assertTrue(self.broadcast.sms_cost.startswith("Unknown (customers: 2, text messages: 2)"))
        self.company.mobile_sms_price = 1
        self.broadcast.invalidate_recordset()
        self.assertTrue(self.broadcast.sms_cost.startswith("At most 2.00"))

    def test_an_audience_that_cannot_be_read_has_no_cost(self):
        self.broadcast.flush_recordset()
        self.env.cr.execute("UPDATE mobile_campaign SET audience_domain = 'x' WHERE id = %s", [self.broadcast.id])
        self.broadcast.invalidate_recordset()
        self.assertFalse(self.broadcast.sms_cost)
        self.assertTrue(self.broadcast.sms_length)

    def test_the_dry_run_counts_who_would_get_it(self):
        self.company.mobile_sms_price = 0.07
        self.env['mobile.erasure']._request(self.ben, self.company, 'staff')
        wizard = self.env['mobile.campaign.dry.run'].with_user(self.manager).create({'campaign_id': self.broadcast.id})
        self.assertEqual(wizard.passed_count, 1)
        self.assertEqual(wizard.sms_cost, "0.07\N{NO-BREAK SPACE}€ (customers: 1, text messages: 1)")

    # === SETTINGS === #

    def test_settings(self):
        settings = self.env['res.config.settings'].create({})
        self.assertFalse(settings.mobile_sms_inbound_url)
        settings.write({'mobile_sms_price': 0.07, 'mobile_sms_number': '8850', 'mobile_sms_stop_words': "ENOUGH"})
        settings.execute()
        settings.action_mobile_new_sms_address()
        url = self.company.mobile_sms_inbound_url
        self.assertRegex(url, r'^https?://[^/]+/mobile/sms/inbound/[A-Za-z0-9_-]{32}$')
        settings.action_mobile_new_sms_address()
        self.company.invalidate_recordset()
        self.assertNotEqual(self.company.mobile_sms_inbound_url, url)
        for number in ('call me', '12', '+', 'x' * 30):
            with self.assertRaises(ValidationError):
                self.company.mobile_sms_number = number

    def test_the_address_is_the_managers(self):
        user = new_test_user(
            self.env, 'sms_user', groups='mobile_crm.group_mobile_crm_user', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        company = self.company.with_user(user)
        with self.assertRaises(AccessError):
            company.read(['mobile_sms_inbound_url'])
        with self.assertRaises(AccessError):
            company.action_mobile_new_sms_address()
