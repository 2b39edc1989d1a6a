"""Who would get an offer, and why not the others, before anything is sent."""
import random
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.mobile_gate import Gate
from .test_gates import GateCase


@tagged('-at_install', 'post_install')
class TestDryRun(GateCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.trigger = 'broadcast'
        cls.people = cls.env['res.partner'].create([{'name': f"Customer {number}", 'color': number % 4}
                                                    for number in range(24)])
        cls.campaign.variant_ids = [Command.create({'name': name, 'message_title': name}) for name in "AB"]

    def _candidates(self, people=None, cause='test', shuffle=None):
        ids = list((people or self.people).ids)
        if shuffle is not None:
            random.Random(shuffle).shuffle(ids)
        return SQL(
            """SELECT %s AS campaign_id, number AS partner_id, NULL::int AS event_id, NULL::int AS device_id,
                      NULL::int AS store_id, NULL::int AS product_id, %s AS occurred_at, %s::varchar AS cause,
                      NULL::int AS run_id
                 FROM unnest(%s) number""", self.campaign.id, fields.Datetime.now(), cause, ids)

    def _written(self):
        return [(decision.partner_id.id, decision.reason, decision.variant_id.id or None)
                for decision in self.campaign.decision_ids.sorted(lambda decision: decision.partner_id.id)]

    def test_nothing_is_written_and_nothing_taken(self):
        self.campaign.budget_coupons = 5
        self.env.flush_all()
        with self.assertQueryCount(100):
            outcome = self.env['mobile.decision']._dry_run(self._candidates(), self.campaign)
        self.assertEqual(outcome['count'], 24)
        self.assertEqual(outcome['outcomes'], [('budget_spent', 19), ('passed', 5)])
        self.assertEqual(
            [sample[:2] for sample in outcome['sample'] if sample[1] == 'passed'],
            [(partner_id, 'passed') for partner_id in self.people.ids[:5]])
        self.assertTrue(all(bool(variant) == (reason == 'passed') for _partner, reason, variant in outcome['sample']))
        self.assertFalse(self.campaign.decision_ids)
        self.assertEqual(self.campaign.budget_used, 0)

    def test_it_reads_only(self):
        self.env.flush_all()
        self.env.cr.execute('SET LOCAL transaction_read_only = on')
        self.env['mobile.decision']._dry_run(self._candidates(), self.campaign)

    def test_a_draft_can_be_tried(self):
        draft = self.campaign.copy({'audience_domain': repr([('color', '=', 1)])})
        self.campaign = draft
        outcome = self.env['mobile.decision']._dry_run(self._candidates(), draft, sample=2)
        self.assertEqual(outcome['outcomes'], [('not_in_audience', 18), ('passed', 6)])
        self.assertEqual(len(outcome['sample']), 4)

    def test_nobody_is_no_error(self):
        self.assertEqual(
            self.env['mobile.decision']._dry_run(SQL('%s LIMIT 0', self._candidates()), self.campaign),
            {'count': 0, 'outcomes': [], 'sample': []})

    def test_explain(self):
        Decision = self.env['mobile.decision']
        self.assertEqual(Decision._explain(self.campaign, self.anna), 'passed')
        self.campaign.audience_domain = repr([('id', '=', self.ben.id)])
        self.assertEqual(Decision._explain(self.campaign, self.anna), 'not_in_audience')
        self.assertFalse(self.campaign.decision_ids)

    # === LAWS === #

    def _arrange(self, cap, budget, holdout, maximum, quiet):
        """Let the customers differ in what they want, and the campaign in what it gives."""
        self.campaign.write({
            'max_per_customer': cap, 'budget_coupons': budget, 'holdout_percent': holdout,
            'audience_domain': repr([('color', '<', 3)])})
        self.company.mobile_max_messages_per_day = maximum
        for partner in self.people[:quiet]:
            self.env['mobile.preference']._mobile_update(partner, self.company, {'max_messages_per_week': 0})

    ARRANGED = {'cap': st.integers(1, 2), 'budget': st.integers(0, 12), 'holdout': st.integers(0, 100),
                'maximum': st.integers(0, 2), 'quiet': st.integers(0, 6)}

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=12)
    @given(**ARRANGED, shuffle=st.integers(0, 1000), turns=st.integers(1, 3))
    def test_law_the_dry_run_is_what_is_decided_in_any_order(self, shuffle, turns, **arranged):
        with self.env.cr.savepoint() as savepoint:
            self._arrange(**arranged)
            for turn in range(turns):
                cause = f'turn {turn}'
                outcome = self.env['mobile.decision']._dry_run(
                    self._candidates(cause=cause), self.campaign, sample=100)
                decisions = self.env['mobile.decision']._decide(
                    self._candidates(cause=cause, shuffle=shuffle), self.campaign)
                self.assertEqual(sorted(outcome['sample']), sorted(
                    (decision.partner_id.id, decision.reason, decision.variant_id.id or None)
                    for decision in decisions), turn)
                self.assertEqual(decisions.ids, sorted(decisions.ids))
            savepoint.rollback()
        self.env.invalidate_all()

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=12)
    @given(**ARRANGED, stopped=st.sets(st.integers(0, 23)))
    def test_law_one_more_gate_never_sends_more(self, stopped, **arranged):
        with self.env.cr.savepoint() as savepoint:
            self._arrange(**arranged)

            def sent():
                outcome = self.env['mobile.decision']._dry_run(self._candidates(), self.campaign, sample=100)
                return {partner_id for partner_id, reason, _variant in outcome['sample'] if reason == 'passed'}

            before = sent()
            gates = self.env.registry['mobile.gate']._gates
            stops = SQL('candidate.partner_id IN %s', (0, *(self.people[number].id for number in stopped)))
            with patch.object(self.env.registry['mobile.gate'], '_gates', lambda model, question: [
                    *gates(model, question), Gate('quiet_hours', stops)]):
                after = sent()
            self.assertLessEqual(len(after), len(before))
            self.assertFalse(after & {self.people[number].id for number in stopped})
            if not arranged['budget']:
                self.assertEqual(after, before - {self.people[number].id for number in stopped})
            savepoint.rollback()
        self.env.invalidate_all()

    def test_what_was_answered_is_not_answered_again(self):
        Decision = self.env['mobile.decision']
        first = Decision._decide(self._candidates(self.people[:3]), self.campaign)
        self.assertEqual(len(first), 3)
        again = Decision._decide(self._candidates(self.people[:5]), self.campaign)
        self.assertEqual(again.partner_id, self.people[3:5])
        self.assertEqual(len(self._written()), 5)
