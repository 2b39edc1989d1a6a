"""Reads Odoo's log for what must not be there: any warning or error that has no stated reason."""

import re

LINE = re.compile(
    r'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<text>.*)$')
BAD = {'WARNING', 'ERROR', 'CRITICAL'}

#: Lines that are allowed, each with the reason. Keep it short: a new entry is a decision, not a convenience.
ALLOWED = [
    # Odoo says so when root runs it, as in a container; ./dev allows that.
    (r'odoo\.cli\.server', r"Running as user 'root' is a security risk\."),
    # Odoo looks a new company up in its maker's online service, which tests do not reach and must not need.
    (r'odoo\.addons\.iap\.tools\.iap_tools', r'iap jsonrpc .* failed'),
    (r'odoo\.addons\.partner_autocomplete\.\S+', r'Autocomplete API error'),
    # Odoo logs as a warning what it tells staff when it refuses what they ask for.
    (r'odoo\.http', r'^The coupon …\w{5} '),
    (r'odoo\.http', r' has (not approved yet|refused) that S\d+ takes '),
    # What Odoo's websocket asks of the gevent of these days.
    (r'py\.warnings', r'addons/bus/websocket\.py:\d+: DeprecationWarning: Queue\(0\)'),
    # The last words of a browser that leaves (that its user is away, then its farewell), after Odoo has handed its
    # websocket's connection back: read as a request of its own.
    (r'longpolling', r"Invalid HTTP method: '\\x8[18]"),
    # A provider tells twice at once, while the phone asks: Odoo begins the second one anew, and logs the first try.
    (r'odoo\.sql_db', r'^bad query: (b\')? UPDATE "payment_transaction"'),
    # The second window in which somebody wants to pay the same basket is refused by its page.
    (r'odoo\.http', r'^This payment has ended, or goes on in another window\.'),
    # A browser that closes writes that its user is away while their other screen writes that they are there.
    (r'odoo\.sql_db', r'^bad query: b\' UPDATE "mail_presence"'),
    (r'odoo\.addons\.bus\.websocket', r'^could not serialize access due to concurrent update$'),
]


def findings(text, allowed=()):
    """Return the lines of a log that are warnings or worse, each with the end of its traceback.

    :param str text: an Odoo log
    :param allowed: further pairs of regular expressions (logger, message) to let pass
    :rtype: list
    """
    found = []
    last = None
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            last = None
            bad = match['level'] in BAD and not any(
                re.fullmatch(logger, match['logger']) and re.search(message, match['text'])
                for logger, message in (*ALLOWED, *allowed)
            )
            if bad:
                last = len(found)
                found.append(f'{match["level"]} {match["logger"]}: {match["text"]}')
        elif last is not None and line.strip():
            # The last line of a traceback names the exception.
            found[last] = f'{found[last].split(" | ")[0]} | {line.strip()}'
    return found
