"""What the tests of points and their approval work with."""
from odoo.fields import Command

from .common import MobileCommon


class ApprovalCommon(MobileCommon):
    """Anna has points and an e-wallet.

    :cvar loyalty: 200 points are 5 % off
    :cvar anna_card: 500 points
    :cvar ewallet, anna_ewallet: 50 euro
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whatever programs the database has: only ours count here.
        cls.env['loyalty.program'].sudo().search([('id', '!=', cls.program.id)]).active = False
        cls.loyalty = cls._make_program('loyalty', "Points")
        cls.ewallet = cls._make_program('ewallet', "Wallet")
        cls.anna_card = cls._make_card(cls.loyalty, cls.anna, 500)
        cls.anna_ewallet = cls._make_card(cls.ewallet, cls.anna, 50)

    @classmethod
    def _make_program(cls, program_type, name, company=None):
        reward = {
            'loyalty': {'discount': 5, 'discount_mode': 'percent', 'required_points': 200},
            'ewallet': {'discount': 1, 'discount_mode': 'per_point', 'required_points': 1},
            'gift_card': {'discount': 1, 'discount_mode': 'per_point', 'required_points': 1},
        }[program_type]
        company = company or cls.company
        return cls.env['loyalty.program'].create({
            'name': name,
            'program_type': program_type,
            'company_id': company.id,
            'currency_id': company.currency_id.id,
            'applies_on': 'both' if program_type == 'loyalty' else 'future',
            'trigger': 'auto',
            'portal_visible': True,
            'portal_point_name': "Stars" if program_type == 'loyalty' else company.currency_id.symbol,
            'rule_ids': [Command.clear(), Command.create({'reward_point_mode': 'money', 'reward_point_amount': 1})]
            if program_type == 'loyalty' else [Command.clear()],
            'reward_ids': [Command.clear(), Command.create({
                'reward_type': 'discount', 'discount_applicability': 'order', **reward})],
        })

    @classmethod
    def _make_card(cls, program, partner, points, **values):
        return cls.env['loyalty.card'].create({
            'program_id': program.id, 'partner_id': partner.id, 'points': points, **values})

    def spend(self, card=None, lines=None, partner=None):
        """Return a quotation of the salesperson on which a card's reward was taken."""
        card = card or self.anna_card
        order = self.make_order(partner or self.anna, lines)
        order._update_programs_and_rewards()
        self.take(order, card)
        return order

    def take(self, order, card):
        """Take a card's reward as the wizard does."""
        self.assertEqual(order._apply_program_reward(card.program_id.reward_ids, card.with_env(order.env)), {})
        order._update_programs_and_rewards()

    def asked(self, order):
        """Return the questions about an order, oldest first."""
        return self.env['mobile.approval'].search([('order_id', '=', order.id)], order='id')
