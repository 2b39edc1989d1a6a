"""Whole numbers from PostgreSQL into arrays, and back, without an object for each.

PostgreSQL's binary format of COPY (documented with the command): a header of 19 bytes, then for each row the number of
columns (int16) and for each column its length (int32) and its bytes, all big-endian; at last -1 as a number of columns.
"""
from odoo.tools import SQL

HEADER_BYTES = 19
# Rows that are turned into arrays at once.
CHUNK = 200_000


def read_integers(cr, query, columns):
    """Run a query of whole numbers and return its columns as arrays.

    :param SQL query: it has these columns, none of them NULL.
    :param dict columns: the bytes of each by its name: 4 or 8.
    :rtype: dict[str, numpy.ndarray]
    """
    import numpy as np  # noqa: PLC0415 (optional)

    row = np.dtype([('width', '>i2'), *(
        part for name, size in columns.items() for part in ((f'{name} length', '>i4'), (name, f'>i{size}')))])

    class Sink:
        """What psycopg2 writes the stream to."""

        def __init__(self):
            self.buffer = bytearray()
            self.is_begun = False
            self.chunks = []

        def write(self, data):  # pylint: disable=method-required-super
            self.buffer += data
            if not self.is_begun and len(self.buffer) >= HEADER_BYTES:
                del self.buffer[:HEADER_BYTES]
                self.is_begun = True
            if self.is_begun and len(self.buffer) >= CHUNK * row.itemsize:
                self.take()

        def take(self):
            whole = len(self.buffer) // row.itemsize
            table = np.frombuffer(self.buffer, dtype=row, count=whole)
            self.chunks.append({name: table[name].astype(f'i{size}') for name, size in columns.items()})
            del table
            del self.buffer[:whole * row.itemsize]

    sink = Sink()
    statement = SQL('COPY (SELECT %s FROM (%s) read) TO STDOUT WITH (FORMAT binary)', SQL(', ').join(
        SQL('%s::%s', SQL.identifier(name), SQL('int4' if size == 4 else 'int8')) for name, size in columns.items()),
        query)
    cr.copy_expert(cr.mogrify(statement.code, statement.params).decode(), sink)
    sink.take()
    return {name: np.concatenate([chunk.pop(name) for chunk in sink.chunks]) for name in columns}
