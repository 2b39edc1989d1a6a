from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..tools.problems import Problem
from .approval_common import ApprovalCommon
from .basket_common import BasketCommon


@tagged('-at_install', 'post_install')
class TestBasketRewards(BasketCommon, ApprovalCommon):
    """Anna has 500 points, 200 of which are 5 % off, and 50 euro; see ``ApprovalCommon``."""

    def setUp(self):
        super().setUp()
        self.company.mobile_approval_required = True
        self.five_percent, self.money = self.loyalty.reward_ids, self.ewallet.reward_ids

    def _problem(self, basket, **values):
        """Return where and why a change is refused."""
        version = basket.version
        with self.assertRaises(Problem) as caught, self.env.cr.savepoint():
            self.edit(basket, **values)
        self.assertEqual(basket.version, version)
        [error] = caught.exception.errors
        return error['loc'], error['type']

    def _claims(self, basket):
        return {(one.reward, one.is_claimed): (one.cost, one.worth) for one in basket._facts().rewards}

    # === POINTS === #

    def test_claim_and_let_go(self):
        basket = self.basket([(self.mug, 10)])
        self.assertEqual(self._claims(basket), {
            (self.five_percent, False): (200.0, 4.0), (self.money, False): (50.0, 50.0)})
        self.edit(basket, rewards=[{'reward_id': self.five_percent.id}])
        self.assertEqual((basket.amount_total, basket.version), (76.0, 2))
        self.assertEqual(self._claims(basket)[self.five_percent, True], (200.0, 4.0))
        # The customer's own phone has asked for it: nobody has to ask it again.
        approval = basket.order_id.sudo().mobile_approval_ids
        self.assertEqual((approval.state, approval.points, approval.device_id, approval.partner_id),
                         ('approved', 200.0, self.phone, self.anna))
        self.assertFalse(basket.order_id._mobile_is_waiting())
        self.assertFalse(self.env['mobile.message'].search([('partner_id', '=', self.anna.id)]))
        self.edit(basket, rewards=[
            {'reward_id': self.five_percent.id, 'card_id': self.anna_card.id}, {'reward_id': self.money.id}])
        self.assertEqual(basket.amount_total, 26.0)
        self.edit(basket, rewards=[{'reward_id': self.money.id}])
        self.assertEqual(basket.amount_total, 30.0)
        self.edit(basket, rewards=[])
        self.assertEqual((basket.amount_total, self.anna_card.points, self.anna_ewallet.points), (80.0, 500.0, 50.0))
        self.assertEqual(set(basket.order_id.sudo().mobile_approval_ids.mapped('state')), {'cancelled'})

    def test_what_is_claimed_grows_with_the_basket(self):
        basket = self.basket([(self.mug, 1)])
        self.edit(basket, rewards=[{'reward_id': self.money.id}])
        self.assertEqual(basket.amount_total, 0.0)
        self.add(basket, [(self.mug, 2)])
        self.assertEqual(basket.amount_total, 0.0)
        approvals = basket.order_id.sudo().mobile_approval_ids.filtered(lambda one: one.state == 'approved')
        self.assertEqual((approvals.points, basket.order_id._mobile_is_waiting()), (24.0, False))

    def test_confirmed_takes_what_was_claimed(self):
        basket = self.basket([(self.mug, 10)])
        self.edit(basket, rewards=[{'reward_id': self.five_percent.id}])
        basket.order_id.action_confirm()
        # As Odoo counts: what a program takes off it takes no points away.
        self.assertEqual(self.anna_card.points, 500 - 200 + 80)
        self.assertEqual((basket.order_id.amount_total, basket.state), (76.0, 'sold'))

    def test_only_ones_own(self):
        bens = self._make_card(self.loyalty, self.ben, 500)
        basket = self.basket([(self.mug, 10)])
        refused = (['body', 'rewards', 0, 'reward_id'], 'not_claimable')
        for wanted in ({'reward_id': self.five_percent.id, 'card_id': bens.id},
                       {'reward_id': self.five_percent.id, 'card_id': self.anna_ewallet.id},
                       {'reward_id': self.program.reward_ids.id}, {'reward_id': 2 ** 31 - 1}):
            self.assertEqual(self._problem(basket, rewards=[wanted]), refused)
        self.anna_card.points = 100
        self.assertEqual(self._problem(basket, rewards=[{'reward_id': self.five_percent.id}]), refused)

    def test_choose_one_of_several(self):
        gift = self.env['loyalty.program'].create({
            'name': "A gift", 'program_type': 'promotion', 'trigger': 'auto', 'applies_on': 'current',
            'company_id': self.company.id, 'rule_ids': [Command.clear(), Command.create({'minimum_amount': 10})],
            'reward_ids': [Command.clear(), Command.create({
                'reward_type': 'product', 'reward_product_tag_id': self.env['product.tag'].create({
                    'name': "Gifts", 'product_product_ids': [Command.set((self.milk + self.bread).ids)]}).id})]})
        basket = self.basket([(self.mug, 2)])
        self.assertEqual(basket.amount_total, 16.0, "nobody has chosen yet")
        [one] = [one for one in basket._facts().rewards if one.reward == gift.reward_ids]
        self.assertEqual((one.products, one.is_claimed), (self.milk + self.bread, False))
        loc = ['body', 'rewards', 0, 'product_id']
        for product in (None, self.mug.id):
            wanted = [{'reward_id': gift.reward_ids.id, 'product_id': product}]
            self.assertEqual(self._problem(basket, rewards=wanted)[0], loc)
        for product in (self.bread, self.milk):
            self.edit(basket, rewards=[{'reward_id': gift.reward_ids.id, 'product_id': product.id}])
            self.assertEqual(basket.order_id.order_line.filtered('reward_id').product_id, product)
        self.assertEqual(basket.amount_total, 16.0)

    # === COUPONS === #

    def test_offers_one_can_use(self):
        mine, bens = self.make_offer(), self.make_offer(partner=self.ben)
        early = self.make_offer(mobile_valid_from=fields.Datetime.now() + timedelta(days=1))
        elsewhere = self.make_offer(mobile_store_ids=[Command.set(self.store_far.ids)])
        basket = self.basket([(self.mug, 10)])
        self.assertEqual(basket._facts().usable, mine)
        for card, kind in ((bens, 'not_found'), (early, 'coupon_not_yet_valid'), (elsewhere, 'coupon_wrong_store')):
            self.assertEqual(self._problem(basket, offer_ids=[card.mobile_uuid]), (['body', 'offer_ids', 0], kind))
        self.assertEqual(self._problem(basket, offer_ids=[mine.mobile_uuid, uuid4()]),
                         (['body', 'offer_ids', 1], 'not_found'))
        self.edit(basket, offer_ids=[mine.mobile_uuid])
        facts = basket._facts()
        self.assertEqual((facts.offers, facts.usable, basket.amount_total), (mine, self.env['loyalty.card'], 68.0))
        self.assertTrue(self.basket([(self.mug, 1)], partner=self.ben, offer_ids=[bens.mobile_uuid]))

    def test_lost_elsewhere(self):
        for lose, code in (
            (lambda card: self.env['mobile.redemption']._reserve(card, self.company, 'till', "T 1"), 'coupon_held'),
            (lambda card: card.write({'mobile_expires_at': fields.Datetime.now() - timedelta(seconds=1)}),
             'coupon_expired'),
        ):
            card = self.make_offer()
            basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
            lose(card)
            self.assertTrue(basket._price())
            [change] = basket.changes
            self.assertEqual((change['code'], change['offer_id'], change['reason']),
                             ('offer_gone', card.mobile_uuid, code))
            self.assertEqual((basket.amount_total, basket.version), (80.0, 2))
            basket._give_up('cancelled')

    def test_its_conditions_end(self):
        self.program.rule_ids = [Command.create({'minimum_amount': 50})]
        card = self.make_offer()
        basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
        self.edit(basket, lines=[(self.mug, 1)])
        [change] = basket.changes
        self.assertEqual((change['code'], change['reason'], basket.amount_total), ('offer_gone', 'conditions', 8.0))
        self.assertEqual(self._problem(basket, offer_ids=[card.mobile_uuid]),
                         (['body', 'offer_ids', 0], 'coupon_refused'))
