import os
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import BaseCase, tagged
from odoo.tools import SQL

from ..models.mobile_event_intake import AFTER, AROUND, BEFORE, EPOCH
from ..tools import phone_clock, plausibility
from ..tools.plausibility import Fact, Fence
from . import track_families as tracks
from .common import MobileCommon

BEGIN = datetime(2026, 3, 2, 7, 30)
# Tracks of each family.
COUNT = 2000 if os.environ.get('MOBILE_CRM_FULL') == '1' else 200
# Of each family this many go through the database as well.
STORED = 20 if os.environ.get('MOBILE_CRM_FULL') == '1' else 2


class Server:
    """What ``mobile.event._record`` does with batches, without a database."""

    def __init__(self, fences):
        self.fences = [Fence(number, *fence) for number, fence in enumerate(fences)]
        self.tracks = set()

    def take(self, phone, batch):
        """Return what becomes of each report that is neither known nor a repetition: its doubt or refusal, or None.

        :param dict phone: what is known of it: ``clock`` and ``facts`` by id
        """
        now = batch.received.replace(microsecond=0)
        clock = batch.sent_at and phone_clock.measure(phone['clock'], (now - batch.sent_at).total_seconds())
        times = phone_clock.put_right(
            [given['occurred_at'] for given in batch.reports], now, clock and clock.offset, phone['clock'].offset)
        fates, new = {}, {}
        for given, (instant, is_guess) in zip(batch.reports, times, strict=True):
            if not now - phone_clock.MAX_AGE <= instant <= now + phone_clock.MAX_AHEAD:
                fates[given['id']] = 'refused'
            elif given['id'] not in phone['facts']:
                fix = given['latitude'], given['longitude'], given['accuracy']
                fence = self.fences[given['geofence_id']] if 'geofence_id' in given else None
                fact = Fact((instant - EPOCH).total_seconds(), given['type'], *fix, fence,
                            subject=fence.id if fence else fix, mocked=bool(given.get('mocked')),
                            offset=(instant - given['occurred_at']).total_seconds(),
                            received=(now - EPOCH).total_seconds(), doubt='clock' if is_guess else None)
                plausibility.judge_alone(fact)
                new[given['id']] = fact
        facts = list(new.values())
        known = self._around(phone, facts) if facts else []
        plausibility.judge(facts, known, self.tracks.intersection)
        kept = set(plausibility.without_repeats(facts, known))
        for name, fact in new.items():
            if fact in kept:
                phone['facts'][name] = fact
                fact.is_known = True
                fates[name] = fact.doubt
        self.tracks.update(fact.track for fact in kept)
        if kept and clock:
            phone['clock'] = clock
        return fates

    def _around(self, phone, new):
        first, last = min(fact.at for fact in new), max(fact.at for fact in new)
        around = AROUND.total_seconds()
        facts = sorted(phone['facts'].values(), key=lambda fact: fact.at)
        before = [fact for fact in facts if first - around <= fact.at < first]
        return before[-BEFORE:] + [fact for fact in facts if first <= fact.at <= last + around][:AFTER]

    def follow(self, track):
        """Return what becomes of a whole track: {id: doubt, 'refused' or None}."""
        fates, own = {}, {'clock': phone_clock.Clock(), 'facts': {}}
        for batch in track.own:
            self.take(own, batch)
        for batch in track.batches:
            for name, fate in self.take(own, batch).items():
                fates.setdefault(name, fate)
        return fates


def flagged(family, count):
    """Return how many tracks of a family are suspected, and for what.

    A time that cannot be is refused, and its sender told so: that stops a cheat, and is no suspicion of the honest one
    whose clock was set before the report was sent.
    """
    reasons, suspected = {}, 0
    for number in range(count):
        track = tracks.make(family, number, BEGIN)
        found = {fate for fate in Server(track.fences).follow(track).values() if fate}
        suspected += bool(found - {'refused'} if family in tracks.HONEST else found)
        for reason in found:
            reasons.setdefault(reason, []).append(number)
    return suspected, reasons


@tagged('-at_install', 'post_install')
class TestTracks(BaseCase):
    """Phones that are honest are believed, however badly they receive; the others are not."""

    def test_honest_tracks_are_believed(self):
        results = {family: flagged(family, COUNT) for family in tracks.HONEST}
        suspected = sum(count for count, _reasons in results.values())
        self.assertLess(suspected / (COUNT * len(results)), 0.005, results)
        self.assertGreaterEqual(len(results), 12)

    def test_dishonest_tracks_are_suspected(self):
        results = {family: flagged(family, COUNT)[0] for family in tracks.DISHONEST}
        self.assertGreaterEqual(sum(results.values()) / (COUNT * len(results)), 0.99, results)

    def test_the_same_tracks_again(self):
        for family in ('walk', 'hopping'):
            self.assertEqual(tracks.make(family, 7, BEGIN), tracks.make(family, 7, BEGIN))
            self.assertNotEqual(tracks.make(family, 7, BEGIN), tracks.make(family, 8, BEGIN))


@tagged('-at_install', 'post_install')
class TestStoredTracks(MobileCommon):
    """What is stored of tracks has the doubts that the rules alone find."""

    def test_tracks_through_the_database(self):
        begin = fields.Datetime.now() - timedelta(days=10)
        self.phone.signed_in_at = begin - timedelta(days=365 * 60)
        self.campaign.action_pause()
        for family in (*tracks.HONEST, *tracks.DISHONEST):
            for number in range(STORED):
                with self.subTest(family=family, number=number):
                    track = tracks.make(family, number, begin)
                    self.assertEqual(self._store(track), Server(track.fences).follow(track))

    def _store(self, track):
        """Return what becomes of a track, as ``Server.follow`` does."""
        self.env.cr.execute(SQL('DELETE FROM mobile_event WHERE device_id = %s', self.phone.id))
        self.env.cr.execute(SQL('UPDATE mobile_device SET clock_offset = 0, clock_sample = 0'))
        self.env.invalidate_all()
        fences = self.env['mobile.geofence'].create([
            {'name': "Fence", 'store_id': self.store_near.id, 'latitude': latitude, 'longitude': longitude,
             'radius': radius} for latitude, longitude, radius in track.fences])
        for batch in track.own:
            self._send(fences, batch)
        fates, ids = {}, set()
        for batch in track.batches:
            ids |= {given['id'] for given in batch.reports}
            for refused in self._send(fences, batch):
                fates.setdefault(refused[0], 'refused')
        for event in self.env['mobile.event'].search([('uuid', 'in', list(ids))]):
            fates.setdefault(event.uuid, event.doubt or None)
        return fates

    def _send(self, fences, batch):
        reports = [
            {**given, 'geofence_id': fences[given['geofence_id']].id} if 'geofence_id' in given else given
            for given in batch.reports]
        with patch.object(fields.Datetime, 'now', lambda: batch.received.replace(microsecond=0)):
            return self.env['mobile.event']._record(self.phone, reports, batch.sent_at)[2]
