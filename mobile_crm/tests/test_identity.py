from odoo.tests import tagged

from ..tools.problems import Problem
from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestIdentity(MobileCommon):

    def setUp(self):
        super().setUp()
        self.device = self.env['mobile.device']._register_install(
            self.app, '6f9619ff-8b86-4011-b42d-00c04fc964ff', {'platform': 'android'})[0]

    def _prove(self, channel, address):
        """Sign in as somebody who has proved that `address` is theirs."""
        challenge = self.env['mobile.otp'].create({
            'device_id': self.device.id, 'channel': channel, 'code_hash': '-', 'expires_at': '2100-01-01',
            'address': self.env['mobile.otp']._normalize_address(self.device, channel, address),
        })
        return self.env['res.users']._mobile_sign_in(challenge)

    def _contact(self, **values):
        return self.env['res.partner'].create({'name': "Carla", **values})

    def test_a_newcomer_becomes_a_portal_customer(self):
        user = self._prove('sms', '+32 485 00 11 22')
        self.assertTrue(user.share)
        self.assertTrue(user._is_portal())
        self.assertEqual(user.partner_id.mobile_verified_phone, '+32485001122')
        self.assertEqual(user.company_ids, self.company)
        self.assertEqual(user.partner_id.name, "Customer 1122", "the name gives no number away")

    def test_one_person_in_two_spellings_is_one_customer(self):
        self.app.country_id = self.env.ref('base.be')
        users = [self._prove('sms', spelling) for spelling in
                 ('+32485001122', '0485 00 11 22', '0032 485/00.11.22', '+32 (0)485 001122')]
        self.assertEqual(len({user.id for user in users}), 1)
        self.assertEqual(self._prove('email', 'Dora@Example.com'), self._prove('email', ' dora@example.COM'.strip()))

    def test_the_contact_with_that_number_is_found(self):
        contact = self._contact(phone='+32 485 00 11 22', country_id=self.env.ref('base.be').id)
        self.assertEqual(self._prove('sms', '+32485001122').partner_id, contact)

    def test_the_contact_with_that_email_is_found(self):
        contact = self._contact(email='Carla@Example.com')
        self.assertEqual(self._prove('email', 'carla@example.com').partner_id, contact)

    def test_of_two_contacts_with_one_number_none_is_taken(self):
        contacts = self._contact(phone='+32485001122') + self._contact(phone='+32485001122')
        self.assertNotIn(self._prove('sms', '+32485001122').partner_id, contacts)

    def test_an_unverified_claim_catches_nobody(self):
        """A customer writes somebody else's address into their own contact; its owner is not led there."""
        thief = self._prove('sms', '+32485999999').partner_id
        thief.email = 'victim@example.com'
        victim = self._prove('email', 'victim@example.com').partner_id
        self.assertNotEqual(victim, thief)

    def test_the_account_with_that_login_is_found(self):
        portal = self.env['res.users'].create({
            'name': "Portal", 'login': 'portal.owner@example.com',
            'group_ids': [(6, 0, self.env.ref('base.group_portal').ids)]})
        user = self._prove('email', 'portal.owner@example.com')
        self.assertEqual(user, portal)
        self.assertIn(self.company, user.company_ids)

    def test_staff_are_not_let_in(self):
        self.salesperson.login = 'sales@example.com'
        with self.assertRaises(Problem) as caught:
            self._prove('email', 'sales@example.com')
        self.assertEqual(caught.exception.problem_code, 'staff_account')

    def test_a_blocked_customer_is_not_let_in(self):
        user = self._prove('sms', '+32485001122')
        user.active = False
        with self.assertRaises(Problem) as caught:
            self._prove('sms', '+32485001122')
        self.assertEqual(caught.exception.problem_code, 'forbidden')

    def test_a_company_is_no_customer_with_a_phone(self):
        firm = self._contact(phone='+32485001122', is_company=True)
        self.assertNotEqual(self._prove('sms', '+32485001122').partner_id, firm)

    def test_phone_then_email_of_the_same_login_is_two_customers_until_staff_merge_them(self):
        by_phone, by_email = self._prove('sms', '+32485001122'), self._prove('email', 'carla@example.com')
        self.assertNotEqual(by_phone, by_email)
