"""Keep what customers send out of Odoo's log of failed statements.

Odoo logs a failed statement with its parameters, also one that lost a race and is tried again at once. In a request of
a phone these are positions, addresses and names.
"""
import logging
import re

from odoo.http import request

from .dispatcher import MobileDispatcher

_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")


class QueryLogFilter(logging.Filter):
    """Mask all literals of a statement that failed in a request of the phone API."""

    def filter(self, record):
        is_failure = str(record.msg).startswith('bad query') and len(record.args) == 2
        if is_failure and request and isinstance(request.dispatcher, MobileDispatcher):
            query, error = record.args
            query = query.decode(errors='replace') if isinstance(query, bytes) else str(query)
            # The error repeats values too ("Key (login)=(…) already exists"); its class says what happened.
            record.args = (_LITERAL.sub('…', query), type(error).__name__)
        return True


logging.getLogger('odoo.sql_db').addFilter(QueryLogFilter())
