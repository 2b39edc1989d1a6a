from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import MobileCommon

ANNAS = '+32475112233'


@tagged('-at_install', 'post_install')
class TestDuplicate(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, login='mobile_crm_manager', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    def _contact(self, **values):
        return self.env['res.partner'].create({'name': "Anna", 'country_id': self.env.ref('base.be').id, **values})

    def _found(self, address=ANNAS, user=None):
        """Return (contact, standing) pairs of those who share an address, as a member of staff sees them."""
        rows = self.env['mobile.duplicate'].with_user(user or self.manager).with_company(self.company).search(
            [('address', '=', address)])
        return {(row.partner_id, row.standing) for row in rows}

    # === WHO IS LISTED === #

    def test_a_contact_with_a_customers_number(self):
        self.assertFalse(self._found())
        contact = self._contact(phone='0475 11 22 33')
        self.assertEqual(self._found(), {(self.anna, '1_verified'), (contact, '3_written')})

    def test_a_contact_with_a_customers_email(self):
        self.anna.mobile_verified_email = 'anna@mobile-crm.example'
        contact = self._contact(email='Anna@mobile-crm.example')
        self.assertEqual(self._found('anna@mobile-crm.example'), {(self.anna, '1_verified'), (contact, '3_written')})
        # Also an address that the customer has merely written down.
        self.ben.email = 'ben@mobile-crm.example'
        other = self._contact(email='ben@mobile-crm.example')
        self.assertEqual(self._found('ben@mobile-crm.example'), {(self.ben, '3_written'), (other, '3_written')})

    def test_a_contested_number(self):
        self.anna_user._mobile_change_address('sms', self.ben.mobile_verified_phone)
        self.assertEqual(self._found(self.ben.mobile_verified_phone),
                         {(self.ben, '1_verified'), (self.anna, '2_contested')})

    def test_who_is_not_listed(self):
        self._contact(phone='+32470000001')
        self._contact(phone='+32470000001')
        self.assertFalse(self._found('+32470000001'), "neither is a customer")
        self._contact(phone=ANNAS, active=False)
        self._contact(phone=ANNAS, is_company=True)
        self._contact(phone=ANNAS, type='delivery', parent_id=self.anna.id)
        self._contact(phone=ANNAS, parent_id=self.company.partner_id.id)
        self.assertFalse(self._found())

    def test_other_companies(self):
        other = self.env['res.company'].create({'name': "Other"})
        elsewhere = self._contact(phone=ANNAS, company_id=other.id)
        rows = self.env['mobile.duplicate'].with_user(self.manager).search([('address', '=', ANNAS)])
        self.assertEqual(rows.partner_id, self.anna)
        with self.assertRaises(UserError):
            rows.action_merge()
        self.manager.company_ids += other
        for companies, partners in (
            (self.company, self.anna), (self.company + other, self.anna + elsewhere),
        ):
            found = rows.with_context(allowed_company_ids=companies.ids).search([('address', '=', ANNAS)])
            self.assertEqual(found.partner_id, partners)

    def test_only_managers_see_the_list(self):
        for user in (self.salesperson, self.anna_user, self.env.ref('base.public_user')):
            with self.assertRaises(AccessError):
                self.env['mobile.duplicate'].with_user(user).search([])

    def test_each_row_is_read_again_by_its_id(self):
        contact = self._contact(phone=ANNAS, email='anna@mobile-crm.example')
        self.anna.mobile_verified_email = 'anna@mobile-crm.example'
        rows = self.env['mobile.duplicate'].search([('partner_id', 'in', (self.anna + contact).ids)])
        self.assertEqual(len(rows), 4)
        before = {row.id: (row.address, row.partner_id) for row in rows}
        self.env.invalidate_all()
        self.assertEqual({row_id: (row.address, row.partner_id) for row_id in before
                          for row in self.env['mobile.duplicate'].browse(row_id)}, before)

    # === MERGING === #

    def _merge(self, *partners, into):
        row = self.env['mobile.duplicate'].with_user(self.manager).search(
            [('partner_id', '=', partners[0].id)], limit=1)
        action = row.action_merge()
        wizard = self.env[action['res_model']].with_user(self.manager).with_context(**action['context']).create({})
        self.assertEqual(wizard.partner_ids, self.env['res.partner'].concat(*partners))
        wizard.dst_partner_id = into
        wizard.action_merge()
        self.env.invalidate_all()

    def test_a_contact_is_merged_into_its_customer(self):
        contact = self._contact(phone=ANNAS, function="Baker")
        self._merge(self.anna, contact, into=self.anna)
        self.assertFalse(contact.exists())
        self.assertEqual((self.anna.function, self.anna.mobile_device_ids), ("Baker", self.phone))
        self.assertFalse(self._found())

    def test_a_customer_is_merged_into_the_contact(self):
        contact = self._contact(phone=ANNAS)
        event = self.env['mobile.event'].search([('id', 'in', self.enter(self.phone, self.fence_near).event_id.ids)])
        coupon = event.decision_ids.card_id
        token = self.env['mobile.token']._issue(self.phone)['access_token']
        anna = self.anna
        self._merge(anna, contact, into=contact)
        self.assertFalse(anna.exists())
        self.assertEqual((self.phone.partner_id, event.partner_id, coupon.partner_id, coupon.holder_only),
                         (contact, contact, contact, True))
        self.assertEqual(self.env['mobile.token']._authenticate(token).partner_id, contact.id)
        self.assertEqual(self.env['res.users']._mobile_sign_in(self._make_device(), 'sms', ANNAS).partner_id, contact)

    def test_two_customers_become_one(self):
        for into, kept in ((self.ben, self.ben_user), (self.anna, self.anna_user)):
            with self.subTest(into=into.name), self.env.cr.savepoint() as savepoint:
                self._assert_two_become_one(into, kept)
                savepoint.rollback()
            self.env.invalidate_all()

    def _assert_two_become_one(self, into, kept):
        anna, ben = self.anna, self.ben
        devices = self.phone + self.phone_ben
        coupons = devices.mapped(lambda device: self.enter(device, self.fence_near).card_id)
        for partner in anna + ben:
            # Both were asked about the same occasion.
            self.env['mobile.decision'].sudo().create({
                'campaign_id': self.campaign.id, 'company_id': self.company.id, 'partner_id': partner.id,
                'cause': 'broadcast', 'outcome': 'withheld', 'reason': 'holdout'})
        tokens = [self.env['mobile.token']._issue(device) for device in devices]
        self.anna_user._mobile_change_address('sms', ben.mobile_verified_phone)
        self._merge(ben, anna, into=into)
        self.assertEqual(len((anna + ben).exists()), 1)
        self.assertEqual((self.anna_user + self.ben_user).exists(), kept)
        self.assertEqual((devices.user_id, devices.partner_id, coupons.partner_id), (kept, into, into))
        for pair in tokens:
            caller = self.env['mobile.token']._authenticate(pair['access_token'])
            self.assertEqual((caller.user_id, caller.partner_id), (kept.id, into.id))
            self.assertIn('access_token', self.env['mobile.token']._rotate(pair['refresh_token'], self.app.id))
        decisions = self.env['mobile.decision'].search([('partner_id', '=', into.id)], order='slot')
        answers = decisions.filtered(lambda decision: decision.outcome == 'withheld')
        self.assertEqual(len(set(answers.mapped('cause'))), 2)
        decisions -= answers
        self.assertEqual(
            (decisions.card_id, decisions.mapped('slot'), decisions.mapped('turn')), (coupons, [1, 2], [1, 2]))
        self.assertFalse(into.mobile_contested_phone)
        self.assertFalse(self._found(into.mobile_verified_phone))
        self.assertEqual(
            self.env['res.users']._mobile_sign_in(self._make_device(), 'sms', into.mobile_verified_phone), kept)

    def test_only_managers_make_one_account_of_two(self):
        """Whoever may edit contacts could else merge their own account with a customer's, and spend its points."""
        self.salesperson.group_ids += self.env.ref('base.group_partner_manager')
        wizard = self.env['base.partner.merge.automatic.wizard'].with_user(self.salesperson)
        with self.assertRaisesRegex(UserError, "more than one user"):
            wizard._merge((self.anna + self.ben).ids, self.ben.with_env(wizard.env))
        self.assertEqual(len((self.anna_user + self.ben_user).exists()), 2)

    def test_the_account_that_stays_is_that_of_the_contact_that_stays(self):
        """Also where Odoo chooses the contact."""
        wizard = self.env['base.partner.merge.automatic.wizard'].with_user(self.manager)
        stays = wizard._get_ordered_partner((self.anna + self.ben).ids)[-1]
        account = stays.user_ids
        wizard._merge((self.anna + self.ben).ids)
        self.env.invalidate_all()
        self.assertEqual((self.anna_user + self.ben_user).exists(), account)
        self.assertEqual(account.login, stays.mobile_verified_phone)

    def test_accounts_that_are_not_customers_own_are_left_to_odoo(self):
        self.anna_user._mobile_change_address('sms', self.ben.mobile_verified_phone)
        for spoil in (
            lambda: self.anna_user.write({'active': False}),
            lambda: self.anna_user.write({'group_ids': [Command.set(self.env.ref('base.group_user').ids)]}),
        ):
            with self.env.cr.savepoint() as savepoint:
                spoil()
                with self.assertRaises(UserError):
                    self._merge(self.ben, self.anna, into=self.ben)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(len((self.anna_user + self.ben_user).exists()), 2)
