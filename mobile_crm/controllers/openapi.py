"""The OpenAPI 3.1 file of the phone API, written from the handlers' signatures."""
import functools
import json
import re
from http import HTTPStatus

from markupsafe import Markup
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ..tools.problems import PROBLEMS
from .repetition import HEADER as KEY_HEADER
from .repetition import KEY_PATTERN, REPLAYED
from .routing import BASE_PATH, FILES, OPERATIONS
from .schemas.base import ProblemDocument

VERSION = '1.0.0'
REF = '#/components/schemas/{model}'
SECURITY = {
    'none': [],
    'mobile_app': [{'appId': []}],
    'mobile_device': [{'accessToken': []}],
    'mobile': [{'accessToken': []}],
    'mobile_till': [{'tillToken': []}],
}
# What any operation may answer, beside what it declares itself.
# (A reader may lose a race as well: on a replica, to what the primary has just removed.)
COMMON = ('bad_request', 'conflict', 'invalid_request', 'not_found', 'method_not_allowed', 'refused', 'internal_error',
          'unavailable')
COMMON_WITH_AUTH = {
    'none': (),
    'mobile_app': ('app_unknown',),
    'mobile_device': ('unauthenticated', 'token_invalid', 'token_expired'),
    'mobile': ('unauthenticated', 'token_invalid', 'token_expired', 'sign_in_required'),
    'mobile_till': ('unauthenticated', 'token_invalid', 'token_expired'),
}
COMMON_WITH_KEY = ('idempotency_in_progress', 'idempotency_key_reused')
COMMON_WITH_LIMITS = ('too_many_requests',)
COMMON_WITH_BODY = ('malformed_json', 'too_large', 'unsupported_media_type')

HEADERS = {
    'X-Request-Id': {'schema': {'type': 'string'}},
    'RateLimit-Policy': {
        'description': "The limits that this request counts for: each one's quota and window in seconds",
        'schema': {'type': 'string'}},
    'RateLimit': {
        'description': "What is left of each limit, and the seconds until its window ends",
        'schema': {'type': 'string'}},
    'Retry-After': {'description': "Seconds to wait", 'schema': {'type': 'integer', 'minimum': 1}},
    REPLAYED: {
        'description': f"The first answer to a request with this {KEY_HEADER}, once more",
        'schema': {'type': 'string', 'enum': ['true']}},
}


def _is_model(kind):
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def document(addons=None):
    """Return the OpenAPI document.

    :param addons: names of the addons whose operations it describes; without it, all that this server has loaded,
        whichever database they are installed in.
    :rtype: dict
    """
    return _document(*_described(addons))


def _described(addons):
    """Return which of these addons there are, and how many operations: of a database that is loaded later, more."""
    loaded = {operation.addon for operation in OPERATIONS}
    return frozenset(loaded if addons is None else loaded & set(addons)), len(OPERATIONS)


@functools.cache
def _document(addons, _count):
    operations = sorted(
        (operation for operation in OPERATIONS if operation.addon in addons),
        key=lambda operation: (operation.path, operation.methods))
    models = {(ProblemDocument, 'serialization')}
    for operation in operations:
        if operation.takes_body:
            models.add((operation.body_model, 'validation'))
        if _is_model(operation.response_model):
            models.add((operation.response_model, 'serialization'))
    refs, definitions = models_json_schema(
        sorted(models, key=lambda pair: (pair[0].__name__, pair[1])), ref_template=REF)
    paths = {}
    for operation in operations:
        path = re.sub(r'<(?:\w+:)?(\w+)>', r'{\1}', operation.path)
        for method in operation.methods:
            paths.setdefault(path, {})[method.lower()] = _operation(operation, refs)
    return {
        'openapi': '3.1.0',
        'info': {
            'title': "Mobile CRM phone API",
            'version': VERSION,
            'description': "What a phone app needs to make its shop's customers known, and to serve them.",
            'license': {'name': 'LGPL-3.0', 'identifier': 'LGPL-3.0-only'},
        },
        'servers': [{'url': BASE_PATH}],
        'paths': paths,
        'components': {
            'schemas': _without_null_defaults(definitions['$defs']),
            'headers': HEADERS,
            'securitySchemes': {
                'accessToken': {'type': 'http', 'scheme': 'bearer'},
                'appId': {'type': 'apiKey', 'in': 'header', 'name': 'X-App-Id'},
                'tillToken': {'type': 'http', 'scheme': 'bearer', 'description': "From POST /auth/token."},
            },
        },
    }


