import json
from itertools import repeat
from unittest.mock import patch

from odoo.tests import tagged

from ..controllers.routing import BASE_PATH, OPERATIONS
from .frame_common import BODIES, FrameCase, concrete, inner_objects

MIB = 1024 * 1024


@tagged('-at_install', 'post_install')
class TestApiBodies(FrameCase):

    def _post(self, data, content_type='application/json', **headers):
        return self.client.request('POST', '/events', data=data, headers={'Content-Type': content_type, **headers})

    def test_media_types(self):
        body = json.dumps(BODIES['report_events'])
        for content_type in ('text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
                             'application/xml', 'application/json-patch+json', 'text/json', 'nonsense', ''):
            with self.subTest(content_type=content_type):
                answer = self._post(body, content_type)
                self.assertProblem(answer, 415, 'unsupported_media_type')
                self.assertEqual(answer.headers['Accept'], 'application/json')
        for content_type in ('application/json; charset=utf-8', 'Application/JSON'):
            self.assertEqual(self._post(body, content_type).status, 200, content_type)

    def test_compressed_body(self):
        for encoding in ('gzip', 'br', 'deflate', 'identity, gzip'):
            answer = self._post(b'\x1f\x8b\x08\x00', **{'Content-Encoding': encoding})
            self.assertProblem(answer, 415, 'unsupported_media_type')
        body = json.dumps(BODIES['report_events'])
        self.assertEqual(self._post(body, **{'Content-Encoding': 'identity'}).status, 200)

    def test_malformed_json(self):
        for data in (b'{', b'', b' ', b'nonsense', b'{"events": [}', b"{'events': []}", b'{"events": []}x',
                     b'{"a": 01}',
                     b'{"events": [NaN]}', b'{"events": [Infinity]}', b'[-Infinity]', b'\xef\xbb\xbf{}',
                     b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', rb'{"a": "\ud800"}', rb'{"\udfff": 1}',
                     '{"a": 1}'.encode('utf-16'), b'[' * 100_000, b'{"a":' * 5_000 + b'1' + b'}' * 5_000,
                     b'{"a": "\n"}', b'1' + b'0' * 5000, b'{"a": "\x00"}'):
            with self.subTest(data=data[:30]):
                self.assertProblem(self._post(data), 400, 'malformed_json')

    def test_json_that_is_no_object(self):
        for data in (b'[]', b'null', b'1', b'"text"', b'true', b'[{"events": []}]'):
            with self.subTest(data=data):
                self.assertInvalid(self._post(data), 'body')

    def test_wrong_values(self):
        event = BODIES['report_events']['events'][0]
        for field, value in (
            ('lat', '"1"'), ('lat', 'true'), ('lat', '90.0001'), ('lat', '-1e308'), ('lat', '1e400'), ('lon', '180.5'),
            ('lat', '[]'), ('lat', '{}'), ('lat', '1' + '0' * 400), ('accuracy', '-1'), ('geofence_id', '0'),
            ('geofence_id', '1.5'),
            ('geofence_id', '2147483648'), ('geofence_id', '"1"'), ('geofence_id', '1' + '0' * 400),
            ('barcode', r'"a\u0000b"'), ('barcode', '""'), ('query', json.dumps('x' * 201)), ('id', '1'), ('id', '"1"'),
            ('type', '"walk"'), ('type', 'null'), ('occurred_at', '"yesterday"'),
            ('occurred_at', '"2020-01-01T00:00:00"'),
            ('occurred_at', '1577836800'), ('occurred_at', 'null'), ('occurred_at', '"0001-01-01T00:00:00+14:00"'),
            ('occurred_at', '"9999-12-31T23:59:59-14:00"'), ('message_id', '"x"'),
        ):
            with self.subTest(field=field, value=value[:40]):
                body = json.dumps({'events': [{**event, field: '@'}]}).replace('"@"', value)
                self.assertInvalid(self._post(body), 'body', 'events', 0, field)

    def test_undeclared_fields(self):
        for operation in OPERATIONS:
            if operation.takes_body:
                with self.subTest(operation=operation.name):
                    answer = self.caller_of(operation).request(
                        operation.methods[0], concrete(operation.path),
                        json={**BODIES[operation.name], 'is_admin': True})
                    self.assertInvalid(answer, 'body', 'is_admin')

    def test_undeclared_fields_within(self):
        places = [(operation, place) for operation in OPERATIONS if operation.takes_body
                  for place in inner_objects(operation)]
        self.assertIn(['events', 0], [place for _operation, place in places])
        for operation, place in places:
            with self.subTest(operation=operation.name, place=place):
                inner = {'is_admin': True}
                for name in reversed(place[1:]):
                    inner = [inner] if name == 0 else {name: inner}
                answer = self.caller_of(operation).request(
                    operation.methods[0], concrete(operation.path), json={**BODIES[operation.name], place[0]: inner})
                self.assertProblem(answer, 422, 'invalid_request')
                # Where a value may be one of several things, what it was taken for stands between.
                self.assertIn((['body', *place], 'is_admin', 'extra_forbidden'), [
                    (error['loc'][:len(place) + 1], error['loc'][-1], error['type'])
                    for error in answer.json['errors']])

    def test_operations_without_a_body(self):
        for data, status in ((b'', 204), (b'{}', 204), (b'{"a": 1}', 422), (b'[]', 422), (b'{', 400)):
            with self.subTest(data=data):
                client = self.phone_of(self.phone)
                answer = client.request('POST', '/auth/logout', data=data, headers={'Content-Type': 'application/json'})
                self.assertEqual(answer.status, status)

    def test_undeclared_query_parameters(self):
        for operation in OPERATIONS:
            with self.subTest(operation=operation.name):
                body = {'json': BODIES.get(operation.name, {})} if operation.methods != ['GET'] else {}
                params = {'lat': 1, 'lon': 1} if operation.name == 'list_geofences' else {}
                path = concrete(operation.path)
                if 'store_id' in operation.path_types:
                    path = f'/stores/{self.store_near.id}'
                answer = self.caller_of(operation).request(
                    operation.methods[0], path, params={**params, 'debug': '1'}, **body)
                self.assertInvalid(answer, 'query', 'debug')

    def test_a_refused_request_stores_nothing(self):
        before = self.env['mobile.event'].search_count([])
        good = {**BODIES['report_events']['events'][0], 'occurred_at': '2999-01-01T00:00:00Z'}
        for body in ({'events': [good], 'x': 1}, {'events': [good, {**good, 'lat': 91}]}, {'events': []}):
            self.assertProblem(self.client.post('/events', body), 422, 'invalid_request')
        self.assertEqual(self.env['mobile.event'].search_count([]), before)

    def test_keys_given_twice_are_read_as_one(self):
        body = json.dumps(BODIES['report_events'])[:-1] + ', "events": []}'
        self.assertInvalid(self._post(body), 'body', 'events')


