"""Who redeems coupons in the races: tills, salespeople and customers who sign; each is told in the end that it has the
coupon, or why not, whatever is killed meanwhile."""

import time
from dataclasses import dataclass

import requests

from devtools.people import TIMEOUT, Refusal, Staff

#: A picture of one pixel, as good a signature as any.
SIGNATURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
#: Codes of problems that say why a till does not have a coupon.
TOLD = {'coupon_held', 'coupon_redeemed'}
#: Words that say the same to people.
WORDS = ('already redeemed', 'being redeemed')
#: For how many seconds somebody asks who gets no answer.
PATIENCE = 300


class Unanswered(Exception):
    """The server, or its database, was killed; nobody knows what was done."""


@dataclass
class Outcome:
    """How an attempt ended.

    :ivar str channel: of the redeemer
    :ivar bool won: whether it has the coupon
    :ivar str why: what a loser was told
    :ivar float seconds: from the last time that it asked to the answer
    :ivar int tries: how often it had to ask; the time of who asked more than once says nothing
    """

    channel: str
    won: bool
    why: str
    seconds: float
    tries: int


def settle(redeemer):
    """Let somebody ask until there is an answer.

    :param redeemer: has ``channel`` and ``ask()``, which returns None for the coupon, or why it is not to be had
    """
    over, tries = time.monotonic() + PATIENCE, 0
    while True:
        tries += 1
        start = time.perf_counter()
        try:
            why = redeemer.ask()
        except (Unanswered, requests.RequestException, ValueError, KeyError):
            assert time.monotonic() < over, f'a {redeemer.channel} got no answer'
            # The server was killed: the next try finds it back, or the one after.
            time.sleep(0.1)
        else:
            return Outcome(redeemer.channel, why is None, why, time.perf_counter() - start, tries)


class TillRedeemer:
    """A till, which holds a coupon and then confirms."""

    channel = 'till'

    def __init__(self, base_url, headers, store_id, code, order_ref):
        self._base, self._headers = f'{base_url}/mobile/v1/till/redemptions', headers
        self._body = {'code': code, 'store_id': store_id, 'order_ref': order_ref, 'amount': '100.00'}

    def ask(self):
        answer = self._post('', self._body)
        if answer.status_code == 409:
            code = answer.json()['code']
            if code in TOLD:
                return code
            raise Unanswered
        if answer.status_code not in (200, 201):
            self._unexpected(answer)
        done = self._post(f'/{answer.json()["id"]}/confirm', {})
        if done.status_code != 200:
            self._unexpected(done)
        return None

    def _post(self, path, body):
        return requests.post(self._base + path, json=body, headers=self._headers, timeout=TIMEOUT)

    def _unexpected(self, answer):
        # What a killed database is answered with, and what was lost in the very moment.
        if answer.status_code >= 500 or answer.status_code in (401, 409):
            raise Unanswered
        raise AssertionError(f'{answer.status_code}: {answer.text[:500]}')


class OrderRedeemer:
    """Somebody who confirms a quotation on which the coupon is.

    :param query: reads one value from the database
    """

    def __init__(self, query, order_id):
        self._query, self._order_id = query, order_id

    def _read(self):
        try:
            state = self._query('SELECT state FROM sale_order WHERE id = %s', self._order_id)
        except Exception as error:
            raise Unanswered from error
        return state == 'sale'

    def ask(self):
        if self._read():
            return None
        words = self._confirm()
        if words is None:
            return None
        if any(told in words for told in WORDS):
            return words
        # It was confirmed by the request before, whose answer was lost; or the database is away.
        if self._read():
            return None
        raise Unanswered


class SalesRedeemer(OrderRedeemer):
    """A salesperson, by Odoo's button."""

    channel = 'sale'

    def __init__(self, query, order_id, staff):
        super().__init__(query, order_id)
        self._staff = staff

    def _confirm(self):
        try:
            self._staff().call('sale.order', 'action_confirm', [self._order_id])
        except Refusal as refusal:
            return str(refusal)
        return None


class PortalRedeemer(OrderRedeemer):
    """A customer, who signs the quotation on the portal."""

    channel = 'phone'

    def __init__(self, query, order_id, base_url, access_token):
        super().__init__(query, order_id)
        self._url, self._access_token = f'{base_url}/my/orders/{order_id}/accept', access_token

    def _confirm(self):
        answer = requests.post(self._url, timeout=TIMEOUT, json={'jsonrpc': '2.0', 'method': 'call', 'params': {
            'access_token': self._access_token, 'name': 'Somebody', 'signature': SIGNATURE}}).json()
        if 'error' in answer:
            return answer['error']['data']['message']
        return answer['result'].get('error')


def staff_of(base_url, database):
    """Return a function that returns a signed-in administrator; sessions outlive the server's workers."""
    known = []

    def staff():
        if not known:
            known.append(Staff(base_url, database, 'admin', 'admin'))
        return known[0]

    return staff