def _operation(operation, refs):
    summary, _sep, description = operation.doc.partition('\n\n')
    described = {
        'operationId': operation.name,
        'tags': [operation.tag],
        'summary': summary,
        'security': SECURITY[operation.auth],
        'responses': _responses(operation, refs),
    }
    if description:
        described['description'] = description
    parameters = [
        {'name': name, 'in': 'path', 'required': True, 'schema': adapter.json_schema()}
        for name, adapter in operation.path_types.items()
    ]
    if operation.takes_query:
        schema = operation.query_model.model_json_schema(mode='validation')
        required = schema.get('required', ())
        parameters += [
            {'name': name, 'in': 'query', 'required': name in required, 'schema': _without_null(field)}
            for name, field in schema['properties'].items()
        ]
    if operation.takes_key:
        parameters.append({
            'name': KEY_HEADER, 'in': 'header', 'required': False,
            'description': "The app's own random name of this request, such as a UUID. A request that is sent again "
                           "with its key within 24 hours is not done again: it gets the first answer.",
            'schema': {'type': 'string', 'minLength': 1, 'maxLength': 255, 'pattern': KEY_PATTERN},
        })
    if operation.takes_version:
        parameters.append({
            'name': 'If-Match', 'in': 'header', 'required': True,
            'description': "The ETag of what the caller has seen. What was changed since is not changed: 412.",
            'schema': {'type': 'string', 'minLength': 1, 'maxLength': 100},
        })
    if parameters:
        described['parameters'] = parameters
    if operation.takes_body:
        described['requestBody'] = {
            'required': operation.needs_body,
            'content': {'application/json': {'schema': refs[operation.body_model, 'validation']}},
        }
    return described


def _without_null_defaults(described):
    """Return a description in which what may be left out has no default that says so again.

    Generators of clients take a field with a default for one that is always there.
    """
    match described:
        case dict():
            return {key: _without_null_defaults(value) for key, value in described.items()
                    if key != 'default' or value is not None}
        case list():
            return [_without_null_defaults(value) for value in described]
    return described


def _without_null(schema):
    """Return the schema of an optional query parameter: it is left out, never null."""
    if 'anyOf' not in schema:
        return schema
    schema = dict(schema)
    kinds = [kind for kind in schema.pop('anyOf') if kind != {'type': 'null'}]
    if schema.get('default', ...) is None:
        del schema['default']
    return {**schema, **kinds[0]} if len(kinds) == 1 else {**schema, 'anyOf': kinds}


def _headers(names):
    return {name: {'$ref': f'#/components/headers/{name}'} for name in names}


def _responses(operation, refs):
    names = [
        'X-Request-Id',
        *(('RateLimit-Policy', 'RateLimit') if operation.limits else ()),
        *((REPLAYED,) if operation.takes_key else ()),
    ]
    headers = _headers(names)
    success = {'description': HTTPStatus(operation.status).phrase, 'headers': headers}
    if _is_model(operation.response_model):
        success['content'] = {'application/json': {'schema': refs[operation.response_model, 'serialization']}}
    elif operation.response_model is dict:
        success['content'] = {'application/json': {'schema': {'type': 'object'}}}
    elif operation.response_model is str:
        success['content'] = {'text/html': {'schema': {'type': 'string'}}}
    elif operation.response_model in FILES:
        # `format` for generators that know no `contentMediaType`.
        media_type = operation.response_model.media_type
        success['content'] = {media_type: {
            'schema': {'type': 'string', 'format': 'binary', 'contentMediaType': media_type}}}
    responses = {str(operation.status): success}
    if operation.status == 201:
        responses['200'] = {**success, 'description': "The same as before"}
    if 'GET' in operation.methods and operation.response_model is not str:
        responses['304'] = {'description': "Not changed since the ETag in If-None-Match", 'headers': headers}
    codes = {*COMMON, *COMMON_WITH_AUTH[operation.auth], *operation.problems}
    if operation.methods != ['GET']:
        codes.update(COMMON_WITH_BODY)
    if operation.takes_key:
        codes.update(COMMON_WITH_KEY)
    if operation.limits:
        codes.update(COMMON_WITH_LIMITS)
    by_status = {}
    for code in sorted(codes):
        by_status.setdefault(PROBLEMS[code][0], []).append(code)
    for status, status_codes in sorted(by_status.items()):
        responses[str(status)] = {
            'description': ', '.join(status_codes),
            'headers': _headers([*names, 'Retry-After']) if status in (409, 429) else headers,
            'content': {'application/problem+json': {'schema': refs[ProblemDocument, 'serialization']}},
        }
    return responses


