"""How a handler becomes an operation of the phone API.

The signature of a handler is its contract::

    @mobile_route('/stores/<store_id>', methods=['GET'], auth='mobile_device', readonly=True)
    def get_store(self, store_id: RecordId, query: StoreQuery) -> Store:
        \"\"\"Show one store.\"\"\"

``query`` and ``body`` name pydantic models, every other parameter is a part of the path, and the return annotation is
the response model. The dispatcher validates by these, ``openapi.json`` is written from them, and nothing is said twice.
"""
import inspect
import re
import typing

from pydantic import TypeAdapter, ValidationError

from odoo import http

from ..tools.problems import Problem
from .schemas.base import Schema

BASE_PATH = '/mobile/v1'
KIB = 1024
OPERATIONS = []
# Proxies that compress answers make the ETag a weak one.
_VERSIONED = re.compile(r'(?:W/)?"([1-9]\d{0,8})(?:-[0-9a-f]+)?"')
# The limits of mobile.limit from which an operation takes, by who may call it.
LIMITS = {
    'none': (),
    'mobile_app': ('ip',),
    'mobile_device': ('device',),
    'mobile': ('device',),
    'mobile_till': ('till',),
}


class Answer(typing.NamedTuple):
    """A response model with a status or headers other than the operation's usual ones.

    :ivar int version: of what it shows, which its ETag begins with: see ``version_of``
    """

    content: Schema | None
    status: int | None = None
    headers: dict | None = None
    version: int | None = None


class Pdf(typing.NamedTuple):
    """A document in place of JSON.

    :cvar str media_type:
    :ivar bytes content:
    :ivar str filename: as it is saved
    """

    content: bytes
    filename: str

    media_type = 'application/pdf'


class ApplePass(typing.NamedTuple):
    """A pass for Apple Wallet in place of JSON; see ``Pdf``."""

    content: bytes
    filename: str

    media_type = 'application/vnd.apple.pkpass'


# What a handler may return in place of a schema.
FILES = (Pdf, ApplePass)


class NoQuery(Schema):
    """An operation that takes no query parameters."""


class NoBody(Schema):
    """An operation that takes no body, or an empty object."""


class Operation:
    """What a handler's signature says, read once at import."""

    def __init__(self, handler, path, methods, auth, status, problems, limits, takes_version):
        hints = typing.get_type_hints(handler)
        self.name = handler.__name__
        self.doc = inspect.getdoc(handler) or ''
        self.tag = handler.__module__.rpartition('.')[2]
        # odoo.addons.mobile_crm.controllers.stores: a bridge brings operations of its own.
        self.addon = handler.__module__.split('.')[2]
        self.path = path
        self.methods = methods
        self.auth = auth
        self.status = status
        self.problems = problems
        # Whoever needs not even name an app, and yet has an effect, counts by address.
        self.limits = (*(LIMITS[auth] or (() if methods == ['GET'] else ('ip',))), *limits)
        self.takes_key = 'POST' in methods
        self.takes_version = takes_version
        if takes_version:
            del hints['version']
            self.problems = ('version_required', 'basket_changed', *problems)
        self.response_model = hints.pop('return', None)
        self.query_model = hints.pop('query', NoQuery)
        self.takes_query = self.query_model is not NoQuery
        self.body_model = hints.pop('body', NoBody)
        self.takes_body = self.body_model is not NoBody
        # A body that has a default can be left out.
        parameters = inspect.signature(handler).parameters
        self.needs_body = self.takes_body and parameters['body'].default is inspect.Parameter.empty
        self.path_types = {name: TypeAdapter(hint) for name, hint in hints.items()}

    def parse_path(self, args):
        """Return the path's parameters as the handler's types.

        :raise Problem: 404 when one cannot name any record.
        """
        try:
            return {name: adapter.validate_strings(str(args[name])) for name, adapter in self.path_types.items()}
        except ValidationError as exc:
            raise Problem('not_found') from exc


def version_of(etag):
    """Return which version an ETag of ours names; 0, which there is none of, for another's.

    It is the number before the digest of what was shown: ``"7-0123abcd"``. The number alone is enough.

    :rtype: int
    """
    found = _VERSIONED.fullmatch(etag)
    return int(found[1]) if found else 0


def mobile_route(path, *, methods, auth, readonly, status=200, max_content_length=16 * KIB, problems=(),
                 limits=(), takes_version=False):
    """Declare a handler of the phone API.

    :param str path: below ``BASE_PATH``, with werkzeug placeholders.
    :param list methods: the verbs; one for each handler keeps the OpenAPI file plain.
    :param str auth: ``mobile`` (a signed-in customer), ``mobile_device`` (a device, signed in or not), ``mobile_app``
        (an app names itself by ``X-App-Id``), ``mobile_till`` (a till by a token of its own) or ``none``.
    :param bool readonly: True for what only reads and may run on a replica.
    :param int status: the status of success.
    :param int max_content_length: of the body, in bytes.
    :param problems: codes of problems that this operation answers beside the common ones.
    :param limits: policies of ``mobile.limit`` from which each request takes beside those of its ``auth``.
    :param bool takes_version: the caller says by ``If-Match`` which version they have seen, and the handler gets it as
        ``version``. It refuses another one by ``basket_changed``.
    """
    def decorator(handler):
        operation = Operation(handler, path, methods, auth, status, problems, limits, takes_version)
        OPERATIONS.append(operation)
        return http.route(
            BASE_PATH + path, type='mobile', auth=auth, methods=methods, readonly=readonly, csrf=False,
            save_session=False, max_content_length=max_content_length, operation=operation,
        )(handler)
    return decorator