@tagged('-at_install', 'post_install')
class TestApiLargeBodies(FrameCase):
    """A client that is still sending reads the answer, and not a reset connection."""

    def setUp(self):
        super().setUp()
        # The newest werkzeug reads on by itself once it has answered, as no other server does.
        selector = self.startPatcher(patch('werkzeug.serving.selectors.DefaultSelector')).return_value
        selector.select.return_value = []

    def _exchange(self, method, path, size=10 * MIB, headers=(), token=True):
        authorization = [f'Authorization: Bearer {self.client.access_token}'] if token else []
        raw = self.exchange(
            method, BASE_PATH + path,
            ['Content-Type: application/json', f'Content-Length: {size}', *authorization, *headers],
            repeat(b'[' + b' ' * (MIB - 1), size // MIB))
        head, _sep, body = raw.partition(b'\r\n\r\n')
        return head.split()[1], head, body

    def test_ten_megabytes(self):
        status, head, body = self._exchange('POST', '/events')
        self.assertEqual((status, json.loads(body)['code']), (b'413', 'too_large'))
        self.assertIn(b'application/problem+json', head)

    def test_ten_megabytes_where_they_are_not_even_read(self):
        for method, path, token, expected in (
            ('POST', '/events', False, b'401'), ('POST', '/nope', True, b'404'), ('PUT', '/events', True, b'405'),
            ('GET', '/me', True, b'200'), ('GET', '/me', False, b'401'), ('DELETE', '/devices/current', True, b'413'),
        ):
            with self.subTest(method=method, path=path, token=token):
                self.assertEqual(self._exchange(method, path, token=token)[0], expected)

    def test_ten_megabytes_in_chunks(self):
        chunk = b'100000\r\n' + b' ' * MIB + b'\r\n'
        for path, token, expected in (('/events', True, b'413'), ('/events', False, b'401'), ('/nope', True, b'404')):
            with self.subTest(path=path, token=token):
                authorization = [f'Authorization: Bearer {self.client.access_token}'] if token else []
                raw = self.exchange(
                    'POST', BASE_PATH + path,
                    ['Content-Type: application/json', 'Transfer-Encoding: chunked', *authorization],
                    [*repeat(chunk, 10), b'0\r\n\r\n'])
                self.assertEqual(raw.split()[1], expected)

    def test_the_limit_is_each_operations_own(self):
        body = json.dumps({'name': "Anna"}).ljust(17 * 1024).encode()
        answer = self.client.request('PATCH', '/me', data=body, headers={'Content-Type': 'application/json'})
        self.assertProblem(answer, 413, 'too_large')
        body = json.dumps(BODIES['report_events']).ljust(17 * 1024).encode()
        answer = self.client.request('POST', '/events', data=body, headers={'Content-Type': 'application/json'})
        self.assertEqual(answer.status, 200)

    def test_a_length_that_is_no_length(self):
        for length in ('abc', '-1'):
            raw = self.exchange('POST', BASE_PATH + '/events', [
                'Content-Type: application/json', f'Content-Length: {length}',
                f'Authorization: Bearer {self.client.access_token}'])
            self.assertEqual(raw.split()[1], b'400')
