"""What customers answer to text messages, and the pages that stop messages."""
import base64
import hashlib
import hmac
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.res_company_text import PATH
from ..tools import stop_words
from .common import MobileCommon
from .test_links import LinkCase

ANNA, BEN = '+32475112233', '+32476223344'


class ConsentedCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for partner in cls.anna + cls.ben:
            cls.env['mobile.consent']._append(partner, cls.company, {'sms': True, 'email': True}, 'import')

    def assertAgrees(self, partner, purpose, expected):
        self.env.invalidate_all()
        self.assertIs(self.env['mobile.consent']._is_granted(partner, self.company, purpose), expected)

    def last(self, partner):
        return self.env['mobile.consent'].search([('subject_id', '=', partner.id)], limit=1)


@tagged('-at_install', 'post_install', 'mobile_http')
class TestStopLinks(ConsentedCase, LinkCase):

    def stop_path(self, message):
        return self.Message._stop_link(message.ids)[message.id].removeprefix(self.company.get_base_url())

    def setUp(self):
        super().setUp()
        self.Message = self.env['mobile.message']

    def test_opening_the_page_stops_nothing(self):
        for channel, word in (('sms', "No more text messages"), ('email', "No more emails")):
            attempt = self.attempt(self.message, channel)
            answer = self.follow(self.stop_path(attempt))
            self.assertEqual(answer.status_code, 200)
            self.assertIn(f'<button class="button" type="submit">{word}</button>', answer.text)
            self.assertIn("form-action 'self'", answer.headers['Content-Security-Policy'])
            self.assertEqual(answer.headers['Cache-Control'], 'no-store')
            self.follow(self.stop_path(attempt), 'HEAD')
            self.assertAgrees(self.anna, channel, True)

    def test_the_button_stops_one_kind_of_one_customer(self):
        attempt = self.attempt(self.message, 'email')
        path = self.stop_path(attempt)
        answer = self.follow(path, 'POST')
        self.assertIn("You get no more emails", answer.text)
        self.assertAgrees(self.anna, 'email', False)
        self.assertAgrees(self.anna, 'sms', True)
        self.assertAgrees(self.ben, 'email', True)
        consent = self.last(self.anna)
        self.assertEqual((consent.purpose, consent.granted, consent.source), ('email', False, 'link'))
        self.assertEqual(self.follow(path, 'POST').status_code, 200)
        self.assertEqual(self.last(self.anna), consent, "once is enough")

    def test_mail_programs_post_by_themselves(self):
        path = self.stop_path(self.attempt(self.message, 'email'))
        answer = self.opener.post(self.base_url() + path, data={'List-Unsubscribe': 'One-Click'}, timeout=30)
        self.assertEqual(answer.status_code, 200)
        self.assertAgrees(self.anna, 'email', False)

    def test_unknown_links_look_the_same(self):
        attempt = self.attempt(self.message, 'sms')
        path = self.stop_path(attempt)
        opening = '/s/' + self.path(attempt).rpartition('/')[2]
        tampered = path[:4] + ('A' if path[4] != 'A' else 'B') + path[5:]
        in_app = self.stop_path(self.message)
        pages = {self.follow(unknown, method).text
                 for unknown in (opening, tampered, in_app, '/s/AAAAAAAAAAAAAAAA', '/s/x')
                 for method in ('GET', 'POST')}
        self.assertEqual(len(pages), 1)
        self.assertEqual(self.follow(tampered, 'POST').status_code, 404)
        self.assertAgrees(self.anna, 'sms', True)

    def test_another_companys_link_stops_that_companys(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env['mobile.consent']._append(self.anna, other, {'sms': True}, 'import')
        attempt = self.attempt(self.post(company_id=other.id), 'sms')
        self.follow(self.stop_path(attempt), 'POST')
        self.assertAgrees(self.anna, 'sms', True)
        self.assertFalse(self.env['mobile.consent']._is_granted(self.anna, other, 'sms'))


@tagged('-at_install', 'post_install', 'mobile_http')
class TestInboundSms(ConsentedCase, HttpCase):

    def setUp(self):
        super().setUp()
        self.company.action_mobile_new_sms_address()
        self.url = self.path_of(self.company)

    def path_of(self, company):
        return company._mobile_inbound_url().removeprefix(company.get_base_url())

    def say(self, text, sender=ANNA, path=None, status=200, **fields):
        """Post as a gateway does with a form."""
        return self.answer(status, path or self.url, data={'from': sender, 'text': text, **fields})

    def answer(self, status, path, **kwargs):
        self.env.flush_all()
        answer = self.opener.post(self.base_url() + path, timeout=30, **kwargs)
        self.env.invalidate_all()
        self.assertEqual(answer.status_code, status, answer.text)
        return answer

    def heard(self, partner):
        """Return what a person reads of a customer's answers."""
        return self.env['mobile.enquiry.message'].search([
            ('enquiry_id.partner_id', '=', partner.id)], order='id').mapped('text')

    # === STOP === #

    def test_a_word_withdraws_the_consent(self):
        self.say(" stop! ")
        self.assertAgrees(self.anna, 'sms', False)
        self.assertAgrees(self.anna, 'email', True)
        self.assertAgrees(self.ben, 'sms', True)
        consent = self.last(self.anna)
        self.assertEqual((consent.source, consent.granted, consent.company_id), ('text_message', False, self.company))
        self.say("STOP")
        self.assertEqual(self.last(self.anna), consent)
        self.assertEqual(self.heard(self.anna), [], "nobody has to read it")

    def test_whoever_shares_the_number_gets_none(self):
        shared = self.env['res.partner'].create({'name': "Shared", 'phone': ANNA, 'active': False})
        elsewhere = self.env['res.partner'].create({
            'name': "Elsewhere", 'phone': ANNA, 'company_id': self.env['res.company'].create({'name': "Other"}).id})
        self.say("Stop")
        for partner, stopped in ((self.anna, True), (shared, True), (elsewhere, False)):
            consents = self.env['mobile.consent'].search([
                ('subject_id', '=', partner.id), ('source', '=', 'text_message')])
            self.assertEqual(bool(consents), stopped)

    def test_the_companys_own_words_and_those_of_its_languages(self):
        self.say("ARRÊT")
        self.assertAgrees(self.anna, 'sms', True)
        self.env['res.lang']._activate_lang('fr_FR')
        self.say("arrêt")
        self.assertAgrees(self.anna, 'sms', False)
        self.company.mobile_sms_stop_words = "Genug, Schluss jetzt"
        self.say("schluss  jetzt.", sender=BEN)
        self.assertAgrees(self.ben, 'sms', False)

    def test_numbers_come_in_many_spellings(self):
        for sender in (ANNA, '32475112233', '0475 11 22 33', ' +32 475/11.22.33 '):
            self.env['mobile.consent']._append(self.anna, self.company, {'sms': True}, 'import')
            self.say("STOP", sender=sender)
            self.assertAgrees(self.anna, 'sms', False)

    # === OTHER ANSWERS === #

    def test_other_answers_reach_a_person_once(self):
        for _again in range(2):
            self.say("Is it <b>open</b>?", message_id='17')
        self.say("Is it <b>open</b>?", message_id='18')
        self.assertEqual(len(self.heard(self.anna)), 2)
        self.assertEqual(self.heard(self.anna)[0], "Is it <b>open</b>?")
        self.assertAgrees(self.anna, 'sms', True)
        for _again in range(2):
            self.say("Without a number of the gateway's")
        self.assertEqual(len(self.heard(self.anna)), 3)
        self.say("", message_id='19')
        self.assertEqual(len(self.heard(self.anna)), 3)

    def test_a_stop_with_more_words_is_read_as_well(self):
        self.say("Stop it please")
        self.assertAgrees(self.anna, 'sms', False)
        self.assertEqual(len(self.heard(self.anna)), 1)
        self.say("Stop by at ten with my bike?", sender=BEN)
        self.assertAgrees(self.ben, 'sms', True)

    def test_a_gateway_that_calls_all_of_them_the_same(self):
        self.say("Is it open?", reference='my-shop')
        self.say("And tomorrow?", reference='my-shop')
        self.assertEqual(self.heard(self.anna), ["Is it open?", "And tomorrow?"])

    def test_a_colleague_who_writes_does_not_answer_themselves(self):
        colleague = new_test_user(self.env, 'mobile_crm_texting', company_id=self.company.id,
                                  company_ids=[Command.set(self.company.ids)]).partner_id
        colleague.write({'phone': '+32477334455', 'country_id': self.env.ref('base.be').id})
        self.say("Is it open?", sender='+32477334455')
        self.assertEqual(self.heard(colleague), ["Is it open?"])
        self.assertFalse(self.env['mobile.message'].search([('partner_id', '=', colleague.id)]))
        self.assertEqual(self.env['mobile.enquiry'].search([('partner_id', '=', colleague.id)]).status, 'open')

    def test_an_unknown_number_is_nobodys(self):
        partners = self.env['res.partner'].search_count([])
        self.say("Hello", sender='+32499999999')
        self.say("Hello", sender='SHOP')
        self.assertEqual(self.env['res.partner'].search_count([]), partners)

    # === GATEWAYS === #

    def test_gateways_speak_json_as_well(self):
        for body in (
            {'from': ANNA, 'body': "STOP", 'id': 'a'}, {'msisdn': '32475112233', 'text': "STOP", 'messageId': 'b'},
            {'results': [{'from': BEN, 'text': "Hi"}, {'from': '32475112233', 'text': "STOP"}]},
            [{'Sender': ANNA, 'Message': "STOP"}],
        ):
            self.env['mobile.consent']._append(self.anna, self.company, {'sms': True}, 'import')
            self.answer(200, self.url, json=body)
            self.assertAgrees(self.anna, 'sms', False)

    def test_one_that_cannot_be_taken_holds_back_no_other(self):
        self.answer(200, self.url, json={'results': [{'from': BEN, 'media': 'x'}, {'from': ANNA, 'text': "STOP"}]})
        self.assertAgrees(self.anna, 'sms', False)
        self.env['ir.config_parameter'].sudo().set_param('mobile_crm.limit.sms_inbound_number', '1/3600')
        messages = [{'from': ANNA, 'text': "One"}, {'from': ANNA, 'text': "Two"}, {'from': BEN, 'text': "STOP"}]
        for _again in range(2):
            self.answer(429, self.url, json=messages)
            self.assertAgrees(self.ben, 'sms', False)
            self.assertEqual(self.heard(self.anna), ["One"])

    def test_what_cannot_be_read_is_refused(self):
        for kwargs in (
            {'data': {}}, {'data': {'from': ANNA}}, {'data': {'text': "STOP"}}, {'json': None}, {'json': 7},
            {'json': {'from': {}, 'text': []}}, {'data': b'{', 'headers': {'Content-Type': 'application/json'}},
            {'data': b'[' * 20000, 'headers': {'Content-Type': 'application/json'}},
        ):
            self.answer(400, self.url, **kwargs)
        self.answer(413, self.url, data={'from': ANNA, 'text': 'x' * 40000})
        self.assertAgrees(self.anna, 'sms', True)

    def test_any_text(self):
        for text in ('Half a symbol \\ud83d', '\\u0001\\u000b', '\\u202eHello \\ud83d\\ude00'):
            self.answer(200, self.url, data=f'{{"from": "{ANNA}", "text": "{text}"}}',
                        headers={'Content-Type': 'application/json'})
        self.assertEqual(len(self.heard(self.anna)), 3)
        self.answer(200, self.url, data=f'{{"from": "{ANNA}\\ud83d", "text": "Hi", "id": "\\ud83d"}}',
                    headers={'Content-Type': 'application/json'})

    def test_only_the_last_address_is_good(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        never = self.path_of(other)
        self.company.action_mobile_new_sms_address()
        new = self.path_of(self.company)
        self.assertNotEqual(self.url, new)
        tampered = new[:-1] + ('A' if new[-1] != 'A' else 'B')
        for path in (self.url, tampered, never, f'{PATH}x', f'{PATH}AAAA', f'{PATH}_____w==', f'{PATH}é'):
            self.say("STOP", path=path, status=404)
        self.assertAgrees(self.anna, 'sms', True)
        self.say("STOP", path=new)
        self.assertAgrees(self.anna, 'sms', False)

    def test_another_companys_gateway_speaks_for_that_company(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        other.action_mobile_new_sms_address()
        self.env['mobile.consent']._append(self.anna, other, {'sms': True}, 'import')
        self.say("STOP", path=self.path_of(other))
        self.assertAgrees(self.anna, 'sms', True)
        self.assertFalse(self.env['mobile.consent']._is_granted(self.anna, other, 'sms'))

    def test_too_many_are_held_back_but_a_stop(self):
        self.env['ir.config_parameter'].sudo().set_param('mobile_crm.limit.sms_inbound_number', '1/3600')
        self.say("One")
        answer = self.say("Two", status=429)
        self.assertTrue(answer.headers['Retry-After'])
        self.say("STOP")
        self.assertAgrees(self.anna, 'sms', False)
        self.assertEqual(len(self.heard(self.anna)), 1)

    def test_twilio_signs(self):
        form = {'From': ANNA, 'Body': "STOP", 'MessageSid': 'SM1', 'To': '+32460000000'}
        text = self.company._mobile_inbound_url() + ''.join(f'{name}{form[name]}' for name in sorted(form))
        signature = base64.b64encode(hmac.new(b'secret', text.encode(), hashlib.sha1).digest()).decode()
        with patch.object(self.registry['mobile.inbound.text'], '_twilio_secret', lambda model, company: 'secret'):
            for headers in ({}, {'X-Twilio-Signature': signature.swapcase()}, {'X-Twilio-Signature': 'é'}):
                self.answer(403, self.url, data=form, headers={
                    name: value.encode() for name, value in headers.items()})
            self.assertAgrees(self.anna, 'sms', True)
            answer = self.answer(200, self.url, data=form, headers={'X-Twilio-Signature': signature})
        self.assertIn('<Response/>', answer.text)
        self.assertIn('text/xml', answer.headers['Content-Type'])
        self.assertAgrees(self.anna, 'sms', False)
        with patch.object(self.registry['mobile.inbound.text'], '_twilio_secret', lambda model, company: ''):
            empty = base64.b64encode(hmac.new(b'', text.encode(), hashlib.sha1).digest()).decode()
            self.answer(403, self.url, data=form, headers={'X-Twilio-Signature': empty})


@tagged('-at_install', 'post_install')
class TestStopWords(MobileCommon):

    def test_what_stops(self):
        words = stop_words.words_of(['en_US', 'de_DE', 'ru_RU'], "Genug")
        for text in ("STOP", "stop.", " Stop!! ", "Stop all", "STOP SMS", "Unsubscribe me", "abmelden", "genug", "стоп",
                     "stop please thanks"):
            self.assertTrue(stop_words.is_stop(text, words), text)
        for text in ("", "  ", "?!", "Nonstop", "please do not", "stop by at ten tomorrow", "BAJA", "The end"):
            self.assertFalse(stop_words.is_stop(text, words), text)

    def test_words_that_also_begin_an_answer_stop_alone(self):
        words = stop_words.words_of(['en_US', 'de_DE', 'nl_BE', 'es_ES', 'it_IT'])
        for text in ("End of June?", "Cancel my order", "Quit smoking?", "Ende der Woche", "Uit Gent", "Alto Adige?",
                     "Basta una foto?", "please don't stop"):
            self.assertFalse(stop_words.is_stop(text, words), text)
        for text in ("End", "cancel!", "ENDE.", "uit", "Stop all", "'Stop'", "\u202estop", "st\u200bop",
                     "STOP \U0001f6d1"):
            self.assertTrue(stop_words.is_stop(text, words), text)
            self.assertTrue(stop_words.is_only_stop(text, words), text)

    def test_every_word_is_known_as_it_is_written(self):
        for lang, words in stop_words.BY_LANGUAGE.items():
            for word in words:
                self.assertTrue(stop_words.is_stop(word, stop_words.words_of([lang])), word)
