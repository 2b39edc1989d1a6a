from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from .common import MobileCommon


class ResultsCommon(MobileCommon):
    """A campaign with two variants whose offers have been used in all sorts of ways.

    The rain jacket is sold for 100 and costs 40; an order has two of them, and the coupon takes 15 % off.

    :cvar other_company: with a campaign of its own (``other_campaign``)
    :cvar variant_warm, variant_dry: of ``campaign``
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['account.chart.template'].try_loading('generic_coa', company=cls.company, install_demo=False)
        # The chart brings its own.
        cls.company.currency_id = cls.env.ref('base.EUR')
        cls.product.standard_price = 40
        cls.product.invoice_policy = 'order'
        cls.variant_warm, cls.variant_dry = cls.env['mobile.campaign.variant'].create([
            {'name': name, 'campaign_id': cls.campaign.id, 'message_title': name} for name in ("Warm", "Dry")])
        cls.now = fields.Datetime.now()
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.env.user.company_ids += cls.other_company
        cls.other_campaign = cls.env['mobile.campaign'].with_context(
            allowed_company_ids=[cls.other_company.id]).create({
                'name': "Elsewhere", 'message_title': "Elsewhere", 'company_id': cls.other_company.id,
                'program_id': cls.program.copy({'company_id': cls.other_company.id}).id})

    @classmethod
    def _partner(cls, name="Customer"):
        return cls.env['res.partner'].create({'name': name})

    @classmethod
    def _decide(cls, partner=None, campaign=None, reason='passed', ago=1, **values):
        """Return a decision that was made some days ago."""
        campaign = campaign or cls.campaign
        return cls.env['mobile.decision'].create({
            'campaign_id': campaign.id, 'company_id': campaign.company_id.id,
            'partner_id': (partner or cls._partner()).id, 'reason': reason, 'cause': str(uuid4()),
            'outcome': 'sent' if reason == 'passed' else 'withheld', 'decided_at': cls.now - timedelta(days=ago),
            **values})

    @classmethod
    def _offer(cls, partner=None, campaign=None, **values):
        """Return a decision with a coupon and a message in the app's inbox."""
        decision = cls._decide(partner, campaign, **values)
        decision.card_id = decision.campaign_id._issue_coupons({decision.id: decision.partner_id.id})[decision.id]
        decision.message_id = cls.env['mobile.message'].create({
            'partner_id': decision.partner_id.id, 'company_id': decision.company_id.id, 'title': "For you",
            'campaign_id': decision.campaign_id.id, 'card_id': decision.card_id.id, 'state': 'sent',
            'sent_at': decision.decided_at})
        return decision

    @classmethod
    def _order(cls, partner, **values):
        return cls.env['sale.order'].create({
            'partner_id': partner.id, 'company_id': cls.company.id,
            'order_line': [Command.create({'product_id': cls.product.id, 'product_uom_qty': 2})], **values})

    @classmethod
    def _buy(cls, decision, **values):
        """Return a confirmed order on which the coupon of a decision was used."""
        order = cls._order(decision.partner_id, **values)
        order._try_apply_code(decision.card_id.code)
        order._apply_program_reward(decision.card_id.program_id.reward_ids, decision.card_id)
        order.action_confirm()
        return order

    @classmethod
    def _invoice(cls, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, **quantities):
        """Return the posted credit note of an invoice, whole or of so many pieces of the goods.

        :param float pieces: without the coupon's line.
        :param float goodwill: money back beside the goods, instead of them.
        """
        note = invoice._reverse_moves([{'invoice_date': invoice.invoice_date}])
        if 'pieces' in quantities:
            goods = note.invoice_line_ids.filtered(lambda line: line.product_id == cls.product)
            note.write({'invoice_line_ids': [
                *(Command.delete(line.id) for line in note.invoice_line_ids - goods),
                Command.update(goods.id, {'quantity': quantities['pieces']})]})
        if 'goodwill' in quantities:
            note.write({'invoice_line_ids': [
                *(Command.delete(line.id) for line in note.invoice_line_ids),
                Command.create({'name': "Sorry", 'quantity': 1, 'price_unit': quantities['goodwill'],
                                'tax_ids': [Command.clear()]})]})
        note.action_post()
        return note

    @classmethod
    def _redeem_at_till(cls, decision, state='confirmed', **values):
        """Return a redemption that no order of Odoo knows."""
        return cls.env['mobile.redemption'].create({
            'card_id': decision.card_id.id, 'partner_id': decision.partner_id.id, 'company_id': decision.company_id.id,
            'channel': 'till', 'order_ref': 'T-1', 'confirmed_at': cls.now, 'state': state, **values})

    def sums(self, *names, domain=(), campaign=None):
        """Return sums of the report over a campaign."""
        (row,) = self.env['mobile.campaign.report']._read_group(
            [('campaign_id', '=', (campaign or self.campaign).id), *domain], [], [f'{name}:sum' for name in names])
        return tuple(round(value or 0, 2) for value in row)

    def money(self, **kwargs):
        return self.sums('redeemed', 'revenue', 'discount', 'cost', 'margin', **kwargs)


