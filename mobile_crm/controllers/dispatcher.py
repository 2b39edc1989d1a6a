"""The frame of the phone API: one place that reads requests, writes responses and tells errors.

Registered under the routing type ``mobile`` by being a subclass of ``Dispatcher``.
"""
import hashlib
import logging
import uuid
from urllib.parse import quote

from pydantic import ValidationError
from pydantic_core import from_json, to_json
from werkzeug.exceptions import RequestEntityTooLarge

from odoo.http import Dispatcher, HttpDispatcher, Response

from ..tools import afterwards
from ..tools.limits import limit_headers
from ..tools.problems import Problem, as_problem
from .repetition import Repetition, is_repeatable
from .routing import BASE_PATH, FILES, Answer, version_of
from .schemas.base import Output

_logger = logging.getLogger(__name__)

JSON = 'application/json'
# How much of an unread body is thrown away before it is answered. A server that closes the connection on a client
# that is still sending makes that client see a reset in place of the answer.
DRAIN_LIMIT = 32 * 1024 * 1024


def is_mobile_path(path):
    """Tell whether `path` is the phone API's to answer."""
    return path == BASE_PATH or path.startswith(BASE_PATH + '/')


class MobileDispatcher(Dispatcher):
    """Validate, call, serialise; turn every exception into a problem document (RFC 9457)."""

    routing_type = 'mobile'
    mimetypes = (JSON,)

    def __init__(self, request):
        super().__init__(request)
        self.request_id = uuid.uuid4().hex
        self._body_pending = True
        # How far the caller has come with each limit that this request takes from.
        self._standings = {}
        # What is left to do when the answer was sent, see tools/afterwards.py.
        self.afterwards = []

    @classmethod
    def is_compatible_with(cls, request):
        # The media type is judged in _read_body, where the answer can say what would be right.
        return True

    # === REQUEST === #

    def pre_dispatch(self, rule, args):
        self.request.session.can_save = False
        return super().pre_dispatch(rule, args)

    def dispatch(self, endpoint, args):
        # Odoo may have to begin a request anew.
        self.afterwards = []
        response = self._tell_limits(self._dispatch(endpoint, endpoint.routing['operation'], args))
        if self.afterwards and response.status_code < 400:
            afterwards.on_close(response, self.afterwards)
        return response

    def _dispatch(self, endpoint, operation, args):
        if refusal := getattr(self.request, 'mobile_refusal', None):
            return self._repeat_or_refuse(operation, refusal)
        self.take_limits(operation.limits)
        http_request = self.request.httprequest
        params = operation.parse_path(args)
        query = self._validate(operation.query_model.validate_query, http_request.args, 'query')
        if operation.takes_query:
            params['query'] = query
        if http_request.method not in ('GET', 'HEAD'):
            body = self._validate(operation.body_model.validate_body, self._read_body(operation), 'body')
            if operation.takes_body:
                params['body'] = body
        if operation.takes_version:
            params['version'] = self._version()
        self.request.params = params
        if not is_repeatable(self.request, operation):
            return self._call(endpoint, operation)
        repetition = Repetition(self.request, operation)
        response = repetition.find()
        if not response:
            response = self._call(endpoint, operation)
            repetition.keep(response)
        return response

    def _call(self, endpoint, operation):
        result = self.request.registry['ir.http']._dispatch(endpoint)
        if isinstance(result, Problem):
            return self._problem_response(result)
        if isinstance(result, Response):
            return self._finish(result)
        return self._response(operation, result)

    def _repeat_or_refuse(self, operation, refusal):
        """Answer the very request that has ended its own token once more, and refuse any other."""
        if is_repeatable(self.request, operation):
            self._read_body(operation)
            # Odoo looks into them after the answer.
            self.request.params = {}
            if response := Repetition(self.request, operation).find_ended():
                return response
        raise refusal

    # === LIMITS === #

    def take_limits(self, names):
        """Take one from each of these limits, once for a request however often Odoo has to begin it anew.

        :param names: policies of ``mobile.limit``.
        :raise Problem: 429 when nothing is left.
        """
        Limit = self.request.env['mobile.limit']
        for name in names:
            if name not in self._standings:
                self._standings[name] = Limit._take(name, self._subject(Limit.POLICIES[name]))

    def check_limits(self, names):
        """Take nothing, and refuse who has nothing left of one of these limits.

        :param names: policies of ``mobile.limit``.
        :raise Problem: 429.
        """
        Limit = self.request.env['mobile.limit']
        for name in names:
            Limit._check(name, self._subject(Limit.POLICIES[name]))

    def _subject(self, policy):
        """Return whose limit it is: the host's, the device's, or else the app's (of a till)."""
        if policy.by_host:
            return self.request.httprequest.remote_addr
        caller = getattr(self.request, 'mobile_caller', None)
        return caller.device_id if caller else self.request.mobile_app_id

    def _tell_limits(self, response):
        for name, value in limit_headers(self._standings.values()).items():
            response.headers.setdefault(name, value)
        return response

    # === BODY === #

    def _read_body(self, operation):
        """Return the body as JSON text that has been checked to be well-formed.

        :rtype: bytes
        :raise Problem: 413, 415 or 400.
        """
        http_request = self.request.httprequest
        try:
            # Kept, because Odoo calls the handler again after a lost race.
            raw = http_request.get_data()
        except RequestEntityTooLarge as exc:
            raise Problem('too_large') from exc
        if http_request.content_length is None and len(raw) >= http_request.max_content_length:
            # Of a body in chunks werkzeug reads as much as the limit allows, and keeps quiet about the rest.
            raise Problem('too_large')
        self._body_pending = False
        if not raw and not operation.needs_body:
            return b'{}'
        if http_request.mimetype != JSON or http_request.content_encoding not in (None, 'identity'):
            raise Problem('unsupported_media_type', headers={'Accept': JSON})
        try:
            from_json(raw, allow_inf_nan=False)
        except ValueError as exc:
            raise Problem('malformed_json', str(exc)) from exc
        return raw

    def _version(self):
        """Return the version that the caller has seen.

        :raise Problem: 428 when they say none.
        """
        etag = self.request.httprequest.headers.get('If-Match', '').strip()
        if etag in ('', '*'):
            raise Problem('version_required')
        return version_of(etag)

    @staticmethod
    def _validate(validate, source, where):
        try:
            return validate(source)
        except ValidationError as exc:
            raise Problem('invalid_request', errors=[
                {'loc': [where, *error['loc']], 'msg': error['msg'], 'type': error['type']}
                for error in exc.errors(include_url=False, include_context=False, include_input=False)
            ]) from exc

    # === RESPONSE === #

    def _response(self, operation, result):
        """Serialise what a handler returned: a response model, an ``Answer``, a file or None."""
        content, status, headers, version = result if isinstance(result, Answer) else Answer(result)
        headers = dict(headers or {})
        if content is None:
            return self._finish(Response(status=status or 204, headers=headers))
        content_type = JSON
        if isinstance(content, FILES):
            body, content_type = content.content, content.media_type
            headers['Content-Disposition'] = f"inline; filename*=UTF-8''{quote(content.filename, safe='')}"
        else:
            body = content.serialize() if isinstance(content, Output) else to_json(content)
        etag = hashlib.sha256(body).hexdigest()[:32]
        if version is not None:
            etag = f'{version}-{etag}'
            headers['ETag'] = f'"{etag}"'
        if self.request.httprequest.method in ('GET', 'HEAD') and headers.get('Cache-Control') != 'no-store':
            # Browsers and apps may keep the answer, but only after asking whether it is still the same.
            headers = {
                'ETag': f'"{etag}"',
                'Cache-Control': 'private, no-cache',
                'Vary': 'Authorization, Accept-Language',
                **headers,
            }
            if self.request.httprequest.if_none_match.contains_weak(etag):
                return self._finish(Response(status=304, headers=headers))
        response = Response(body, status=status or operation.status, headers=headers, content_type=content_type)
        return self._finish(response)

    def _problem_response(self, problem):
        # A path can hold anything, line breaks included; encoded it is a URI again, and one line of the log.
        instance = quote(self.request.httprequest.path)
        body = to_json(problem.document(self.request.env, instance, self.request_id))
        response = Response(body, status=problem.code, content_type='application/problem+json', headers=problem.headers)
        if problem.code == 401:
            response.headers['WWW-Authenticate'] = 'Bearer'
        _logger.info(
            '%s %s: %s %s, request %s', self.request.httprequest.method, instance, problem.code, problem.problem_code,
            self.request_id)
        return self._finish(response)

    def _finish(self, response):
        self._drain_body()
        response.headers['X-Request-Id'] = self.request_id
        response.headers.setdefault('Cache-Control', 'no-store')
        response.headers['X-Content-Type-Options'] = 'nosniff'
        return response

    # === ERRORS === #

    def handle_error(self, exc):
        problem = as_problem(exc)
        if problem.code < 500:
            # The refusal gets its one line in the log below; Odoo's own line would repeat it as a warning,
            # with a message that may hold what the customer typed.
            exc.loglevel = logging.DEBUG
        return self._tell_limits(self._problem_response(problem))

    def _drain_body(self):
        """Throw away what the client is still sending, so that it gets to read the answer."""
        if not self._body_pending:
            return
        self._body_pending = False
        # Odoo hides the WSGI stream from its own wrapper, and get_data would hold the whole body in memory.
        environ = self.request.httprequest._HTTPRequest__environ
        # A body in chunks has no length, but an end that the server watches.
        length = DRAIN_LIMIT if environ.get('wsgi.input_terminated') else self.request.httprequest.content_length or 0
        remaining = min(length, DRAIN_LIMIT)
        try:
            while remaining > 0 and (chunk := environ['wsgi.input'].read(min(remaining, 64 * 1024))):
                remaining -= len(chunk)
        except OSError:
            # The client has hung up, or never meant to speak HTTP.
            return


class UnmatchedDispatcher(HttpDispatcher):
    """Odoo's dispatcher of web pages, which it has at hand until a route is found.

    When the database cannot be reached none is ever found, and Odoo shows a page that says "Not Found". A phone would
    take that for the truth, so below our path it is told that the service is not available.
    """

    routing_type = HttpDispatcher.routing_type

    def handle_error(self, exc):
        if not is_mobile_path(self.request.httprequest.path):
            return super().handle_error(exc)
        return MobileDispatcher(self.request).handle_error(exc if self.request.db else Problem('unavailable'))
