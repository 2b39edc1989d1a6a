"""Opaque cursors for lists.

A cursor holds the sort key of the last item that was handed out, so that a page neither repeats nor skips what stays in
place while other rows come and go.
"""
import base64
import binascii

from pydantic_core import from_json, to_json

from ..tools.problems import Problem


def encode(*key):
    """Return a cursor after the item with this sort key (numbers and strings)."""
    return base64.urlsafe_b64encode(to_json(key)).decode().rstrip('=')


def decode(cursor, *types):
    """Return the sort key in a cursor, or None for the first page.

    :param cursor: what ``encode`` gave, from an untrusted client, or None.
    :param types: the types of the key's parts.
    :rtype: tuple | None
    :raise Problem: 422 when the cursor is not one of ours.
    """
    if cursor is None:
        return None
    try:
        key = from_json(base64.urlsafe_b64decode(cursor + '=' * (-len(cursor) % 4)), allow_inf_nan=False)
    except (ValueError, binascii.Error):
        key = None
    if (
        not isinstance(key, list) or len(key) != len(types)
        or not all(type(part) is kind for part, kind in zip(key, types, strict=True))
        or any(isinstance(part, int) and not 0 <= part < 2 ** 63 for part in key)
    ):
        raise Problem.invalid(['query', 'cursor'], "Use a next_cursor as it was given", 'cursor')
    return tuple(key)
