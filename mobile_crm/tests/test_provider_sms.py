"""Text messages through Odoo's queue."""
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sms.tools.sms_api import SmsApi

from .text_common import TextCommon


@tagged('-at_install', 'post_install')
class TestProviderSms(TextCommon):

    def queue(self):
        return self.env['sms.sms'].search([('number', 'in', ['+32475112233', '+32476223344'])])

    # === WHAT IS SENT === #

    def test_it_goes_through_odoos_queue(self):
        attempt = self.text(link='https://shop.example/jackets')
        sms = self.queue()
        self.assertEqual((attempt.state, sms.number, sms.partner_id, sms.state),
                         ('sending', '+32475112233', self.anna, 'outgoing'))
        base = self.company.get_base_url()
        link, stop = (getattr(self.Message, method)(attempt.ids)[attempt.id]
                      for method in ('_tracked_link', '_stop_link'))
        self.assertEqual(sms.body, f"Hello\nAnna\n{link}\nNo more? {stop}")
        self.assertTrue(link.startswith(f'{base}/m/') and stop.startswith(f'{base}/s/'))
        self.deliver_texts()
        self.assertEqual([text['number'] for text in self.texts], ['+32475112233'])
        self.assertEqual(attempt.state, 'sent')

    def test_it_goes_once(self):
        self.text()
        self.send('sms')
        self.deliver_texts()
        self.deliver_texts()
        self.assertEqual(len(self.texts), 1)

    def test_an_answer_has_no_word_about_stopping(self):
        self.env['mobile.consent']._append(self.anna, self.company, {'sms': False}, 'device')
        self.text(is_service=True, link='/enquiries/1')
        self.assertEqual(self.queue().body, "Hello\nAnna")
        self.deliver_texts()
        self.assertEqual(len(self.texts), 1)

    def test_an_answer_with_a_link_has_the_link(self):
        self.text(is_service=True, link='https://shop.example')
        self.assertRegex(self.queue().body, r'^Hello\nAnna\nhttps?://\S+/m/\S{16}$')

    def test_with_a_number_for_replies_the_word_is_enough(self):
        self.company.mobile_sms_number = '+32 460 00 11 22'
        self.text()
        self.assertTrue(self.queue().body.endswith("\nNo more? Send STOP to +32 460 00 11 22"))
        self.assertNotIn('/s/', self.queue().body)

    def test_it_travels_in_the_cheap_alphabet_where_it_can(self):
        self.text(title="“Today” \N{EN DASH} 45\N{NO-BREAK SPACE}€…")
        self.assertTrue(self.queue().body.startswith('"Today" - 45 €...\nAnna\n'))

    # === WHAT BECOMES OF IT === #

    def test_what_the_service_reports_is_written_down(self):
        attempt = self.text()
        message = attempt.origin_id
        self.deliver_texts()
        self.assertEqual((attempt.state, message.state), ('sent', 'sent'))
        # Odoo deletes what it has sent.
        self.env['sms.sms'].search([]).unlink()
        self.tell(attempt, 'delivered')
        self.assertEqual((attempt.state, message.state), ('delivered', 'delivered'))
        self.tell(attempt, 'not_delivered')
        self.assertEqual(attempt.state, 'delivered', "it never goes back")

    def test_failures_have_our_reasons_and_open_the_next_way(self):
        for status, reason in (
            ('wrong_number_format', 'no_address'), ('country_not_supported', 'rejected'), ('something_new', 'rejected'),
        ):
            with self.subTest(status=status):
                self.text_states = {'+32475112233': status}
                message = self.post('sms', 'email')
                self.send('sms')
                self.deliver_texts()
                self.assertEqual(self.attempts(message).mapped(lambda attempt: (attempt.state, attempt.reason)),
                                 [('failed', reason)])
                self.look_after()
                self.assertEqual(self.attempts(message).mapped('channel'), ['sms', 'email'])
                self.attempts(message, channel='email').unlink()

    def test_failures_that_are_reported_later(self):
        for status, reason in (('rejected', 'rejected'), ('invalid_destination', 'no_address'), ('expired', 'gave_up')):
            attempt = self.text()
            self.deliver_texts()
            self.tell(attempt, status)
            self.assertEqual((attempt.state, attempt.reason), ('failed', reason))

    def test_without_credit_they_wait_and_the_sender_says_so(self):
        self.text_states = dict.fromkeys([self.anna.mobile_verified_phone], 'insufficient_credit')
        messages = self.Message
        for _number in range(6):
            messages += self.post('sms')
        self.send('sms')
        self.deliver_texts()
        attempts = self.attempts(messages[0]) + self.attempts(messages[5])
        self.assertEqual(attempts.mapped(lambda attempt: (attempt.state, attempt.reason, attempt.detail)),
                         [('queued', 'no_credentials', 'sms_credit')] * 2)
        sender = self.sender('sms')
        self.assertEqual((sender.problem, sender.failures), ('no_credentials', 6))
        self.assertGreater(sender.paused_until, fields.Datetime.now(), "the others would fare no better")
        with self.later(minutes=2):
            self.send('sms')
            sending = messages.delivery_ids.filtered(lambda attempt: attempt.state == 'sending')
            self.assertEqual(len(sending), 5, "a few show whether it is over")
            self.assertEqual(sender.problem, 'no_credentials', "that Odoo's queue took them shows nothing")
            self.text_states.clear()
            self.deliver_texts()
            self.assertEqual((sender.problem, sender.failures), (False, 0))
        with self.later(minutes=4):
            self.send('sms')
            self.deliver_texts()
        self.assertEqual(set(messages.delivery_ids.mapped('state')), {'sent'})
        self.assertEqual(len(self.texts), 6)

    def test_an_answer_that_got_lost_means_once_more_at_most(self):
        self.text_states = {'+32475112233': AccessError("no +32475112233 here")}
        attempt = self.text()
        self.deliver_texts()
        self.assertEqual((attempt.state, attempt.is_repeat, attempt.detail), ('queued', True, 'sms_server'))
        with self.later(minutes=2):
            self.send('sms')
            self.deliver_texts()
        self.assertEqual((attempt.state, attempt.reason), ('failed', 'outcome_unknown'))

    def test_what_staff_stops_in_odoos_queue_is_stopped(self):
        for stop in ('action_set_canceled', 'unlink'):
            attempt = self.text()
            getattr(self.queue().filtered(lambda sms: sms.state == 'outgoing'), stop)()
            self.env.invalidate_all()
            self.assertEqual((attempt.state, attempt.reason), ('failed', 'stopped_by_staff'))
        self.deliver_texts()
        self.assertEqual(self.texts, [])

    # === BETWEEN THE QUEUES === #

    def assertNotSent(self, attempt, state, reason):
        self.deliver_texts()
        self.assertEqual(self.texts, [])
        self.assertEqual((attempt.state, attempt.reason), (state, reason))
        self.assertFalse(self.queue().filtered(lambda sms: sms.state == 'outgoing'))

    def test_a_consent_withdrawn_in_between_stops_it(self):
        attempt = self.text()
        self.env['mobile.consent']._append(self.anna, self.company, {'sms': False}, 'device')
        self.assertNotSent(attempt, 'cancelled', 'consent_withdrawn')

    def test_what_came_too_late_is_not_sent(self):
        attempt = self.text(expires_at=fields.Datetime.now() + timedelta(hours=1))
        with self.later(hours=2):
            self.assertNotSent(attempt, 'expired', 'too_old')

    def test_what_was_seen_elsewhere_is_not_sent(self):
        attempt = self.text()
        self.Message._receipt(attempt.origin_id, 'opened')
        self.assertEqual(attempt.state, 'sending')
        self.assertNotSent(attempt, 'cancelled', 'seen')

    def test_quiet_hours_that_have_begun(self):
        offer, answer = self.text(), self.text(is_service=True)
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {
            'quiet_hours': [{'days': '0123456', 'start_minute': 0, 'end_minute': 0}]})
        self.deliver_texts()
        self.assertEqual(self.texts, [])
        self.assertEqual((offer.state, offer.reason), ('cancelled', 'quiet_hours'))
        self.assertEqual(answer.state, 'queued', "an answer waits for the morning")
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'quiet_hours': []})
        with self.later(hours=1):
            self.send('sms')
            self.deliver_texts()
        self.assertEqual((len(self.texts), answer.state), (1, 'sent'))

    def test_an_erased_customer_gets_none(self):
        self.text()
        self.text(partner=self.ben)
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.deliver_texts()
        self.assertEqual([text['number'] for text in self.texts], ['+32476223344'])
        self.assertNotIn('+32475112233', self.queue().mapped('number'))

    def test_who_is_erased_by_one_of_two_companies_gets_none(self):
        self.text()
        self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.others_manager.company_id.id, 'title': "Elsewhere"}])
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.assertTrue(self.anna.exists().active)
        self.deliver_texts()
        self.assertEqual(self.texts, [])
        self.assertFalse(self.queue())

    def test_a_deleted_contact_gets_none(self):
        self.text()
        self.env.cr.execute("DELETE FROM mobile_message WHERE partner_id = %s", [self.anna.id])
        self.env.invalidate_all()
        self.deliver_texts()
        self.assertEqual(self.texts, [])

    def test_each_company_sends_by_its_own_account(self):
        other = self.others_manager.company_id
        service = self.env['iap.service'].search([('technical_name', '=', 'sms')])
        accounts = {company: self.env['iap.account'].create({
            'service_id': service.id, 'company_ids': company.ids, 'account_token': f'token-of-{company.id}'})
            for company in (other, self.company)}
        attempts = self.text() + self.text(partner=self.ben)
        self.env.cr.execute("UPDATE mobile_message SET company_id = %s WHERE id = %s", [other.id, attempts[1].id])
        self.env.invalidate_all()
        foreign = self.env['sms.sms'].create({'number': '+32499887766', 'body': "Of nobody here"})
        used = {}

        def contact(api, endpoint, params, **kwargs):
            used.update({number['number']: (api.env.company, api.account)
                         for message in params['messages'] for number in message['numbers']})
            return self._take_texts(endpoint, params)

        with patch.object(SmsApi, '_contact_iap', contact):
            self.deliver_texts()
        self.assertEqual(used.pop(foreign.number)[0], self.env.ref('base.user_root').company_id, "as ever")
        self.assertEqual(
            {number: (company.id, account.id) for number, (company, account) in used.items()},
            {'+32475112233': (self.company.id, accounts[self.company].id),
             '+32476223344': (other.id, accounts[other].id)})

    def test_others_text_messages_go_as_before(self):
        self.env['sms.sms'].create({'number': '+32476000000', 'body': "Your code"})
        attempt = self.text()
        self.env['mobile.consent']._append(self.anna, self.company, {'sms': False}, 'device')
        self.deliver_texts()
        self.assertEqual([text['body'] for text in self.texts], ["Your code"])
        self.assertEqual(attempt.state, 'cancelled')

    def test_a_failed_one_is_not_sent_anew_by_odoos_button(self):
        self.text_states = {'+32475112233': 'country_not_supported'}
        attempt = self.text()
        self.deliver_texts()
        self.text_states = {}
        with self.worker() as outbox:
            outbox.env['sms.sms'].search([('number', '=', '+32475112233')]).resend_failed()
        self.assertEqual((self.texts, attempt.state), ([], 'failed'))

    def test_who_dies_while_sending_lets_it_be_sent_once_more(self):
        for deaths, state in ((0, 'sent'), (1, 'sent'), (2, 'failed')):
            self.texts.clear()
            attempt = self.text()
            name = self.env['sms.tracker'].search([('mobile_message_id', '=', attempt.id)]).sms_uuid
            for _death in range(deaths):
                # What was committed before the provider was asked; nothing else of that transaction is left.
                with self.worker() as outbox:
                    outbox._depart([name])
            self.deliver_texts()
            self.assertEqual((attempt.state, len(self.texts)), (state, int(state == 'sent')))
            self.assertEqual(attempt.is_repeat, deaths == 1)
        self.assertEqual(attempt.reason, 'outcome_unknown')

    def test_news_in_the_wrong_moment_puts_it_off(self):
        self.text()
        lost = patch.object(
            self.registry['mobile.message'], '_still_wanted', side_effect=psycopg2.errors.SerializationFailure)
        with (lost, patch.object(self.registry['ir.cron'], '_trigger', autospec=True) as trigger,
              self.assertRaises(psycopg2.errors.SerializationFailure)):
            self.deliver_texts()
        # It is tried at once, and not the next day.
        self.assertEqual(trigger.call_args.args[0].id, self.env.ref('sms.ir_cron_sms_scheduler_action').id)
        self.deliver_texts()
        self.assertEqual(len(self.texts), 1)

    def test_departures_are_counted_for_each(self):
        run = str(uuid4())

        def named(letters):
            return {run + letter for letter in letters}

        with self.worker() as outbox:
            for names, again, over in (
                ('ab', '', ''), ('bc', 'b', ''), ('abcd', 'ac', 'b'), ('', '', ''), ('abcde', 'd', 'abc')):
                self.assertEqual(outbox._depart(named(names)), (named(again), named(over)))

    # === WHETHER IT CAN BE SENT === #

    def test_ready(self):
        provider, Account = self.env['mobile.provider.sms'], self.env['iap.account'].sudo()
        Account.search([('service_name', '=', 'sms')]).unlink()
        self.assertFalse(provider._is_ready(self.company))
        account = Account.create({'service_id': self.env.ref('sms.iap_service_sms').id})
        self.assertTrue(provider._is_ready(self.company))
        for values in ({'state': 'unregistered'}, {'state': False, 'account_token': 'x+disabled'}):
            account.write(values)
            self.assertFalse(provider._is_ready(self.company))
        other = self.env['res.company'].create({'name': "Other Shop"})
        account.write({'account_token': 'x', 'company_ids': other.ids})
        self.assertFalse(provider._is_ready(self.company))
        self.assertTrue(provider._is_ready(other))
