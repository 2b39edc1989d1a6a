import uuid
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestDeviceHistory(MobileCommon):
    """What a phone did while nobody was signed in on it, and who gets it."""

    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.device = self._make_device()
        self.device.write({'anonymous_since': self.now - timedelta(days=2), 'is_handed_on': True})

    def _scan(self, hours, device=None):
        """Report that a product was scanned so many hours ago; return the event."""
        report = {'id': str(uuid.uuid4()), 'type': 'enter', 'geofence_id': self.fence_near.id,
                  'occurred_at': self.now - timedelta(hours=hours)}
        device = device or self.device
        self.assertEqual(self.env['mobile.event']._record(device, [report])[0], 1)
        return self.env['mobile.event'].search([('uuid', '=', report['id'])])

    def _decide(self, partner, granted=True, company=None, device=None):
        self.env['mobile.consent']._decide(
            partner, company or self.company, device or self.device, {'profiling': granted}, {})

    def _sign_in(self, user, minutes=0):
        self.device._sign_in(user)
        self.device.signed_in_at -= timedelta(minutes=minutes)

    def test_who_has_consented_gets_it_as_they_sign_in(self):
        self._decide(self.anna)
        event, decisions = self._scan(3), self.env['mobile.decision'].search_count([])
        messages = self.env['mobile.message'].search_count([])
        self.assertFalse(event.partner_id)
        self._sign_in(self.anna_user)
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual((self.env['mobile.decision'].search_count([]), self.env['mobile.message'].search_count([])),
                         (decisions, messages), "no campaign answers what is long past")

    def test_who_consents_later_gets_it_then(self):
        event = self._scan(3)
        self._sign_in(self.anna_user)
        self.assertFalse(event.partner_id)
        self._decide(self.anna)
        self.assertEqual(event.partner_id, self.anna)

    def test_who_does_not_consent_gets_nothing(self):
        self._decide(self.anna)
        self._decide(self.anna, granted=False)
        event = self._scan(3)
        self._sign_in(self.anna_user)
        self.assertFalse(event.partner_id)
        self.device._adopt_history()
        self.assertFalse(event.partner_id)

    def test_consent_counts_in_its_company(self):
        other = self.env['res.company'].create({'name': "Other"})
        self._decide(self.anna, company=other)
        event = self._scan(3)
        self._sign_in(self.anna_user)
        self.assertFalse(event.partner_id)

    def test_what_comes_late(self):
        self._decide(self.anna)
        self._sign_in(self.anna_user)
        decisions = self.env['mobile.decision'].search_count([])
        self.assertEqual(self._scan(3).partner_id, self.anna)
        self.assertFalse(self._scan(49).partner_id, "the phone was somebody else's then")
        self.assertEqual(self.env['mobile.decision'].search_count([]), decisions)

    def test_ways_of_before_on_a_phone_that_was_nobody_elses(self):
        self.device.is_handed_on = False
        self._sign_in(self.anna_user)
        Consent = self.env['mobile.consent']
        for granted, partner in ((True, self.anna), (False, self.env['res.partner'])):
            Consent._decide(self.anna, self.company, self.device, {'location': granted}, {})
            self.assertEqual(self._scan(3 + granted).partner_id, partner)
        Consent._decide(self.anna, self.company, self.device, {'location': True}, {})
        self.device._sign_out()
        self._sign_in(self.anna_user)
        self.assertTrue(self.device.is_handed_on)
        self.assertFalse(self._scan(6).partner_id)

    def test_another_phones_history_stays_there(self):
        self._decide(self.anna)
        other = self._make_device()
        other.anonymous_since = self.now - timedelta(days=2)
        event = self._scan(3, other)
        self._sign_in(self.anna_user)
        self.assertFalse(event.partner_id)

    def test_who_gets_the_phone_next_gets_only_what_came_after_the_sign_out(self):
        early = self._scan(3)
        self._sign_in(self.anna_user, minutes=120)
        annas = self._scan(1)
        self.device._sign_out()
        self.device.anonymous_since = self.now - timedelta(minutes=30)
        late, between = self._scan(2), self._scan(0.25)
        self._decide(self.ben)
        self._sign_in(self.ben_user)
        self.assertEqual((early.partner_id.id, annas.partner_id, late.partner_id.id, between.partner_id),
                         (False, self.anna, False, self.ben))

    def test_a_phone_that_changes_hands_without_a_sign_out(self):
        early = self._scan(3)
        self._sign_in(self.anna_user, minutes=120)
        self._decide(self.ben)
        self._sign_in(self.ben_user)
        self.assertFalse(early.partner_id, "that was before Anna signed in, so it is hers or nobody's")

    def test_the_same_customer_again(self):
        early = self._scan(3)
        self._sign_in(self.anna_user, minutes=120)
        self._sign_in(self.anna_user)
        self._decide(self.anna)
        self.assertEqual(early.partner_id, self.anna)

    def test_when_anonymous_time_begins(self):
        device = self._make_device()
        self.assertAlmostEqual(device.anonymous_since, self.now, delta=timedelta(seconds=30))
        for leave in (device._sign_out, device._forget,
                      lambda: self.env['mobile.device']._register_install(
                          self.app, device.install_id, {'platform': 'ios'})):
            device.anonymous_since = self.now - timedelta(days=1)
            leave()
            self.assertAlmostEqual(device.anonymous_since, self.now, delta=timedelta(seconds=30))
