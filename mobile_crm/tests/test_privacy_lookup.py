from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestPrivacyLookup(MobileCommon):

    def _lookup(self, **values):
        wizard = self.env['privacy.lookup.wizard'].create({'name': "Anna Peeters", **values})
        wizard.action_lookup()
        return wizard

    def test_a_customer_known_by_phone_only(self):
        decision = self.enter(self.phone, self.fence_near)
        self.enter(self.phone_ben, self.fence_near)
        self.env['mobile.otp'].create({
            'uuid': 'x', 'device_id': self.phone.id, 'channel': 'sms', 'address': '+32475112233', 'code_hash': '-',
            'requested_at': fields.Datetime.now(), 'expires_at': fields.Datetime.now()})
        wizard = self._lookup(phone='0475 11 22 33')
        found = {(line.res_model, line.res_id) for line in wizard.line_ids}
        for record in (self.anna, self.anna_user, self.phone, decision, decision.message_id, decision.card_id,
                       decision.event_id):
            self.assertIn((record._name, record.id), found)
        for record in (self.ben, self.ben_user, self.phone_ben):
            self.assertNotIn((record._name, record.id), found)
        self.assertIn('mobile.otp', wizard.line_ids.mapped('res_model'))

    def test_by_email_odoo_finds_what_it_did(self):
        self.anna.write({'email': 'anna@mobile-crm.example'})
        lead = self.env['crm.lead'].create({'name': "Jacket", 'email_from': 'anna@mobile-crm.example'})
        found = {(line.res_model, line.res_id) for line in self._lookup(email='anna@mobile-crm.example').line_ids}
        for record in (self.anna, self.phone, lead):
            self.assertIn((record._name, record.id), found)
        self.assertEqual(len(found), len(self._lookup(email='anna@mobile-crm.example').line_ids))

    def test_a_number_that_is_nobodys(self):
        self.assertFalse(self._lookup(phone='+32 400 00 00 00').line_ids)

    def test_neither(self):
        with self.assertRaises(UserError):
            self._lookup()

    def test_erasing_a_line_is_logged_with_a_masked_number(self):
        self.enter(self.phone, self.fence_near)
        wizard = self._lookup(phone='+32475112233')
        line = wizard.line_ids.filtered(lambda line: line.res_model == 'mobile.event')
        event = self.env['mobile.event'].browse(line.res_id)
        line.action_unlink()
        self.assertFalse(event.exists())
        self.env.flush_all()
        self.assertEqual(wizard.log_id.anonymized_email, '+32*******33')

    def test_from_the_contact(self):
        self.assertEqual(self.anna.action_privacy_lookup()['context']['default_phone'], '+32475112233')
