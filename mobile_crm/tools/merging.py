"""Two contacts become one: what both have, where one may have it once."""
from odoo.tools import SQL


def later_ones(table, key, sources, destination):
    """Return a query of the ids of rows (``id``) that stand in each other's way once contacts are merged.

    Of those with the same key the destination's own is left out, or else the oldest.

    :param str table: whose column `partner_id` names the contact.
    :param key: the columns that together may stand once for a contact; rows without one of them are in nobody's way.
    :param sources: ``res.partner`` that are merged into `destination`.
    :rtype: SQL
    """
    columns = [SQL.identifier(column) for column in key]
    return SQL(
        """SELECT id FROM (
               SELECT id, row_number() OVER (PARTITION BY %s ORDER BY partner_id = %s DESC, id) AS number
                 FROM %s WHERE partner_id IN %s AND %s) counted
            WHERE number > 1""",
        SQL(', ').join(columns), destination.id, SQL.identifier(table), (*destination.ids, *sources.ids),
        SQL(' AND ').join(SQL('%s IS NOT NULL', column) for column in columns))
