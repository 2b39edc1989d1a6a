"""Which changes of the API's description break programs that were written against the one before."""

import copy
import json

import pytest

from devtools.paths import REPO
from tests.openapi_changes import breaking_changes, each_breaking_change

COMMITTED = REPO / 'mobile_crm' / 'static' / 'openapi.json'

THING = {
    'type': 'object', 'required': ['id', 'kind'], 'properties': {
        'id': {'type': 'integer'},
        'kind': {'type': 'string', 'enum': ['a', 'b']},
        'note': {'anyOf': [{'type': 'string', 'format': 'date'}, {'type': 'null'}]},
        'parts': {'type': 'array', 'items': {'$ref': '#/components/schemas/Thing'}},
    },
}
NEW_THING = {
    'type': 'object', 'required': ['name'], 'additionalProperties': False, 'properties': {
        'name': {'type': 'string', 'maxLength': 10},
        'kind': {'type': 'string', 'enum': ['a', 'b']},
        'size': {'type': 'number', 'minimum': 0},
    },
}
DOCUMENT = {
    'openapi': '3.1.0',
    'paths': {'/things': {
        'get': {
            'security': [],
            'parameters': [{'in': 'query', 'name': 'limit', 'schema': {'type': 'integer', 'maximum': 100}}],
            'responses': {'200': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/Thing'}}}}},
        },
        'post': {
            'security': [{'accessToken': []}],
            'requestBody': {'required': True, 'content': {
                'application/json': {'schema': {'$ref': '#/components/schemas/NewThing'}}}},
            'responses': {'201': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/Thing'}}}}},
        },
    }},
    'components': {'schemas': {'Thing': THING, 'NewThing': NEW_THING}},
}


def changed(path, value=...):
    """Return the document with one value replaced, or taken away."""
    document = copy.deepcopy(DOCUMENT)
    *way, last = path
    target = document
    for step in way:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return document


def inside(schema, *way):
    return ('components', 'schemas', schema, *way)


GET, POST = ('paths', '/things', 'get'), ('paths', '/things', 'post')
LIMIT = (*GET, 'parameters', 0)
LIST = {'in': 'query', 'name': 'page', 'schema': {'type': 'integer'}}


@pytest.mark.parametrize(('new', 'expected'), [
    (changed(('paths', '/things')), ['GET /things: is gone', 'POST /things: is gone']),
    (changed(POST), ['POST /things: is gone']),
    (changed((*GET, 'security'), [{'accessToken': []}]), ['GET /things: asks for another permission']),
    # Parameters.
    (changed((*GET, 'parameters'), []), ['GET /things: query limit: is no longer taken']),
    (changed((*LIMIT, 'required'), True), ['GET /things: query limit: is required now']),
    (changed((*GET, 'parameters'), [DOCUMENT['paths']['/things']['get']['parameters'][0], {**LIST, 'required': True}]),
     ['GET /things: query page: is new and required']),
    (changed((*LIMIT, 'schema', 'maximum'), 50), ['GET /things: query limit: maximum is tighter']),
    # Bodies.
    (changed(inside('NewThing', 'required'), ['name', 'size']), ['POST /things: body.size: is required now']),
    (changed(inside('NewThing', 'properties', 'size')), ['POST /things: body.size: is no longer taken']),
    (changed(inside('NewThing', 'properties', 'name', 'type'), 'integer'),
     ['POST /things: body.name: is no longer taken as string']),
    (changed(inside('NewThing', 'properties', 'name', 'maxLength'), 9),
     ['POST /things: body.name: maxLength is tighter']),
    (changed(inside('NewThing', 'properties', 'name', 'pattern'), 'x'),
     ['POST /things: body.name: pattern is tighter']),
    (changed(inside('NewThing', 'properties', 'kind', 'enum'), ['a']),
     ["POST /things: body.kind: 'b' is no longer taken"]),
    (changed(inside('NewThing', 'properties', 'size', 'type'), 'integer'),
     ['POST /things: body.size: is no longer taken as number']),
    (changed((*POST, 'requestBody')), ['POST /things: body: is no longer taken']),
    # Answers.
    (changed((*POST, 'responses'), {'200': DOCUMENT['paths']['/things']['post']['responses']['201']}),
     ['POST /things: 201: is no longer answered']),
    (changed((*GET, 'responses', '200', 'content')), ['GET /things: 200: has no body any more']),
    (changed(inside('Thing', 'properties', 'note')),
     ['GET /things: 200.note: is gone', 'POST /things: 201.note: is gone']),
    (changed(inside('Thing', 'required'), ['id']),
     ['GET /things: 200.kind: may be missing now', 'POST /things: 201.kind: may be missing now']),
    (changed(inside('Thing', 'properties', 'id', 'type'), 'string'),
     ['GET /things: 200.id: may be string now', 'POST /things: 201.id: may be string now']),
    (changed(inside('Thing', 'properties', 'id'), {'anyOf': [{'type': 'integer'}, {'type': 'null'}]}),
     ['GET /things: 200.id: may be null now', 'POST /things: 201.id: may be null now']),
    (changed(inside('Thing', 'properties', 'kind', 'enum'), ['a']),
     ["GET /things: 200.kind: is never 'b' any more", "POST /things: 201.kind: is never 'b' any more"]),
    (changed(inside('Thing', 'properties', 'kind', 'enum'), ['a', 'b', 'c']),
     ["GET /things: 200.kind: may be 'c' now", "POST /things: 201.kind: may be 'c' now"]),
    (changed(inside('Thing', 'properties', 'note', 'anyOf', 0, 'format'), 'date-time'),
     ['GET /things: 200.note: has another format', 'POST /things: 201.note: has another format']),
])
def test_what_breaks(new, expected):
    assert breaking_changes(DOCUMENT, new) == expected


@pytest.mark.parametrize('new', [
    DOCUMENT,
    changed(('paths', '/others'), {'get': {'responses': {}}}),
    changed((*GET, 'parameters'), [*DOCUMENT['paths']['/things']['get']['parameters'], LIST]),
    changed((*LIMIT, 'schema', 'maximum'), 1000),
    changed((*POST, 'security'), []),
    changed(inside('NewThing', 'properties', 'colour'), {'type': 'string'}),
    changed(inside('NewThing', 'required'), []),
    changed(inside('NewThing', 'properties', 'name', 'maxLength')),
    changed(inside('NewThing', 'properties', 'size'), {'anyOf': [{'type': 'number', 'minimum': 0}, {'type': 'null'}]}),
    changed(inside('NewThing', 'properties', 'kind', 'enum'), ['a', 'b', 'c']),
    changed(inside('Thing', 'properties', 'colour'), {'type': 'string'}),
    changed(inside('Thing', 'required'), ['id', 'kind', 'note']),
    changed(inside('Thing', 'properties', 'note'), {'type': 'string', 'format': 'date'}),
    changed((*GET, 'responses', '404'), {}),
])
def test_what_does_not_break(new):
    assert breaking_changes(DOCUMENT, new) == []


def test_the_committed_description_is_understood():
    """No construct of our own description is lost on the comparison."""
    document = json.loads(COMMITTED.read_text(encoding='utf-8'))
    assert breaking_changes(document, document) == []
    # One copy for all: it is large, and each loss is made good again.
    without = copy.deepcopy(document)
    for path, verbs in document['paths'].items():
        for verb in verbs:
            lost = without['paths'][path].pop(verb)
            assert breaking_changes(document, without) == [f'{verb.upper()} {path}: is gone']
            without['paths'][path][verb] = lost
    for name, schema in document['components']['schemas'].items():
        if name in ('ProblemDocument', 'FieldError'):
            continue
        fields = without['components']['schemas'][name].get('properties', {})
        for field in schema.get('properties', ()):
            lost = fields.pop(field)
            assert next(each_breaking_change(document, without), None), f'{name}.{field}'
            fields[field] = lost
