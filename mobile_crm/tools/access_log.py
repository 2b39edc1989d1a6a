"""Keep positions and search terms out of the HTTP access log.

``GET /mobile/v1/stores?lat=…&lon=…`` carries the customer's position in its query string, the link of a double opt-in
its token, and werkzeug writes every request line to the log. The filter below cuts the query off for these paths and
leaves all others alone.
"""
import logging
import re

_QUERY = re.compile(r'(/mobile/(?:v\d+|consent)[^\s?"]*)\?[^\s"]*')


class AccessLogFilter(logging.Filter):
    """Replace the query string of a phone API request line by ``?…``."""

    def filter(self, record):
        if isinstance(record.msg, str):
            record.msg = _QUERY.sub(r'\1?…', record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(
                _QUERY.sub(r'\1?…', arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


logging.getLogger('werkzeug').addFilter(AccessLogFilter())
