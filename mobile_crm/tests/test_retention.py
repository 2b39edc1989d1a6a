import re
from pathlib import Path

from odoo.tests import tagged

from ..tools.retention import RETENTION
from .common import MobileCommon

PAGE = Path(__file__).parents[2] / 'docs' / 'privacy.md'


@tagged('-at_install', 'post_install')
class TestRetention(MobileCommon):

    def test_the_settings_show_it(self):
        self.company.write({'mobile_position_days': 17, 'mobile_event_days': 555, 'mobile_erasure_days': 9})
        settings = self.env['res.config.settings'].create({})
        self.assertIn("17 days", settings.mobile_retention)
        self.assertIn("555 days", settings.mobile_retention)
        self.assertIn("carried out after 9 days", settings.mobile_retention)
        self.assertEqual(settings.mobile_retention.count('<tr>'), len(RETENTION) + 1)

    def test_the_page_says_the_same(self):
        page = re.sub(r'\s+', ' ', PAGE.read_text(encoding='utf-8'))
        for row in RETENTION:
            for text in (row.what, row.how_long, row.why):
                words = re.sub(r'\{(\w+)\}', r'*\1*', text._translate('en_US'))
                self.assertIn(words, page)

    def test_each_model_that_knows_customers_is_in_it(self):
        told = {name for row in RETENTION for name in row.models}
        pointing = {pointer.model for pointer in self.env['mobile.trace']._pointers()
                    if pointer.model.startswith('mobile.') and not self.env[pointer.model].is_transient()}
        self.assertEqual(pointing - told, {'mobile.campaign', 'mobile.store'}, "those name staff")
