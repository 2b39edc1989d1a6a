"""The part of the journey that is about places: fences of any shape, and visits that follow from where a phone was."""

import math
import uuid
from datetime import UTC, datetime, timedelta

from .people import Phone, Unmet, expect, one

#: Metres of a degree of latitude.
DEGREE = 111_195
#: A walk: seconds between positions, metres a second, metres to the shop, minutes in it, seconds that are over since.
EVERY, SPEED, WAY, INSIDE, SINCE = 30, 1.3, 780, 15, 120
#: Seconds by which the server may be off: it sees the crossing between two positions, and its margin.
ROOM = 90


def draw_fence(journey):
    """A manager draws a fence around the block; the phone gets its shape and the circle around it"""
    ring = [_place(journey.fence, east, north) for east, north in ((-90, -60), (90, -60), (90, 60), (-90, 60))]
    fence_id = journey.admin.save('mobile.geofence', {
        'name': 'The block', 'store_id': journey.store['id'], 'type': 'polygon', 'is_visit': False,
        'on_enter': False, 'on_exit': False, 'on_dwell': True,
        'polygon': {'type': 'Polygon', 'coordinates': [[[lon, lat] for lat, lon in [*ring, ring[0]]]]}})
    watch = journey.phone.get('/geofences', lat=journey.fence['lat'], lon=journey.fence['lon'], limit=20)
    fence = one('new fence', [fence for fence in watch['items'] if fence['id'] == fence_id])
    expect('type', 'polygon', fence['type'])
    corner = math.hypot(90, 60)
    if not corner - 1 <= fence['radius'] <= corner + 1:
        raise Unmet(f'a circle of {corner:.0f} m around it', f'{fence["radius"]} m')
    journey.say(f'GET /geofences: a polygon of {len(fence["polygon"]["coordinates"][0]) - 1} corners in a circle of '
                f'{fence["radius"]:.0f} m')


def walk_by(journey):
    """Somebody walks to the shop, looks around and goes on; the server makes one visit of the positions"""
    walker = journey.walker = Phone(journey.base_url, journey.phone.client_id, 'android', 'Pixel 9')
    walker.register()
    walker.sign_in('sms', journey.unused_number(), journey.code_of_sms)
    name = f'Mila Okafor {uuid.uuid4().hex[:4]}'
    walker.customer = walker.send('PATCH', '/me', json={'name': name}).json()
    walker.decide(location=True)
    track, entered, left = _walk(journey.fence, datetime.now(UTC).replace(microsecond=0))
    expect('receipt', {'accepted': len(track), 'duplicates': 0, 'rejected': []}, walker.report(*track))
    visit = one('visit', journey.sales.find(
        'mobile.visit', [('partner_id.name', '=', name)], 'store_id', 'entered_at', 'left_at', 'is_sure', 'source'))
    expect('store', journey.store['id'], visit['store_id'][0])
    expect('how it is known', ('position', True), (visit['source'], visit['is_sure']))
    for field, moment in (('entered_at', entered), ('left_at', left)):
        away = abs((datetime.fromisoformat(visit[field]).replace(tzinfo=UTC) - moment).total_seconds())
        if away > ROOM:
            raise Unmet(f'{field} {moment:%H:%M:%S}', visit[field])
    journey.say(f'POST /events: {len(track)} positions, no crossing; {journey.sales.name} sees one visit from '
                f'{visit["entered_at"][11:16]} to {visit["left_at"][11:16]} UTC')


def see_who_is_there(journey):
    """The walker comes back; staff see who is in the shop now"""
    fence = journey.fence
    receipt = journey.walker.report({
        'id': str(uuid.uuid4()), 'type': 'enter', 'geofence_id': fence['id'], 'lat': fence['lat'], 'lon': fence['lon'],
        'accuracy': 9.0, 'occurred_at': datetime.now(UTC).isoformat()})
    expect('receipt', {'accepted': 1, 'duplicates': 0, 'rejected': []}, receipt)
    name = journey.walker.customer['name']
    there = one(f'visit of {name}', journey.sales.find(
        'mobile.visit', [
            ('store_id', '=', journey.store['id']), ('left_at', '=', False), ('partner_id.name', '=', name)],
        'partner_id', 'entered_at', 'is_returning'))
    expect('whether she has been here before', True, there['is_returning'])
    journey.say(f'in the store now: {there["partner_id"][1]}, a returning visitor, since '
                f'{there["entered_at"][11:16]} UTC')


def _walk(fence, now):
    """Return the positions of a walk through the middle of a fence, and when it crosses the edge."""
    start = now - timedelta(seconds=SINCE + 2 * WAY / SPEED + 60 * INSIDE)
    stays, goes = WAY / SPEED, WAY / SPEED + 60 * INSIDE
    track = []
    for second in range(0, round((now - start).total_seconds()) - SINCE, EVERY):
        north = min(0, SPEED * (second - stays)) + max(0, SPEED * (second - goes))
        # No receiver stands still.
        lat, lon = _place(fence, 4 * math.sin(second), north + 4 * math.cos(1.7 * second))
        track.append({
            'id': str(uuid.uuid4()), 'type': 'position', 'lat': round(lat, 7), 'lon': round(lon, 7), 'accuracy': 9.0,
            'occurred_at': (start + timedelta(seconds=second)).isoformat()})
    edge = fence['radius'] / SPEED
    return track, start + timedelta(seconds=stays - edge), start + timedelta(seconds=goes + edge)


def _place(origin, east, north):
    """Return the position so many metres east and north of a place."""
    lat = origin['lat'] + north / DEGREE
    return lat, origin['lon'] + east / DEGREE / math.cos(math.radians(lat))


STEPS = [draw_fence, walk_by, see_who_is_there]
