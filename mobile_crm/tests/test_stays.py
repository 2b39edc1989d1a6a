import itertools
import uuid
from collections import Counter
from datetime import timedelta

from odoo.tests import BaseCase, tagged

from ..tools import stays, unions
from . import walks
from .walks import moment

PLACES = (walks.Plane(50.8467, 4.3525), walks.Plane(-17.7, 179.999), walks.Plane(78.2, 15.6))


def never(_fence, _last):
    return stays.EVER


def hours(_fence, last):
    return last + timedelta(hours=4)


def position(fix, fences):
    """Return a fix as a fact."""
    edges = {}
    for fence in fences:
        edge = stays.geo.distance(fix.latitude, fix.longitude, fence.latitude, fence.longitude) - fence.radius
        if edge <= stays.REACH:
            edges[fence.id] = edge
    return stays.Fact(
        moment(fix.seconds), 'position', str(uuid.UUID(int=int(fix.seconds * 1000))), None, None, fix.latitude,
        fix.longitude, fix.accuracy, edges)


def follow(facts, fences, ends_at=never):
    """Return the stays that follow from facts."""
    follower = stays.Follower({fence.id: fence for fence in fences}, ends_at)
    positions = stays.sift([fact for fact in facts if fact.type == 'position'])
    for fact in sorted(positions + [fact for fact in facts if fact.type != 'position'], key=lambda fact: fact.order):
        follower.take(fact)
    return sorted(follower.stays, key=lambda stay: (stay.entered_at, stay.fence_id))


def said(event_type, seconds, fence, number=0):
    """Return what a phone says itself."""
    return stays.Fact(moment(seconds), event_type, str(uuid.UUID(int=10 ** 9 + int(seconds) + number)), fence.id,
                      fence.store_id)


@tagged('-at_install', 'post_install')
class TestTracks(BaseCase):
    """Every true crossing is found once, and none is invented."""

    def assertCrossings(self, points, fixes, fences, band):
        """Assert that the crossings of each fence are the true ones, in number and time; return how many they are.

        The fences about whose edge the path turns back are left out: who could say?
        """
        facts = [position(fix, fences) for fix in fixes]
        found = follow(facts, fences)
        count = 0
        for fence in fences:
            good = [(fix.seconds, *points[int(fix.seconds)]) for fix in fixes if (fix.accuracy or 0) < 200]
            truth = walks.crossings(fence, good, band)
            if truth is None:
                continue
            told = []
            for stay in found:
                if stay.fence_id == fence.id:
                    told += [('enter', stay.entered_at), *([('exit', stay.left_at)] if stay.left_at else [])]
            if told and good and fence.edge(*good[0][1:]) < 0:
                # It was there from the beginning.
                self.assertEqual(told.pop(0)[0], 'enter')
            self.assertEqual([kind for kind, _at in told], [kind for kind, *_times in truth])
            for (kind, at), (_kind, before, after) in zip(told, truth, strict=True):
                self.assertTrue(moment(before) <= at <= moment(after), (kind, at, before, after))
            count += len(truth)
        return count

    def _run(self, seed, count, *, speed, spread, step, sigma, band, radii=(60, 500), **receiver):
        rng, total = walks.rng(seed), 0
        for number in range(count):
            plane = PLACES[number % len(PLACES)]
            points = walks.path(rng, speed, 8, spread)
            fixes = walks.receive(rng, plane, points, step, sigma, **receiver)
            fences = []
            for fence_id in range(1, 13):
                # Drawn on the track, as a shop is.
                x, y = rng.choice(points)
                fences.append(plane.circle(
                    fence_id, fence_id, x + rng.uniform(-80, 80), y + rng.uniform(-80, 80), rng.uniform(*radii)))
            total += self.assertCrossings(points, fixes, fences, band)
        self.assertGreater(total, 8 * count, "the tracks prove something")

    def test_walks_each_second(self):
        self._run(1, 6, speed=1.4, spread=700, step=1, sigma=4.0, band=32)

    def test_walks_each_ten_seconds(self):
        self._run(2, 12, speed=1.4, spread=900, step=10, sigma=5.0, band=38)

    def test_walks_each_minute(self):
        self._run(3, 30, speed=1.4, spread=900, step=60, sigma=5.0, band=38)

    def test_rides(self):
        self._run(4, 15, speed=12, spread=4000, step=5, sigma=4.0, band=32)

    def test_between_houses(self):
        self._run(5, 12, speed=1.4, spread=900, step=5, sigma=12.0, band=75, radii=(150, 500), memory=60)

    def test_tunnels_and_poor_fixes(self):
        self._run(6, 20, speed=1.4, spread=900, step=10, sigma=5.0, band=38, gaps=0.08, poor=0.1)

    def test_receivers_that_say_nothing_of_their_accuracy(self):
        rng, total = walks.rng(7), 0
        for _ in range(6):
            points = walks.path(rng, 1.4, 8, 700)
            fixes = [fix._replace(accuracy=None) for fix in walks.receive(rng, PLACES[0], points, 5, 4.0)]
            fences = [PLACES[0].circle(number, number, *rng.choice(points), rng.uniform(60, 300))
                      for number in range(1, 9)]
            total += self.assertCrossings(points, fixes, fences, 36)
        self.assertGreater(total, 40)

    def test_hours_beside_the_edge(self):
        """A receiver that drifts for hours crosses an edge at most once, and never one that is farther away."""
        for seed in range(8):
            rng, plane = walks.rng(seed), PLACES[0]
            for away, at_most in ((-25, 1), (0, 1), (25, 0)):
                fixes = walks.receive(rng, plane, [(200 + away, 0)] * 7200, 10, 5.0)
                fence = plane.circle(1, 1, 0, 0, 200)
                found = follow([position(fix, [fence]) for fix in fixes], [fence])
                self.assertLessEqual(len(found), at_most)
                self.assertFalse([stay for stay in found if stay.left_at], "nobody left")

    def test_a_jump_and_back_is_no_place(self):
        plane = PLACES[0]
        fence = plane.circle(1, 1, 0, 0, 100)
        walk = [(300, y) for y in range(-60, 60)]
        fixes = [walks.Fix(second, *plane.degrees(*xy), 5.0) for second, xy in enumerate(walk)]
        jumps = [*fixes[:60], walks.Fix(60, *plane.degrees(20, 0), 5.0), *fixes[61:]]
        for count in range(len(jumps) + 1):
            self.assertFalse(follow([position(fix, [fence]) for fix in jumps[:count]], [fence]), count)


