import json

from odoo.tests import tagged

from ..controllers.routing import BASE_PATH, OPERATIONS
from .frame_common import BODIES, FrameCase, concrete


@tagged('-at_install', 'post_install')
class TestApiPaths(FrameCase):

    def test_unknown_paths(self):
        for path in ('', '/', '/nope', '/stores/1/nope', '/openapi', '/web/login', '/../../web/login', '/stores//1',
                     '/me/', '/%00', '/%ff', '/stores/%0aFAKE', '/stores/1%2F2', '/<script>'):
            for method in ('GET', 'POST', 'HEAD', 'OPTIONS', 'PROPFIND'):
                with self.subTest(path=path, method=method):
                    self.assertIn(self.exchange_status(method, BASE_PATH + path), (b'404', b'401', b'405'))

    def exchange_status(self, method, path):
        """Return the status of a raw exchange whose answer is a problem document."""
        raw = self.exchange(method, path)
        head, _sep, body = raw.partition(b'\r\n\r\n')
        self.assertIn(b'\r\nContent-Type: application/problem+json\r\n', head)
        self.assertRegex(head, rb'\r\nX-Request-Id: [0-9a-f]{32}\r\n')
        if method != 'HEAD':
            self.assertEqual(str(json.loads(body)['status']).encode(), head.split()[1])
        return head.split()[1]

    def test_unknown_path_is_not_found(self):
        self.assertProblem(self.client.get('/nope'), 404, 'not_found')
        self.assertProblem(self.call('GET', '/nope'), 404, 'not_found')
        self.assertEqual(self.url_open('/mobile/v1').headers['Content-Type'], 'application/problem+json')

    def test_paths_beside_the_api_are_odoos(self):
        for path in ('/mobile/v2/me', '/mobile/v10', '/mobile'):
            self.assertIn('text/html', self.url_open(path).headers['Content-Type'])

    def test_wrong_verbs(self):
        verbs = {}
        for operation in OPERATIONS:
            verbs.setdefault(concrete(operation.path), set()).update(operation.methods)
        for path, allowed in verbs.items():
            if 'GET' in allowed:
                allowed.add('HEAD')
            for verb in {'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'BREW'} - allowed:
                with self.subTest(path=path, verb=verb):
                    answer = self.call(verb, path)
                    self.assertEqual(answer.status, 405)
                    if verb != 'HEAD':
                        self.assertProblem(answer, 405, 'method_not_allowed')
                    self.assertEqual(set(answer.headers['Allow'].split(', ')), allowed)

    def test_no_cors(self):
        answer = self.client.request('OPTIONS', '/me', headers={
            'Origin': 'https://evil.example', 'Access-Control-Request-Method': 'GET',
            'Access-Control-Request-Headers': 'authorization'})
        self.assertProblem(answer, 405, 'method_not_allowed')
        self.assertFalse([header for header in answer.headers if header.lower().startswith('access-control')])

    def test_head_answers_like_get_without_a_body(self):
        get, head = self.client.get('/me'), self.client.request('HEAD', '/me')
        self.assertEqual((head.status, head.content), (200, b''))
        self.assertEqual(head.headers['ETag'], get.headers['ETag'])

    def test_every_operation_wants_its_caller(self):
        for operation in OPERATIONS:
            if operation.auth == 'none':
                continue
            with self.subTest(operation=operation.name):
                body = {'json': BODIES.get(operation.name, {})} if operation.methods != ['GET'] else {}
                answer = self.call(operation.methods[0], concrete(operation.path), **body)
                self.assertProblem(answer, 401, 'app_unknown' if operation.auth == 'mobile_app' else 'unauthenticated')
                self.assertEqual(answer.headers['WWW-Authenticate'], 'Bearer')

    def test_a_path_that_can_name_nothing_is_not_found(self):
        for path in ('/stores/0', '/stores/-1', '/stores/abc', '/stores/1.5', '/stores/99999999999', '/stores/null',
                     '/offers/1', '/offers/%00', '/messages/1'):
            with self.subTest(path=path):
                self.assertProblem(self.client.get(path), 404, 'not_found')


@tagged('-at_install', 'post_install')
class TestApiHeaders(FrameCase):

    def test_header_values_from_elsewhere(self):
        for name, value in (('X-App-Id', "x'; DROP TABLE mobile_app; --"), ('X-App-Id', '\xff\xfe'), ('X-App-Id', '%'),
                            ('X-App-Id', 'a\0b'), ('X-App-Id', 'x' * 5000), ('X-App-Id', '')):
            with self.subTest(name=name, value=value[:20]):
                raw = self.exchange('POST', BASE_PATH + '/devices', [
                    'Content-Type: application/json', 'Content-Length: 2', f'{name}: {value}'], [b'{}'])
                self.assertEqual(raw.split()[1], b'401', raw)
                self.assertIn(b'"app_unknown"', raw)
        for value in ('Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a\0b', 'Bearer \xff\xfe', 'mca_x',
                      'Bearer ' + 'x' * 5000):
            with self.subTest(value=value[:20]):
                raw = self.exchange('GET', BASE_PATH + '/me', [f'Authorization: {value}'])
                self.assertEqual(raw.split()[1], b'401', raw)

    def test_request_ids_differ(self):
        ids = {self.client.get('/me').headers['X-Request-Id'] for _ in range(3)}
        ids |= {self.client.get('/nope').headers['X-Request-Id'] for _ in range(3)}
        self.assertEqual(len(ids), 6)

    def test_etag(self):
        first = self.client.get('/me')
        self.assertEqual(first.headers['Cache-Control'], 'private, no-cache')
        self.assertEqual(first.headers['Vary'], 'Authorization, Accept-Language')
        etag = first.headers['ETag']
        for value in (etag, f'W/{etag}', f'"other", {etag}', '*'):
            again = self.client.get('/me', headers={'If-None-Match': value})
            self.assertEqual((again.status, again.content, again.headers['ETag']), (304, b'', etag), value)
        self.assertEqual(self.client.get('/me', headers={'If-None-Match': '"other"'}).status, 200)
        self.client.patch('/me', {'name': "Anna Janssens"})
        changed = self.client.get('/me', headers={'If-None-Match': etag})
        self.assertEqual((changed.status, changed.json['name']), (200, "Anna Janssens"))

    def test_every_list_and_record_has_an_etag(self):
        self.enter(self.phone, self.fence_near)
        for path in ('/me', '/stores', f'/stores/{self.store_near.id}', '/geofences?lat=50.8&lon=4.3', '/offers',
                     '/messages', '/openapi.json'):
            with self.subTest(path=path):
                etag = self.client.request('GET', path).headers['ETag']
                self.assertEqual(self.client.request('GET', path, headers={'If-None-Match': etag}).status, 304)

    def test_writes_are_not_cached(self):
        self.assertEqual(self.client.patch('/me', {}).headers['Cache-Control'], 'no-store')

    def test_documents(self):
        self.assertEqual(self.call('GET', '/health').json, {'status': 'ok'})
        self.assertEqual(self.call('GET', '/openapi.json').json['openapi'][:3], '3.1')
        docs = self.call('GET', '/docs')
        self.assertEqual((docs.status, docs.headers['Content-Type']), (200, 'text/html; charset=utf-8'))
        self.assertTrue(docs.headers['Content-Security-Policy'].startswith("default-src 'none'; "))
        self.assertNotRegex(docs.content.decode(), r'(?i)(src|href)=["\']?(https?:)?//|@import|url\(')
        for operation in OPERATIONS:
            self.assertIn(f'id="{operation.name}"'.encode(), docs.content)
