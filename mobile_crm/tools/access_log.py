"""Keep positions and search terms out of the HTTP access log.

``GET /mobile/v1/stores?lat=…&lon=…`` carries the customer's position in its query string, the link of a double opt-in
its token, and werkzeug writes every request line to the log. The filter below cuts the query off for these paths, and
the token off links of messages and the code off those of coupons, and leaves all others alone.
"""
import logging
import re

_QUERY = re.compile(r'(/mobile/(?:v\d+|consent|app/)[^\s?"]*)\?[^\s"]*')
_TOKEN = re.compile(r'((?<![^\s"])/(?:m|s|mobile/sms/inbound|mobile/(?:pay|paid)|mobile/app/[^/\s"]+/claim)/)[^\s"]+')


class AccessLogFilter(logging.Filter):
    """Replace the query string of a phone API request line by ``?…``, and the token of a link by ``…``."""

    def filter(self, record):
        if isinstance(record.msg, str):
            record.msg = _cut(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True


def _cut(text):
    return _TOKEN.sub(r'\1…', _QUERY.sub(r'\1?…', text))


logging.getLogger('werkzeug').addFilter(AccessLogFilter())