def text(addon):
    """Return the OpenAPI document of one addon as the text that it commits, ``static/openapi.json``."""
    return json.dumps(document([addon]), indent=2, ensure_ascii=False) + '\n'


_HTML = Markup("""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }}
code, pre {{ font: 14px/1.4 ui-monospace, monospace }}
pre {{ overflow-x: auto; padding: .75rem; border: 1px solid #8884; border-radius: .5rem }}
h2 {{ margin-top: 2.5rem; text-transform: capitalize }} h3 code {{ font-size: 1rem }}
.verb {{ display: inline-block; min-width: 4rem; font-weight: 700 }}
details {{ margin: .5rem 0 }} table {{ border-collapse: collapse }}
td {{ padding: .1rem 1rem .1rem 0; vertical-align: top }} td:first-child {{ min-width: 6rem; white-space: nowrap }}
</style></head><body>
<h1>{title}</h1><p>{description}</p><p>All paths are below <code>{base}</code>. The machine-readable form is
<a href="{base}/openapi.json">openapi.json</a>.</p>{sections}<h2>Objects</h2>{schemas}</body></html>
""")
_OPERATION = Markup("""<h3 id="{id}"><code><span class="verb">{verb}</span>{path}</code></h3><p>{summary}</p>
{description}<table>{rows}</table>""")
_ROW = Markup('<tr><td><code>{}</code></td><td>{}</td></tr>')
_SCHEMA = Markup('<details id="schema-{name}"><summary><code>{name}</code></summary><pre>{text}</pre></details>')


def page(addons=None):
    """Return the API's documentation as one HTML page that needs nothing from elsewhere.

    :param addons: see ``document``.
    :rtype: str
    """
    return _page(*_described(addons))


@functools.cache
def _page(addons, count):
    described = _document(addons, count)
    sections = {}
    for path, methods in described['paths'].items():
        for verb, operation in methods.items():
            rows = [_ROW.format(f"{parameter['in']} {parameter['name']}", parameter['schema'].get('description', ''))
                    for parameter in operation.get('parameters', ())]
            if body := operation.get('requestBody'):
                rows.append(_ROW.format('body', _schema_link(body['content']['application/json']['schema'])))
            for status, response in operation['responses'].items():
                schema = response.get('content', {}).get('application/json', {}).get('schema', {})
                rows.append(_ROW.format(status, _schema_link(schema) or response['description']))
            sections.setdefault(operation['tags'][0], []).append(_OPERATION.format(
                id=operation['operationId'], verb=verb.upper(), path=path, summary=operation['summary'],
                description=Markup('<p>{}</p>').format(operation['description']) if 'description' in operation else '',
                rows=Markup().join(rows)))
    return str(_HTML.format(
        base=BASE_PATH,
        title=described['info']['title'],
        description=described['info']['description'],
        sections=Markup().join(
            Markup('<h2>{}</h2>{}').format(tag, Markup().join(parts)) for tag, parts in sorted(sections.items())),
        schemas=Markup().join(
            _SCHEMA.format(name=name, text=json.dumps(schema, indent=2, ensure_ascii=False))
            for name, schema in described['components']['schemas'].items()),
    ))


def _schema_link(schema):
    name = schema.get('$ref', '').rpartition('/')[2]
    return name and Markup('<a href="#schema-{name}">{name}</a>').format(name=name)
