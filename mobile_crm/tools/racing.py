"""Statements that may lose a race, and are expected to."""
from odoo.sql_db import Cursor, db_connect


def execute_racing(env, query):
    """Run a statement whose loser gets a serialization failure from PostgreSQL.

    Odoo catches it, and calls the request anew. Its log of the failed statement is left out: it would be an error where
    nothing is wrong, with the customer's position or address among the parameters.

    :param SQL query: flushed for by the caller.
    :return: the rows, when there are any to fetch.
    :rtype: list[tuple]
    """
    return _fetch(env.cr, query)


def execute_apart(env, query):
    """Run one statement in a transaction of its own, committed at once whatever becomes of the request.

    It runs READ COMMITTED: one that meets another's uncommitted row waits, looks again at what was committed, and never
    fails for having come second. What the request itself has written and not committed it neither sees nor may touch:
    it would wait for its own request. In a test it runs on the test's connection, and is rolled back with it.

    :param SQL query: flushed for by the caller, and committed, where it needs what the request has written.
    :return: the rows, when there are any to fetch.
    :rtype: list[tuple]
    """
    with env.registry.cursor() as cr:
        return _fetch_committed(cr, query)


def execute_on_primary(env, query):
    """Run one statement like ``execute_apart``, on a connection to the primary database even in a test.

    So it works in a request that only reads, also one that is served by a replica. What it writes in a test stays.

    :param SQL query: on tables that no transaction of Odoo's touches.
    :return: the rows, when there are any to fetch.
    :rtype: list[tuple]
    """
    with db_connect(env.cr.dbname).cursor() as cr:
        return _fetch_committed(cr, query)


def _fetch_committed(cr, query):
    if isinstance(cr, Cursor):
        # Odoo's pool resets this before it lends the connection again, and so does the next cursor on it.
        cr.connection.autocommit = True
    return _fetch(cr, query)


def _fetch(cr, query):
    cr.execute(query, log_exceptions=False)
    return cr.fetchall() if cr.description else []
