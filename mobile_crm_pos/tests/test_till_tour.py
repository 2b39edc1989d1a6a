from odoo.tests import HttpCase, tagged

from odoo.addons.mobile_crm.tools import member_card, till_code

from .till_common import TillCase


@tagged('-at_install', 'post_install', 'mobile_http')
class TestTillTour(TillCase, HttpCase):
    """A cashier at Odoo's own till, with the network and without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till_session.unlink()
        cls.cashier = cls.make_cashier('till_cashier')
        cls.env['loyalty.program'].search([('id', '!=', cls.program.id)]).active = False
        cls.mug.write({'available_in_pos': True, 'taxes_id': [(5,)]})
        cls.env['mobile.token']._issue(cls.phone)
        points = cls.env['loyalty.program'].create({
            'name': "Stars", 'program_type': 'loyalty', 'company_id': cls.company.id, 'portal_visible': True,
            'currency_id': cls.company.currency_id.id, 'portal_point_name': "Stars"})
        cls.env['loyalty.card'].create({'program_id': points.id, 'partner_id': cls.anna.id, 'points': 500})

    def make_coupon(self, partner):
        return self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': partner.id, 'points': 1, 'holder_only': True,
            'mobile_campaign_id': self.campaign.id})

    def qr(self, card):
        return self.env['mobile.coupon.pass']._issue(card, self.company)

    def test_a_cashier_redeems_coupons(self):
        online, offered, offline, spent = (
            self.make_coupon(partner) for partner in (self.anna, self.anna, self.ben, self.ben))
        order = self.make_order(self.ben).sudo()
        order._try_apply_code(spent.code)
        order._apply_program_reward(self.program.reward_ids, spent)
        order.action_confirm()
        self.assertEqual(spent.mobile_status, 'redeemed')
        self.company.mobile_approval_required = True
        # The browser takes longer than a customer who stands at the till.
        self.patch(member_card, 'LIFETIME', 600)
        _member, member, _expires_at = self.env['mobile.member.card']._issue(self.phone, self.anna, self.company)
        self.config.with_user(self.cashier).open_ui()
        self.start_tour(f'/pos/ui/{self.config.id}', 'MobileTillTour', login='till_cashier', timeout=180, cookies={
            'mobile_online': self.qr(online), 'mobile_code': online.code, 'mobile_member': member,
            'mobile_forged': self.qr(offline)[:-6] + 'AAAAAA', 'mobile_offline': self.qr(offline),
            'mobile_spent': self.qr(spent), 'mobile_nobody': till_code.derive('', '')})
        rows = self.env['mobile.redemption'].search([('pos_order_id', '!=', False)], order='id')
        self.assertEqual([(row.card_id, row.state, bool(row.accepted_at)) for row in rows], [
            (online, 'confirmed', False), (offline, 'confirmed', True), (spent, 'conflict', True)])
        self.assertEqual(rows.pos_order_id.mapped('state'), ['paid'] * 3)
        self.assertEqual(online.mobile_redemption_ids.sorted('id').mapped('void_reason'), ['cancelled', False])
        self.assertEqual(offered.mobile_redemption_ids.mapped('state'), ['void'])
        self.assertEqual(rows[0].pos_order_id.partner_id, self.anna)
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])
