import io
import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path, mute_logger
from odoo.tools.translate import trans_export

from ..models.mobile_phone_bundle import LANGUAGES as LANGUAGE_NAMES

LANGUAGES = ['de']
#: The languages of the web app beside English. What staff reads is not in all of them.
WEB_APP = ['ar', 'de', 'es', 'fr']
#: The preview beside it is for staff.
WEB_APP_SOURCE = re.compile(r'/static/src/phone(_worker)?/')
PLACEHOLDER = re.compile(r'%\(\w+\)[sdf]|%[sd]|\{\w*\}|<[^>]+>')
# A reader hears or sees these, so their values are translated with the term they stand in.
READ_ATTRIBUTE = re.compile(r'\b(aria-label|alt|title|placeholder)="[^"]*"')


@tagged('-at_install', 'post_install')
class TestTranslations(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        template = io.BytesIO()
        with mute_logger('odoo.tools.translate'):
            trans_export(False, ['mobile_crm'], template, 'po', cls.env)
        entries = polib.pofile(template.getvalue().decode())
        cls.terms = {entry.msgid for entry in entries}
        cls.web_terms = {
            entry.msgid for entry in entries for place, _line in entry.occurrences if WEB_APP_SOURCE.search(place)}

    def _translations(self, name):
        return polib.pofile(file_path(f'mobile_crm/i18n/{name}'))

    def test_the_template_has_the_terms_of_the_code(self):
        listed = {entry.msgid for entry in self._translations('mobile_crm.pot')}
        self.assertEqual(self.terms - listed, set(), "run ./dev i18n")

    def test_every_term_is_translated(self):
        for language in LANGUAGES:
            translations = self._translations(f'{language}.po')
            done = {entry.msgid for entry in translations.translated_entries()}
            self.assertEqual(self.terms - done, set(), f"complete mobile_crm/i18n/{language}.po")
            self.assertFalse(translations.fuzzy_entries())

    def test_the_web_app_speaks_all_its_languages(self):
        self.assertGreater(len(self.web_terms), 100)
        self.assertEqual({'en', *WEB_APP}, set(LANGUAGE_NAMES))
        for language in WEB_APP:
            translations = self._translations(f'{language}.po')
            done = {entry.msgid for entry in translations.translated_entries()}
            self.assertEqual(self.web_terms - done, set(), f"complete mobile_crm/i18n/{language}.po")
            self.assertFalse(translations.untranslated_entries() + translations.fuzzy_entries())

    def test_translations_keep_placeholders_and_markup(self):
        for language in WEB_APP:
            for entry in self._translations(f'{language}.po').translated_entries():
                self.assertCountEqual(self._fixed_parts(entry.msgid), self._fixed_parts(entry.msgstr), entry.msgid)

    def _fixed_parts(self, text):
        return PLACEHOLDER.findall(READ_ATTRIBUTE.sub(r'\1=""', text))
