from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..tools.problems import PROBLEMS
from .frame_common import FrameCase

NO_OFFER = '/offers/0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10'


@tagged('-at_install', 'post_install')
class TestApiLanguages(FrameCase):

    def setUp(self):
        super().setUp()
        self.env['res.lang']._activate_lang('de_DE')
        translate = code_translations.get_python_translations

        def get_python_translations(module, lang):
            if (module, lang) == ('mobile_crm', 'de_DE'):
                return {str(PROBLEMS['not_found'][1]._source): "Hier ist nichts",
                        str(PROBLEMS['unauthenticated'][1]._source): "Bitte anmelden"}
            return translate(module, lang)

        self.startPatcher(patch.object(code_translations, 'get_python_translations', get_python_translations))

    def _title(self, path, phone=None, **headers):
        return (phone.request if phone else self.call)('GET', path, headers=headers).json['title']

    def test_titles_by_accept_language(self):
        for header in ('de', 'de-DE', 'de_DE', 'de-CH', 'DE', 'de-AT,de;q=0.9,en;q=0.8', 'xx, de;q=0.5'):
            with self.subTest(header=header):
                self.assertEqual(self._title('/nope', **{'Accept-Language': header}), "Hier ist nichts")
                self.assertEqual(self._title('/me', **{'Accept-Language': header}), "Bitte anmelden")
                self.assertEqual(self._title(NO_OFFER, self.client, **{'Accept-Language': header}), "Hier ist nichts")

    def test_languages_that_are_not_installed_or_none(self):
        for header in ('ja', 'ja-JP', 'xx-YY', '*', ';;;', 'en;q=abc', 'a' * 300, "de'; --", '\xff'):
            for path, title in (('/nope', "Nothing is here"), ('/me', "Sign in first")):
                with self.subTest(header=header, path=path):
                    self.assertEqual(self._title(path, **{'Accept-Language': header.encode('latin-1')}), title)
            stores = self.client.get('/stores', headers={'Accept-Language': header.encode('latin-1')})
            self.assertEqual(stores.status, 200)

    def test_the_devices_language_without_the_header(self):
        self.phone.lang = 'de_DE'
        self.assertEqual(self._title(NO_OFFER, self.client, **{'Accept-Language': None}), "Hier ist nichts")
        self.assertEqual(self._title(NO_OFFER, self.client, **{'Accept-Language': 'en'}), "Nothing is here")

    def test_the_companys_language_without_any_other(self):
        self.phone.lang = False
        path = '/offers/0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10'
        for lang, title in (('de_DE', "Hier ist nichts"), ('en_US', "Nothing is here")):
            self.phone.company_id.partner_id.lang = lang
            for header in (None, 'ja'):
                self.assertEqual(self._title(path, self.client, **{'Accept-Language': header}), title)

    def test_records_speak_it_too(self):
        self.store_near.with_context(lang='de_DE').name = "Laden Brüssel"
        path = f'/stores/{self.store_near.id}'
        for header, name in (('de', "Laden Brüssel"), ('en', "Brussels Store"), ('ja', "Brussels Store")):
            self.assertEqual(self.client.get(path, headers={'Accept-Language': header}).json['name'], name)
