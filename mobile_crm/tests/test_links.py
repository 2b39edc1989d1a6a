import logging
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from ..tools import click
from ..tools.access_log import AccessLogFilter
from ..tools.click import OPEN, STOP
from .common import MobileCommon

BROWSER = {
    'User-Agent': "Mozilla/5.0 (Linux; Android 15; CUBOT X90) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
    'Accept-Language': 'de-DE,de;q=0.9',
}
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEY, OTHER_KEY = b'a' * 32, b'b' * 32
NEVER = (
    'javascript:alert(1)', ' javascript:alert(1)', 'JavaScript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x',
    'vbscript:x', 'file:///etc/passwd', 'blob:https://x', 'intent://x#Intent;end', '//evil.example', '/\\evil.example',
    'https:///path', 'https://', 'https://user@evil.example', 'https://x:99999/', 'https://x y', 'page', '', None,
    'https://x"onclick="', 'https://x/<b>', '?x=1',
)


class LinkCase(MobileCommon, HttpCase):

    def setUp(self):
        super().setUp()
        self.company.website = 'https://shop.example'
        self.message = self.post('https://shop.example/jackets?a=1#top')

    def post(self, link=None, **vals):
        return self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Hello", 'link': link, **vals}])

    def attempt(self, origin, channel='sms', **vals):
        """Return what is on its way to the customer, as the outbox makes it."""
        return self.env['mobile.message'].create({
            'origin_id': origin.id, 'partner_id': origin.partner_id.id, 'company_id': origin.company_id.id,
            'channel': channel, 'title': origin.title, 'state': 'sending', **vals})

    def path(self, message):
        return self.env['mobile.message']._tracked_link(message.ids)[message.id].removeprefix(
            self.company.get_base_url())

    def follow(self, path, method='GET', **headers):
        self.env.flush_all()
        answer = self.opener.request(
            method, self.base_url() + path, headers={**BROWSER, **headers}, allow_redirects=False, timeout=30)
        self.env.invalidate_all()
        return answer


