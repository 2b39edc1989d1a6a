"""Public ids that come in the order of time, so that an index of a million new ones grows at its end.

They are UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of the time in milliseconds, and 74 random ones.
"""
import time

from odoo.tools import SQL


def ordered_uuid_sql():
    """Return SQL that is a new id for each row.

    :rtype: SQL
    """
    stamp = f'{time.time_ns() // 1_000_000:012x}'
    return SQL("%s || substr(gen_random_uuid()::varchar, 16)", f'{stamp[:8]}-{stamp[8:]}-7')
