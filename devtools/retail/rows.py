"""Many rows in SQL that look as if the ORM had made them: it makes one, which is looked at and taken back."""

import contextlib

from psycopg2.extras import Json

from odoo.tools import SQL

#: The module of the external ids of all that is loaded. No module has this name, so no update removes them.
MODULE = 'complete_journey'


@contextlib.contextmanager
def taken_back(env):
    """Take back what the block does, whether it ends well or not."""
    savepoint = env.cr.savepoint()
    try:
        yield
    finally:
        savepoint.close(rollback=True)
        env.invalidate_all(flush=False)


def examples(env, make):
    """Return the rows of records that are made and taken back.

    :param make: function that returns recordsets
    :return: of each recordset, a dict of its only row's columns, those that PostgreSQL generates left out
    """
    rows = []
    with taken_back(env):
        for record in make():
            env.flush_all()
            env.cr.execute(SQL(
                """SELECT column_name FROM information_schema.columns
                    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
                      AND column_name <> 'id'""", record._table))
            columns = [name for name, in env.cr.fetchall()]
            env.cr.execute(SQL('SELECT %s FROM %s WHERE id = %s', SQL(', ').join(map(SQL.identifier, columns)),
                               SQL.identifier(record._table), record.id))
            rows.append(dict(zip(columns, env.cr.fetchone(), strict=True)))
    return rows


def insert(cr, table, example, source, returning='', **columns):
    """Insert a row for each of a source's, like an example but for some columns.

    :param dict example: see :func:`examples`
    :param str source: SQL after FROM
    :param str returning: SQL, empty for nothing
    :param columns: SQL of each column that differs
    :return: the number of rows
    """
    cr.execute(statement(table, example, source, returning, **columns))
    return cr.rowcount


def statement(table, example, source, returning='', **columns):
    """Return the statement of :func:`insert`."""
    values = {name: SQL('%s', Json(value) if isinstance(value, (dict, list)) else value)
              for name, value in example.items() if value is not None}
    values |= {name: SQL(value) for name, value in columns.items()}
    return SQL('INSERT INTO %s (%s) SELECT %s FROM %s %s', SQL.identifier(table),
               SQL(', ').join(map(SQL.identifier, values)), SQL(', ').join(values.values()), SQL(source),
               SQL(f'RETURNING {returning}') if returning else SQL())


def copy(cr, table, columns, rows):
    """Fill a table with tuples by COPY.

    :param rows: of values without tabs, line breaks and backslashes; None is NULL
    """
    text = '\n'.join('\t'.join(r'\N' if value is None else str(value) for value in row) for row in rows)
    cr.copy_from(_Text(text), table, columns=columns)


class _Text:
    """A text to read from in pieces, as psycopg2 does."""

    def __init__(self, text):
        self._data, self._at = (text + '\n').encode() if text else b'', 0

    def read(self, size=-1):
        start, self._at = self._at, len(self._data) if size < 0 else self._at + size
        return self._data[start:self._at]


def named(env, kind):
    """Return what was loaded of a kind: {its number or name in the data: id}.

    :param str kind: such as `product`
    """
    env.cr.execute('SELECT name, res_id FROM ir_model_data WHERE module = %s AND name LIKE %s',
                   [MODULE, f'{kind}\\_%'])
    return {name[len(kind) + 1:]: number for name, number in env.cr.fetchall()}


def name(env, kind, records):
    """Give records external ids.

    :param dict records: {number or name in the data: record}
    """
    env['ir.model.data']._update_xmlids([
        {'xml_id': f'{MODULE}.{kind}_{number}', 'record': record, 'noupdate': True}
        for number, record in records.items()])
