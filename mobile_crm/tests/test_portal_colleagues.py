from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestPortalColleagues(MobileCommon):

    def test_contacts_of_one_company_do_not_read_each_other(self):
        """Odoo shows a portal user the contacts of the same company; what the app knows of them is not theirs."""
        firm = self.env['res.partner'].create({'name': "Firm", 'is_company': True})
        (self.anna + self.ben).parent_id = firm
        self.ben.mobile_birthdate = '1990-01-01'
        colleague = self.ben.with_user(self.anna_user)
        self.assertEqual(colleague.name, "Ben Maes")
        fields = [name for name in colleague._fields if name.startswith('mobile_')]
        self.assertGreater(len(fields), 8)
        for field in fields:
            with self.subTest(field=field), self.assertRaises(AccessError):
                colleague.read([field])
            with self.subTest(field=field), self.assertRaises(AccessError):
                self.env['res.partner'].with_user(self.anna_user).search([(field, '!=', False)])

    def test_every_field_of_ours_says_whom_it_is_for(self):
        for name, field in self.env['res.partner']._fields.items():
            if name.startswith('mobile_'):
                self.assertTrue(field.groups, name)
