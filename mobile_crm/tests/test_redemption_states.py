import os
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..tools import ledger_guard
from ..tools.problems import CouponRefused
from .common import MobileCommon
from .coupon_model import HOLD, Coupon

FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
#: Runs of the state machine, and steps in each.
RUNS, STEPS = (10_000, 15) if FULL else (40, 12)


def merges(*scripts):
    """Yield every order in which some actors can do what each does one after the other.

    :return: lists of ``(actor, step)``
    """
    if not any(scripts):
        yield []
    for actor, script in enumerate(scripts):
        if script:
            rest = (*scripts[:actor], script[1:], *scripts[actor + 1:])
            for order in merges(*rest):
                yield [(actor, script[0]), *order]


class Ledger:
    """The real ledger, with the verbs of the model of a coupon.

    :param case: whose coupon it is about
    """

    def __init__(self, case):
        self.env, self.company = case.env, case.company
        self.card, self.app, self.store = case.card, case.till_app, case.store_near
        self.Redemption = case.env['mobile.redemption']
        self.start = fields.Datetime.now().replace(microsecond=0)
        self.now = 0
        self.rows = {}

    def at(self):
        """Let it be as late as the model says; freezegun takes longer for it than all that is tested."""
        return patch.object(fields.Datetime, 'now', lambda *_args: self.start + timedelta(minutes=self.now))

    def reserve(self, name):
        with self.at():
            try:
                self.rows[name] = self.Redemption._reserve(
                    self.card, self.company, 'till', name, store=self.store, app_id=self.app.id, points=1,
                    expires_at=fields.Datetime.now() + timedelta(minutes=HOLD))
            except CouponRefused:
                return False
            return True

    def confirm(self, name):
        with self.at():
            row = self.rows.get(name, self.Redemption)
            return bool(row._confirm({row.id: {'discount': 15, 'revenue': 85}}))

    def void(self, name):
        with self.at():
            return bool(self.rows.get(name, self.Redemption)._void('till'))

    def refund(self, name):
        with self.at():
            return bool(self.rows.get(name, self.Redemption)._return())

    def accept(self, name):
        with self.at():
            row, _is_new = self.Redemption._accept_from_till(
                self.app, self.card, True, self.store, name, fields.Datetime.now(), 100, 15)
            self.rows[name] = row
            return row.state == 'confirmed'

    def expire(self):
        with self.at():
            self.env.cr.execute(SQL(
                """UPDATE mobile_redemption SET state = 'void', void_reason = 'expired'
                    WHERE card_id = %s AND state = 'held' AND expires_at <= %s""",
                self.card.id, fields.Datetime.now()))
            self.Redemption.invalidate_model()
            self.card.invalidate_recordset()

    def wait(self, minutes):
        self.now += minutes

    @property
    def status(self):
        with self.at():
            self.card.invalidate_recordset(['mobile_status'])
            return self.card.mobile_status


class RedemptionCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till_app = cls.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': cls.company.id})

    def new_card(self):
        return self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'holder_only': True, 'points': 1})

    def assertSame(self, model, ledger):
        """Assert that a model and the ledger say the same of their coupon, and that it adds up."""
        rows = {name: row.state for name, row in ledger.rows.items()}
        self.assertEqual({name: row.state for name, row in model.rows.items() if name in rows}, rows)
        self.assertEqual(set(model.rows), set(rows))
        self.assertEqual(ledger.card.points, model.points)
        self.assertEqual(ledger.status, model.status)
        living = [state for state in rows.values() if state in ('held', 'confirmed')]
        self.assertLessEqual(len(living), 1)
        self.assertEqual(sum(ledger.card.history_ids.mapped('used')), sum(
            row.points for row in model.rows.values() if row.state == 'confirmed'))


