import base64
import json
import re

import pypdfium2
import zxingcpp

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ..tools import colour, poster_sheet, right_to_left, web_language
from .common import MobileCommon
from .test_web_app import picture

# Width and height of paper in millimetres.
PAPER = {'a4': (210, 297), 'a5': (148, 210), 'a6': (105, 149)}


@tagged('-at_install', 'post_install')
class TestPoster(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.app.web_colour = '#7a1020'
        cls.user = new_test_user(
            cls.env, 'poster_user', groups='mobile_crm.group_mobile_crm_user', company_id=cls.company.id,
            company_ids=cls.company.ids)

    def _write(self, **values):
        wizard = self.env['mobile.app.poster'].with_user(self.user).create({'app_id': self.app.id, **values})
        wizard.action_write()
        return base64.b64decode(wizard.file), wizard

    def _page(self, content):
        """Return the text of the one page, what its codes say, and its size in millimetres."""
        document = pypdfium2.PdfDocument(content)
        self.assertEqual(len(document), 1)
        codes = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
        return (' '.join(document[0].get_textpage().get_text_range().split()), [code.text for code in codes],
                tuple(round(side * 25.4 / 72) for side in document[0].get_size()))

    def test_its_code_opens_the_app(self):
        for paper, size in PAPER.items():
            with self.subTest(paper):
                content, wizard = self._write(format=paper)
                text, codes, found_size = self._page(content)
                self.assertEqual((codes, found_size), ([self.app.web_url], size))
                for words in ("Test App", wizard.sentence, "1. Open the camera", self.app.web_url):
                    self.assertIn(words, text)
                self.assertEqual(wizard.filename, 'Test App.pdf')

    def test_a_stores_poster_opens_its_page(self):
        text, codes, _size = self._page(self._write(store_id=self.store_near.id)[0])
        self.assertEqual(codes, [f'{self.app.web_url}/stores/{self.store_near.id}'])
        self.assertIn("Brussels Store", text)

    def test_in_each_language(self):
        for language in web_language.LANGUAGES:
            if web_language.direction(language) == 'rtl' and not right_to_left.is_available():
                continue
            with self.subTest(language):
                self.assertEqual(self._page(self._write(language=language)[0])[1], [self.app.web_url])

    def test_long_texts_fit(self):
        self.app.name = "Supercalifragilisticexpialidocious " * 4
        self.app.web_icon = picture((300, 900))
        content, _wizard = self._write(sentence="Everything for your garden, your balcony and your window " * 4)
        _text, codes, _size = self._page(content)
        self.assertEqual(codes, [self.app.web_url])

    def test_the_code_alone(self):
        for kind, start in (('svg', b'<svg'), ('png', b'\x89PNG')):
            content, wizard = self._write(format=kind)
            self.assertTrue(content.startswith(start))
            self.assertEqual(wizard.filename, f'Test App.{kind}')

    def test_the_same_poster_is_the_same_file(self):
        self.assertEqual(self._write()[0], self._write()[0])

    def test_sizes_of_paper(self):
        self.assertEqual(set(poster_sheet.SCALES), set(PAPER))

    def test_an_app_without_a_page_has_none(self):
        self.app.has_web_app = False
        with self.assertRaises(UserError):
            self._write()

    def test_the_form(self):
        wizard = Form(self.env['mobile.app.poster'].with_user(self.user).with_context(default_app_id=self.app.id))
        self.assertEqual(wizard.link, self.app.web_url)
        wizard.sentence = "Come in"
        self.assertEqual(wizard.save().sentence, "Come in")

    def test_whose_app_is_another_companys(self):
        other = self.env['res.company'].create({'name': "Elsewhere"})
        app = self.env['mobile.app'].sudo().create({'name': "Theirs", 'company_id': other.id})
        with self.assertRaises(AccessError):
            self._write(app_id=app.id)


@tagged('-at_install', 'post_install', 'mobile_http')
class TestPreview(MobileCommon, HttpCase):

    def setUp(self):
        super().setUp()
        self.user = new_test_user(
            self.env, 'preview_user', groups='mobile_crm.group_mobile_crm_user', company_id=self.company.id,
            company_ids=self.company.ids)
        self.path = f'/mobile_crm/apps/{self.app.id}/preview'

    def _get(self, path, login='preview_user'):
        self.authenticate(login, login)
        return self.url_open(path, allow_redirects=False)

    def test_it_can_do_nothing(self):
        answer = self._get(f'{self.path}?language=ar')
        self.assertEqual(answer.status_code, 200)
        self.assertIn('<html lang="ar" dir="rtl">', answer.text)
        self.assertNotIn('rel="manifest"', answer.text)
        policy = dict(part.partition(' ')[::2] for part in answer.headers['Content-Security-Policy'].split('; '))
        self.assertEqual(policy['connect-src'], f'{self.base_url()}/mobile/assets/', "and not the API")
        self.assertEqual((policy['frame-ancestors'], policy['worker-src']), ("'self'", "'none'"))
        self.assertNotIn('self', answer.headers['Permissions-Policy'])
        self.assertEqual(answer.headers['Cache-Control'], 'private, no-cache')
        config = json.loads(re.search(r'id="phone-config">(.*?)</script>', answer.text)[1])
        self.assertTrue(config['preview'])
        self.assertNotIn(self.app.client_id, config['client_id'], "it shares nothing with the app of a customer")

    def test_what_it_is_made_of_is_fetched_for_it_alone(self):
        config = json.loads(re.search(r'id="phone-config">(.*?)</script>', self._get(self.path).text)[1])
        self.assertIn('phone_preview/preview', self.url_open(config['assets'] + 'preview.js').text)
        self.assertNotIn('phone_preview/sample', self.url_open(config['assets'] + 'app.js').text)

    def test_who_may_see_it(self):
        self.assertEqual(self._get(f'{self.path}/offers/x').status_code, 200)
        self.assertIn(self._get('/mobile_crm/apps/0/preview').status_code, (404,))
        self.app.has_web_app = False
        self.assertEqual(self._get(self.path).status_code, 404)
        self.app.has_web_app = True
        other = self.env['res.company'].create({'name': "Elsewhere"})
        theirs = self.env['mobile.app'].sudo().create({'name': "Theirs", 'company_id': other.id})
        self.assertEqual(self._get(f'/mobile_crm/apps/{theirs.id}/preview').status_code, 404)
        for user in (new_test_user(self.env, 'preview_plain', groups='base.group_user'),
                     new_test_user(self.env, 'preview_portal', groups='base.group_portal')):
            self.assertNotEqual(self._get(self.path, user.login).status_code, 200, user.login)
        self.logout()
        self.assertEqual(self.url_open(self.path, allow_redirects=False).status_code, 303)

    def _edited(self, record, **values):
        """Return a record as its form has it before it is saved."""
        return record.new(values, origin=record)

    def test_what_is_being_edited(self):
        app = self._edited(self.app, web_colour='#ffd400', name="Shorter", web_start_page='offers')
        shown = app.web_preview
        self.assertEqual((shown['app_id'], shown['name'], shown['path'], shown['colours']['brand']),
                         (self.app.id, "Shorter", '/offers', '#ffd400'))
        self.assertIn(shown['colours']['brand-text'], app.web_colour_hint)
        for quiet in ('#7a1020', '#7A1020', '#12', False):
            app.web_colour = quiet
            self.assertFalse(app.web_colour_hint)
            self.assertRegex(app.web_preview['colours']['brand'], colour.PATTERN)
        app.has_web_app = False
        self.assertFalse(app.web_preview)

    def test_a_campaigns_coupon(self):
        campaign = self._edited(self.campaign, message_title="Come in", terms="Once a day")
        offer = campaign.web_preview['offer']
        self.assertEqual((offer['title'], offer['terms'], offer['discount']), (
            "Come in", "Once a day", {'type': 'percent', 'value': '15', 'currency': None}))
        self.assertEqual(campaign.web_preview['app_id'], self.app.id)
        self.app.has_web_app = False
        self.campaign.invalidate_recordset(['web_preview'])
        self.assertFalse(self.campaign.web_preview)

    def test_a_variant_that_is_being_written(self):
        self.env['mobile.campaign.variant'].create({
            'campaign_id': self.campaign.id, 'name': "B", 'message_title': "One"})
        campaign = self._edited(self.campaign)
        campaign.preview_variant_id = campaign.variant_ids[-1:]
        self.assertEqual(campaign.web_preview['offer']['title'], "One")
        campaign.variant_ids[-1:].message_title = "Two"
        self.assertEqual(campaign.preview_title, "Two")
        self.assertEqual(campaign.web_preview['offer']['title'], "Two")

    def test_open(self):
        self.assertEqual(self.app.action_open_web_app()['url'], self.app.web_url)
        self.assertTrue(self.app.web_qr)
