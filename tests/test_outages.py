"""A day of outages, by a clock that is turned: each message is sent, expires, or fails and says why; none is lost, and
one provider's outage is nobody else's."""

import os
import random
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devtools.console import say
from tests.push_world import PUSH, START, PushWorld, push_servers

faults = push_servers.faults

FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
#: Phones of each provider, messages in a day, and days that hypothesis makes.
PHONES, MESSAGES, DAYS = (60, 4000, 25) if FULL else (12, 60, 1)
HOURS = 24
#: Seconds that providers wait for an answer: it is the real time that passes.
TIMEOUT = 0.25
#: Seconds from one look to the next, at least; a batch takes some as well.
LOOK, BATCH = 120 if FULL else 300, 90
#: For how many minutes messages are good.
LIVES = (45, 180, 24 * 60)
# What becomes of a message, and why, when its provider is at fault.
ENDS = {('sent', None), ('expired', 'too_old'), ('failed', 'outcome_unknown'), ('failed', 'no_address'),
        ('failed', 'gave_up')}


class Outage(NamedTuple):
    """What goes wrong with a provider, from one hour of the day to another.

    :ivar fault: of ``faults``; None for a service that cannot be reached.
    """

    provider: str
    fault: object
    begins: float
    ends: float
    share: float = 1.0

    def is_on(self, hour):
        return self.begins <= hour < self.ends


A_BAD_DAY = [
    Outage('fcm', faults.status(503, retry_after=120), 1, 2),
    Outage('fcm', None, 3, 5),
    Outage('fcm', faults.silence(accepted=True), 6, 7, 0.4),
    Outage('fcm', faults.status(429, retry_after=START + timedelta(hours=9)), 8, 8.5),
    Outage('fcm', faults.reset(accepted=True), 11, 12, 0.3),
    Outage('fcm', faults.status(500), 13, 17),
    Outage('fcm', faults.refused_stream(), 18, 20, 0.5),
    Outage('apns', faults.goaway(), 0, 24, 0.1),
    Outage('apns', faults.silence(), 2, 3),
    Outage('apns', faults.broken_stream(accepted=True), 5, 7, 0.5),
    Outage('apns', faults.status(503), 8, 12),
    Outage('apns', faults.half(), 14, 15, 0.5),
    Outage('apns', faults.status(429), 16, 17, 0.5),
    Outage('apns', None, 19, 23),
    Outage('webpush', faults.hang_up(), 1, 3, 0.5),
    Outage('webpush', faults.slow(0.05), 3, 6),
    Outage('webpush', faults.status(429, retry_after=300), 7, 9, 0.5),
    Outage('webpush', faults.garbage(500, accepted=False), 9, 11),
    Outage('webpush', faults.silence(accepted=True), 12, 16),
    Outage('webpush', None, 18, 21),
]


class Day:
    """A day of messages and outages.

    :param outages: list of ``Outage``.
    :param dying: how many phones of each provider lose their addresses.
    :ivar dict posted: {public id: the address of the customer's phone}
    """

    def __init__(self, world, outages, messages, hours=HOURS, dying=0, seed=19):
        self.world, self.outages, self.hours = world, outages, hours
        self.random, self.posted = random.Random(seed), {}
        # A day begins where the last one is forgotten, with everybody in good health.
        self.start = world.clock.now + timedelta(days=1)
        world.clock.put(self.start)
        world.forget()
        self.shift = self.start - START
        for code, service in world.services.items():
            service.behave()
            for outage in outages:
                if outage.provider == code and outage.fault:
                    service.misbehave(
                        self._shifted(outage.fault), share=outage.share, since=self._at(outage.begins),
                        until=self._at(outage.ends))
        self.posts = sorted(
            (self._at(self.random.uniform(0, hours)), self.random.choice(PUSH)) for _message in range(messages))
        self.deaths = sorted(
            (self._at(self.random.uniform(0, hours)), code, address)
            for code in PUSH for address in self.random.sample(world.addresses[code], dying))

    def _at(self, hour):
        return self.start + timedelta(hours=hour)

    def _shifted(self, fault):
        """Return a fault whose header names a time of this day."""
        date = dict(fault.headers).get('retry-after', '')
        if not date.endswith('GMT'):
            return fault
        return faults.status(fault.status, retry_after=self._at(9))

    def run(self):
        """Let the day pass; return what became of the messages."""
        world = self.world
        while True:
            now = world.clock.now
            self._change(now)
            self._post(now)
            for worker, codes in world.workers:
                worker.begin('send', codes=codes)
            for worker, _codes in world.workers:
                worker.end()
            keeper = world.workers[0][0]
            keeper.call('look_after')
            moments = [keeper.call('next_moment'), self.posts[0][0] if self.posts else None]
            moments = [moment for moment in moments if moment]
            if not moments:
                break
            world.clock.put(max(min(moments), now + timedelta(seconds=LOOK)))
            assert world.clock.now < self.start + timedelta(hours=2 * self.hours + 24), 'the day does not end'
        return world.attempts(list(self.posted))

    def _change(self, now):
        hour = (now - self.start) / timedelta(hours=1)
        for code in PUSH:
            is_away = any(outage.is_on(hour) for outage in self.outages
                          if outage.provider == code and not outage.fault)
            service = self.world.services[code]
            (service.refuse if is_away else service.listen)()
        while self.deaths and self.deaths[0][0] <= now:
            _at, code, address = self.deaths.pop(0)
            self.world.services[code].kill(address)
            self.world.killed.add(address)

    def _post(self, now):
        wanted = {}
        while self.posts and self.posts[0][0] <= now:
            _at, code = self.posts.pop(0)
            wanted.setdefault(code, []).append(self.random.choice(self.world.partners[code]))
        for code, partners in wanted.items():
            ids = self.world.workers[0][0].call(
                'post', partners=partners, expires_at=now + timedelta(minutes=self.random.choice(LIVES)))
            phones = dict(zip(self.world.partners[code], self.world.addresses[code], strict=True))
            self.posted.update(zip(ids, map(phones.get, partners), strict=True))

    def check(self, attempts):
        """Check that each message has its end, that no other was sent twice than the one of which nobody knew, and that
        no phone shows one twice; return how they ended."""
        world, counted = self.world, self.world.counted()
        by_id = {attempt['public_id']: attempt for attempt in attempts}
        # Whose address died has no phone any more to which the next message could go.
        assert {self.posted[message_id] for message_id in set(self.posted) - set(by_id)} <= world.killed, 'lost'
        first = {}
        for service in world.services.values():
            for message in service.received:
                first.setdefault(message.public_id, message)
        for message_id, attempt in by_id.items():
            assert (attempt['state'], attempt['reason']) in ENDS, attempt
            times = counted[message_id]
            assert times or attempt['state'] != 'sent', f'lost: {attempt}'
            assert times <= 2, f'sent {times} times: {attempt}'
            if times:
                assert first[message_id].at <= faults.seconds_of(attempt['expires']) + BATCH, f'too late: {attempt}'
            if times > 1:
                assert attempt['is_repeat'], attempt
                assert first[message_id].is_doubtful, f'sent twice without a doubt: {attempt}'
            if attempt['state'] != 'sent' and not attempt['is_repeat']:
                assert not times, f'it arrived: {attempt}'
        assert not world.seen_twice()
        return Counter((attempt['provider'], attempt['state'], attempt['reason'] or '') for attempt in attempts)

    def delays(self, attempts, provider):
        """Return how many seconds the messages of a provider have waited."""
        return [(attempt['sent'] - attempt['created']).total_seconds() for attempt in attempts
                if attempt['provider'] == provider and attempt['state'] == 'sent']