@tagged('-at_install', 'post_install', 'mobile_http')
class TestLinks(LinkCase):

    # === WHERE THEY LEAD === #

    def test_a_click_is_noted_and_leads_to_the_link(self):
        answer = self.follow(self.path(self.message))
        self.assertEqual((answer.status_code, answer.headers['Location']), (302, 'https://shop.example/jackets?a=1#top'))
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        self.assertEqual(answer.headers['Referrer-Policy'], 'no-referrer')
        self.assertEqual(self.message.state, 'opened')
        self.assertTrue(self.message.opened_at)

    def test_what_an_attempt_brought_is_opened_with_it(self):
        attempt = self.attempt(self.message, state='sent')
        answer = self.follow(self.path(attempt))
        self.assertEqual(answer.headers['Location'], 'https://shop.example/jackets?a=1#top')
        self.assertEqual((attempt.state, self.message.state), ('opened', 'opened'))

    def test_a_link_fits_into_a_text_message(self):
        link = self.env['mobile.message']._tracked_link(self.message.ids)[self.message.id]
        self.assertEqual(len(link), len(self.company.get_base_url()) + len('/m/') + 16)

    def test_a_path_is_one_of_the_companys_website(self):
        answer = self.follow(self.path(self.post('/sale')))
        self.assertEqual(answer.headers['Location'], 'https://shop.example/sale')

    def test_without_a_link_it_is_the_companys_website(self):
        for link in (None, 'javascript:alert(1)', '//evil.example'):
            with self.subTest(link=link):
                answer = self.follow(self.path(self.post(link)))
                self.assertEqual(answer.headers['Location'], 'https://shop.example')
        self.company.website = False
        answer = self.follow(self.path(self.post()))
        self.assertEqual(answer.status_code, 200)
        self.assertIn("You find this message in the app", answer.text)
        self.assertNotIn('http-equiv="refresh"', answer.text)

    def test_a_link_into_the_app_is_a_page_with_a_button(self):
        answer = self.follow(self.path(self.post('myshop://coupon/1?a=1&b=<')))
        self.assertEqual(answer.headers['Location'], 'https://shop.example', "no address has such symbols")
        answer = self.follow(self.path(self.post('myshop://coupon/1?a=1&b=2')))
        self.assertEqual(answer.status_code, 200)
        self.assertIn('<a class="button" href="myshop://coupon/1?a=1&amp;b=2">', answer.text)
        self.assertIn('content="0; url=myshop://coupon/1?a=1&amp;b=2"', answer.text)
        self.assertIn("default-src 'none'", answer.headers['Content-Security-Policy'])
        self.assertNotRegex(answer.text, r'<script|src=|<link')

    def test_a_page_speaks_the_customers_language(self):
        self.env['res.lang']._activate_lang('ar_001')
        self.anna.lang = 'ar_001'
        self.assertIn('<html lang="ar-001" dir="rtl">', self.follow(self.path(self.post('myshop://x'))).text)

    # === WHO FOLLOWS THEM === #

    def test_who_looks_ahead_has_not_opened_it(self):
        path = self.path(self.message)
        for method, headers in (
            ('HEAD', {}),
            ('GET', {'User-Agent': "WhatsApp/2.23.20.0"}),
            ('GET', {'User-Agent': "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
            ('GET', {'User-Agent': "Mozilla/5.0 SkypeUriPreview Preview/0.5"}),
            ('GET', {'User-Agent': "curl/8.0"}),
            ('GET', {'User-Agent': None}),
            ('GET', {'Accept-Language': None}),
            ('GET', {'Sec-Purpose': 'prefetch;prerender'}),
            ('GET', {'X-Moz': 'prefetch'}),
        ):
            with self.subTest(method=method, headers=headers):
                answer = self.follow(path, method, **headers)
                self.assertEqual(answer.headers['Location'], 'https://shop.example/jackets?a=1#top')
                self.assertEqual(self.message.state, 'sent')

    # === WHO IS TURNED AWAY === #

    def test_an_unknown_link_says_so_and_no_more(self):
        path = self.path(self.message)
        gone = self.post('https://shop.example/x')
        gone_path = self.path(gone)
        stop = self.env['mobile.message']._stop_link(self.message.ids)[self.message.id]
        gone.unlink()
        tampered = path[:-1] + ('A' if path[-1] != 'A' else 'B')
        pages = {self.follow(unknown).text for unknown in (
            gone_path, tampered, '/m/' + stop.rpartition('/')[2], '/m/AAAAAAAAAAAAAAAA', '/m/%00', '/m/x')}
        self.assertEqual(len(pages), 1, "they all look the same")
        self.assertIn("This link leads nowhere", pages.pop())
        self.assertEqual(self.follow(tampered).status_code, 404)
        self.assertEqual(self.message.state, 'sent')

    def test_another_databases_link_is_unknown(self):
        path = self.path(self.message)
        self.env['ir.config_parameter'].sudo().set_param('database.secret', 'another')
        self.assertEqual(self.follow(path).status_code, 404)

    def test_an_erased_customers_link_is_unknown(self):
        self.env['res.users'].search([('partner_id', '=', self.ben.id)]).unlink()
        message = self.post('https://shop.example', partner_id=self.ben.id)
        path = self.path(message)
        self.env['mobile.eraser']._erase(self.ben, self.company)
        self.assertEqual(self.follow(path).status_code, 404)

    def test_no_token_is_logged(self):
        path = self.path(self.message)
        for line in (f'"GET {path} HTTP/1.1" 302 -', f'GET {path}', '"POST /mobile/sms/inbound/mci_secret?x HTTP/1.1"'):
            record = logging.LogRecord('werkzeug', logging.INFO, '', 0, '%s', (line,), None)
            AccessLogFilter().filter(record)
            self.assertNotIn(path.rpartition('/')[2], record.getMessage())
            self.assertNotIn('secret', record.getMessage())
        record = logging.LogRecord('werkzeug', logging.INFO, '', 0, '%s', ('"GET /web/m/list HTTP/1.1"',), None)
        AccessLogFilter().filter(record)
        self.assertEqual(record.getMessage(), '"GET /web/m/list HTTP/1.1"')

    # === WHAT A CAMPAIGN MAY SAY === #

    def test_a_campaign_leads_to_no_script(self):
        for link in filter(None, NEVER):
            with self.subTest(link=link), self.assertRaises(ValidationError):
                self.campaign.message_link = link
        for link in ('https://shop.example/?a={b}', '/sale', 'myshop://x', 'mailto:shop@shop.example', False):
            self.campaign.message_link = link
        with self.assertRaises(ValidationError):
            self.env['mobile.campaign.variant'].create({
                'campaign_id': self.campaign.id, 'name': "B", 'message_title': "B", 'message_link': NEVER[0]})


@tagged('-at_install', 'post_install')
class TestClick(MobileCommon):

    @LAW
    @given(message_id=st.integers(1, 2 ** 31 - 1))
    def test_a_token_names_its_message(self, message_id):
        token = click.sign(KEY, message_id)
        self.assertRegex(token, r'^[A-Za-z0-9_-]{16}$')
        self.assertEqual(click.read(KEY, token), message_id)
        self.assertIsNone(click.read(OTHER_KEY, token))

    @LAW
    @given(message_id=st.integers(1, 2 ** 31 - 1), place=st.integers(0, 15), symbol=st.sampled_from('AZaz09-_'))
    def test_a_changed_token_names_none(self, message_id, place, symbol):
        token = click.sign(KEY, message_id)
        changed = token[:place] + symbol + token[place + 1:]
        self.assertEqual(click.read(KEY, changed), message_id if changed == token else None)

    @LAW
    @given(token=st.text())
    def test_nothing_from_outside_breaks_it(self, token):
        self.assertIsNone(click.read(KEY, token))

    def test_a_link_is_good_for_one_thing(self):
        Message = self.env['mobile.message']
        self.assertNotEqual(Message._link_key(OPEN), Message._link_key(STOP))

    def test_comparing_tells_nothing_by_its_time(self):
        with patch.object(click.hmac, 'compare_digest', return_value=False) as compare:
            self.assertIsNone(click.read(KEY, click.sign(KEY, 1)))
        compare.assert_called_once()

    def test_where_no_link_may_lead(self):
        for link in NEVER:
            with self.subTest(link=link):
                self.assertIsNone(click.kind_of(link))
        for link, kind in (
            ('https://shop.example', 'web'), ('HTTP://SHOP.example:8080/a?b#c', 'web'), ('/sale', 'path'),
            ('myshop://coupon', 'app'), ('a:b', 'app'), ('tel:+32475112233', 'app'), ('https://bücher.example', 'web'),
        ):
            self.assertEqual(click.kind_of(link), kind)
