"""Senders are killed at each point of their work, and PostgreSQL under them: nothing is lost, and nothing is sent twice
but what nobody can know."""

import contextlib
import random
import threading
from collections import Counter

import psycopg2
import pytest

from devtools.console import say
from tests.own_server import OwnPostgres
from tests.push_world import PUSH, PushWorld, push_servers
from tests.senders import Died, SenderError

faults = push_servers.faults

#: Deaths at each point, and phones of each provider.
DEATHS, FULL_DEATHS = 2, 50
PHONES = 6
#: Seconds after which a batch counts as abandoned, and a message that was not delivered takes its next way.
LEASE, FALLBACK = 241, 31 * 60
# Before anything is with a provider, or after everything is written down: nothing is sent twice.
NEVER_TWICE = (
    'before the claim', 'claimed, not committed', 'claimed', 'handed over', 'outcomes committed', 'outcomes noted')
# Somewhere in between, the provider knows more than the database.
PERHAPS_TWICE = ('some outcomes are known', 'before outcomes are written', 'outcomes written, not committed')
AT_THE_PROVIDER = {'the provider has read it': False, 'the provider has accepted it': True}
IN_THE_SWEEP = ('swept, not committed', 'swept')
IN_THE_FALLBACK = ('fallen back, not committed', 'fallen back')
#: How often PostgreSQL crashes, and messages are posted meanwhile, so many at once.
CRASHES, FULL_CRASHES = 2, 20
AT_ONCE = 4


@pytest.fixture(scope='module')
def world(module_cli):
    """Return a shop with phones, and one sender who survives everybody."""
    with pytest.MonkeyPatch.context() as monkeypatch, PushWorld(
            module_cli.shell, module_cli.query, monkeypatch) as world:
        world.open_shop(PHONES)
        world.survivor = world.host.fork()
        yield world
        world.survivor.dismiss()


@pytest.fixture
def deaths(full):
    return FULL_DEATHS if full else DEATHS


class Round:
    """Messages that are queued, somebody who dies over them, and the others who carry on.

    :ivar list[str] ids: the messages' public ids.
    """

    def __init__(self, world, number, channels=('push',)):
        self.world, self.random = world, random.Random(number)
        world.forget()
        # Another provider is the first one each time.
        self.codes = [*PUSH[number % 3:], *PUSH[:number % 3]]
        self.ids = world.survivor.call('post', partners=[
            partner for code in PUSH for partner in world.partners[code]], channels=channels)

    def die(self, what, point, number=1):
        """Let a new sender do something, and die at a point."""
        victim = self.world.host.fork()
        victim.call('arm', point=point, number=number)
        with pytest.raises(Died):
            victim.call(what, **({'codes': self.codes} if what == 'send' else {}))

    def die_at_provider(self, accepted):
        """Kill a new sender while a provider has one of its requests in hand."""
        service, victim = self.world.services[self.codes[0]], self.world.host.fork()
        asked = service.kinds['send']
        rule = service.misbehave(
            faults.silence(accepted), numbers={asked + self.random.randrange(PHONES)}, then=victim.kill)
        with pytest.raises(Died):
            victim.call('send', codes=self.codes)
        service.rules.remove(rule)

    def carry_on(self, channel='push'):
        """Let the others work until nothing is left to do; return what became of the messages."""
        for seconds in (LEASE, *[60] * 20):
            self.world.clock.turn(seconds)
            self.world.survivor.call('look_after')
            self.world.survivor.call('send')
            attempts = self.world.attempts(self.ids)
            pushes = [attempt for attempt in attempts if attempt['channel'] == channel]
            if all(attempt['state'] not in ('queued', 'sending') for attempt in pushes):
                return attempts
        raise AssertionError(f'not at an end: {Counter(attempt["state"] for attempt in pushes)}')

    def check(self, attempts):
        """Check that each message was sent, as often as may be; return the ids of those that were sent twice."""
        pushes = {attempt['public_id']: attempt for attempt in attempts if attempt['channel'] == 'push'}
        assert len(pushes) == len(self.ids)
        assert {attempt['state'] for attempt in pushes.values()} == {'sent'}
        counted = self.world.counted()
        assert set(counted) == set(self.ids), 'what is sent has arrived'
        twice = {message_id for message_id, count in counted.items() if count > 1}
        assert max(counted.values()) <= 2
        assert all(pushes[message_id]['is_repeat'] for message_id in twice), 'only what nobody knows is sent again'
        assert not self.world.seen_twice(), 'a phone shows it once'
        return twice


