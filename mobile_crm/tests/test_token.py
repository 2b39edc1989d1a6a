from datetime import UTC, datetime

from freezegun import freeze_time
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from odoo.tests import tagged

from ..tools.problems import Problem
from .common import MobileCommon

GRACE = 60


class Pair:
    """What the model knows of one pair of tokens.

    :ivar Pair parent: the pair whose refresh token gave this one
    :ivar float used_at: when its refresh token was presented
    :ivar bool is_lost: whether another pair has taken its place
    """

    def __init__(self, tokens, parent=None):
        self.access, self.refresh = tokens['access_token'], tokens['refresh_token']
        self.parent = parent
        self.used_at = None
        self.is_repeated = self.is_lost = False


class Session(RuleBasedStateMachine):
    """One sign-in, as long as it lives: an honest phone, a thief, lost answers and a clock."""

    case = clock = None

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint(flush=True)
        self.seconds = 0
        self.device = self.case._make_device()
        self.device._sign_in(self.case.anna_user)
        self.is_alive = True
        self.newest = Pair(self.case.env['mobile.token']._issue(self.device))
        self.known = [self.newest]

    def teardown(self):
        self.savepoint.rollback()
        self.savepoint.close(rollback=True)
        self.case.env.invalidate_all()

    def _expected(self, pair):
        """Return what presenting a refresh token must give: new tokens, or the code of a problem."""
        if pair.used_at is None and not pair.is_lost:
            return 'pair' if self.is_alive else 'token_invalid'
        if not self.is_alive or pair.is_lost or pair.is_repeated:
            return 'token_reused'
        is_last = self.newest.parent is pair and self.newest.used_at is None
        return 'pair' if is_last and self.seconds - pair.used_at <= GRACE else 'token_reused'

    @rule(index=st.integers(0, 100))
    def present(self, index):
        """Somebody presents a refresh token: the newest more often than an older one."""
        pair = self.known[-1 - min(index % 7, len(self.known) - 1)]
        expected = self._expected(pair)
        answer = self.case.env['mobile.token']._rotate(pair.refresh, self.case.app.id)
        found = answer.problem_code if isinstance(answer, Problem) else 'pair'
        assert found == expected, f'{found} where {expected} was due'
        if found == 'pair':
            if pair.used_at is None:
                pair.used_at = self.seconds
            else:
                pair.is_repeated, self.newest.is_lost = True, True
            self.newest = Pair(answer, pair)
            self.known.append(self.newest)
        elif found == 'token_reused':
            self.is_alive = False

    @rule(seconds=st.sampled_from([1, 30, 59, 60, 61]))
    def wait(self, seconds):
        self.seconds += seconds
        self.clock.tick(seconds)

    @rule()
    def sign_out(self):
        self.device._sign_out()
        self.device._sign_in(self.case.anna_user)
        self.is_alive = False

    @invariant()
    def only_the_newest_pair_opens_anything(self):
        for pair in self.known:
            try:
                self.case.env['mobile.token']._authenticate(pair.access)
                code = None
            except Problem as problem:
                code = problem.problem_code
            if pair is self.newest and self.is_alive:
                # Old age is the only end that it may have.
                assert code in (None, 'token_expired')
            else:
                assert code


@tagged('-at_install', 'post_install')
class TestToken(MobileCommon):

    def test_a_session_lives_by_its_rules(self):
        """A law over all sequences of refreshes, repetitions, thefts and pauses, against a model of it."""
        Session.case = self
        self.addCleanup(setattr, Session, 'case', None)
        # In whole seconds, as Odoo keeps time.
        Session.clock = self.enterContext(freeze_time(datetime.now(UTC).replace(microsecond=0)))
        run_state_machine_as_test(Session, settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck)))