@tagged('-at_install', 'post_install')
class TestInterleavings(RedemptionCase):
    """Each move is one statement, so how two meet is the order in which they come."""

    def setUp(self):
        super().setUp()
        self.card = self.new_card()
        self.env.flush_all()

    def _play(self, order):
        model, ledger = Coupon(), Ledger(self)
        for actor, step in order:
            if step == 'wait':
                outcomes = [side.wait(HOLD) for side in (model, ledger)]
            elif step == 'expire':
                outcomes = [side.expire() for side in (model, ledger)]
            else:
                outcomes = [getattr(side, step)(f'R-{actor}') for side in (model, ledger)]
            self.assertEqual(*outcomes, f'{step} of {actor} in {order}')
        self.assertSame(model, ledger)

    def _play_all(self, *scripts):
        played = 0
        for order in merges(*scripts):
            with self.env.cr.savepoint() as savepoint:
                self._play(order)
                savepoint.rollback()
            self.env['mobile.redemption'].invalidate_model()
            self.card.invalidate_recordset(flush=False)
            played += 1
        return played

    def test_two_actors(self):
        for mine in ('void', 'refund'):
            for theirs in ('void', 'refund') if FULL else ('void',):
                played = self._play_all(('reserve', 'confirm', mine), ('reserve', 'confirm', theirs))
                self.assertEqual(played, 20)

    def test_two_actors_and_the_clock(self):
        scripts = ('reserve', 'confirm', 'refund'), ('reserve', 'confirm', 'void'), ('wait', 'expire')
        self.assertEqual(self._play_all(*scripts if FULL else (*scripts[:1], ('reserve', 'void'), ('wait',))),
                         560 if FULL else 60)

    def test_an_offline_till_among_them(self):
        self.assertEqual(self._play_all(('reserve', 'confirm', 'void'), ('accept', 'void'), ('wait',)), 60)

    def test_three_actors(self):
        scripts = [('reserve', 'confirm', undo) for undo in ('void', 'refund', 'void')]
        if not FULL:
            scripts = [script[:2] for script in scripts]
        self.assertEqual(self._play_all(*scripts), 1680 if FULL else 90)

    def test_three_actors_and_the_clock(self):
        scripts = [('reserve', 'confirm'), ('reserve', 'refund'), ('reserve', 'void')]
        if not FULL:
            scripts[2] = ('accept',)
        self.assertEqual(self._play_all(*scripts, ('wait', 'expire') if FULL else ('wait',)), 2520 if FULL else 180)


class CouponMachine(RuleBasedStateMachine):
    """Whatever anybody does with a coupon, in any order: the ledger does what the model does."""

    case = None

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint()
        self.model, self.ledger = Coupon(), Ledger(self.case)
        self.count = 0

    orders = Bundle('orders')

    def both(self, verb, *args):
        expected, found = (getattr(side, verb)(*args) for side in (self.model, self.ledger))
        assert expected == found, (verb, args, expected, found)

    def name(self):
        self.count += 1
        return f'R-{self.count}'

    @rule(target=orders)
    def reserve(self):
        name = self.name()
        self.both('reserve', name)
        return name

    @rule(target=orders)
    def accept(self):
        name = self.name()
        self.both('accept', name)
        return name

    @rule(name=orders)
    def confirm(self, name):
        self.both('confirm', name)

    @rule(name=orders)
    def void(self, name):
        self.both('void', name)

    @rule(name=orders)
    def refund(self, name):
        self.both('refund', name)

    @rule()
    def expire(self):
        self.both('expire')

    @rule(minutes=st.sampled_from([1, HOLD - 1, HOLD]))
    def wait(self, minutes):
        self.both('wait', minutes)

    @invariant()
    def same(self):
        self.case.assertSame(self.model, self.ledger)

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.case.env['mobile.redemption'].invalidate_model()
        self.case.card.invalidate_recordset(flush=False)


@tagged('-at_install', 'post_install')
class TestCouponMachine(RedemptionCase):

    def test_the_ledger_does_what_the_model_does(self):
        self.card = self.new_card()
        self.env.flush_all()
        machine = type('Machine', (CouponMachine,), {'case': self})
        run_state_machine_as_test(machine, settings=settings(
            max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck)))


@tagged('-at_install', 'post_install')
class TestLedgerGuard(RedemptionCase):
    """PostgreSQL refuses what no part of the addon does."""

    def setUp(self):
        super().setUp()
        self.card = self.new_card()
        self.ledger = Ledger(self)
        self.ledger.reserve('R-1')
        self.row = self.ledger.rows['R-1']

    def _refuse(self, statement, *parameters):
        with self.assertRaises(psycopg2.errors.RestrictViolation), mute_logger('odoo.sql_db'), \
                self.env.cr.savepoint():
            self.env.cr.execute(statement, parameters)

    def test_what_was_counted_stays(self):
        self.ledger.confirm('R-1')
        for column, value in (('discount', 1), ('revenue', 1), ('points', 2), ('confirmed_at', '2020-01-01'),
                              ('order_ref', 'X'), ('company_id', self.env.ref('base.main_company').id)):
            self._refuse(f'UPDATE mobile_redemption SET {column} = %s WHERE id = %s', value, self.row.id)
        self._refuse('DELETE FROM mobile_redemption WHERE id = %s', self.row.id)
        self.row.partner_id = False
        self.env.flush_all()

    def test_the_ways_from_state_to_state(self):
        states = [state for state, _name in self.row._fields['state'].selection]
        for before in states:
            for after in states:
                if before == after or (before, after) in ledger_guard.MOVES:
                    continue
                with self.subTest(before=before, after=after), self.env.cr.savepoint() as savepoint:
                    self.env.cr.execute('ALTER TABLE mobile_redemption DISABLE TRIGGER USER')
                    self.env.cr.execute(
                        'UPDATE mobile_redemption SET state = %s WHERE id = %s', (before, self.row.id))
                    self.env.cr.execute('ALTER TABLE mobile_redemption ENABLE TRIGGER USER')
                    self._refuse('UPDATE mobile_redemption SET state = %s WHERE id = %s', after, self.row.id)
                    savepoint.rollback()
