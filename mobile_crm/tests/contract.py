"""The API's description as a judge of its answers."""
import functools
import re

from jsonschema import Draft202012Validator, FormatChecker

from ..controllers import openapi


@functools.cache
def _paths():
    """Return (pattern, verbs) pairs, those without placeholders first."""
    paths = openapi.document()['paths']
    return [
        (re.compile(re.sub(r'\{\w+\}', '[^/]+', path)), paths[path])
        for path in sorted(paths, key=lambda path: '{' in path)
    ]


def operation(method, path):
    """Return the described operation for a request, or None.

    :param str path: below the base path, with or without a query.
    """
    path = path.partition('?')[0]
    verb = 'get' if method == 'HEAD' else method.lower()
    return next((verbs[verb] for pattern, verbs in _paths() if verb in verbs and pattern.fullmatch(path)), None)


@functools.cache
def _validator(ref):
    return Draft202012Validator(
        {'$ref': ref, 'components': openapi.document()['components']}, format_checker=FormatChecker())


def violations(method, path, answer):
    """Return what the description does not allow about an answer.

    :param answer: see :class:`~.common.Answer`.
    :rtype: list[str]
    """
    described = operation(method, path)
    if described is None:
        return []
    response = described['responses'].get(str(answer.status))
    if response is None:
        return [f"{described['operationId']} does not describe the status {answer.status}"]
    content_type = answer.headers.get('Content-Type', '').partition(';')[0]
    if method == 'HEAD' or not answer.content:
        return [] if method == 'HEAD' or 'content' not in response else [f'{answer.status} has no body']
    if content_type not in response.get('content', {}):
        return [f'{answer.status} is not described as {content_type}']
    ref = response['content'][content_type]['schema'].get('$ref')
    return [f'{error.json_path}: {error.message}' for error in _validator(ref).iter_errors(answer.json)] if ref else []
