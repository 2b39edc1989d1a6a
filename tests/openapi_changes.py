"""What a new description of the API takes away from those who were written against an old one."""


def breaking_changes(old, new):
    """Return what a program that works with the API `old` may trip over in `new`, one sentence each.

    Taken away: a path, a verb, a status of success, a field or its presence in an answer, a value that may be sent.
    Asked for: a new required parameter or field, a permission. Changed: a type; a new value, or null, in an answer; a
    tighter bound on what may be sent. Anything that is added beside what there was breaks nothing.

    :param dict old, new: OpenAPI 3.1 documents.
    :rtype: list[str]
    """
    return list(each_breaking_change(old, new))


def each_breaking_change(old, new):
    """Yield them one by one, see ``breaking_changes``."""
    for path, verbs in old['paths'].items():
        for verb, operation in verbs.items():
            where = f'{verb.upper()} {path}'
            successor = new['paths'].get(path, {}).get(verb)
            if successor is None:
                yield f'{where}: is gone'
            else:
                yield from (f'{where}: {change}' for change in _Comparison(old, new).operation(operation, successor))


#: Bounds on what may be sent: true when the new one is tighter.
TIGHTER = {
    'minimum': lambda old, new: new > old,
    'exclusiveMinimum': lambda old, new: new > old,
    'minLength': lambda old, new: new > old,
    'minItems': lambda old, new: new > old,
    'maximum': lambda old, new: new < old,
    'exclusiveMaximum': lambda old, new: new < old,
    'maxLength': lambda old, new: new < old,
    'maxItems': lambda old, new: new < old,
    'pattern': lambda old, new: new != old,
    'format': lambda old, new: new != old,
}


class _Comparison:
    """One operation of two documents. A schema is compared as what comes in or as what goes out."""

    def __init__(self, old, new):
        self._old, self._new = old, new
        self._seen = set()

    # === OPERATIONS === #

    def operation(self, old, new):
        yield from self._security(old, new)
        yield from self._parameters(old, new)
        yield from self._body(old, new)
        yield from self._responses(old, new)

    def _security(self, old, new):
        if new.get('security', []) not in ([], old.get('security', [])):
            yield 'asks for another permission'

    def _parameters(self, old, new):
        before, after = (
            {(parameter['in'], parameter['name']): parameter for parameter in operation.get('parameters', ())}
            for operation in (old, new))
        for key, parameter in after.items():
            where = ' '.join(key)
            if key not in before:
                if parameter.get('required'):
                    yield f'{where}: is new and required'
                continue
            if parameter.get('required') and not before[key].get('required'):
                yield f'{where}: is required now'
            yield from self._incoming(where, before[key]['schema'], parameter['schema'])
        for key in before.keys() - after.keys():
            yield f'{" ".join(key)}: is no longer taken'

    def _body(self, old, new):
        before, after = (_json(operation.get('requestBody', {})) for operation in (old, new))
        if before is not None and after is None:
            yield 'body: is no longer taken'
        elif after is not None:
            if before is None and new['requestBody'].get('required'):
                yield 'body: is new and required'
            elif before is not None:
                yield from self._incoming('body', before, after)

    def _responses(self, old, new):
        for status, response in old['responses'].items():
            if status.startswith('2') and status not in new['responses']:
                yield f'{status}: is no longer answered'
            elif status in new['responses']:
                before, after = _json(response), _json(new['responses'][status])
                if before is not None and after is None:
                    yield f'{status}: has no body any more'
                elif before is not None:
                    yield from self._outgoing(status, before, after)

    # === SCHEMAS === #

    def _incoming(self, where, old, new):
        old, new = self._resolve(old, new)
        if not self._enter('in', old, new):
            return
        for kind in sorted(_kinds(old) - _kinds(new)):
            if not (kind == 'integer' and 'number' in _kinds(new)):
                yield f'{where}: is no longer taken as {kind}'
        yield from (f'{where}: {value!r} is no longer taken' for value in _gone(old, new))
        for bound, is_tighter in TIGHTER.items():
            if bound in new and (bound not in old or is_tighter(old[bound], new[bound])):
                yield f'{where}: {bound} is tighter'
        before, after = old.get('properties', {}), new.get('properties', {})
        for name in sorted(set(new.get('required', ())) - set(old.get('required', ()))):
            yield f'{where}.{name}: is {"required now" if name in before else "new and required"}'
        for name in before:
            if name in after:
                yield from self._incoming(f'{where}.{name}', before[name], after[name])
            elif new.get('additionalProperties') is False:
                yield f'{where}.{name}: is no longer taken'
        if 'items' in old and 'items' in new:
            yield from self._incoming(f'{where}[]', old['items'], new['items'])
        if _of_any_name(old) and _of_any_name(new):
            yield from self._incoming(f'{where}.*', _of_any_name(old), _of_any_name(new))

    def _outgoing(self, where, old, new):
        old, new = self._resolve(old, new)
        if not self._enter('out', old, new):
            return
        for kind in sorted(_kinds(new) - _kinds(old)):
            if not (kind == 'integer' and 'number' in _kinds(old)):
                yield f'{where}: may be {kind} now'
        yield from (f'{where}: may be {value!r} now' for value in _gone(new, old))
        yield from (f'{where}: is never {value!r} any more' for value in _gone(old, new))
        if old.get('format') != new.get('format'):
            yield f'{where}: has another format'
        before, after = old.get('properties', {}), new.get('properties', {})
        for name in before:
            if name not in after:
                yield f'{where}.{name}: is gone'
                continue
            if name in old.get('required', ()) and name not in new.get('required', ()):
                yield f'{where}.{name}: may be missing now'
            yield from self._outgoing(f'{where}.{name}', before[name], after[name])
        if 'items' in old and 'items' in new:
            yield from self._outgoing(f'{where}[]', old['items'], new['items'])
        if _of_any_name(old) and _of_any_name(new):
            yield from self._outgoing(f'{where}.*', _of_any_name(old), _of_any_name(new))

    def _resolve(self, old, new):
        return _flat(self._old, old), _flat(self._new, new)

    def _enter(self, direction, old, new):
        """Return whether this pair has not been looked at; schemas may hold themselves."""
        key = (direction, repr(old), repr(new))
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def _json(holder):
    """Return the JSON schema of a request body or a response, None without one."""
    return holder.get('content', {}).get('application/json', {}).get('schema')


def _flat(document, schema):
    """Return a schema without references, its alternatives merged: the kinds of all, the rest of each."""
    while '$ref' in schema:
        target = document
        for part in schema['$ref'].removeprefix('#/').split('/'):
            target = target[part]
        schema = {**target, **{key: value for key, value in schema.items() if key != '$ref'}}
    if 'anyOf' not in schema:
        return schema
    merged = {key: value for key, value in schema.items() if key != 'anyOf'}
    kinds = []
    for option in (_flat(document, option) for option in schema['anyOf']):
        kinds += _kinds(option)
        merged.update({key: value for key, value in option.items() if key != 'type'})
    return {**merged, 'type': kinds}


def _of_any_name(schema):
    """Return the schema of an object's fields whose names are not listed, None where there are none."""
    fields = schema.get('additionalProperties')
    return fields if isinstance(fields, dict) else None


def _kinds(schema):
    """Return the JSON types that a schema allows."""
    kinds = schema.get('type', ())
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _gone(old, new):
    """Return the values that were listed and are not any more."""
    def values(schema):
        return schema['enum'] if 'enum' in schema else [schema['const']] if 'const' in schema else None

    before, after = values(old), values(new)
    return [] if before is None or after is None else [value for value in before if value not in after]
