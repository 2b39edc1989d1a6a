"""Lists of numbers in one column."""
from odoo import fields


class Integers(fields.Json):
    """A list of whole numbers, kept as an array of PostgreSQL.

    It takes a quarter of the room of the same list as JSON, and a statement can unnest it. Not searched by domains.
    """

    _column_type = ('_int4', 'int4[]')

    def convert_to_column(self, value, record, values=None, validate=True):
        return list(value or [])


class SmallIntegers(Integers):
    """A list of whole numbers below 32768."""

    _column_type = ('_int2', 'int2[]')