@tagged('-at_install', 'post_install')
class TestStays(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plane = PLACES[0]
        cls.fence = cls.plane.circle(1, 1, 0, 0, 200)
        cls.door = cls.plane.circle(2, 1, 0, 0, 100)
        cls.car_park = cls.plane.circle(3, 1, 350, 0, 120)
        cls.other = cls.plane.circle(4, 2, 3000, 0, 200)
        cls.fences = [cls.fence, cls.door, cls.car_park, cls.other]

    def _at(self, seconds, x, accuracy=10.0):
        return position(walks.Fix(seconds, *self.plane.degrees(x, 0), accuracy), self.fences)

    def _stays(self, *facts, ends_at=hours, fence=None):
        return [(stay.fence_id, (stay.entered_at - walks.start()).total_seconds(),
                 stay.left_at and (stay.left_at - walks.start()).total_seconds(), stay.ending)
                for stay in follow(list(facts), self.fences, ends_at) if not fence or stay.fence_id == fence.id]

    def test_said_by_the_phone(self):
        self.assertEqual(
            self._stays(said('enter', 0, self.fence), said('exit', 600, self.fence), said('enter', 900, self.fence)),
            [(1, 0, 600, 'phone'), (1, 900, None, None)])

    def test_twice_is_once(self):
        enter, leave = said('enter', 0, self.fence), said('exit', 600, self.fence)
        again = said('enter', 5, self.fence, 7), said('exit', 640, self.fence, 7)
        self.assertEqual(self._stays(enter, *again, leave), [(1, 0, 600, 'phone')])

    def test_leaving_alone_is_nothing(self):
        self.assertEqual(self._stays(said('exit', 600, self.fence)), [])

    def test_staying_alone_is_being_there(self):
        stay, = follow([said('dwell', 0, self.fence), said('exit', 60, self.fence)], self.fences)
        self.assertEqual((stay.is_dwelt, stay.is_entry_sure, stay.is_exit_sure), (True, False, True))

    def test_elsewhere(self):
        self.assertEqual(
            self._stays(said('enter', 0, self.fence), said('enter', 5, self.door), said('enter', 1200, self.other)),
            [(1, 0, 1200, 'elsewhere'), (2, 5, 1200, 'elsewhere'), (4, 1200, None, None)])
        # A fence within another is no other place.
        self.assertEqual(len(self._stays(said('enter', 0, self.fence), said('enter', 5, self.door))), 2)

    def test_far_away_by_position(self):
        stay, = follow([said('enter', 0, self.fence), self._at(600, 0), self._at(3600, 5000)], self.fences)[:1]
        self.assertEqual((stay.ending, stay.left_at, stay.is_exit_sure), ('position', moment(3600), False))
        stay, = follow([said('enter', 0, self.fence), self._at(600, 0), self._at(900, 5000)], self.fences)[:1]
        self.assertTrue(stay.is_exit_sure)

    def test_silence(self):
        facts = [said('enter', 0, self.fence), said('enter', 6 * 3600, self.fence)]
        self.assertEqual(self._stays(*facts), [(1, 0, 4 * 3600, 'silence'), (1, 6 * 3600, None, None)])
        scan = said('scan', 3 * 3600, self.fence)._replace(fence_id=None)
        self.assertEqual(self._stays(*facts, scan), [(1, 0, None, None)])
        elsewhere = scan._replace(store_id=self.other.store_id)
        self.assertEqual(len(self._stays(*facts, elsewhere)), 2)

    def test_who_says_later_that_they_left_was_there(self):
        enter = said('enter', 0, self.fence)
        self.assertEqual(self._stays(enter, said('exit', 5 * 3600, self.fence)), [(1, 0, 5 * 3600, 'phone')])
        self.assertEqual(self._stays(enter, said('exit', 13 * 3600, self.fence)), [(1, 0, 4 * 3600, 'silence')])

    def test_an_app_that_reports_crossings_and_positions(self):
        """The phone's own word, early or late, is not a second crossing."""
        ride = [self._at(second, 10 * second - 600) for second in range(0, 125, 5)]
        alone = self._stays(*ride, fence=self.fence)
        self.assertEqual(alone, [(1, 40, 85, 'position')])
        for late in (-20, -5, 0, 3, 30):
            both = self._stays(
                *ride, said('enter', 40 + late, self.fence), said('exit', 85 + abs(late), self.fence), fence=self.fence)
            self.assertEqual([(fence, ending) for fence, _from, _to, ending in both], [(1, 'position')], late)
        both = self._stays(*ride, said('enter', 110, self.fence), said('exit', 118, self.fence), fence=self.fence)
        self.assertEqual(both, alone, "so late that it has left again")

    def test_a_poor_position_says_nothing(self):
        self.assertEqual(self._stays(self._at(0, 0, 300.0)), [])
        facts = [self._at(0, 0), self._at(60, 400, 500.0), self._at(120, 0)]
        self.assertEqual(self._stays(*facts, fence=self.fence), [(1, 0, None, None)])

    def test_unsure_of_what_was_not_seen(self):
        def first(*facts):
            return follow(list(facts), self.fences)[0].is_entry_sure

        self.assertTrue(first(self._at(0, 900), self._at(300, 0)))
        self.assertFalse(first(self._at(0, 900), self._at(1200, 0)))
        self.assertFalse(first(self._at(300, 0)))

    def test_lingering_near_the_edge_is_being_inside(self):
        facts = [self._at(second, 194) for second in range(0, 150, 30)]
        self.assertEqual(self._stays(*facts[:3], fence=self.fence), [])
        self.assertEqual(self._stays(*facts, fence=self.fence), [(1, 0, None, None)])


@tagged('-at_install', 'post_install')
class TestVisits(BaseCase):

    def _visits(self, *spans):
        made = [stays.Stay(
            fence, moment(start), moment(start), moment(start if end is None else end), 'phone', '', True,
            None if end is None else moment(end), None if end is None else moment(end), end and 'phone', None,
            end is not None) for fence, start, end in spans]
        found = {tuple(
            (visit.store_id, visit.entered_at, visit.left_at, visit.is_sure)
            for visit in unions.visits(order, {1: 1, 2: 1, 3: 1, 4: 2})) for order in itertools.permutations(made)}
        self.assertEqual(len(found), 1, "in whatever order")
        return [(store, (start - walks.start()).seconds, end and (end - walks.start()).seconds)
                for store, start, end, _sure in found.pop()]

    def test_the_union_of_what_overlaps(self):
        self.assertEqual(self._visits((1, 0, 900), (2, 60, 600), (3, 900, 1000)), [(1, 0, 1000)])
        self.assertEqual(self._visits((1, 0, 900), (4, 60, 600)), [(1, 0, 900), (2, 60, 600)])
        self.assertEqual(self._visits((1, 0, None), (2, 60, 600)), [(1, 0, None)])

    def test_a_walk_from_the_car_park_to_the_door(self):
        self.assertEqual(self._visits((3, 0, 100), (2, 220, 900)), [(1, 0, 900)])
        self.assertEqual(self._visits((3, 0, 100), (2, 500, 900)), [(1, 0, 100), (1, 500, 900)])

    def test_coming_back_is_another_visit(self):
        self.assertEqual(self._visits((1, 0, 100), (1, 160, 900)), [(1, 0, 100), (1, 160, 900)])

    def test_all_types_have_their_place(self):
        self.assertEqual(Counter(stays.ORDER.values()).most_common(1)[0][1], 1)
