from datetime import date, datetime, timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.loyalty_card import CHANNELS
from .common import MobileCommon

STATUSES = ('available', 'upcoming', 'reserved', 'redeemed', 'expired', 'withdrawn')
NOON = datetime(2026, 3, 29, 12)
MOMENTS = st.none() | st.sampled_from((NOON, NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)))
COUPON = st.fixed_dictionaries({
    'mobile_valid_from': MOMENTS,
    'mobile_expires_at': MOMENTS,
    'expiration_date': st.none() | st.sampled_from((date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30))),
    'mobile_withdrawn_at': MOMENTS,
    'points': st.sampled_from((-1.0, 0.0, 1.0)),
    'active': st.booleans(),
})
REDEMPTIONS = st.lists(st.sampled_from(('void', 'held', 'confirmed')), max_size=3).filter(
    lambda states: len([state for state in states if state != 'void']) < 2)
ZONES = ('Pacific/Kiritimati', 'Europe/Brussels', 'America/Adak', False)


@tagged('-at_install', 'post_install')
class TestCouponStatus(MobileCommon):

    def setUp(self):
        super().setUp()
        self.Card = self.env['loyalty.card']

    def _card(self, **values):
        return self.Card.create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True, **values})

    def _redeem(self, card, state):
        return self.env['mobile.redemption'].create({
            'card_id': card.id, 'company_id': self.company.id, 'partner_id': self.anna.id, 'state': state,
            'order_ref': 'S1', 'store_id': self.store_near.id,
            'confirmed_at': fields.Datetime.now() if state == 'confirmed' else False,
            'voided_at': fields.Datetime.now() if state == 'void' else False})

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(COUPON, REDEMPTIONS, st.sampled_from(ZONES), st.booleans(), st.sampled_from((0, 9, 11, 13)))
    def test_lists_and_forms_say_the_same(self, values, redemptions, zone, open_program, hours):
        with self.env.cr.savepoint() as savepoint, freeze_time(NOON + timedelta(hours=hours)):
            self.company.partner_id.tz = zone
            self.program.active = open_program
            card = self._card()
            # A coupon that Odoo made has no instant, and the day is then the company's.
            card.write({**values, 'expiration_date': values['expiration_date']})
            for state in redemptions:
                self._redeem(card, state)
            card.invalidate_recordset()
            everything = self.Card.with_context(active_test=False)
            found = [status for status in STATUSES if everything.search(
                [('id', '=', card.id), ('mobile_status', '=', status)])]
            self.assertEqual(found, [card.mobile_status], (values, redemptions, zone))
            [(grouped, count)] = everything._read_group([('id', '=', card.id)], ['mobile_status'], ['__count'])
            self.assertEqual((grouped, count), (card.mobile_status, 1))
            self.assertTrue(card.filtered_domain([('mobile_status', 'in', found)]))
            savepoint.rollback()
            self.env.invalidate_all()

    def test_several_and_negated_statuses(self):
        available, early = self._card(), self._card(mobile_valid_from=fields.Datetime.now() + timedelta(hours=1))
        own = [('id', 'in', (available + early).ids)]
        self.assertEqual(self.Card.search([*own, ('mobile_status', 'in', ['available', 'upcoming'])]),
                         available + early)
        self.assertEqual(self.Card.search([*own, ('mobile_status', '!=', 'available')]), early)
        self.assertEqual(self.Card.search([*own, ('mobile_status', 'not in', ['expired', 'upcoming'])]), available)
        self.assertFalse(self.Card.search([*own, ('mobile_status', '=', False)]))
        self.assertEqual(self.Card.search(own, order='mobile_status desc, id')[0], early)

    # === WHERE IT COUNTS === #

    def test_a_coupon_counts_in_its_stores_only(self):
        card = self._card(mobile_store_ids=self.store_near.ids)

        def refusal(store):
            return card._mobile_refusal(self.anna, self.company, store=store, channel='till')

        self.assertIsNone(refusal(self.store_near))
        self.assertIn("in these stores only: Brussels Store", refusal(self.store_far))
        self.assertIn("Say which store", refusal(None))
        self.assertIn("Say which store", refusal(self.env['mobile.store']))
        # Nor does it count everywhere when its store is no more.
        self.store_near.active = False
        self.env.invalidate_all()
        self.assertIn("in these stores only: Brussels Store", refusal(self.store_far))
        self.assertIn("Say which store", refusal(None))
        self.assertIsNone(self._card()._mobile_refusal(self.anna, self.company, store=self.store_far))

    def test_an_order_that_names_its_store_takes_the_stores_coupons(self):
        card = self._card(mobile_store_ids=self.store_near.ids)
        order = self.make_order(self.anna)
        self.assertIn("Say which store", order._try_apply_code(card.code)['error'])
        order.mobile_store_id = self.store_far
        self.assertIn("in these stores only", order._try_apply_code(card.code)['error'])
        order.mobile_store_id = self.store_near
        self.assertIn(card, order._try_apply_code(card.code))
        order._apply_program_reward(self.program.reward_ids, card)
        order.mobile_store_id = self.store_far
        with self.assertRaisesRegex(UserError, "in these stores only"):
            order.action_confirm()

    def test_a_coupon_counts_on_its_channels_only(self):
        for value in (False, *dict(CHANNELS)):
            card = self._card(mobile_channels=value)
            for channel in ('sale', 'phone', 'till'):
                allowed = not value or channel in value.split('_')
                refusal = card._mobile_refusal(self.anna, self.company, channel=channel)
                self.assertEqual(refusal is None, allowed, (value, channel, refusal))
            self.assertEqual(set(card._mobile_channel_list()), set((value or 'sale_phone_till').split('_')))

    def test_campaigns_give_their_channels_and_stores(self):
        self.campaign.write({'coupon_channels': 'till', 'store_ids': self.store_near.ids})
        card = self.enter(self.phone, self.fence_near).card_id
        self.assertEqual((card.mobile_channels, card.mobile_store_ids), ('till', self.store_near))
        self.campaign.coupon_channels = False
        self.assertEqual(card.mobile_channels, 'till', "what was promised stays")
        self.assertIn("At the till", card._mobile_refusal(self.anna, self.company, store=self.store_near))

    def test_another_companys_coupon(self):
        other = self.env['res.company'].create({'name': "Other"})
        branch = self.env['res.company'].create({'name': "Branch", 'parent_id': self.company.id})
        card = self._card()
        self.assertIn("in this company", card._mobile_refusal(self.anna, other))
        self.assertIsNone(card._mobile_refusal(self.anna, branch))
        self.program.company_id = False
        self.assertIsNone(card._mobile_refusal(self.anna, other))

    # === WITHDRAWING === #

    def test_withdrawn_and_given_back(self):
        card, spent = self._card(), self._card()
        self._redeem(spent, 'confirmed')
        order = self.make_order(self.anna)
        order._try_apply_code(card.code)
        order._apply_program_reward(self.program.reward_ids, card)
        (card + spent).action_mobile_withdraw()
        self.assertEqual((card.mobile_status, spent.mobile_status), ('withdrawn', 'redeemed'))
        with self.assertRaisesRegex(UserError, "was withdrawn"):
            order.action_confirm()
        with self.assertRaisesRegex(UserError, "None of these"):
            (card + spent).action_mobile_withdraw()
        card.action_mobile_give_back()
        self.assertEqual(card.mobile_status, 'available')
        with self.assertRaisesRegex(UserError, "None of these"):
            card.action_mobile_give_back()
        order.action_confirm()
        self.assertEqual(card.mobile_status, 'redeemed')
        self.assertEqual([step['kind'] for step in card._mobile_history()][:3], ['issued', 'withdrawn', 'restored'])

    def test_who_is_at_the_till_keeps_the_coupon(self):
        card = self._card()
        held = self._redeem(card, 'held')
        with self.assertRaises(UserError):
            card.action_mobile_withdraw()
        # In the same instant: the withdrawal has not seen the reservation.
        card.mobile_withdrawn_at = fields.Datetime.now()
        self.assertEqual(card.mobile_status, 'reserved')
        held._void()
        self.assertEqual(card.mobile_status, 'withdrawn')

    def test_only_managers_withdraw(self):
        card = self._card()
        for user in (self.salesperson, self.anna_user):
            for action in (card.with_user(user).action_mobile_withdraw, card.with_user(user).action_mobile_give_back):
                with self.assertRaises(AccessError):
                    action()
        self.assertEqual(card.mobile_status, 'available')

    def test_cards_of_odoo_are_not_withdrawn(self):
        stock = self.Card.create({'program_id': self.program.id, 'points': 1})
        with self.assertRaises(UserError):
            stock.action_mobile_withdraw()

    # === HISTORY === #

    def test_the_history_of_a_coupon(self):
        with freeze_time('2026-05-01 10:00:00'):
            card = self._card(mobile_expires_at='2026-05-05 00:00:00')
            card.flush_recordset()
            self.env.cr.execute(
                'UPDATE loyalty_card SET create_date = %s WHERE id = %s', ('2026-05-01 10:00:00', card.id))
        with freeze_time('2026-05-02 10:00:00'):
            card.action_mobile_withdraw()
        with freeze_time('2026-05-03 10:00:00'):
            card.action_mobile_give_back()
        card.invalidate_recordset()
        with freeze_time('2026-05-06 10:00:00'):
            steps = card._mobile_history()
            self.assertEqual([(step['kind'], step['at'].day) for step in steps],
                             [('issued', 1), ('withdrawn', 2), ('restored', 3), ('expired', 5)])
            self.assertEqual(steps[1]['who'], self.env.user.name)
            self.assertNotIn(self.env.user.name, str(card._mobile_history(for_holder=True)))
            self.assertIn("Withdrawn", card.mobile_history)

    def test_the_history_is_inert(self):
        card = self._card()
        card.action_mobile_withdraw()
        step = self.env['mobile.coupon.step'].search([('card_id', '=', card.id)])
        with self.assertRaises(UserError):
            step.kind = 'restored'
        with self.assertRaises(UserError):
            step.unlink()
        for user, operations in ((self.salesperson, ('create', 'write', 'unlink')),
                                 (self.anna_user, ('read', 'create', 'write', 'unlink'))):
            for operation in operations:
                self.assertFalse(step.with_user(user).has_access(operation), operation)
        # Odoo's own history may be edited by its rights; nothing follows from it.
        self.env['loyalty.history'].create({'card_id': card.id, 'description': "A gift", 'issued': 100})
        card.history_ids.unlink()
        self.assertEqual((card.mobile_status, card.points), ('withdrawn', 1))

    def test_a_customer_reads_no_internals(self):
        card = self._card()
        self._redeem(card, 'confirmed')
        self.env['mobile.coupon.step']._log(card, 'printed', "Labels")
        redemption = card.mobile_redemption_ids
        mine = card._mobile_history(for_holder=True)
        self.assertEqual([step['kind'] for step in mine], ['issued', 'reserved', 'redeemed'])
        self.assertEqual(mine[-1]['where'], "Brussels Store")
        redemption.partner_id = self.ben
        self.assertEqual(card._mobile_history(for_holder=True)[-1]['where'], '')

    def test_all_within_one_second_keeps_its_order(self):
        card = self._card()
        redemption = self._redeem(card, 'confirmed')
        self.env.flush_all()
        for record, microsecond in ((card, 700_000), (redemption, 900_000)):
            self.env.cr.execute(SQL(
                'UPDATE %s SET create_date = %s WHERE id = %s', SQL.identifier(record._table),
                redemption.confirmed_at.replace(microsecond=microsecond), record.id))
        self.env.invalidate_all()
        self.assertEqual(
            [step['kind'] for step in card._mobile_history(for_holder=True)], ['issued', 'reserved', 'redeemed'])

    # === ONLY FOR ITS HOLDER === #

    def test_coupons_that_odoo_gives_out_are_their_holders(self):
        self.program.mobile_holder_only = True
        wizard = self.env['loyalty.generate.wizard'].create({
            'program_id': self.program.id, 'mode': 'selected', 'customer_ids': self.anna.ids, 'coupon_qty': 1})
        card = wizard.generate_coupons()
        self.assertTrue(card.holder_only and card.mobile_uuid)
        self.assertIn("belongs to another", self.make_order(self.ben)._try_apply_code(card.code)['error'])
        self.assertIn(card, self.make_order(self.anna)._try_apply_code(card.code))

    def test_coupons_given_out_before_become_their_holders(self):
        stock = self.Card.create({'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1,
                                  'code': '044b-1111-4222'})
        self.program.mobile_holder_only = True
        self.assertTrue(stock.holder_only)
        self.assertIn("belongs to another", self.make_order(self.ben)._try_apply_code('044b-1111-4222')['error'])
        self.assertIn(stock, self.make_order(self.anna)._try_apply_code('044b-1111-4222'))
        self.program.mobile_holder_only = False
        self.assertTrue(stock.holder_only, "a promise is kept")

    def test_the_next_orders_coupon_is_the_customers(self):
        program = self.env['loyalty.program'].create({
            'name': "Come back", 'program_type': 'next_order_coupons', 'applies_on': 'future', 'trigger': 'auto',
            'company_id': self.company.id, 'currency_id': self.company.currency_id.id, 'mobile_holder_only': True,
            'rule_ids': [(5, 0), (0, 0, {'minimum_amount': 1, 'reward_point_mode': 'order', 'reward_point_amount': 1})],
            'reward_ids': [(5, 0), (0, 0, {'reward_type': 'discount', 'discount': 10, 'required_points': 1})]})
        order = self.make_order(self.anna)
        order._update_programs_and_rewards()
        card = self.Card.search([('program_id', '=', program.id)])
        self.assertEqual((card.partner_id, card.holder_only), (self.anna, True))
        self.assertFalse(self.Card._mobile_offer(self.anna, self.company, card.mobile_uuid), "not before it is bought")
        order.action_confirm()
        self.assertEqual(self.Card._mobile_offer(self.anna, self.company, card.mobile_uuid), card)
        self.assertIn("belongs to another", self.make_order(self.ben)._try_apply_code(card.code)['error'])

    def test_what_is_spent_bit_by_bit_is_nobodys_alone(self):
        for program_type in ('gift_card', 'loyalty', 'promotion'):
            with self.assertRaisesRegex(UserError, "good for one use"):
                self.env['loyalty.program'].create(
                    {'name': "X", 'program_type': program_type, 'mobile_holder_only': True})

    # === BEARERS === #

    def test_a_bearers_coupon_counts_once_for_whoever_shows_it(self):
        card = self.Card.browse(self.Card._mobile_insert(['FLYER-0001'], {
            'program_id': self.program.id, 'company_id': self.company.id, 'points': 1, 'holder_only': False}).id)
        first, second = self.make_order(self.ben), self.make_order(self.anna)
        for order in (first, second):
            order._try_apply_code('flyer-0001')
            order._apply_program_reward(self.program.reward_ids, card)
        first.action_confirm()
        self.assertEqual(card.mobile_redemption_ids.partner_id, self.ben)
        with self.assertRaisesRegex(UserError, "already redeemed"):
            second.action_confirm()

    def test_a_bearers_coupon_that_is_claimed_is_its_holders(self):
        card = self.Card._mobile_insert(['FLYER-0002'], {
            'program_id': self.program.id, 'company_id': self.company.id, 'points': 1, 'holder_only': False})
        self.assertEqual(self.Card._mobile_claim('flyer-0002', self.anna, self.company), card)
        self.assertIn("belongs to another", card._mobile_refusal(self.ben, self.company))
        self.assertEqual([step['kind'] for step in card._mobile_history(for_holder=True)], ['issued', 'claimed'])

    def test_what_is_over_is_not_claimed(self):
        for values in ({'mobile_expires_at': fields.Datetime.now()}, {'points': 0},
                       {'mobile_withdrawn_at': fields.Datetime.now()}):
            card = self._card(partner_id=False, **values)
            self.assertFalse(self.Card._mobile_claim(card.code, self.anna, self.company), values)
        card = self._card(partner_id=False)
        self.program.active = False
        self.assertFalse(self.Card._mobile_claim(card.code, self.anna, self.company))
        self.assertFalse(card.partner_id)
        self.program.active = True
        early = self._card(partner_id=False, mobile_valid_from=fields.Datetime.now() + timedelta(days=1))
        self.assertEqual(self.Card._mobile_claim(early.code, self.anna, self.company), early)

    # === WHO SEES CODES === #

    def test_who_sees_codes(self):
        from odoo.tests import new_test_user
        user, manager = (new_test_user(
            self.env, group, groups=f'mobile_crm.group_mobile_crm_{group}', company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)]) for group in ('user', 'manager'))
        held, unclaimed = self._card(), self._card(partner_id=False)
        stock = self.Card.create({'program_id': self.program.id, 'points': 1})
        mine = [('id', 'in', (held + unclaimed + stock).ids)]
        self.assertEqual(self.Card.with_user(user).search(mine), held)
        self.assertEqual(self.Card.with_user(manager).search(mine), held + unclaimed)
        self.assertEqual(self.Card.with_user(self.salesperson).search(mine), held + unclaimed + stock)