@pytest.fixture(scope='module')
def world(module_cli):
    """Return a shop with phones; each provider has a worker, and two more share the work of all."""
    with pytest.MonkeyPatch.context() as monkeypatch, PushWorld(
            module_cli.shell, module_cli.query, monkeypatch) as world:
        world.open_shop(PHONES)
        # Addresses that have died on some day: the outbox has forgotten them.
        world.killed = set()
        world.workers = [(world.host.fork(), [code]) for code in PUSH]
        world.workers += [(world.host.fork(), codes) for codes in (list(PUSH), PUSH[::-1])[:2 if FULL else 1]]
        for worker, _codes in world.workers:
            worker.call('hurry', timeout=TIMEOUT)
        yield world
        for worker, _codes in world.workers:
            worker.dismiss()


def test_a_bad_day(world):
    day = Day(world, A_BAD_DAY, MESSAGES, dying=PHONES // 6)
    attempts = day.run()
    ends = day.check(attempts)
    twice = sum(count > 1 for count in world.counted().values())
    say(f'\n{HOURS} hours, {len(day.posted)} messages, {twice} of them sent twice')
    for (provider, state, reason), count in sorted(ends.items()):
        say(f'  {provider:8} {count:5} {state} {reason}')
    assert {state for _provider, state, _reason in ends} == {'sent', 'expired', 'failed'}


@pytest.fixture(scope='module')
def usual(world):
    """Return how many seconds the messages of each provider wait at most on a good day."""
    day = Day(world, [], MESSAGES // 3, hours=3)
    attempts = day.run()
    # A phone may have died on the day before, with nobody to notice until now.
    sent = sum(count for (_provider, state, _reason), count in day.check(attempts).items() if state == 'sent')
    assert sent == sum(world.counted().values()), 'nothing is sent twice'
    return {code: max(day.delays(attempts, code)) for code in PUSH}


@pytest.mark.parametrize('sick', PUSH)
def test_one_providers_outage_does_not_delay_the_others(world, usual, sick):
    """The others' messages wait no longer than on a good day, while those of one are not answered at all."""
    day = Day(world, [Outage(sick, faults.silence(), 0, 3)], MESSAGES // 3, hours=3)
    attempts = day.run()
    day.check(attempts)
    for code in PUSH:
        if code != sick:
            assert max(day.delays(attempts, code)) <= usual[code] + LOOK / 4, code
        else:
            assert max(day.delays(attempts, code), default=LOOK + 1) > LOOK, 'there was an outage'


FAULTS = st.one_of(
    st.none(), st.builds(faults.silence, st.booleans()), st.builds(faults.reset, st.booleans()),
    st.builds(faults.hang_up, st.booleans()), st.builds(faults.half, st.booleans()),
    st.builds(faults.broken_stream, st.booleans()), st.just(faults.goaway()), st.just(faults.goaway_after()),
    st.just(faults.refused_stream()), st.just(faults.slow(0.05)),
    st.builds(faults.status, st.sampled_from([429, 500, 503]), st.sampled_from([None, 5, 600])))
OUTAGES = st.lists(st.builds(
    lambda provider, fault, begins, hours, share: Outage(provider, fault, begins, begins + hours, share),
    st.sampled_from(PUSH), FAULTS, st.floats(0, 4), st.floats(0.1, 3), st.sampled_from([0.2, 0.5, 1.0])), max_size=6)


@settings(max_examples=DAYS, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(outages=OUTAGES, seed=st.integers(0, 1000))
def test_any_day(world, outages, seed):
    day = Day(world, outages, MESSAGES // 8, hours=4, dying=1, seed=seed)
    day.check(day.run())
