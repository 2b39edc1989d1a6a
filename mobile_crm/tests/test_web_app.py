import base64
import io
import json
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, TransactionCase, tagged

from ..models.mobile_app_shell import short_name
from ..models.mobile_app_web import DARK_GROUNDS, LIGHT_GROUNDS
from ..tools import app_icon, colour, web_language
from ..tools.access_log import _cut
from .common import MobileCommon

COLOURS = st.integers(0, 0xffffff).map('#{:06x}'.format)
TILES = 'https://{s}.tiles.example.com:8443/{z}/{x}/{y}.png?key=abc'


def picture(size=(400, 400), fill=(10, 120, 60, 255), form='PNG'):
    """Return a picture as a field takes it."""
    out = io.BytesIO()
    Image.new('RGBA', size, fill).save(out, form)
    return base64.b64encode(out.getvalue())


class TestColours(TransactionCase):

    @settings(deadline=None)
    @given(brand=COLOURS)
    @example(brand='#777777')
    @example(brand='#ffff00')
    def test_texts_can_be_read_in_every_colour(self, brand):
        self.assertGreaterEqual(colour.contrast(colour.readable_on(brand), brand), colour.READABLE)
        for grounds in (LIGHT_GROUNDS, DARK_GROUNDS):
            text = colour.adjusted(brand, *grounds)
            for ground in grounds:
                self.assertGreaterEqual(colour.contrast(text, ground), colour.READABLE)

    @given(brand=COLOURS)
    def test_what_can_be_read_stays_as_it_is(self, brand):
        if all(colour.contrast(brand, ground) >= colour.READABLE for ground in LIGHT_GROUNDS):
            self.assertEqual(colour.adjusted(brand, *LIGHT_GROUNDS), brand)

    def test_known_contrasts(self):
        self.assertAlmostEqual(colour.contrast('#000000', '#ffffff'), 21)
        self.assertAlmostEqual(colour.contrast('#767676', '#ffffff'), 4.54, 2)


class TestIcons(TransactionCase):

    def _draw(self, kind, size, **values):
        values = {'brand': '#1f6feb', 'name': "Tarn & Kettle", **values}
        image = Image.open(io.BytesIO(app_icon.draw(kind, size, **values)))
        self.assertEqual((image.format, image.size), ('PNG', (size, size)))
        return image

    def test_initials(self):
        for name, letters in (
                ("Tarn & Kettle", "TK"), ("shop", "S"), ("  a  b c ", "AB"), ("!!!", ""), ("شاي وقهوة", "ش"),
                ("Ärzte & Co", "ÄC"), ("ßhop", "SS"), ("7-Eleven", "7")):
            with self.subTest(name):
                self.assertEqual(app_icon.initials(name), letters)

    @settings(deadline=None, max_examples=20)
    @given(name=st.text(max_size=20), brand=COLOURS)
    def test_every_name_has_an_icon(self, name, brand):
        image = self._draw('maskable', 192, name=name, brand=brand)
        self.assertGreater(len(set(image.get_flattened_data())), 1, "there is something to be seen")
        self.assertEqual(image.getextrema()[3], (255, 255), "nothing shines through")

    def test_what_phones_cut_is_empty(self):
        for values in ({}, {'picture': base64.b64decode(picture(fill=(200, 20, 20, 128))), 'is_whole': True}):
            image = self._draw('maskable', 512, **values).convert('RGB')
            ground = image.getpixel((0, 0))
            for column in range(0, 512, 8):
                for row in range(0, 512, 8):
                    if (column - 256) ** 2 + (row - 256) ** 2 > 206 ** 2:
                        self.assertEqual(image.getpixel((column, row)), ground)

    def test_a_picture(self):
        data = base64.b64decode(picture())
        image = self._draw('any', 192, picture=data, is_whole=True)
        self.assertEqual(image.getpixel((0, 0)), (10, 120, 60, 255))
        self.assertEqual(self._draw('touch', 180, picture=data, is_whole=True).getpixel((0, 0)), (10, 120, 60, 255))

    def test_a_white_logo_is_seen(self):
        data = base64.b64decode(picture((300, 280), (255, 255, 255, 254)))
        image = self._draw('maskable', 192, picture=data).convert('RGB')
        self.assertEqual(image.getpixel((0, 0)), (0x1f, 0x6f, 0xeb))

    def test_what_is_no_picture(self):
        self.assertEqual(self._draw('any', 192, picture=b'<svg/>').tobytes(), self._draw('any', 192).tobytes())


