import io
import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path, mute_logger
from odoo.tools.translate import trans_export

LANGUAGES = ['de']
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
        cls.terms = {entry.msgid for entry in polib.pofile(template.getvalue().decode())}

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

    def test_translations_keep_placeholders_and_markup(self):
        for language in LANGUAGES:
            for entry in self._translations(f'{language}.po').translated_entries():
                self.assertCountEqual(self._fixed_parts(entry.msgid), self._fixed_parts(entry.msgstr), entry.msgid)

    def _fixed_parts(self, text):
        return PLACEHOLDER.findall(READ_ATTRIBUTE.sub(r'\1=""', text))
