"""Opaque cursors for lists.

A cursor holds the sort key of the last item that was handed out, so that a page neither repeats nor skips what stays in
place while other rows come and go.
"""
import base64
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, NaiveDatetime, TypeAdapter
from pydantic_core import to_json

from ..tools.problems import Problem


def _storable(text: str) -> str:
    if '\0' in text:
        raise ValueError("PostgreSQL cannot store U+0000 in text")
    return text


# What sort keys are made of.
Id = Annotated[int, Field(ge=0, lt=2 ** 63)]
Instant = NaiveDatetime
Number = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, AfterValidator(_storable)]


class Cursor:
    """How one order of one list is written into cursors.

    :param types: of the sort key's parts, from the above.
    """

    def __init__(self, *types):
        self._key = TypeAdapter(tuple[types], config=ConfigDict(strict=True))

    def cut(self, found, limit, *fields):
        """Return one page of what was found, and the cursor after it.

        :param found: records or tuples in this order, one more than `limit` where there are so many.
        :param str fields: those that are the sort key.
        :return: what is on the page, and the cursor or, on the last page, None.
        """
        page = found[:limit]
        if len(found) <= limit:
            return page, None
        return page, self.encode(*(getattr(page[-1], field) for field in fields))

    def encode(self, *key):
        """Return a cursor after the item with this sort key."""
        return base64.urlsafe_b64encode(to_json(key)).decode().rstrip('=')

    def decode(self, cursor):
        """Return the sort key in a cursor, or None for the first page.

        :param cursor: what ``encode`` gave, from an untrusted client, or None.
        :rtype: tuple | None
        :raise Problem: 422 when the cursor is not one of ours.
        """
        if cursor is None:
            return None
        try:
            return self._key.validate_json(
                base64.b64decode(cursor + '=' * (-len(cursor) % 4), altchars=b'-_', validate=True))
        except ValueError as exc:
            raise Problem.invalid(['query', 'cursor'], "Use a next_cursor as it was given", 'cursor') from exc
