"""Requests that bear an ``Idempotency-Key``: done once, answered as often as they come."""
import re

import psycopg2
from pydantic_core import from_json, to_json

from odoo.http import Response

from ..tools.claim import Claim
from ..tools.problems import Problem
from ..tools.secret import token_hash

HEADER = 'Idempotency-Key'
REPLAYED = 'Idempotency-Replayed'
# Printable ASCII, without the spaces around it that HTTP takes away.
KEY_PATTERN = r'^[!-~]([ -~]{0,253}[!-~])?$'
_KEY = re.compile(KEY_PATTERN)
# How often a request begins anew because the first one was answered in that very moment. Once is enough, as then it
# sees the answer; unless that is taken away at the end of its 24 hours.
TRIES = 3


def is_repeatable(request, operation):
    """Tell whether a request bears a key, and is one that takes it.

    :raise Problem: 422 when the key is none.
    """
    key = request.httprequest.headers.get(HEADER)
    if key is None or not operation.takes_key:
        return False
    if not _KEY.fullmatch(key):
        raise Problem.invalid(
            ['header', HEADER], request.env._("Use 1 to 255 printable ASCII characters."), 'idempotency_key')
    return True


class Repetition:
    """One request with a key.

    :param request: Odoo's, with its caller known and its body read.
    :param Operation operation: what it asks for.
    """

    def __init__(self, request, operation):
        self._request = request
        http_request = request.httprequest
        # Of another version it is another request.
        version = http_request.headers.get('If-Match', '') if operation.takes_version else ''
        self._claim = Claim(
            *_caller(request), operation.name, http_request.headers[HEADER],
            f'{http_request.method} {http_request.full_path}\n{version}'.encode() + http_request.get_data())

    @property
    def _model(self):
        return self._request.env['mobile.idempotency'].sudo()

    def find(self):
        """Return the answer that the request was given before; None when it is to be done now, and then kept.

        :rtype: Response | None
        :raise Problem: 422 when the key belongs to another request, 409 while that one runs.
        """
        for _try in range(TRIES):
            if answer := self._model._find(self._claim):
                return _read(answer)
            try:
                self._model._claim(self._claim)
            except psycopg2.errors.SerializationFailure:
                # Nothing has been written yet, so there is no need for Odoo's way, which is to sleep for a while.
                self._request.env.cr.rollback()
            else:
                return None
        raise Problem('conflict')

    def find_ended(self):
        """Return the answer that the request was given before, if it is the one that ended the token it comes with.

        :rtype: Response | None
        """
        try:
            answer = self._model._find(self._claim, token_hash(access_token(self._request)))
        except Problem:
            return None
        return answer and _read(answer)

    def keep(self, response):
        """Keep the answer, in the transaction of what was done."""
        self._model._keep(self._claim, _write(response), self._ended_token())

    def _ended_token(self):
        """Return the hash of the caller's access token if it is good no more, or None."""
        caller = getattr(self._request, 'mobile_caller', None)
        token = caller and access_token(self._request)
        if not token:
            return None
        self._request.env.flush_all()
        try:
            self._request.env['mobile.token']._authenticate(token)
        except Problem:
            return token_hash(token)
        return None


def access_token(request):
    """Return the bearer token of a request, or None."""
    scheme, _sep, token = request.httprequest.headers.get('Authorization', '').partition(' ')
    return (scheme.lower() == 'bearer' and token.strip()) or None


def _caller(request):
    """Return the ids of the app, the device and its customer's user, each None where it is not known."""
    if caller := getattr(request, 'mobile_caller', None):
        return caller.app_id, caller.device_id, caller.user_id
    return (getattr(request, 'mobile_app_id', None), *getattr(request, 'mobile_ended_session', (None, None)))


def _write(response):
    """Return a response as bytes: status and headers on one line, then the body."""
    headers = [(name, value) for name, value in response.headers if name != 'Content-Length']
    return to_json([response.status_code, headers]) + b'\n' + response.get_data()


def _read(answer):
    head, _sep, body = answer.partition(b'\n')
    status, headers = from_json(head)
    return Response(body, status=status, headers=[*map(tuple, headers), (REPLAYED, 'true')])
