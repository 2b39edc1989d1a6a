from odoo.exceptions import AccessDenied
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

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
        address = self.env['mobile.otp']._normalize_address(self.device, channel, address)
        return self.env['res.users']._mobile_sign_in(self.device, channel, address)

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

    def test_a_login_in_other_letters_is_the_same_account(self):
        portal = self.env['res.users'].create({
            'name': "Portal", 'login': 'Portal.Owner@Example.com', 'email': 'Portal.Owner@Example.com',
            'group_ids': [(6, 0, self.env.ref('base.group_portal').ids)]})
        self.assertEqual(self._prove('email', 'portal.owner@example.com'), portal)

    def test_an_account_that_somebody_else_made_is_theirs_no_longer(self):
        """A thief signs up on the web with the address of a victim, who later signs in with a code."""
        self.env['ir.config_parameter'].set_param('auth_signup.invitation_scope', 'b2c')
        login = 'victim@example.com'
        self.env['res.users'].signup({'login': login, 'name': "Thief", 'password': 'known-to-the-thief'})
        credential = {'login': login, 'password': 'known-to-the-thief', 'type': 'password'}
        user = self.env['res.users'].search([('login', '=', login)])
        self.assertEqual(self.env['res.users'].authenticate(credential, {'interactive': False})['uid'], user.id)
        self.assertEqual(self._prove('email', login), user)
        with self.assertRaises(AccessDenied), mute_logger('odoo.addons.base.models.res_users'):
            self.env['res.users'].authenticate(credential, {'interactive': False})
        # Their own password is theirs, from then on.
        user.password = 'known-to-the-victim'
        self._prove('email', login)
        credential['password'] = 'known-to-the-victim'
        self.assertEqual(self.env['res.users'].authenticate(credential, {'interactive': False})['uid'], user.id)

    def test_an_account_that_somebody_else_made_opens_by_none_of_their_addresses(self):
        """The thief has proved a number of their own in it, and asked for a link to a new password."""
        self.env['ir.config_parameter'].set_param('auth_signup.invitation_scope', 'b2c')
        login, number = 'victim@example.com', '+32485999999'
        self.env['res.users'].signup({'login': login, 'name': "Thief", 'password': 'known-to-the-thief'})
        user = self.env['res.users'].search([('login', '=', login)])
        self.assertIsNone(user._mobile_change_address('sms', number))
        user.partner_id.write({'mobile_contested_email': 'other@example.com', 'email': 'thief@example.com'})
        user.partner_id.signup_prepare('reset')
        link = user.partner_id._generate_signup_token()
        self.assertEqual(self._prove('email', login), user)
        self.assertNotEqual(self._prove('sms', number), user)
        self.assertFalse(user.partner_id.mobile_contested_email)
        self.assertEqual(user.email, login, "a link to a new password goes to who has proved the address")
        user.partner_id.signup_prepare('reset')
        self.assertFalse(self.env['res.partner']._get_partner_from_token(link))

    def test_where_staff_invite_an_account_keeps_its_password(self):
        self.env['ir.config_parameter'].set_param('auth_signup.invitation_scope', 'b2b')
        portal = new_test_user(
            self.env, login='invited@example.com', groups='base.group_portal', password='long enough')
        self._prove('email', portal.login)
        credential = {'login': portal.login, 'password': 'long enough', 'type': 'password'}
        self.assertEqual(self.env['res.users'].authenticate(credential, {'interactive': False})['uid'], portal.id)

    def test_the_contact_of_a_blocked_user_is_not_taken(self):
        contact = self._contact(phone='+32485001122')
        former = new_test_user(self.env, login='former', groups='base.group_user', partner_id=contact.id)
        former.active = False
        self.assertNotEqual(self._prove('sms', '+32485001122').partner_id, contact)

    def test_staff_with_a_portal_account_beside_are_not_let_in(self):
        user = self._prove('sms', '+32485001122')
        new_test_user(self.env, login='a staff login', groups='base.group_user', partner_id=user.partner_id.id)
        with self.assertRaises(Problem) as caught:
            self._prove('sms', '+32485001122')
        self.assertEqual(caught.exception.problem_code, 'staff_account')

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

    def test_an_address_of_somebody_elses_contact_is_not_taken(self):
        """A neighbour who takes in the parcels does not become the customer."""
        address = self._contact(phone='+32485001122', parent_id=self.anna.id, type='delivery')
        colleague = self._contact(phone='+32485001133', parent_id=self.company.partner_id.id)
        self.assertNotEqual(self._prove('sms', '+32485001122').partner_id, address)
        self.assertNotEqual(self._prove('sms', '+32485001133').partner_id, colleague)

    def test_another_companys_contact_stays_where_it_is(self):
        other = self.env['res.company'].create({'name': "Other"})
        contact = self._contact(phone='+32485001122', company_id=other.id)
        self.assertNotEqual(self._prove('sms', '+32485001122').partner_id, contact)
        self.assertEqual(contact.company_id, other)

    def test_an_archived_customer_is_not_let_in(self):
        user = self._prove('sms', '+32485001122')
        partner = user.partner_id
        user.unlink()
        partner.active = False
        with self.assertRaises(Problem) as caught:
            self._prove('sms', '+32485001122')
        self.assertEqual(caught.exception.problem_code, 'forbidden')

    def test_merged_contacts_keep_what_was_verified(self):
        customer = self._prove('sms', '+32485001122').partner_id
        contact = self._contact(email='carla@example.com')
        self.env['base.partner.merge.automatic.wizard']._merge((customer + contact).ids, contact)
        self.assertEqual(contact.mobile_verified_phone, '+32485001122')
        self.assertEqual(self._prove('sms', '+32485001122').partner_id, contact)

    def test_a_company_is_no_customer_with_a_phone(self):
        firm = self._contact(phone='+32485001122', is_company=True)
        self.assertNotEqual(self._prove('sms', '+32485001122').partner_id, firm)

    def test_phone_then_email_of_the_same_login_is_two_customers_until_staff_merge_them(self):
        by_phone, by_email = self._prove('sms', '+32485001122'), self._prove('email', 'carla@example.com')
        self.assertNotEqual(by_phone, by_email)