@pytest.mark.parametrize('point', [*NEVER_TWICE, *PERHAPS_TWICE])
def test_a_sender_dies(world, deaths, point):
    twice = repeated = 0
    for number in range(deaths):
        now = Round(world, number)
        at = now.random.randint(1, PHONES) if point == 'some outcomes are known' else 1
        now.die('send', point, at)
        attempts = now.carry_on()
        twice += len(now.check(attempts))
        repeated += sum(attempt['is_repeat'] for attempt in attempts)
    say(f'\n{point}: {deaths} deaths, {repeated} messages of which nobody knew, {twice} sent twice')
    if point in NEVER_TWICE:
        assert not twice
    if point in PERHAPS_TWICE:
        assert twice, 'the test would not notice it'


@pytest.mark.parametrize('point', AT_THE_PROVIDER)
def test_a_sender_dies_while_the_provider_has_the_message(world, deaths, point):
    twice = 0
    for number in range(deaths):
        now = Round(world, number)
        now.die_at_provider(AT_THE_PROVIDER[point])
        twice += len(now.check(now.carry_on()))
    say(f'\n{point}: {deaths} deaths, {twice} sent twice')
    assert twice or not AT_THE_PROVIDER[point], 'the test would not notice it'


@pytest.mark.parametrize('point', IN_THE_SWEEP)
def test_who_sweeps_up_dies(world, deaths, point):
    """Abandoned messages are not taken for known because somebody has died over them once more."""
    for number in range(deaths):
        now = Round(world, number)
        now.die('send', 'before outcomes are written')
        world.clock.turn(LEASE)
        now.die('look_after', point)
        now.check(now.carry_on())


@pytest.mark.parametrize('point', IN_THE_FALLBACK)
def test_who_opens_the_next_way_dies(world, deaths, point):
    """The next way is opened, and opened once."""
    for number in range(deaths):
        now = Round(world, number, ('push', 'email'))
        now.check(now.carry_on())
        world.clock.turn(FALLBACK)
        now.die('look_after', point)
        attempts = now.carry_on()
        assert not now.check(attempts)
        emails = Counter(attempt['public_id'] for attempt in attempts if attempt['channel'] == 'email')
        assert emails == Counter(now.ids)


# === POSTGRESQL === #

@pytest.fixture
def own_world(server, monkeypatch):
    """Return a shop on a PostgreSQL that may be crashed."""
    with OwnPostgres(server.dsn) as own:
        def query(statement, parameters):
            with psycopg2.connect(own.dsn) as connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall()

        with PushWorld(own.shell, query, monkeypatch) as world:
            world.own = own
            world.open_shop(PHONES)
            yield world


class Busy(threading.Thread):
    """Somebody who goes on, whatever becomes of the database."""

    def __init__(self, world, over, work):
        super().__init__(daemon=True)
        self._sender, self._over, self._work = world.host.fork(), over, work
        self.failures = 0

    def run(self):
        while not self._over.is_set():
            try:
                self._work(self._sender)
            except SenderError:
                self.failures += 1
        self._sender.dismiss()


def test_postgresql_crashes(own_world, full):
    """What was acknowledged before the crash is sent, and nothing is sent twice but what nobody can know."""
    world, over, acknowledged, chance = own_world, threading.Event(), [], random.Random(19)
    partners = [partner for code in PUSH for partner in world.partners[code]]

    def post(sender):
        acknowledged.extend(sender.call('post', partners=chance.sample(partners, AT_ONCE)))

    def send(sender):
        sender.call('send')
        sender.call('look_after')

    for service in world.services.values():
        service.delay = 0.01
    busy = [Busy(world, over, work) for work in (post, send, send)]
    for one in busy:
        one.start()
    crashes = FULL_CRASHES if full else CRASHES
    for _crash in range(crashes):
        over.wait(chance.uniform(0.5, 1.5))
        world.own.crash_postgres()
    over.wait(0.5)
    over.set()
    for one in busy:
        one.join(60)
    assert all(one.failures for one in busy), 'the crash was felt'
    survivor = world.host.fork()
    for seconds in (LEASE, *[60] * 20):
        world.clock.turn(seconds)
        with contextlib.suppress(SenderError):
            survivor.call('look_after')
            survivor.call('send')
        if not any(attempt['state'] in ('queued', 'sending') for attempt in world.attempts()):
            break
    attempts, counted = {attempt['public_id']: attempt for attempt in world.attempts()}, world.counted()
    say(f'\n{crashes} crashes of PostgreSQL: {len(acknowledged)} messages acknowledged, {len(attempts)} written, '
        f'{sum(attempt["is_repeat"] for attempt in attempts.values())} of which nobody knew, '
        f'{sum(count > 1 for count in counted.values())} sent twice')
    assert len(acknowledged) > AT_ONCE * crashes
    assert set(acknowledged) <= set(attempts), 'nothing that was acknowledged is lost'
    assert {attempt['state'] for attempt in attempts.values()} == {'sent'}
    assert set(counted) == set(attempts)
    assert all(count == 1 or (count == 2 and attempts[message_id]['is_repeat'])
               for message_id, count in counted.items())
    assert not world.seen_twice()
