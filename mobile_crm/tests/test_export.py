import json

from odoo.tests import tagged

from ..tools.personal_data import NOT_EXPORTED
from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestExport(MobileCommon):

    def _export(self, partner, company=None):
        with self.env['mobile.export']._export(partner, company or self.company, {'name': partner.name}) as file:
            return json.load(file)

    def test_smoke(self):
        self.enter(self.phone, self.fence_near, latitude=50.8467, longitude=4.3525, accuracy=5.0)
        data = self._export(self.anna)
        models = {model['model']: model for model in data['models']}
        self.assertEqual(len(models['mobile.event']['records']), 1)
        print(sorted(models), json.dumps(models['mobile.event'], indent=1)[:3000])
