"""What a decision brings: coupons, points and messages, written by SQL for one or for thousands."""
from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.mobile_campaign_issuing import KNOWN_MODULES
from ..tools import coupon_code
from .common import MobileCommon

# What differs from coupon to coupon.
OWN_COLUMNS = {'id', 'code', 'mobile_uuid'}


@tagged('-at_install', 'post_install')
class TestIssuing(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # No place sets it off, so that nobody has to agree to be located.
        cls.campaign.trigger = 'manual'

    def _decide(self, partners, cause='test', campaign=None, values=()):
        """Decide about these customers at once; return the decisions."""
        campaign = campaign or self.campaign
        candidates = SQL(
            """SELECT %s AS campaign_id, partner_id, NULL::integer AS event_id, NULL::integer AS device_id,
                      NULL::integer AS store_id, NULL::integer AS product_id, now() AT TIME ZONE 'UTC' AS occurred_at,
                      %s AS cause, NULL::integer AS run_id FROM unnest(%s) AS candidate (partner_id)""",
            campaign.id, cause, partners.ids)
        return self.env['mobile.decision']._decide(candidates, campaign).sorted('id')

    def _row(self, table, record_id):
        self.env.cr.execute(SQL('SELECT * FROM %s WHERE id = %s', SQL.identifier(table), record_id))
        return self.env.cr.dictfetchone()

    def _new_program(self, program_type, **values):
        defaults = self.env['loyalty.program']._program_type_default_values()[program_type]
        return self.env['loyalty.program'].create({
            'name': program_type, 'program_type': program_type, 'company_id': self.company.id,
            'currency_id': self.company.currency_id.id, **defaults, **values})

    # === COUPONS === #

    def test_a_coupon_is_what_the_orm_would_make(self):
        self.campaign.write({'store_ids': [Command.set((self.store_near + self.store_far).ids)], 'max_per_customer': 2,
                             'cooldown_hours': 0})
        self.assertTrue(self.campaign._can_insert_cards())
        self.startPatcher(patch.object(fields.Datetime, 'now', return_value=datetime(2026, 3, 2, 12, 0)))
        fast = self._decide(self.anna, 'fast').card_id
        Campaign = self.registry['mobile.campaign']
        with patch.object(Campaign, '_can_insert_cards', lambda _self: False):
            slow = self._decide(self.anna, 'slow').card_id
        self.env.flush_all()
        rows = [self._row('loyalty_card', card.id) for card in (fast, slow)]
        self.assertEqual(*({name: value for name, value in row.items() if name not in OWN_COLUMNS} for row in rows))
        self.assertEqual(fast.mobile_store_ids, self.store_near + self.store_far)
        self.assertEqual(slow.mobile_store_ids, fast.mobile_store_ids)
        for card in fast + slow:
            self.assertEqual(coupon_code.normalize(card.code), card.code)
            self.assertRegex(card.mobile_uuid, r'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
        self.assertEqual(fast.company_id, self.company)

    def test_a_code_that_exists_is_replaced_and_stops_nobody(self):
        taken = self._decide(self.anna).card_id.code
        codes = [taken, coupon_code.generate(), taken, coupon_code.generate()]
        with patch.object(coupon_code, 'generate_many', lambda count: [codes.pop(0) for _number in range(count)]):
            self.campaign.write({'max_per_customer': 2, 'cooldown_hours': 0})
            decisions = self._decide(self.anna + self.ben, 'again')
        self.assertEqual(codes, [], "twice the code was taken, so a third one was made")
        self.assertEqual([decision.card_id.partner_id for decision in decisions], [self.anna, self.ben])
        self.assertNotIn(taken, decisions.card_id.mapped('code'))
        self.assertEqual(len(decisions.message_id), 2)

    def test_who_hooks_into_the_creation_of_cards_is_asked(self):
        Card, made = self.registry['loyalty.card'], []
        create = Card.create

        def hook(cards, vals_list):
            made.extend(vals_list)
            return create(cards, vals_list)

        hook.__module__ = 'odoo.addons.base_automation.models.base_automation'
        with patch.object(Card, 'create', hook):
            self.assertFalse(self.campaign._can_insert_cards())
            decisions = self._decide(self.anna + self.ben)
        self.assertEqual([vals['partner_id'] for vals in made], decisions.partner_id.ids)
        self.assertEqual(decisions.card_id.partner_id, self.anna + self.ben)
        self.assertLessEqual(self.campaign._modules_of_cards(), KNOWN_MODULES)

    def test_a_default_of_another_module_is_kept(self):
        Card = self.env['loyalty.card']
        with patch.object(Card._fields['order_id'], 'default', lambda _model: False), \
                patch.object(Card._fields['expiration_date'], 'default', lambda _model: '2020-01-01'), \
                patch.object(Card._fields['holder_only'], 'default', lambda _model: False):
            columns = self.campaign._card_columns({'holder_only': True})
        self.assertEqual(columns['holder_only'].params, [True], "what the campaign says comes first")
        self.assertEqual(str(columns['expiration_date'].params[0]), '2020-01-01')
        self.assertEqual(columns['order_id'].params, [None])

    def test_many_take_no_more_statements_than_one(self):
        partners = self.env['res.partner'].create([{'name': f"Customer {number}"} for number in range(40)])
        self._decide(self.anna, 'warm')
        counts = []
        for each in (self.ben, partners):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            decisions = self._decide(each, 'many')
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(decisions.card_id.partner_id, each)
        self.assertEqual(counts[0], counts[1])

    # === MESSAGES === #

    def test_a_message_is_what_the_orm_would_make(self):
        self.startPatcher(patch.object(fields.Datetime, 'now', return_value=datetime(2026, 3, 2, 12, 0)))
        fast = self._decide(self.anna).message_id
        slow = self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'campaign_id': self.campaign.id,
            'card_id': fast.card_id.id, 'title': self.campaign.message_title, 'body': self.campaign.message_body,
            'link': self.campaign.message_link, 'expires_at': self.campaign._good_until(fields.Datetime.now()),
            'fallback_minutes': self.campaign.fallback_minutes}])
        self.env.flush_all()
        rows = [self._row('mobile_message', message.id) for message in (fast, slow)]
        self.assertEqual(*({name: value for name, value in row.items() if name not in ('id', 'uuid')} for row in rows))

    def test_each_variant_speaks_each_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.env['res.lang']._activate_lang('fr_FR')
        variant = self.env['mobile.campaign.variant'].create({
            'campaign_id': self.campaign.id, 'name': "B", 'message_title': "Variant", 'message_link': '/b'})
        variant.with_context(lang='de_DE').message_title = "Variante"
        self.campaign.with_context(lang='de_DE').write({'message_title': "Für dich", 'message_body': "Komm herein."})
        partners = self.anna + self.ben + self.env['res.partner'].create([{'name': "C"}, {'name': "D"}])
        for partner, lang in zip(partners, ('de_DE', 'fr_FR', 'de_DE', False), strict=True):
            partner.lang = lang
        decisions = self._decide(partners)
        decisions.message_id.sudo().unlink()
        decisions[:2].variant_id = False
        decisions[2:].variant_id = variant
        self.env.flush_all()
        self.campaign._tell({decision.id: decision.card_id.id for decision in decisions})
        decisions.invalidate_recordset()
        self.assertEqual([(decision.message_id.title, decision.message_id.body, decision.message_id.link)
                          for decision in decisions], [
            ("Für dich", "Komm herein.", False), ("15 % for you", "Come in, it is warm here.", False),
            ("Variante", False, '/b'), ("Variant", False, '/b')])

    def test_a_text_of_their_own_for_each_customer(self):
        Campaign = self.registry['mobile.campaign']

        def render(campaign, decisions):
            return [{'title': f"Hello {decision.partner_id.name}", 'body': decision.card_id.code, 'link': False}
                    for decision in decisions]

        with patch.object(Campaign, '_has_placeholders', lambda campaign, source: True), \
                patch.object(Campaign, '_render_messages', render):
            decisions = self._decide(self.anna + self.ben)
        self.assertEqual([(decision.message_id.title, decision.message_id.body) for decision in decisions], [
            ("Hello Anna Peeters", decisions[0].card_id.code), ("Hello Ben Maes", decisions[1].card_id.code)])

    # === KINDS OF PROGRAMS === #

    def _take_reward(self, order, card):
        """Enter the coupon on an order and take its reward; return what came off."""
        before = order.amount_untaxed
        rewards = order._try_apply_code(card.code)
        self.assertNotIn('error', rewards, rewards)
        [(coupon, reward)] = rewards.items()
        self.assertEqual(coupon, card)
        self.assertNotIn('error', order._apply_program_reward(reward[:1], coupon) or {})
        order._update_programs_and_rewards()
        return before - order.amount_untaxed

    def test_an_amount_off(self):
        self.program.reward_ids.write({'discount_mode': 'per_order', 'discount': 30.0})
        self.assertEqual(self._take_reward(self.make_order(self.anna), self._decide(self.anna).card_id), 30)

    def test_a_free_product(self):
        gift = self.env['product.product'].create({'name': "Socks", 'list_price': 9.0, 'taxes_id': [Command.clear()]})
        self.program.reward_ids.write({
            'reward_type': 'product', 'reward_product_id': gift.id, 'reward_product_qty': 1})
        order = self.make_order(self.anna)
        self._take_reward(order, self._decide(self.anna).card_id)
        self.assertEqual(order.order_line.filtered('is_reward_line').product_id, gift)
        self.assertEqual(order.amount_untaxed, 200)

    def test_buy_x_get_y_is_a_coupon_with_a_condition(self):
        """Odoo's own program of this name is for everybody, without a code; a coupon that asks for X is personal."""
        gift = self.env['product.product'].create({'name': "Socks", 'list_price': 9.0, 'taxes_id': [Command.clear()]})
        self.program.write({
            'rule_ids': [Command.create({'product_ids': [Command.set(self.product.ids)], 'minimum_qty': 3})]})
        self.program.reward_ids.write({
            'reward_type': 'product', 'reward_product_id': gift.id, 'reward_product_qty': 1})
        card = self._decide(self.anna).card_id
        self.assertIn('error', self.make_order(self.anna)._try_apply_code(card.code))
        order = self.make_order(self.anna, [(self.product, 3)])
        self._take_reward(order, card)
        self.assertEqual(order.order_line.filtered('is_reward_line').product_id, gift)
        order.action_confirm()
        self.assertEqual(card.mobile_status, 'redeemed')

    def test_a_coupon_for_the_next_order(self):
        program = self._new_program('next_order_coupons')
        program.rule_ids.minimum_amount = 10_000
        self.campaign.program_id = program
        card = self._decide(self.anna).card_id
        order = self.make_order(self.anna)
        self.assertGreater(self._take_reward(order, card), 0, "the customer has earned it, however small the order is")
        order.action_confirm()
        self.assertEqual(card.mobile_status, 'redeemed')
        self.assertIn('error', self.make_order(self.anna)._try_apply_code(card.code))

    def test_other_programs_cannot_be_chosen(self):
        domain = self.env['mobile.campaign']._fields['program_id'].domain
        for program_type in ('promotion', 'promo_code', 'buy_x_get_y', 'gift_card'):
            self.assertFalse(self._new_program(program_type).filtered_domain(domain), program_type)
        for program_type in ('coupons', 'next_order_coupons', 'loyalty', 'ewallet'):
            self.assertTrue(self._new_program(program_type).filtered_domain(domain), program_type)

    # === POINTS AND MONEY === #

    def _loyalty(self, **values):
        self.campaign.write({
            'program_id': self._new_program('loyalty').id, 'points_granted': 50, 'max_per_customer': 9,
            'cooldown_hours': 0, **values})
        return self.campaign.program_id

    def test_points_come_to_the_card_that_the_customer_has(self):
        program = self._loyalty()
        first, second = self.env['loyalty.card'].create(
            [{'program_id': program.id, 'partner_id': self.anna.id, 'points': points} for points in (20, 7)])
        decisions = self._decide(self.anna + self.ben)
        self.assertEqual((first.points, second.points), (70, 7))
        self.assertEqual(decisions[0].card_id, first)
        own = decisions[1].card_id
        self.assertEqual((own.partner_id, own.points, own.program_id, own.company_id), (
            self.ben, 50, program, self.company))
        self.assertFalse(own.holder_only or own.mobile_uuid or own.mobile_campaign_id or own.expiration_date,
                         "it is no coupon")
        lines = self.env['loyalty.history'].search([('card_id', 'in', decisions.card_id.ids)])
        self.assertEqual({(line.card_id, line.issued, line.used, line.order_model, line.order_id) for line in lines}, {
            (decision.card_id, 50, 0, 'mobile.decision', decision.id) for decision in decisions})
        self.assertEqual(decisions.message_id.card_id, decisions.card_id)

    def test_points_come_once_for_each_decision(self):
        self._loyalty()
        card = self._decide(self.anna, 'one').card_id
        self.assertFalse(self._decide(self.anna, 'one'), "the same cause again")
        self.assertEqual(card.points, 50)
        self._decide(self.anna, 'two')
        card.invalidate_recordset()
        self.assertEqual((card.points, len(card.history_ids)), (100, 2))

    def test_two_gifts_at_once_are_two(self):
        self._loyalty()
        decisions = self._decide(self.anna, 'one') + self._decide(self.anna, 'two')
        before = decisions.card_id.points
        self.campaign._credit(decisions.ids)
        decisions.card_id.invalidate_recordset()
        self.assertEqual(decisions.card_id.points, before + 100)

    def test_what_was_given_stays_in_the_budget(self):
        self._loyalty(budget_coupons=3)
        self._decide(self.anna + self.ben)
        self.campaign._recount_budget()
        self.assertEqual(self.campaign.budget_used, 2)
        self.campaign.program_id = self._new_program('ewallet')
        self.assertEqual(self.campaign.coupon_value, 50)

    def test_an_archived_card_stays_as_it_is(self):
        self._loyalty()
        old = self._decide(self.anna, 'one').card_id
        old.active = False
        new = self._decide(self.anna, 'two').card_id
        self.assertNotEqual(new, old)
        self.assertEqual((old.points, new.points), (50, 50))

    def test_a_card_that_is_anothers_now_keeps_nobody_from_points(self):
        self._loyalty()
        card = self._decide(self.anna, 'one').card_id
        card.partner_id = self.ben
        new = self._decide(self.anna, 'two').card_id
        self.assertEqual((new.partner_id, new.points, card.points), (self.anna, 50, 50))

    def test_money_in_the_e_wallet_pays(self):
        self.campaign.write({'program_id': self._new_program('ewallet').id, 'points_granted': 30})
        wallet = self._decide(self.anna).card_id
        order = self.make_order(self.anna)
        order._update_programs_and_rewards()
        rewards = order._get_claimable_rewards()
        self.assertIn(wallet, rewards)
        order._apply_program_reward(rewards[wallet][:1], wallet)
        order._update_programs_and_rewards()
        self.assertEqual(order.amount_total, 170)

    def test_points_pay_for_the_reward_of_their_program(self):
        program = self._loyalty(points_granted=200)
        program.reward_ids.write({'reward_type': 'discount', 'discount': 10, 'discount_mode': 'per_order',
                                  'required_points': 200})
        card = self._decide(self.anna).card_id
        order = self.make_order(self.anna)
        order._update_programs_and_rewards()
        rewards = order._get_claimable_rewards()
        self.assertIn(card, rewards)
        order._apply_program_reward(rewards[card][:1], card)
        self.assertEqual(order.amount_untaxed, 190)
