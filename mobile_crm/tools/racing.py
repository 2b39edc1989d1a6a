"""Statements that may lose a race, and are expected to."""


def execute_racing(env, query):
    """Run a statement whose loser gets a serialization failure from PostgreSQL.

    Odoo catches it, and calls the request anew. Its log of the failed statement is left out: it would be an error where
    nothing is wrong, with the customer's position or address among the parameters.

    :param SQL query: flushed for by the caller.
    :return: the rows, when there are any to fetch.
    :rtype: list[tuple]
    """
    env.cr.execute(query, log_exceptions=False)
    return env.cr.fetchall() if env.cr.description else []
