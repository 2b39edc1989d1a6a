"""Work that a request leaves for when its answer was sent, so that nobody waits for it and it can spoil nothing."""
import logging

from psycopg2.extensions import TransactionRollbackError

from odoo import api
from odoo.exceptions import ConcurrencyError

_logger = logging.getLogger(__name__)

# Who loses a race begins anew, at once and so many times.
TRIES = 3


def on_close(response, works):
    """Do work when the server is done with a response.

    :param response: ``odoo.http.Response``.
    :param list works: functions without parameters.
    """
    for work in works:
        response.call_on_close(work)


def write(env, work):
    """Return a function that does some work in a transaction of its own, on the primary database.

    Nobody is there any more who could be told that it failed, so it never raises.

    :param Environment env: of the request; of it the user and the context are kept.
    :param work: function of an ``Environment``, elevated.
    """
    registry, uid, context = env.registry, env.uid, dict(env.context)

    def run():
        for _try in range(TRIES):
            try:
                with registry.cursor() as cr:
                    work(api.Environment(cr, uid, context, su=True))
            except (TransactionRollbackError, ConcurrencyError):
                continue
            except Exception as error:  # noqa: BLE001 (it may carry what the customer searched for: its type is said)
                _logger.info('What was left for after an answer failed: %s', type(error).__name__)
            return
    return run
