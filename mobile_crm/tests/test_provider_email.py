"""Emails through Odoo's queue."""
import smtplib
from ast import literal_eval
from datetime import timedelta
from email import message_from_string, policy
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server, MailDeliveryException

from ..tools.reply_text import own_words
from .text_common import TextCommon

BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail
{headers}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Sorry.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; anna@shop.example
Action: {action}
Status: 5.1.1

--x
Content-Type: text/rfc822-headers

Message-Id: {message_id}
To: anna@shop.example
Subject: Hello

--x--
"""


@tagged('-at_install', 'post_install')
class TestProviderEmail(TextCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({'street': "Main Street 1", 'zip': '1000', 'city': "Brussels"})
        cls.company.alias_domain_id = cls.env['mail.alias.domain'].create({
            'name': 'shop-mail.example', 'bounce_alias': 'back', 'catchall_alias': 'all'})

    def queue(self):
        return self.env['mail.mail'].search([('model', '=', 'mobile.message')])

    # === WHAT IS SENT === #

    def test_it_goes_through_odoos_queue(self):
        attempt = self.mail(body="First.\n\nSecond <b>.", link='https://shop.example/jackets')
        mail = self.queue()
        self.assertEqual((attempt.state, mail.email_to, mail.subject, mail.state),
                         ('sending', 'anna@shop.example', "Hello", 'outgoing'))
        self.assertEqual(mail.email_from, '"Test Shop" <shop@mobile-crm.example>')
        link, stop = (getattr(self.Message, method)(attempt.ids)[attempt.id]
                      for method in ('_tracked_link', '_stop_link'))
        for part in (f'href="{link}"', f'href="{stop}"', 'Second &lt;b&gt;.', "Main Street 1, 1000 Brussels, Belgium"):
            self.assertIn(part, mail.body_html)
        self.deliver_mails()
        message, = self.mails
        self.assertEqual(message['To'], 'anna@shop.example')
        self.assertIn("Second <b>.", message.get_body(['plain']).get_content())
        self.assertEqual(attempt.state, 'sent')
        self.assertFalse(self.queue(), "nobody needs it any more")
        self.deliver_mails()
        self.assertEqual(len(self.mails), 1)

    def test_mail_programs_get_a_button_to_stop(self):
        attempt = self.mail()
        self.deliver_mails()
        message, = self.mails
        stop = self.Message._stop_link(attempt.ids)[attempt.id]
        self.assertEqual(
            message['List-Unsubscribe'],
            f'<{stop}>, <mailto:all@shop-mail.example?subject=stop-{stop.rpartition("/")[2]}>')
        self.assertEqual(message['List-Unsubscribe-Post'], 'List-Unsubscribe=One-Click')
        self.assertEqual((message['Precedence'], message['Auto-Submitted']), ('bulk', 'auto-generated'))

    def test_an_answer_has_no_word_about_stopping(self):
        self.env['mobile.consent']._append(self.anna, self.company, {'email': False}, 'device')
        self.mail(is_service=True, link='/enquiries/1')
        mail = self.queue()
        self.assertEqual(literal_eval(mail.headers), {})
        self.assertNotIn('/s/', mail.body_html)
        self.assertNotIn('/m/', mail.body_html, "it leads nowhere")
        self.deliver_mails()
        self.assertEqual(len(self.mails), 1)
        self.assertIsNone(self.mails[0]['List-Unsubscribe'])

    def test_the_coupon_and_the_picture_are_in_it(self):
        card = self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True,
            'expiration_date': '2100-12-31'})
        self.campaign.image_1920 = (
            'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')
        self.mail(card_id=card.id, campaign_id=self.campaign.id)
        body = self.queue().body_html
        self.assertIn(card.code, body)
        self.assertIn('12/31/2100', body)
        self.assertIn(f'src="{self.company.get_base_url()}/web/image/', body)

    def test_it_speaks_the_customers_language(self):
        self.env['res.lang']._activate_lang('ar_001')
        self.anna.lang = self.phone.lang = 'ar_001'
        self.mail()
        self.assertIn('dir="rtl"', self.queue().body_html)

    def test_a_line_break_in_a_title_makes_no_header(self):
        self.mail(title="Hello\r\nBcc: evil@example.com")
        self.deliver_mails()
        self.assertEqual(self.mails[0]['Subject'], "Hello Bcc: evil@example.com")
        self.assertIsNone(self.mails[0]['Bcc'])

    # === WHAT BECOMES OF IT === #

    def test_failures_have_our_reasons_and_open_the_next_way(self):
        def refuse(_message):
            raise MailDeliveryException("550 anna@shop.example unknown")

        message = self.post('email', 'sms')
        self.send('email')
        with self.mail_server(refuse), mute_logger('odoo.addons.mail.models.mail_mail'):
            self.deliver_mails()
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.reason, attempt.detail), ('failed', 'rejected', 'unknown'))
        self.assertFalse(self.queue(), "it cannot be sent anew beside the next way")
        self.look_after()
        self.assertEqual(self.attempts(message).mapped('channel'), ['email', 'sms'])

    def test_a_server_that_hangs_up(self):
        def hang_up(_message):
            raise smtplib.SMTPServerDisconnected("bye")

        cut_off, waiting = self.mail(), self.mail(partner=self.ben)
        with self.mail_server(hang_up), mute_logger('odoo.addons.mail.models.mail_mail'):
            self.deliver_mails()
        self.assertEqual((cut_off.state, cut_off.is_repeat), ('queued', True))
        self.assertEqual((waiting.state, self.queue().state), ('sending', 'outgoing'))
        self.deliver_mails()
        self.assertEqual([message['To'] for message in self.mails], ['ben@shop.example'])
        with self.later(minutes=2):
            self.send('email')
            with self.mail_server(hang_up), mute_logger('odoo.addons.mail.models.mail_mail'):
                self.deliver_mails()
        self.assertEqual((cut_off.state, cut_off.reason), ('failed', 'outcome_unknown'), "once more, and no more")

    def test_without_a_server(self):
        def refuse(_server, *_args, **_kwargs):
            raise OSError("no route")

        attempts = self.mail() + self.mail(partner=self.ben)
        with patch.object(IrMail_Server, '_connect__', refuse):
            self.deliver_mails()
        self.assertEqual(attempts.mapped(lambda attempt: (attempt.state, attempt.reason)),
                         [('queued', 'provider_down')] * 2)
        self.assertFalse(self.queue())
        with self.later(minutes=2):
            self.send('email')
            self.deliver_mails()
        self.assertEqual(attempts.mapped('state'), ['sent'] * 2)
        self.assertEqual(len(self.mails), 2)

    def test_what_staff_takes_out_of_odoos_queue_is_stopped(self):
        for take_out in ('cancel', 'unlink'):
            attempt = self.mail()
            getattr(self.queue(), take_out)()
            self.env.invalidate_all()
            self.assertEqual((attempt.state, attempt.reason), ('failed', 'stopped_by_staff'))
            self.deliver_mails()
        self.assertEqual(self.mails, [])

    def bounce(self, message_id, action='failed', headers=''):
        text = BOUNCE.format(to='back@shop-mail.example', message_id=message_id, action=action, headers=headers)
        message = message_from_string(text, policy=policy.SMTP)
        Thread = self.env['mail.thread']
        Thread._routing_handle_bounce(message, Thread.message_parse(message))
        self.env.invalidate_all()

    def test_an_email_that_comes_back(self):
        message = self.post('email', 'sms')
        self.send('email')
        self.deliver_mails()
        attempt = self.attempts(message)
        self.assertEqual(attempt.state, 'sent')
        message_id = self.mails[0]['Message-Id']
        self.bounce(message_id, 'delayed')
        self.bounce(message_id.replace('.', '.A'))
        self.bounce('<somebody@else.example>')
        self.assertEqual(attempt.state, 'sent')
        self.bounce(message_id)
        self.assertEqual((attempt.state, attempt.reason), ('failed', 'bounced'))
        self.look_after()
        self.assertEqual(self.attempts(message).mapped('channel'), ['email', 'sms'])

    def test_a_mail_to_the_address_in_the_header_stops_them(self):
        attempt = self.mail()
        token = self.Message._stop_link(attempt.ids)[attempt.id].rpartition('/')[2]
        Thread = self.env['mail.thread']
        for subject, granted in ((f'stop-{token[:-1]}', True), (f'stop-{token}', False)):
            message = message_from_string(
                f'From: anna@shop.example\nTo: all@shop-mail.example\nSubject: {subject}\n'
                f'Message-Id: <{subject}@mx.example>\n\n', policy=policy.SMTP)
            try:
                routes = Thread.message_route(message, Thread.message_parse(message))
            except ValueError:
                routes = None
            self.assertIs(self.env['mobile.consent']._is_granted(self.anna, self.company, 'email'), granted)
        self.assertEqual(routes, [])

    # === ANSWERS === #

    def answer(self, body, sender='anna@shop.example', message_id='<1@mx.example>', headers=''):
        """Let an answer to the last email come in; return whether it was taken."""
        text = (f'From: {sender}\nTo: all@shop-mail.example\nSubject: Re: Hello\nMessage-Id: {message_id}\n'
                f'In-Reply-To: {self.mails[-1]["Message-Id"]}\n{headers}Content-Type: text/plain\n\n{body}')
        message = message_from_string(text, policy=policy.SMTP)
        Thread = self.env['mail.thread']
        try:
            return Thread.message_route(message, Thread.message_parse(message)) == []
        except ValueError:
            return False

    def heard(self):
        return self.env['mobile.enquiry.message'].search([
            ('enquiry_id.partner_id', '=', self.anna.id)], order='id').mapped('text')

    def test_an_answer_reaches_a_person_once(self):
        attempt = self.mail()
        self.deliver_mails()
        self.assertEqual(self.mails[0]['Reply-To'], 'Test Shop <all@shop-mail.example>')
        body = "Do you have it in red?\n\nOn Sunday Test Shop <all@shop-mail.example> wrote:\n> Hello\n> Anna\n"
        for _again in range(2):
            self.assertTrue(self.answer(body))
        self.assertEqual(self.heard(), ["Do you have it in red?"])
        enquiry = self.env['mobile.enquiry'].search([('partner_id', '=', self.anna.id)])
        self.assertEqual((enquiry.channel, enquiry.message_id), ('email', attempt.origin_id))

    def test_only_the_customer_answers(self):
        self.mail()
        self.deliver_mails()
        # Odoo tells them that nobody reads what is sent there.
        self.answer("I am somebody else", sender='ben@shop.example')
        self.assertTrue(self.answer("I am away", headers='Auto-Submitted: auto-replied\n'))
        self.assertEqual(self.heard(), [])

    def test_what_is_quoted_is_left_out(self):
        for body, words in (
            ('<div>Yes, <b>please</b>.<div class="gmail_quote">On … wrote:<blockquote>Hello</blockquote></div></div>',
             "Yes, please."),
            ('<p>One</p><p>Two: a@b.example:</p>', "One\nTwo: a@b.example:"), ('', ''), (False, ''),
            ('<pre>No.\n\nOn Sunday, at noon, Test Shop\n&lt;a@b.example&gt; wrote:\n&gt; Hello\n</pre>', "No."),
            ('<blockquote>Only theirs</blockquote>', ''), ('<script>alert(1)</script><p>Hi</p>', "Hi"),
        ):
            self.assertEqual(own_words(body).replace('*', ''), words)

    # === BETWEEN THE QUEUES === #

    def assertNotSent(self, attempt, state, reason):
        self.deliver_mails()
        self.assertEqual(self.mails, [])
        self.assertEqual((attempt.state, attempt.reason), (state, reason))
        self.assertFalse(self.queue())

    def test_a_consent_withdrawn_in_between_stops_it(self):
        attempt = self.mail()
        self.env['mobile.consent']._append(self.anna, self.company, {'email': False}, 'device')
        self.assertNotSent(attempt, 'cancelled', 'consent_withdrawn')

    def test_what_came_too_late_is_not_sent(self):
        attempt = self.mail(expires_at=fields.Datetime.now() + timedelta(hours=1))
        with self.later(hours=2):
            self.assertNotSent(attempt, 'expired', 'too_old')

    def test_a_customer_who_wants_to_be_forgotten_gets_none(self):
        attempt = self.mail()
        self.env['mobile.erasure']._request(self.anna, self.company, 'staff')
        self.assertNotSent(attempt, 'cancelled', 'customer_gone')

    def test_an_erased_customer_gets_none(self):
        self.mail()
        self.mail(partner=self.ben)
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.deliver_mails()
        self.assertEqual([mail['To'] for mail in self.mails], ['ben@shop.example'])
        self.env.cr.execute("SELECT count(*) FROM mail_mail WHERE email_to LIKE '%anna@shop%'")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_who_is_erased_by_one_of_two_companies_gets_none(self):
        self.mail()
        self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.others_manager.company_id.id, 'title': "Elsewhere"}])
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.assertTrue(self.anna.exists().active)
        self.deliver_mails()
        self.assertEqual(self.mails, [])
        self.assertFalse(self.queue())

    def test_a_deleted_contact_gets_none(self):
        self.mail()
        self.env.cr.execute("DELETE FROM mobile_message WHERE partner_id = %s", [self.anna.id])
        self.env.invalidate_all()
        self.deliver_mails()
        self.assertEqual(self.mails, [])

    def test_ready(self):
        provider = self.env['mobile.provider.email']
        self.assertTrue(provider._is_ready(self.company))
        self.company.email = False
        self.assertFalse(provider._is_ready(self.company))