class TestLanguage(TransactionCase):

    def test_the_best_of_those_that_a_browser_likes(self):
        for header, code in (
                ('ar-EG', 'ar'), ('fr-CH, de;q=0.9', 'fr'), ('de;q=0.5, es;q=0.9', 'es'), ('ja, *;q=0.5', 'en'),
                ('', 'en'), ('de;q=0', 'en'), ('x' * 200, 'en'), ('DE-at', 'de')):
            with self.subTest(header):
                self.assertEqual(web_language.best(parse_accept_header(header, LanguageAccept)), code)


@tagged('-at_install', 'post_install', 'mobile_http')
class TestWebApp(MobileCommon, HttpCase):

    def setUp(self):
        super().setUp()
        self.base = f'/mobile/app/{self.app.client_id}'

    def _get(self, path='', **headers):
        self.env.flush_all()
        return self.opener.get(
            self.base_url() + self.base + path, headers={'Accept-Language': 'en', **headers}, timeout=30)

    def _config(self, **headers):
        text = self._get(**headers).text
        return json.loads(re.search(r'<script type="application/json" id="phone-config">(.*?)</script>', text)[1])

    # === THE PAGE === #

    def test_the_page(self):
        answer = self._get('/offers/x?y=1')
        self.assertEqual(answer.status_code, 200)
        self.assertIn('<title>Test App</title>', answer.text)
        self.assertNotRegex(answer.text, r'<[^>]+\s(?:style|on\w+)=')
        policy = answer.headers['Content-Security-Policy']
        self.assertNotIn('unsafe', policy)
        self.assertNotIn('http', policy)
        self.assertIn("frame-ancestors 'none'", policy)
        for name, value in (('X-Content-Type-Options', 'nosniff'), ('Cross-Origin-Opener-Policy', 'same-origin'),
                            ('Referrer-Policy', 'same-origin'), ('Cache-Control', 'no-cache')):
            self.assertEqual(answer.headers[name], value)
        self.assertNotIn('Set-Cookie', answer.headers)

    def test_a_name_is_no_markup(self):
        self.app.name = '</script><script>alert(1)</script>'
        self.assertNotIn('<script>alert', self._get().text)
        self.assertEqual(self._config()['name'], self.app.name)

    def test_what_has_not_changed_is_not_sent_again(self):
        for path in ('', '/app.webmanifest', self._config()['icon'].removeprefix(self.base)):
            first = self._get(path)
            again = self._get(path, **{'If-None-Match': first.headers['ETag']})
            self.assertEqual((again.status_code, again.content), (304, b''), path)
        tag = self._get().headers['ETag']
        self.app.web_start_page = 'offers'
        self.assertEqual(self._get(**{'If-None-Match': tag}).status_code, 200)

    def test_it_speaks_the_browsers_language(self):
        self.assertIn('<html lang="ar" dir="rtl">', self._get(**{'Accept-Language': 'ar-EG,en;q=0.5'}).text)
        self.assertIn('<html lang="de" dir="ltr">', self._get(**{'Accept-Language': 'ja, de;q=0.5'}).text)
        self.env['res.lang']._activate_lang('de_DE')
        self.app.with_context(lang='de_DE').name = "Meine App"
        self.assertEqual(self._config(**{'Accept-Language': 'de-AT'})['name'], "Meine App")
        self.assertEqual(self._config()['name'], "Test App")

    def test_whose_app_has_no_page(self):
        till = self.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': self.company.id})
        for values in ({'has_web_app': False}, {'active': False}):
            app = self.env['mobile.app'].create({'name': "X", 'company_id': self.company.id, **values})
            self.assertFalse(app.web_url)
            for path in ('', '/app.webmanifest', f'/icon-any-192.{app._icon_version()}.png'):
                self.base = f'/mobile/app/{app.client_id}'
                self.assertEqual(self._get(path).status_code, 404)
        for client_id in (till.client_id, 'nobody', '%00', '..%2f', 'a' * 3000):
            self.base = f'/mobile/app/{client_id}'
            answer = self._get()
            self.assertEqual(answer.status_code, 404, client_id)
            self.assertIn("This app is not here", answer.text)

    def test_another_verb(self):
        url = self.base_url() + self.base
        self.assertEqual(self.opener.head(url, timeout=30).status_code, 200)
        self.assertEqual(self.opener.post(url, timeout=30).status_code, 405)

    # === INSTALLING === #

    def test_manifest(self):
        self.app.web_colour = '#a01010'
        answer = self._get('/app.webmanifest')
        self.assertEqual(answer.headers['Content-Type'], 'application/manifest+json')
        manifest = answer.json()
        self.assertEqual(
            (manifest['name'], manifest['id'], manifest['start_url'], manifest['scope'], manifest['theme_color']),
            ("Test App", self.base, self.base, self.base, '#a01010'))
        self.assertEqual({(icon['purpose'], icon['sizes']) for icon in manifest['icons']}, {
            ('any', '192x192'), ('any', '512x512'), ('maskable', '192x192'), ('maskable', '512x512')})
        for icon in manifest['icons']:
            picture_ = self._get(icon['src'].removeprefix(self.base))
            image = Image.open(io.BytesIO(picture_.content))
            self.assertEqual(f'{image.width}x{image.height}', icon['sizes'])
            self.assertIn('immutable', picture_.headers['Cache-Control'])
        self.assertEqual(self._get('/app.webmanifest', **{'Accept-Language': 'ar'}).json()['dir'], 'rtl')

    def test_short_names(self):
        for name, short in (("Tarn & Kettle", "Tarn"), ("Corner Shop", "Corner Shop"), ("A", "A"),
                            ("Donaudampfschiff", "Donaudampfsc"), ("Bio-Markt am Ring", "Bio-Markt am"),
                            ("...", "...")):
            self.assertEqual(short_name(name), short)

    def test_another_look_has_other_paths(self):
        seen = {self._config()['icon']}
        for values in ({'web_colour': '#a01010'}, {'web_icon': picture()}, {'web_icon': picture(fill=(1, 2, 3, 255))},
                       {'web_icon': False, 'name': "Other"}):
            self.app.write(values)
            seen.add(self._config()['icon'])
        self.company.logo = picture((300, 200))
        seen.add(self._config()['icon'])
        self.assertEqual(len(seen), 6)
        old = self._get(min(seen - {self._config()['icon']}).removeprefix(self.base))
        self.assertEqual((old.status_code, old.headers['Cache-Control']), (200, 'no-cache'))

    def test_other_icons(self):
        version = self.app._icon_version()
        for name in (f'icon-any-193.{version}.png', f'icon-x-192.{version}.png', f'icon-touch-192.{version}.png'):
            self.assertEqual(self._get(f'/{name}').status_code, 404)

    # === FILES === #

    def _asset(self, path):
        return self.opener.get(self.base_url() + path, timeout=30)

    def test_files(self):
        config = self._config()
        for name, kind in (('early.js', 'text/javascript'), ('libraries.js', 'text/javascript'),
                           ('app.js', 'text/javascript'), ('app.css', 'text/css'), ('map.js', 'text/javascript'),
                           ('texts.de.json', 'application/json')):
            answer = self._asset(config['assets'] + name)
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(answer.headers['Content-Type'].partition(';')[0], kind)
            self.assertEqual((answer.headers['Content-Encoding'], answer.headers['X-Content-Type-Options']),
                             ('gzip', 'nosniff'))
            self.assertIn('immutable', answer.headers['Cache-Control'])
        for path in (config['assets'] + 'nothing.js', config['assets'] + '..%2fapp.js',
                     '/mobile/assets/0123456789/app.js', config['assets'] + 'app.js.map'):
            answer = self._asset(path)
            self.assertEqual(answer.status_code, 404, path)
            self.assertNotIn('immutable', answer.headers.get('Cache-Control', ''))

    def test_names_that_somebody_makes_up_fill_no_memory(self):
        self._asset(self._config()['assets'] + 'app.js')
        cache = self.env.registry._Registry__caches['assets']
        before = len(cache)
        for number in range(3):
            self.assertIsNone(self.env['mobile.phone.bundle']._file(f'nothing-{number}.js'))
        self.assertEqual(len(cache), before)

    def test_the_version_changes_with_a_file(self):
        before = self._config()['version']
        self.env.registry.clear_all_caches()
        self.assertEqual(self._config()['version'], before, "not with the process")
        self.env['ir.asset'].create({
            'name': "more", 'bundle': 'mobile_crm.assets_phone_map',
            'path': 'mobile_crm/static/src/phone_worker/worker.js'})
        self.env.registry.clear_all_caches()
        self.assertNotEqual(self._config()['version'], before)

    def test_the_worker(self):
        answer = self._asset('/mobile/service-worker.js')
        self.assertEqual((answer.status_code, answer.headers['Service-Worker-Allowed']), (200, '/mobile/'))

    # === MAPS === #

    def test_nobody_is_asked_for_tiles(self):
        self.assertIsNone(self._config()['tiles'])

    def test_tiles_of_whom_the_company_names(self):
        self.company.write({'mobile_tile_url': TILES, 'mobile_tile_attribution': '© <b onclick="x()">Them</b>'})
        tiles = self._config()['tiles']
        self.assertEqual(tiles['url'], TILES)
        self.assertNotIn('onclick', tiles['attribution'])
        answer = self._get()
        images = re.search(r'img-src ([^;]*)', answer.headers['Content-Security-Policy'])[1].split()
        self.assertEqual(images[3:], [f'https://{letter}.tiles.example.com:8443' for letter in 'abc'])
        self.assertNotIn('key=abc', answer.headers['Content-Security-Policy'])

    def test_a_host_says_no_more_than_a_host(self):
        self.company.mobile_tile_url = "https://x;script-src'unsafe-inline'/{z}/{x}/{y}"
        self.assertIsNone(self._config()['tiles'])
        self.assertNotIn('unsafe', self._get().headers['Content-Security-Policy'])

    # === WHERE OTHER LINKS LEAD === #

    def test_colours(self):
        for wrong in ('red', '#12345', '#12345g', 'url(x)', '#123456;x'):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self.app.web_colour = wrong
        self.company.primary_color = 'rgb(1,2,3)'
        self.assertRegex(self.app._web_colours()['brand'], colour.PATTERN)

    def test_the_log_tells_no_code(self):
        self.assertEqual(_cut(f'"GET {self.base}/claim/ABCD-EFGH?x=1 HTTP/1.1"'), f'"GET {self.base}/claim/… HTTP/1.1"')
        self.assertEqual(_cut(f'"GET {self.base}/near?lat=1 HTTP/1.1"'), f'"GET {self.base}/near?… HTTP/1.1"')

    def _message(self, partner=None, **values):
        return self.env['mobile.message']._post([{
            'partner_id': (partner or self.anna).id, 'company_id': self.company.id, 'title': "Hello", **values}])

    def test_messages_lead_web_customers_into_the_web_app(self):
        self.company.website = 'https://shop.example'
        card = self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True})
        url = self.app.web_url
        offer = self._message(card_id=card.id)
        self.assertEqual(offer._target(), ('web', 'https://shop.example'), "this one has the app of the shop")
        self.phone.platform = 'web'
        self.assertEqual(offer._target(), ('web', f'{url}/offers/{card.mobile_uuid}'))
        for link, target in (
                ('/enquiries/1-a', f'{url}/conversations/1-a'), ('/me/approvals/2', f'{url}/approvals/2'),
                ('/orders/3', f'{url}/purchases/3'), ('/sale', 'https://shop.example/sale'),
                ('/orders/3/4', 'https://shop.example/orders/3/4'), ('https://other.example/x', 'https://other.example/x'),
                (None, 'https://shop.example')):
            with self.subTest(link):
                self.assertEqual(self._message(link=link)._target(), ('web', target))
        self.assertEqual(self._message(link='myshop://x', card_id=card.id)._target(), ('app', 'myshop://x'))
        campaigns = self._message(link='/orders/3', campaign_id=self.campaign.id)
        self.assertEqual(campaigns._target(), ('web', 'https://shop.example/orders/3'), "its author means the website")
        attempt = self.env['mobile.message'].create({
            'origin_id': offer.id, 'partner_id': self.anna.id, 'company_id': self.company.id, 'channel': 'sms',
            'title': "Hello", 'state': 'sending'})
        self.assertEqual(attempt._target(), ('web', f'{url}/offers/{card.mobile_uuid}'))
        self.company.website = False
        self.assertEqual(self._message()._target(), ('web', f'{url}/messages'))
        self.app.has_web_app = False
        self.assertEqual(offer._target(), (None, None))

    def test_messages_lead_who_has_no_phone_into_the_web_app(self):
        customer = self.env['res.partner'].create({'name': "Nobody's phone"})
        self.assertEqual(self._message(customer, link='/enquiries/1')._target(),
                         ('web', f'{self.app.web_url}/conversations/1'))
        other = self.env['mobile.app'].create({'name': "Other", 'company_id': self.company.id})
        self.campaign.app_id = other
        message = self._message(customer, campaign_id=self.campaign.id)
        self.assertEqual(message._target(), ('web', f'{other.web_url}/messages'))