@tagged('-at_install', 'post_install')
class TestCampaignReport(ResultsCommon):
    """What each way of using an offer is worth."""

    def test_an_order_counts_until_it_is_invoiced(self):
        self._buy(self._offer())
        self.assertEqual(self.money(), (1, 170, 30, 80, 90))

    def test_an_invoice_takes_its_place(self):
        order = self._buy(self._offer())
        invoice = order._create_invoices()
        invoice.invoice_line_ids.filtered(lambda line: line.product_id == self.product).quantity = 1
        self.assertEqual(self.money(), (1, 170, 30, 80, 90), "a draft is nothing yet")
        invoice.action_post()
        self.assertEqual(self.money(), (1, 70, 30, 40, 30), "one of the jackets is invoiced")

    def test_a_credit_note_takes_its_part_away(self):
        self._credit(self._invoice(self._buy(self._offer())), pieces=1)
        self.assertEqual(self.money(), (1, 70, 30, 40, 30))

    def test_what_is_credited_beside_the_goods_costs_no_goods(self):
        self._credit(self._invoice(self._buy(self._offer())), goodwill=20)
        self.assertEqual(self.money(), (1, 150, 30, 80, 70))

    def test_goodwill_is_shared_by_the_orders_of_an_invoice(self):
        customer = self._partner()
        bought, plain = self._buy(self._offer(customer)), self._order(customer)
        plain.action_confirm()
        invoice = (bought + plain)._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self._credit(invoice, goodwill=20)
        self.assertEqual(self.sums('revenue'), (160,))

    def test_an_order_that_is_credited_as_a_whole_is_worth_nothing(self):
        self._credit(self._invoice(self._buy(self._offer())))
        self.assertEqual(self.money()[1:], (0, 0, 0, 0))

    def test_other_currencies_count_in_the_companys(self):
        dollar = self.env.ref('base.USD')
        dollar.active = True
        self.product.company_id = self.company
        self.env['res.currency.rate'].create({
            'currency_id': dollar.id, 'company_id': self.company.id, 'rate': 2, 'name': '2020-01-01'})
        pricelist = self.env['product.pricelist'].create({
            'name': "Dollar", 'currency_id': dollar.id, 'company_id': self.company.id})
        order = self._buy(self._offer(), pricelist_id=pricelist.id)
        self.assertEqual((order.currency_id, order.amount_untaxed), (dollar, 340))
        self.assertEqual(self.money(), (1, 170, 30, 80, 90))
        self._credit(self._invoice(order), pieces=1)
        self.assertEqual(self.money(), (1, 70, 30, 40, 30))

    def test_a_dozen_costs_twelve_times_as_much(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        self.product.uom_ids += dozen
        order = self._buy(self._offer(), order_line=[Command.create({
            'product_id': self.product.id, 'product_uom_qty': 1, 'product_uom_id': dozen.id, 'price_unit': 1200})])
        self.assertEqual(self.money(), (1, 1020, 180, 480, 540))
        self._invoice(order)
        self.assertEqual(self.money(), (1, 1020, 180, 480, 540))

    def test_a_cancelled_order_is_worth_nothing(self):
        self._buy(self._offer())._action_cancel()
        self.assertEqual(self.money(), (0, 0, 0, 0, 0))

    def test_a_till_without_an_order_tells_no_cost(self):
        self._redeem_at_till(self._offer(), revenue=50, discount=5)
        self.assertEqual(self.money(), (1, 50, 5, 0, 0))

    def test_a_conflict_costs_and_brings_nothing(self):
        self._buy(self._offer())
        self._redeem_at_till(self._offer(), 'conflict', revenue=50, discount=5)
        self._redeem_at_till(self._offer(), 'held', revenue=50, discount=5)
        self.assertEqual(self.money(), (1, 170, 35, 80, 90))
        self.assertEqual(self.sums('conflicts'), (1,))

    def test_coupons_share_their_order(self):
        first, second = self._offer(), self._offer()
        order = self._buy(first)
        self._redeem_at_till(second, order_id=order.id, revenue=170, discount=10)
        self.assertEqual(self.money(), (2, 170, 40, 80, 90))

    def test_costs_that_sale_margin_wrote_down_come_first(self):
        """That addon is not needed; where it is installed, its column has the cost of the day of the sale."""
        order = self._buy(self._offer())
        self.env.flush_all()
        self.env.cr.execute('ALTER TABLE sale_order_line ADD COLUMN IF NOT EXISTS purchase_price numeric')
        self.env.cr.execute(SQL(
            'UPDATE sale_order_line SET purchase_price = 25 WHERE order_id = %s AND product_id = %s', order.id,
            self.product.id))
        self.patch(self.env.registry['mobile.campaign.report'], '_knows_costs', lambda self: True)
        self.assertEqual(self.money(), (1, 170, 30, 50, 120))
        self._invoice(order)
        self.assertEqual(self.money(), (1, 170, 30, 50, 120))

    def test_another_company_is_not_seen(self):
        self._offer()
        offer = self._offer(campaign=self.other_campaign)
        self._redeem_at_till(offer, revenue=50)
        user = new_test_user(
            self.env, 'results_user', groups='mobile_crm.group_mobile_crm_user', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        Report = self.env(user=user, context={})['mobile.campaign.report']
        self.assertEqual(Report.search([]).campaign_id, self.campaign)
        user.company_ids += self.other_company
        both = Report.with_context(allowed_company_ids=(self.company + self.other_company).ids)
        self.assertEqual(both.search([]).campaign_id, self.campaign + self.other_campaign)
        with self.assertRaises(AccessError):
            Report._read_group([], [], ['margin:sum'])
        with self.assertRaises(AccessError):
            self.other_campaign.with_user(user).with_context(allowed_company_ids=self.company.ids).get_results()

    def test_a_visit_counts_in_time_and_at_the_right_store(self):
        def visit(partner, store, hours):
            entered_at = self.now - timedelta(days=5) + timedelta(hours=hours)
            self.env['mobile.visit'].create({
                'partner_id': partner.id, 'store_id': store.id, 'company_id': store.company_id.id,
                'entered_at': entered_at, 'left_at': entered_at + timedelta(minutes=9)})

        self.campaign.write({'store_ids': self.store_near.ids, 'visit_hours': 24})
        for store, hours in (
                (self.store_near, 24), (self.store_near, -1), (self.store_near, 25), (self.store_far, 1)):
            visit(self._offer(ago=5).partner_id, store, hours)
        twice = self._offer(ago=5).partner_id
        visit(twice, self.store_near, 1)
        visit(twice, self.store_near, 2)
        visit(self._decide(reason='holdout', ago=5).partner_id, self.store_near, 1)
        self.assertEqual(self.sums('decided', 'sent', 'visited'), (6, 5, 2))
        self.campaign.write({'store_ids': [Command.clear()], 'visit_hours': 25})
        self.assertEqual(self.sums('visited'), (4,))

    def test_delivered_is_what_somebody_has_told_of(self):
        """A message in the inbox that nobody has told of may be on no phone at all."""
        self._offer()
        now = fields.Datetime.now()
        self._offer().message_id.write({'state': 'delivered', 'delivered_at': now})
        self._offer().message_id.write({'state': 'opened', 'opened_at': now})
        self.assertEqual(self.sums('sent', 'delivered', 'opened'), (3, 2, 1))

    def test_rates_are_of_what_was_sent(self):
        self._offer().message_id._mark_opened()
        self._buy(self._offer())
        for _number in range(2):
            self._offer()
        self._decide(reason='holdout')
        rates = ['opened_rate:avg', 'visited_rate:avg', 'redemption_rate:avg']
        (row,) = self.env['mobile.campaign.report']._read_group(
            [('campaign_id', '=', self.campaign.id)], [], rates)
        self.assertEqual(row, (25, 0, 25))
        (row,) = self.env['mobile.campaign.report']._read_group(
            [('outcome', '=', 'withheld')], [], ['opened_rate:avg'])
        self.assertIn(row[0], (None, False, 0))

    def test_rates_of_a_week_are_of_what_was_sent_in_it(self):
        """What was sent last week and is redeemed in this one counts for last week."""
        for _number in range(3):
            self._buy(self._offer(ago=9))
        self._offer(ago=9)
        self._buy(self._offer())
        self._offer()
        week = self.now - timedelta(days=7)
        for operator, sent, redeemed, rate in (('>=', 2, 4, 50), ('<', 4, 0, 75)):
            (row,) = self.env['mobile.campaign.report']._read_group(
                [('campaign_id', '=', self.campaign.id), ('date', operator, week)], [],
                ['sent:sum', 'redeemed:sum', 'redemption_rate:avg'])
            self.assertEqual(row, (sent, redeemed, rate))

    def test_a_coupon_that_was_handed_out_is_none_of_those_sent(self):
        self._buy(self._offer())
        card = self._offer().card_id
        self.env['mobile.decision'].search([('card_id', '=', card.id)]).unlink()
        order = self._order(card.partner_id)
        order._try_apply_code(card.code)
        order._apply_program_reward(card.program_id.reward_ids, card)
        order.action_confirm()
        redeemed = self.campaign.get_results()['funnel'][-1]
        self.assertEqual((redeemed['count'], redeemed['part']), (2, 1))
        self.assertEqual((self.campaign.redemption_count, self.campaign.redemption_rate), (2, 1))

    def test_what_customers_bought_by_which_way(self):
        self.assertEqual(self.campaign.get_results()['purchases'], [])
        self._buy(self._offer())
        self._credit(self._invoice(self._buy(self._offer())), pieces=1)
        opened = self._offer()
        opened.message_id.opened_at = self.now - timedelta(hours=1)
        self._order(opened.partner_id).action_confirm()
        self._redeem_at_till(self._offer(), revenue=50)._attribute()
        self.assertEqual(
            [(way['key'], way['coupon'], way['message']) for way in self.campaign.get_results()['purchases']],
            [('sale', {'count': 2, 'revenue': 240}, {'count': 1, 'revenue': 200}),
             ('till', {'count': 1, 'revenue': 50}, {'count': 0, 'revenue': 0})])

    def test_stores_and_variants_tell_the_same_as_their_rows(self):
        """Against a sum over the records, row by row."""
        till = self._offer(store_id=self.store_near.id, variant_id=self.variant_dry.id)
        self._redeem_at_till(till, revenue=50, discount=5, store_id=self.store_far.id)
        for store, variant in ((self.store_near, self.variant_warm), (self.store_far, self.variant_dry)):
            self._buy(self._offer(store_id=store.id, variant_id=variant.id))
            self._credit(self._invoice(self._buy(self._offer(store_id=store.id, variant_id=variant.id))), pieces=1)
        self._decide(reason='no_consent', store_id=self.store_near.id)
        expected = {'store_id': {}, 'variant_id': {}}
        for redemption in self.env['mobile.redemption'].search([('campaign_id', '=', self.campaign.id)]):
            decision = self.env['mobile.decision'].search([('card_id', '=', redemption.card_id.id)])
            order = redemption.order_id
            lines = order.order_line.invoice_lines.filtered(lambda line: line.parent_state == 'posted')
            revenue = redemption.revenue if not order else -sum(lines.mapped('balance')) or order.amount_untaxed
            for key, value in (('store_id', redemption.store_id or decision.store_id),
                               ('variant_id', decision.variant_id)):
                count, total = expected[key].get(value, (0, 0))
                expected[key][value] = (count + 1, total + revenue)
        for key, values in expected.items():
            found = {value: (count, round(total, 2)) for value, count, total in self.env[
                'mobile.campaign.report']._read_group(
                    [('campaign_id', '=', self.campaign.id), ('redeemed', '>', 0)], [key],
                    ['redeemed:sum', 'revenue:sum'])}
            self.assertEqual(found, values)
        self.assertEqual(expected['store_id'], {self.store_near: (2, 240), self.store_far: (3, 290)})

    def test_many_rows_can_be_listed_and_exported(self):
        self._buy(self._offer())
        rows = self.env['mobile.campaign.report'].search([('campaign_id', '=', self.campaign.id)])
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows.mapped('reason'), ['passed', 'passed'])
        exported = rows.export_data(['campaign_id', 'date', 'reason', 'redeemed', 'revenue'])['datas']
        self.assertEqual(sorted(row[3:] for row in exported), [[0, 0.0], [1, 170.0]])


@tagged('-at_install', 'post_install')
class TestCampaignResults(ResultsCommon):
    """What the campaign's page says."""

    def test_the_page_in_one_look(self):
        self._buy(self._offer(store_id=self.store_near.id, variant_id=self.variant_warm.id))
        self._offer(store_id=self.store_near.id, variant_id=self.variant_dry.id).message_id._mark_opened()
        for _number in range(2):
            self._decide(reason='no_consent', store_id=self.store_far.id)
        self._decide(reason='holdout')
        results = self.campaign.get_results()
        self.assertEqual(
            [(step['key'], step['label'], step['count']) for step in results['funnel']],
            [('sent', "Sent", 2), ('delivered', "Delivered", 1), ('opened', "Opened", 1), ('visited', "Visited", 0),
             ('redeemed', "Redeemed", 1)])
        self.assertEqual(
            [(reason['label'], reason['count']) for reason in results['reasons']],
            [("The customer has not consented to this", 2), ("The customer is in the control group", 1)])
        self.assertEqual(results['money'], {
            'revenue': 170, 'discount': 30, 'cost': 80, 'margin': 90, 'conflicts': 0})
        self.assertEqual(
            [(store['label'], store['sent'], store['redeemed'], store['margin']) for store in results['stores']],
            [("Brussels Store", 2, 1, 90)], "nothing was sent elsewhere")
        self.assertEqual(
            [(variant['label'], variant['sent'], variant['redeemed']) for variant in results['variants']],
            [("Warm", 1, 1), ("Dry", 1, 0)])
        self.assertEqual((results['decided'], results['more_stores']), (5, 0))

    def test_users_see_no_margin(self):
        self._buy(self._offer())
        user = new_test_user(
            self.env, 'results_user', groups='mobile_crm.group_mobile_crm_user', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        money = self.campaign.with_user(user).get_results()['money']
        self.assertEqual(money, {'revenue': 170, 'discount': 30, 'conflicts': 0})
        plain = new_test_user(self.env, 'results_plain', groups='base.group_user')
        for method in ('get_results', 'get_lift'):
            with self.assertRaises(AccessError):
                getattr(self.campaign.with_user(plain), method)()

    def test_nothing_yet(self):
        results = self.campaign.get_results()
        self.assertEqual(
            (results['decided'], results['reasons'], results['stores'], results['variants']), (0, [], [], []))
        self.assertEqual({step['count'] for step in results['funnel']}, {0})

    def test_a_reason_opens_its_decisions(self):
        kept = self._decide(reason='holdout')
        self._offer()
        action = self.campaign.action_view_reason('holdout')
        self.assertEqual(self.env[action['res_model']].search(action['domain']), kept)
        self.assertEqual(action['name'], "The customer is in the control group")
        action = self.campaign.action_view_report()
        self.assertEqual(self.env[action['res_model']].search_count(action['domain']), 2)

    def test_figures_of_many_campaigns_cost_no_more_queries(self):
        campaigns = self.campaign + self.campaign.copy() + self.campaign.copy()
        self._buy(self._offer())
        names = ['sent_count', 'withheld_count', 'opened_count', 'coupon_count', 'redemption_count', 'revenue']
        self.env.flush_all()
        counts = []
        for some in (campaigns[:1], campaigns):
            self.env.invalidate_all()
            some.fetch(['name', 'company_id'])
            before = self.env.cr.sql_log_count
            some.mapped(lambda campaign: [campaign[name] for name in names])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 7)
        self.assertEqual(campaigns.mapped('revenue'), [170, 0, 0])

    def test_windows_begin_with_the_companys(self):
        self.company.write({'mobile_visit_hours': 5, 'mobile_purchase_days': 6})
        with Form(self.env['mobile.campaign']) as form:
            form.name, form.program_id, form.message_title = "New", self.program, "New"
        self.assertEqual((form.record.visit_hours, form.record.purchase_days), (5, 6))
        self.assertEqual((self.campaign.visit_hours, self.campaign.purchase_days), (72, 14))
        form.record.visit_hours = 9
        form.record.company_id = self.company
        self.assertEqual(form.record.visit_hours, 9)


@tagged('-at_install', 'post_install')
class TestDigest(ResultsCommon):
    """The weekly mail to staff."""

    def test_figures_are_of_the_company_and_the_period(self):
        reader = new_test_user(
            self.env, 'digest_reader', groups='mobile_crm.group_mobile_crm_floor', company_id=self.company.id,
            company_ids=[Command.set((self.company + self.other_company).ids)])
        for days, revenue in ((3, 40), (5, 60), (10, 1000)):
            self._redeem_at_till(
                self._offer(), revenue=revenue, confirmed_at=self.now - timedelta(days=days))
        self._redeem_at_till(self._offer(), 'void', revenue=7)
        self._redeem_at_till(
            self._offer(campaign=self.other_campaign), revenue=500, confirmed_at=self.now - timedelta(days=1))
        for partner, days in ((self.anna, 1), (self.anna, 2), (self.ben, 3), (self.ben, 9)):
            entered_at = self.now - timedelta(days=days)
            self.env['mobile.visit'].create({
                'partner_id': partner.id, 'store_id': self.store_near.id, 'company_id': self.company.id,
                'entered_at': entered_at, 'left_at': entered_at})
        digest = self.env.ref('mobile_crm.digest_weekly')

        def week():
            kpis = digest._compute_kpis(self.company, reader)
            return {kpi['kpi_name']: kpi['kpi_col2']['value'] for kpi in kpis}

        self.assertEqual(week(), {
            'kpi_mobile_redeemed': 2, 'kpi_mobile_revenue': '100€', 'kpi_mobile_visitors': 2})
        digest.company_id = self.other_company
        self.assertEqual(week()['kpi_mobile_redeemed'], 1)
        reader.company_ids = self.company
        self.assertEqual(week()['kpi_mobile_redeemed'], 0, "what the reader may not see")

    def test_who_may_not_see_them_gets_none(self):
        digest = self.env.ref('mobile_crm.digest_weekly')
        plain = new_test_user(self.env, 'digest_plain', groups='base.group_user')
        self.assertEqual(digest._compute_kpis(self.company, plain), [])

    def test_it_is_written_and_its_links_lead_somewhere(self):
        digest = self.env.ref('mobile_crm.digest_weekly')
        self.assertEqual(digest.periodicity, 'weekly')
        reader = new_test_user(
            self.env, 'digest_reader', groups='mobile_crm.group_mobile_crm_floor', email='reader@mobile-crm.example')
        for action in digest._compute_kpis_actions(self.company, reader).values():
            self.assertEqual(self.env.ref(action.partition('?')[0])._name, 'ir.actions.act_window')
        digest._action_send_to_user(reader)
        mail = self.env['mail.mail'].search([('email_to', 'like', 'reader@mobile-crm.example')])
        self.assertIn("Offers Redeemed", mail.body_html)
        self.assertIn('mobile_crm.mobile_campaign_report_action', mail.body_html)
