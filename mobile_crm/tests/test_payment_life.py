import os
from datetime import timedelta
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.problems import Problem
from .payment_common import PaymentCase
from .reconciliation_common import ReconciledMixin

FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
#: Runs of the state machine, and steps in each.
RUNS, STEPS = (1_000, 25) if FULL else (12, 12)


class Life(RuleBasedStateMachine):
    """One basket, and whatever may happen to it.

    :cvar case: the test, with a `till`
    """

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint()
        self.start, self.minutes = fields.Datetime.now().replace(microsecond=0), 0
        self.clock = patch.object(
            fields.Datetime, 'now', lambda *_args: self.start + timedelta(minutes=self.minutes))
        self.clock.start()
        self.card = self.case.make_offer()
        self.basket = self.case.basket(offer_ids=[self.card.mobile_uuid])
        self.code, self.claimed, self.sales = None, None, 0
        after_sale = self.case.env.registry['mobile.basket']._after_sale

        def _after_sale(basket):
            self.sales += 1
            return after_sale(basket)

        self.patch = patch.object(self.case.env.registry['mobile.basket'], '_after_sale', _after_sale)
        self.patch.start()

    def attempt(self, function, *args, **kwargs):
        """Do what may be refused; nothing of it stays then."""
        try:
            with self.case.env.cr.savepoint():
                return function(*args, **kwargs)
        except Problem:
            return None

    @property
    def payment(self):
        return self.basket.sudo().payment_ids[:1]

    def transactions(self, *states):
        return self.basket.sudo().order_id.transaction_ids.filtered(
            lambda tx: not states or tx.state in states)

    @rule(quantity=st.integers(1, 3))
    def edit(self, quantity):
        self.attempt(self.case.edit, self.basket, lines=[(self.case.milk, quantity)])

    @rule(method=st.sampled_from(['online', 'saved']))
    def begin(self, method):
        payment = self.attempt(
            self.case.start, self.basket, method, token=self.case.saved if method == 'saved' else None)
        if payment and method == 'saved':
            payment.sudo()._charge()

    @rule()
    def open_page(self):
        if self.payment.method == 'online':
            self.case.tries(self.payment)

    @rule(state=st.sampled_from(['done', 'done', 'pending', 'authorized', 'cancel', 'error']),
          newest=st.booleans())
    def notify(self, state, newest):
        if txs := self.transactions('draft', 'pending').sorted('id', reverse=newest):
            self.case.notify(txs[0], state)

    @rule()
    def work(self):
        for tx in self.transactions('pending', 'authorized', 'done', 'cancel', 'error'):
            if not tx.is_post_processed:
                tx._post_process()

    @rule()
    def poll(self):
        if self.payment:
            self.payment._follow()

    @rule()
    def give_up_payment(self):
        if self.payment:
            self.attempt(self.payment._give_up)

    @rule()
    def leave(self):
        self.attempt(self.basket._leave, self.basket.version)

    @rule(minutes=st.sampled_from([1, 16, 40, 60 * 30]))
    def wait(self, minutes):
        self.minutes += minutes

    @rule()
    def clocks(self):
        self.case.env['mobile.payment']._cron_lapse()
        self.case.env['mobile.basket']._cron_lapse_at_till()
        self.case.env['mobile.basket']._expire_due(10)

    @rule()
    def to_till(self):
        payment = self.attempt(self.case.start, self.basket, 'at_till')
        self.code = (payment and self.basket._till_code()) or self.code

    @rule()
    def scan(self):
        if self.code:
            self.claimed = self.attempt(
                self.case.env['mobile.basket']._claim_at_till, self.code, self.case.company, self.case.store_near,
                self.case.till) or self.claimed

    @rule()
    def release(self):
        if self.claimed:
            self.attempt(self.claimed._release_at_till)

    @rule()
    def sell(self):
        if self.claimed and self.claimed.till_id:
            self.claimed._sell_at_till('R-1', self.claimed.order_id.amount_total)

    @invariant()
    def nothing_is_confirmed_unpaid(self):
        basket = self.basket.sudo()
        basket.invalidate_recordset()
        order = basket.order_id
        is_sold = order.state == 'sale'
        self.case.assertEqual(basket.state == 'sold', is_sold)
        self.case.assertEqual(self.sales, int(is_sold), "sold once")
        paid = order.transaction_ids.filtered(lambda tx: tx.state in ('authorized', 'done'))
        if is_sold:
            self.case.assertTrue(
                basket.transaction_id in paid or (basket.till_id and basket.till_reference))
            if basket.transaction_id:
                self.case.assertEqual(basket.transaction_id.amount, order.amount_total)
        if len(basket.payment_ids.filtered(lambda one: one.state in ('begun', 'processing'))) == 0:
            self.case.assertIn(basket.state, ('open', 'sold', 'expired', 'cancelled'))

    def teardown(self):
        try:
            self.work()
            basket = self.basket.sudo()
            for tx in self.transactions('authorized', 'done'):
                self.case.assertTrue(
                    tx == basket.transaction_id or tx.mobile_to_return, "money that nobody looks after")
            returned = self.transactions().filtered('mobile_to_return')
            findings = self.case.env['mobile.reconciliation']._findings(self.case.company)
            if not returned:
                self.case.assertEqual(findings, [])
            self.case.assertEqual(self.case.env['mobile.redemption']._differences(self.case.company), [])
        finally:
            self.patch.stop()
            self.clock.stop()
            self.savepoint.close(rollback=True)
            self.case.env.invalidate_all()


@tagged('-at_install', 'post_install')
class TestPaymentLife(ReconciledMixin, PaymentCase):

    def test_whatever_happens_in_whatever_order(self):
        """Money that has come pays the order once, or is to be returned; nothing else confirms it."""
        self.till = self.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': self.company.id})
        self.startPatcher(patch.object(
            self.env.registry['payment.transaction'], '_send_payment_request', lambda tx: None))
        machine = type('Machine', (Life,), {'case': self})
        with mute_logger('odoo.addons.payment.models.payment_transaction'):
            run_state_machine_as_test(machine, settings=settings(
                max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None,
                suppress_health_check=list(HealthCheck)))
