"""Who plays in the journey, over HTTP: a phone that speaks the phone API, and staff who use Odoo as its web client."""

import uuid

import requests

#: Seconds for one answer.
TIMEOUT = 60


class Unmet(Exception):
    """Something within a step is not as it should be."""

    def __init__(self, expected, found):
        super().__init__(f'expected {expected}, found {found}')
        self.expected, self.found = expected, found


class Refusal(Exception):
    """What Odoo says no to, in the words that staff read."""


def expect(what, expected, found):
    """Raise when `found` is not `expected`; return it otherwise."""
    if found != expected:
        raise Unmet(f'{what} {expected!r}', repr(found))
    return found


def one(what, rows):
    """Return the only one of `rows`; raise when there are none or several."""
    if len(rows) != 1:
        raise Unmet(f'one {what}', f'{len(rows)}: {rows!r}'[:500])
    return rows[0]


class Phone:
    """An install of the app.

    :param str client_id: of the app
    :ivar str install_id: what the app calls this install
    :ivar str device_id: what the server calls this install
    :ivar dict customer: who has signed in
    :ivar str refresh_token: of the newest pair
    """

    def __init__(self, base_url, client_id, platform, model):
        self.base_url = f'{base_url}/mobile/v1'
        self.client_id, self.platform, self.model = client_id, platform, model
        self.install_id = str(uuid.uuid4())
        self.device_id = self.customer = self.refresh_token = None
        self.http = requests.Session()
        self.http.headers['X-App-Id'] = client_id

    def send(self, verb, path, status=200, **options):
        """Send a request; return the response, whose status must be this one."""
        response = self.http.request(verb, self.base_url + path, timeout=TIMEOUT, **options)
        if response.status_code != status:
            raise Unmet(f'{status} for {verb} {path}', f'{response.status_code} {response.text[:500]}')
        return response

    def get(self, path, **query):
        return self.send('GET', path, params=query).json()

    def post(self, path, status=200, **body):
        return self.send('POST', path, status, json=body).json()

    def register(self):
        """Register this install, signed out as yet."""
        answer = self.post(
            '/devices', 201, install_id=self.install_id, platform=self.platform, model=self.model, locale='de-DE',
            timezone='Europe/Berlin', permissions={'location': 'always', 'notifications': True})
        self.keep(answer)
        self.device_id = answer['device_id']

    def sign_in(self, channel, address, read_code):
        """Sign in with a one-time code.

        :param read_code: function that returns the code which was sent to an address
        """
        challenge = self.post('/auth/otp', 202, channel=channel, address=address)
        answer = self.post('/auth/otp/verify', challenge_id=challenge['challenge_id'], code=read_code(address))
        self.keep(answer)
        self.customer = answer['customer']

    def decide(self, **choices):
        """Agree to purposes, or withdraw; return where the customer then stands with each."""
        consents = self.send('PUT', '/me/consents', json=choices).json()
        return {consent['purpose']: consent['granted'] for consent in consents}

    def report(self, *events):
        """Report events; return the receipt."""
        return self.post('/events', events=list(events))

    def renew(self):
        """Exchange the tokens for new ones."""
        answer = self.send(
            'POST', '/auth/refresh', json={'refresh_token': self.refresh_token}, headers={'Authorization': None})
        self.keep(answer.json())

    def keep(self, tokens):
        """Use these tokens from now on."""
        self.refresh_token = tokens['refresh_token']
        self.http.headers['Authorization'] = f'Bearer {tokens["access_token"]}'


class Till:
    """A till, signed in by its secret."""

    def __init__(self, base_url, client_id, secret):
        self.base_url = base_url
        token = requests.post(f'{base_url}/auth/token', timeout=TIMEOUT, json={
            'grant_type': 'client_credentials', 'client_id': client_id, 'client_secret': secret}).json()
        self.headers = {'Authorization': f'Bearer {token["access_token"]}'}

    def send(self, verb, path, status=200, **options):
        """Send a request; return the answer, whose status must be this one."""
        response = requests.request(
            verb, self.base_url + path, headers=self.headers, timeout=TIMEOUT, **options)
        if response.status_code != status:
            raise Unmet(f'{status} for {verb} {path}', f'{response.status_code} {response.text[:500]}')
        return response.json()

    def get(self, path):
        return self.send('GET', path)

    def post(self, path, status=200, **body):
        return self.send('POST', path, status, json=body)

    def scan(self, qr, status=200):
        """Ask whose member card this is; return the answer, whose status must be this one."""
        return self.post('/till/members', status, qr=qr)


class Staff:
    """A user of Odoo's web client."""

    def __init__(self, base_url, database, login, password):
        self.base_url = base_url
        self.http = requests.Session()
        session = self.rpc('/web/session/authenticate', db=database, login=login, password=password)
        self.name = session['name']

    def rpc(self, path, **params):
        """Call a JSON-RPC route of Odoo's.

        :raise Refusal: with Odoo's message
        """
        response = self.http.post(
            self.base_url + path, json={'jsonrpc': '2.0', 'method': 'call', 'params': params}, timeout=TIMEOUT)
        answer = response.json()
        if 'error' in answer:
            raise Refusal(answer['error']['data']['message'])
        # A method that returns nothing has no result.
        return answer.get('result')

    def call(self, model, method, *args, **kwargs):
        return self.rpc(f'/web/dataset/call_kw/{model}/{method}', model=model, method=method, args=args, kwargs=kwargs)

    def save(self, model, values, **context):
        """Save a new record as a form does; return its id."""
        saved = self.call(model, 'web_save', [], values, specification={}, context=context)
        return saved[0]['id']

    def press(self, model, record_id, button, **context):
        """Press a button of a form; return the action it leads to."""
        return self.rpc(f'/web/dataset/call_button/{model}/{button}', model=model, method=button,
                        args=[[record_id]], kwargs={'context': context})

    def find(self, model, domain, *fields):
        return self.call(model, 'search_read', domain, fields)

    def read(self, model, record_id, *fields):
        return self.call(model, 'read', [record_id], fields)[0]
