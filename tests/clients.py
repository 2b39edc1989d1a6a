"""A phone and a salesperson over real HTTP, for the whole-system tests."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import requests

#: Seconds for one answer; a lost race makes Odoo try up to five times with pauses in between.
TIMEOUT = 60


class Phone:
    """One install of the app.

    :ivar dict headers: of each request, with the access token once there is one
    :ivar str refresh_token: of the newest pair
    """

    def __init__(self, server, client_id):
        self.base, self.client_id = f'{server.url}/mobile/v1', client_id
        self.headers = {'X-App-Id': client_id}
        self.keep(self.post('/devices', install_id=str(uuid.uuid4()), platform='android').json())

    def keep(self, tokens):
        """Use these tokens from now on."""
        self.headers['Authorization'] = f'Bearer {tokens["access_token"]}'
        self.refresh_token = tokens['refresh_token']

    def get(self, path, **query):
        return requests.get(self.base + path, params=query, headers=self.headers, timeout=TIMEOUT)

    def post(self, path, **body):
        return requests.post(self.base + path, json=body, headers=self.headers, timeout=TIMEOUT)

    def ask_code(self, database, number):
        """Ask for a one-time code and return its challenge and the code, read from Odoo's outgoing queue.

        :param database: an open psycopg2 connection
        """
        challenge = self.post('/auth/otp', channel='sms', address=number).json()['challenge_id']
        with database.cursor() as cursor:
            cursor.execute('SELECT body FROM sms_sms WHERE number = %s ORDER BY id DESC LIMIT 1', [number])
            return challenge, cursor.fetchone()[0].split()[0]

    def sign_in(self, database, number):
        """Become the customer with this number."""
        challenge, code = self.ask_code(database, number)
        answer = self.post('/auth/otp/verify', challenge_id=challenge, code=code)
        assert answer.status_code == 200, answer.text
        self.keep(answer.json())
        return self

    def enter(self, fence_id, event_id=None):
        """Report that the phone entered a fence."""
        return self.post('/events', events=[{
            'id': event_id or str(uuid.uuid4()), 'type': 'enter', 'geofence_id': fence_id,
            'occurred_at': datetime.now(UTC).isoformat(),
        }])


class Web:
    """A user of Odoo's web client."""

    def __init__(self, server, login, password):
        self.url, self.session = server.url, requests.Session()
        self._post('/web/session/authenticate', {'db': server.db, 'login': login, 'password': password})

    def call(self, model, method, *args, **kwargs):
        """Call a model's method as the web client does.

        :raise AssertionError: with Odoo's message when it refuses
        """
        return self._post('/web/dataset/call_kw', {'model': model, 'method': method, 'args': args, 'kwargs': kwargs})

    def _post(self, path, params):
        answer = self.session.post(
            self.url + path, json={'jsonrpc': '2.0', 'params': params}, timeout=TIMEOUT).json()
        assert 'error' not in answer, answer['error']['data']['message']
        return answer.get('result')


def at_once(jobs):
    """Run functions in parallel and return what each returned, or the exception it raised."""
    def attempt(job):
        try:
            return job()
        except AssertionError as refusal:
            return refusal

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(attempt, jobs))
