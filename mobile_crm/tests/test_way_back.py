import json
from datetime import timedelta

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..tools.message_text import plain_text
from .common import MobileHttpCase
from .outbox_common import OutboxCommon


@tagged('-at_install', 'post_install')
class TestWayBack(MobileHttpCase):
    """What a member of staff writes comes to the phone, and nothing else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.joris = new_test_user(
            cls.env, 'mobile_crm_joris', groups='sales_team.group_sale_salesman', name="Joris Claes",
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.store_near.user_id = cls.joris
        cls.Enquiry = cls.env['mobile.enquiry'].with_company(cls.company)

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)
        self.enquiry = self.Enquiry._open(
            self.anna, self.company, "Zipper", "Does it have two?", store=self.store_near)
        self.lead = self.enquiry.lead_id

    def _comment(self, body="Yes, two.", record=None, user=None, **values):
        return (record or self.lead).with_user(user or self.joris).message_post(
            body=body, **{'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment', **values})

    def _inbox(self, partner=None):
        return self.env['mobile.message'].search([
            ('partner_id', '=', (partner or self.anna).id), ('channel', '=', 'inbox')], order='id')

    def _bodies(self, partner=None):
        return self._inbox(partner).mapped('body')

    # === WHAT GOES OUT === #

    def test_an_answer(self):
        self._comment()
        answer = self._inbox()
        self.assertEqual(
            (answer.title, answer.body, answer.link, answer.is_service, answer.enquiry_id, answer.company_id),
            ("Joris Claes of Brussels Store", "Yes, two.", f'/enquiries/{self.enquiry.uuid}', True, self.enquiry,
             self.company))
        self.assertEqual(self.enquiry.status, 'answered')
        self.assertEqual(self._bodies(self.ben), [])

    def test_without_a_store_the_company_answers(self):
        enquiry = self.Enquiry._open(self.ben, self.company, "Hello", "Hello")
        self._comment(record=enquiry.lead_id, user=self.salesperson)
        self.assertTrue(self._inbox(self.ben).title.endswith(" of Test Shop"))

    def test_in_the_customers_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.anna.lang = 'de_DE'
        self.store_near.with_context(lang='de_DE').name = "Laden in Brüssel"
        self._comment()
        self.assertIn("Laden in Brüssel", self._inbox().title)

    def test_html_becomes_text(self):
        self._comment(Markup(
            '<p>Yes, <b>two</b>.<br/>See <a href="https://shop.example/zip">the page</a></p>'
            '<ul><li>one</li><li>two &lt;b&gt; &amp;amp;</li></ul><script>alert(1)</script>'
            '<p><a href="https://odoo.example/odoo/res.partner/3" data-oe-model="res.partner" data-oe-id="3">@Colleague'
            '</a></p>'))
        self.assertEqual(
            self._bodies(),
            ["Yes, two.\nSee the page (https://shop.example/zip)\n\n- one\n\n- two <b> &amp;\n\n@Colleague"])

    def test_any_text(self):
        for text in ('\U0001f600' * 10_000, "שלום עולם", "<b>no tag</b>"):
            self._comment(text)
            self.assertEqual(self._bodies()[-1], text)

    def test_attachments_stay(self):
        attachment = self.env['ir.attachment'].create({'name': "list.pdf", 'raw': b'x', 'res_model': 'crm.lead',
                                                       'res_id': self.lead.id})
        self._comment("See there", attachment_ids=attachment.ids)
        self._comment("", attachment_ids=attachment.copy().ids)
        self.assertEqual(self._bodies(), ["See there\n\n(with an attachment)", "(with an attachment)"])

    def test_a_scheduled_answer_comes_when_it_is_due(self):
        message = self._comment(
            partner_ids=self.anna.ids, scheduled_date=fields.Datetime.now() + timedelta(days=1))
        self.assertEqual(self._bodies(), [])
        self.env['mail.message.schedule'].search([('mail_message_id', '=', message.id)])._send_notifications()
        self.assertEqual(self._bodies(), ["Yes, two."])

    # === WHAT DOES NOT === #

    def test_what_is_internal_stays(self):
        self._comment("A note", subtype_xmlid='mail.mt_note')
        self._comment("Automatic", message_type='notification')
        self._comment("Automatic, too", message_type='auto_comment')
        self._comment("The system", user=self.env.ref('base.user_root'))
        self.lead.with_user(self.joris).message_notify(partner_ids=self.anna.ids, body="Look")
        self.lead.write({'user_id': self.salesperson.id, 'expected_revenue': 5})
        self.env.flush_all()
        self.env.cr.flush()
        self.lead.with_user(self.salesperson).activity_schedule('mail.mail_activity_data_todo').action_feedback("Done")
        self.assertEqual(self._bodies(), [])
        self.assertEqual(self.enquiry.status, 'open')

    def test_a_mail_of_a_colleague_stays(self):
        self._comment("Yes. > you wrote: a note", message_type='email')
        self.assertEqual(self._bodies(), [])
        self.assertIn("did not go to the app", self.lead.message_ids[0].body)
        self._comment("A note", message_type='email', subtype_xmlid='mail.mt_note')
        self.assertIn("A note", self.lead.message_ids[0].body)

    def test_customers_own_words_do_not_come_back(self):
        self.enquiry._hear("And pockets?", 'app')
        self.assertEqual(self._bodies(), [])

    def test_a_customer_who_works_here_does_not_answer_themselves(self):
        enquiry = self.Enquiry._open(self.joris.partner_id, self.company, "Zipper", "For me, too?")
        self.assertEqual(self._bodies(self.joris.partner_id), [])
        self.assertEqual(enquiry.status, 'open')
        self._comment(record=enquiry.lead_id, user=self.salesperson)
        self.assertEqual(self._bodies(self.joris.partner_id), ["Yes, two."])

    def test_another_companys_staff_on_the_same_contact(self):
        self.anna.user_id = self.joris
        enquiry = self._reply(self._message())
        other = self.env['res.company'].create({'name': "Other Shop"})
        stranger = new_test_user(
            self.env, 'mobile_crm_stranger', groups='sales_team.group_sale_salesman,base.group_partner_manager',
            company_id=other.id, company_ids=[Command.set(other.ids)])
        before = self._bodies()
        for values in ({}, {'partner_ids': self.anna.ids}):
            self.env(user=stranger, context={})['res.partner'].browse(self.anna.id).message_post(
                body="Of another shop", message_type='comment', subtype_xmlid='mail.mt_comment', **values)
        self.assertEqual((self._bodies(), enquiry.status), (before, 'open'))

    def test_for_others_alone(self):
        self._comment("Do you know?", partner_ids=self.salesperson.partner_id.ids)
        self.assertEqual(self._bodies(), [])
        self._comment("Yes", partner_ids=(self.salesperson.partner_id + self.anna).ids)
        self.assertEqual(self._bodies(), ["Yes"])

    def test_a_lead_of_somebody_else(self):
        self.lead.partner_id = self.ben
        self._comment()
        self.assertEqual(self._bodies() + self._bodies(self.ben), [])

    def test_a_lead_that_is_no_enquiry(self):
        lead = self.env['crm.lead'].create({'name': "Mailed", 'partner_id': self.anna.id, 'user_id': self.joris.id})
        self._comment(record=lead)
        self.assertEqual(self._bodies(), [])

    def test_a_merged_lead_answers_its_own_customer(self):
        other = self.Enquiry._open(self.ben, self.company, "Buttons", "How many?", store=self.store_near)
        (self.lead + other.lead_id).with_user(self.salesperson).merge_opportunity()
        self.env.invalidate_all()
        self.assertEqual(self.enquiry.lead_id, other.lead_id)
        head = self.enquiry.lead_id
        self._comment(record=head, user=self.salesperson)
        asker = head.partner_id
        self.assertEqual(self._bodies(asker), ["Yes, two."])
        self.assertEqual(self._bodies(self.anna + self.ben - asker), [])

    # === BY WHICH WAYS === #

    def _channels(self, **values):
        seen, posted = [], self.env.registry['mobile.message']._post
        self.patch(self.env.registry['mobile.message'], '_post',
                   lambda model, vals_list, channels=(): seen.append(channels) or posted(model, vals_list))
        self._comment(**values)
        return seen[0]

    def test_no_second_email(self):
        self.anna.email = 'anna@mobile-crm.example'
        self.assertEqual(self._channels(partner_ids=self.anna.ids), ('push',))

    def test_an_email_where_odoo_sends_none(self):
        self.anna.email = 'anna@mobile-crm.example'
        self.assertEqual(self._channels(), ('push', 'email'))

    def test_a_text_message_to_who_wrote_one(self):
        self.anna._mobile_reply(self.company, "Yes?", 'sms')
        self.assertEqual(self._channels(), ('push', 'sms'))

    # === REPLIES === #

    def _message(self, **values):
        return self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "15 % for you", 'body': "<i>Come</i>",
            **values}])

    def _reply(self, message, text="Is it for shoes, too?"):
        answer = self.client.post(f'/messages/{message.uuid}/reply', {'text': text})
        self.assertEqual(answer.status, 201, answer.content)
        return self.Enquiry.search([('uuid', '=', answer.json['enquiry_id'])])

    def test_a_reply_to_an_answer(self):
        self._comment()
        self.assertEqual(self._reply(self._inbox()), self.enquiry)
        self.assertEqual(self.enquiry.line_ids[-1:].text, "Is it for shoes, too?")
        self.assertEqual(self.enquiry.status, 'open')

    def test_a_reply_to_a_campaign_is_a_lead(self):
        self.anna.user_id = self.joris
        message = self._message(campaign_id=self.campaign.id)
        enquiry = self._reply(message)
        self.assertEqual((enquiry.subject, enquiry.lead_id.user_id), ("Re: 15 % for you", self.joris))
        comment = enquiry.lead_id.message_ids.filtered(lambda message: message.message_type == 'comment')
        self.assertIn("<blockquote", comment.body)
        self.assertIn("&lt;i&gt;Come", comment.body)
        self.assertEqual(self._reply(message, "Hello?"), enquiry)

    def test_the_campaigns_responsible(self):
        self.campaign.user_id = self.salesperson
        self.assertEqual(self._reply(self._message(campaign_id=self.campaign.id)).user_id, self.salesperson)

    def test_another_reply_goes_to_the_contact(self):
        self.anna.user_id = self.joris
        enquiry = self._reply(self._message())
        self.assertEqual((enquiry.is_on_contact, enquiry.lead_id.id, enquiry.user_id), (True, False, self.joris))
        comment = self.anna.message_ids.filtered(lambda message: message.message_type == 'comment')
        self.assertIn(self.joris.partner_id, comment.notified_partner_ids)
        self._comment("Yes, shoes, too", record=self.anna)
        self.assertEqual(self._bodies()[-1], "Yes, shoes, too")
        self.assertEqual(enquiry.status, 'answered')
        enquiry.write({field: fields.Datetime.now() - timedelta(days=31) for field in ('asked_at', 'answered_at')})
        self._comment("Something else", record=self.anna)
        self.assertEqual(self._bodies()[-1], "Yes, shoes, too", "long ago")
        self._comment("Hello again", record=self.anna, partner_ids=self.anna.ids)
        self.assertEqual(self._bodies()[-1], "Hello again")

    def test_a_contact_whose_salesperson_has_left_gets_a_lead(self):
        self.anna.user_id = self.joris
        message = self._message()
        enquiry = self._reply(message)
        self.anna.user_id = False
        self.assertEqual(self._reply(message, "Hello?"), enquiry)
        self.assertEqual(enquiry.lead_id.partner_id, self.anna)
        self.assertFalse(enquiry.is_on_contact)
        self.assertTrue(enquiry.lead_id.message_ids.filtered(lambda message: "Hello?" in message.body))
        self._comment("Yes, here", record=enquiry.lead_id, user=self.salesperson)
        self.assertEqual(self._bodies()[-1], "Yes, here")

    def test_a_line_break_in_a_name_is_none_in_a_subject(self):
        self.ben.name = "Ben\nBcc: mallory@evil.example"
        lead = self.ben._mobile_reply(self.company, "Hello", 'sms').enquiry_id.lead_id
        self.assertNotIn('\n', lead.name)
        lead = self._reply(self._message(title="For\r\nyou")).lead_id
        self.assertEqual(lead.name, "Re: For you")

    def test_a_contact_without_a_salesperson_gets_a_lead(self):
        self.assertTrue(self._reply(self._message()).lead_id)

    def test_another_customers_message(self):
        for message in (self._message(partner_id=self.ben.id),
                        self._message(company_id=self.env['res.company'].create({'name': "Other Shop"}).id),
                        self.env['mobile.message'].create({
                            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Attempt",
                            'channel': 'push', 'state': 'queued'})):
            self.assertProblem(self.client.post(f'/messages/{message.uuid}/reply', {'text': "Hi"}), 404, 'not_found')

    def test_a_text_message_goes_to_the_last_talk(self):
        self.anna._mobile_reply(self.company, "By text", 'sms')
        self.assertEqual(self.enquiry.line_ids.mapped('text'), ["Does it have two?", "By text"])
        self.assertEqual(self.enquiry.channel, 'sms')
        self.enquiry.asked_at -= timedelta(days=8)
        line = self.anna._mobile_reply(self.company, "Hello", 'sms')
        self.assertNotEqual(line.enquiry_id, self.enquiry)
        self.assertEqual(line.enquiry_id.subject, "Message from Anna Peeters")

    # === WHO SEES IT === #

    def test_salespeople_see_their_own(self):
        as_joris, paula = self.enquiry.with_user(self.joris), new_test_user(
            self.env, 'mobile_crm_paula', groups='sales_team.group_sale_salesman', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        self.assertEqual(as_joris.line_ids.mapped('text'), ["Does it have two?"])
        self.assertEqual(as_joris.action_open()['res_id'], self.lead.id)
        for user in (paula, self.anna_user, new_test_user(
                self.env, 'mobile_crm_marketing', groups='mobile_crm.group_mobile_crm_manager')):
            with self.assertRaises(AccessError):
                self.enquiry.with_user(user).read(['subject'])
            with self.assertRaises(AccessError):
                self.enquiry.line_ids.with_user(user).read(['text'])
        self.lead.user_id = paula
        self.assertEqual(self.enquiry.with_user(paula).subject, "Zipper")

    def test_staff_of_another_company(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        user = new_test_user(self.env, 'mobile_crm_elsewhere', groups='sales_team.group_sale_manager',
                             company_id=other.id, company_ids=[Command.set(other.ids)])
        env = self.env(user=user, context={'allowed_company_ids': other.ids})
        self.assertFalse(env['mobile.enquiry'].search([('id', '=', self.enquiry.id)]))
        self.assertFalse(env['mobile.enquiry.message'].search([('enquiry_id', '=', self.enquiry.id)]))

    def test_what_they_looked_at(self):
        now = fields.Datetime.now()
        report = {'id': 'c0ffee00-0000-4000-8000-000000000001', 'type': 'scan',
                  'occurred_at': now - timedelta(hours=1), 'product_id': self.product.id}
        self.env['mobile.event']._record(self.phone, [report])
        self.env['mobile.event']._record(self.phone, [{
            **report, 'id': 'c0ffee00-0000-4000-8000-000000000002', 'occurred_at': now - timedelta(days=8)}])
        lead = self.lead.with_user(self.joris)
        spec = {'mobile_may_look': {}, 'mobile_looked_event_ids': {'fields': {'type': {}, 'product_id': {}}}}
        self.assertEqual(
            [(row['mobile_may_look'], row['mobile_looked_event_ids']) for row in lead.web_read(spec)], [(False, [])])
        self.let_learn(self.anna, self.phone)
        self.env.invalidate_all()
        shown = lead.web_read(spec)[0]['mobile_looked_event_ids']
        self.assertEqual([(row['type'], row['product_id']) for row in shown], [('scan', self.product.id)])
        looks = self.env['mobile.look'].search([('user_id', '=', self.joris.id), ('partner_id', '=', self.anna.id)])
        self.assertEqual(looks.mapped('event_count'), [1])
        self.assertNotIn("Rain Jacket", self.lead.description + ''.join(self.lead.message_ids.mapped('body')))

    def test_the_hint(self):
        lead = self.lead.with_user(self.joris)
        self.assertEqual(lead.mobile_answer_hint, "Anna Peeters also reads this in the app.")
        self.assertFalse(lead.copy().mobile_answer_hint)
        self.assertFalse(self.anna.with_user(self.joris).mobile_answer_hint)

    # === WHAT BECOMES OF IT === #

    def test_it_is_exported(self):
        self._comment()
        with self.env['mobile.export']._export(self.anna, self.company) as file:
            export = json.load(file)
        records = {model['model']: model['records'] for model in export['models']}
        self.assertEqual([row['subject'] for row in records['mobile.enquiry']], ["Zipper"])
        self.assertEqual(
            {row['text'] for row in records['mobile.enquiry.message']}, {"Does it have two?", "Yes, two."})
        self.assertEqual([row['name'] for row in records['crm.lead']], ["Zipper"])

    def test_it_is_erased(self):
        theirs = self.Enquiry._open(self.ben, self.company, "Buttons", "How many?")
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.env.invalidate_all()
        for records in (self.enquiry, self.enquiry.line_ids, self.lead):
            self.assertFalse(records.exists())
        self.env.cr.execute("SELECT count(*) FROM mail_message WHERE body LIKE '%Does it have two%'")
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertTrue(theirs.exists().lead_id.exists())

    def test_merged_contacts(self):
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        wizard._merge((self.anna + self.ben).ids, self.ben)
        self.assertEqual(self.enquiry.exists().partner_id, self.ben)


@tagged('-at_install', 'post_install')
class TestAnswersAreSent(OutboxCommon):

    def _answer(self):
        enquiry = self.env['mobile.enquiry'].with_company(self.company)._open(
            self.anna, self.company, "Zipper", "Does it have two?")
        enquiry.lead_id.with_user(self.salesperson).message_post(
            body="Yes, two.", message_type='comment', subtype_xmlid='mail.mt_comment')
        return self.Message.search([('enquiry_id', '=', enquiry.id), ('channel', '=', 'inbox')])

    def test_a_notification_without_a_consent(self):
        self.env['mobile.consent']._append(self.anna, self.company, {'push': False}, 'import')
        answer = self._answer()
        self.assertEqual(self.attempts(answer).mapped('channel'), ['push'])
        self.send()
        parcel, = self.providers['fcm'].sent
        self.assertEqual((parcel.public_id, parcel.body, parcel.link), (answer.uuid, "Yes, two.", answer.link))

    def test_who_has_no_phone_gets_an_email(self):
        self.phone._sign_out()
        attempt = self.attempts(self._answer())
        self.assertEqual(attempt.mapped('channel'), ['email'])
        self.assertEqual(
            attempt._target(), ('web', self.app.web_url + attempt.origin_id.link.replace('enquiries', 'conversations')))
        self.app.has_web_app = False
        self.assertEqual(attempt._target(), (None, None), "no website has a conversation")


class TestMessageText(TransactionCase):

    def test_nothing(self):
        for markup in (None, False, '', ' ', '<p><br></p>', '<!-- x -->', '<img src="x">'):
            self.assertEqual(plain_text(markup), '')

    def test_lines(self):
        self.assertEqual(plain_text('a<br>b'), "a\nb")
        self.assertEqual(plain_text('<p>a\n b</p><p>c</p>'), "a b\n\nc")
        self.assertEqual(plain_text('<div><div>a</div></div><div>b</div>'), "a\n\nb")

    def test_links(self):
        self.assertEqual(plain_text('<a href="https://x.example">https://x.example</a>'), "https://x.example")
        self.assertEqual(plain_text('<a href="https://x.example">x.example</a>'), "x.example")
        self.assertEqual(plain_text('<a href="tel:+321">call</a> us'), "call (tel:+321) us")
        self.assertEqual(plain_text('<a href="javascript:alert(1)">here</a>'), "here")
        self.assertEqual(plain_text('<a href="/web/login">here</a>'), "here")

    def test_entities(self):
        self.assertEqual(plain_text('&lt;b&gt; &amp;lt; &eacute;'), "<b> &lt; é")
        # Pasted from an office's programs, or by a mail client.
        self.assertEqual(plain_text('<p>a\x0bb&#11;c</p><a href="https://x.example/\x0b">d</a>'),
                         "a b c\nd (https://x.example/ )")
        for page in ('<html>', '<html><head><title>t</title></head>', '<html><body>'):
            self.assertEqual(plain_text(page), '')
