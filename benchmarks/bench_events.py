"""POST /events. Goals: 1.6 times an empty authenticated POST, a batch of 50 3 times, and 1.2 with 10,000,000 stored.

Each call comes from another phone, of a customer who agrees to be located, and what it reports happens now. No campaign
waits for it: what one costs is its own affair.
"""

import itertools
import random
import uuid
from datetime import UTC, datetime, timedelta

from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

PHONES, PLACES = 20_000, 1_000
MANY = 10_000_000
BATCH = 50
GOAL_ONE = 1.6
GOAL_BATCH = 3.0
GOAL_FULL = 1.2


def run(system):
    """Measure and print."""
    empty = system.database('events', _few)
    with system.environment(empty) as env:
        # What the last run has left.
        for table in ('mobile_visit', 'mobile_presence', 'mobile_event'):
            env.cr.execute(SQL('DELETE FROM %s', SQL.identifier(table)))
    _measure_endpoint(system, empty)
    _measure_ingest(system, empty, system.database('events_full', _many))


def _few(env):
    seed.reporting(env, PHONES, PLACES)


def _many(env):
    _few(env)
    seed.events(env, MANY)


def _fences(env):
    return env.execute_query(SQL('SELECT id, latitude, longitude FROM mobile_geofence ORDER BY id LIMIT %s', PLACES))


class Days:
    """What phones have to tell, in reports as the API takes them; each has its place, which nobody leaves for the other
    end of the world.

    :param list fences: (id, latitude, longitude)
    """

    def __init__(self, fences):
        self._fences, self._source = fences, random.Random(19)

    def view(self):
        return self._report('view', timedelta())

    def enter(self, phone):
        return self._crossing('enter', self._fences[phone % len(self._fences)], timedelta())

    def day(self, phone, count):
        """Return what a phone that was offline has kept: comings and goings at its place, and the way between."""
        fence = self._fences[phone % len(self._fences)]
        return [
            self._crossing(kind, fence, timedelta(minutes=5 * (count - number)))
            for number, kind in zip(range(count), itertools.cycle(('enter', 'position', 'exit', 'position')))]

    def _crossing(self, kind, fence, ago):
        fence_id, latitude, longitude = fence
        where = {'lat': latitude + self._source.uniform(-0.001, 0.001), 'lon': longitude, 'accuracy': 12.5}
        return self._report(kind, ago, **where, **({} if kind == 'position' else {'geofence_id': fence_id}))

    def _report(self, kind, ago, **values):
        return {'id': str(uuid.uuid4()), 'type': kind,
                'occurred_at': (datetime.now(UTC) - ago).isoformat(), **values}


def _measure_endpoint(system, database):
    with system.environment(database) as env:
        days = Days(_fences(env))
    instance = system.server(database)
    phones = itertools.cycle(range(1, PHONES))

    def post(path, events):
        phone = next(phones)
        Client(instance.url, seed.token(phone)).post(f'/mobile/v1/{path}', events=events(phone))

    compare(
        'One POST from each phone',
        Side('empty authenticated POST', lambda: post('benchmark/nothing', lambda _phone: [days.view()])),
        Side('POST /events: a view', lambda: post('events', lambda _phone: [days.view()])),
        Side('POST /events: an enter', lambda: post('events', lambda phone: [days.enter(phone)])),
        Side(f'POST /events: {BATCH} events', lambda: post('events', lambda phone: days.day(phone, BATCH))),
        meter=system.server_time(instance), goal=f'{GOAL_ONE}, of {BATCH} events {GOAL_BATCH}', warm_up=200,
        clients=2 * WORKERS)


def _measure_ingest(system, empty, full):
    sides = [Side(name, _ingest(system, database)) for name, database in (
        ('nothing stored', empty), (f'{MANY:,} stored', full))]
    for side in sides:
        # Before the meter looks for its connections.
        side.call()
    compare(
        f'Sustained ingest: {BATCH} events and a commit, one phone after the other, in this process', *sides,
        meter=system.process_time(empty, full), goal=GOAL_FULL, slices=60, warm_up=400)


def _ingest(system, database):
    """Return a function that stores what one phone has kept."""
    registry = system.registry(database)
    with system.environment(database) as env:
        days = Days(_fences(env))
        devices = [row[0] for row in env.execute_query(SQL(
            'SELECT id FROM mobile_device WHERE partner_id IS NOT NULL ORDER BY id'))]
    random.Random(19).shuffle(devices)
    turn = itertools.cycle(devices)

    def call():
        phone = next(turn)
        reports = [{
            **given, 'occurred_at': datetime.fromisoformat(given['occurred_at']).replace(tzinfo=None),
            'latitude': given['lat'], 'longitude': given['lon']} for given in days.day(phone, BATCH)]
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            env['mobile.event']._record(env['mobile.device'].browse(phone), reports)

    return call
