"""What was loaded beside what was read, and orders computed once more by the ORM."""

from odoo.tools import SQL

from . import rows
from .survey import TOTALS

TITLES = {
    'lines': "lines", 'baskets': "baskets", 'quantity': "pieces", 'sales': "sales (to the shop)",
    'retail': "card discounts", 'coupon': "manufacturers' coupons", 'match': "matched coupons"}
MONEY = ('sales', 'retail', 'coupon', 'match')


def loaded(env):
    """Return the sums of the orders that were loaded, as Odoo keeps them: by TOTALS, and `paid`. Money is in cents."""
    env.cr.execute(SQL(
        """WITH discount AS (
               SELECT max(res_id) FILTER (WHERE name = 'discount_match') AS match_id FROM ir_model_data
                WHERE module = %(module)s AND name LIKE 'discount%%'
           ), line AS (
               SELECT line.*, line.product_id = match_id AS is_match,
                      goods.res_id IS NULL AND line.product_id <> match_id AS is_coupon
                 FROM discount, ir_model_data basket
                 JOIN sale_order_line line ON line.order_id = basket.res_id
            LEFT JOIN ir_model_data goods ON goods.module = %(module)s AND goods.model = 'product.product'
                      AND goods.res_id = line.product_id AND goods.name LIKE 'product%%'
                WHERE basket.module = %(module)s AND basket.model = 'sale.order'
           )
           SELECT count(*) FILTER (WHERE NOT is_match AND NOT is_coupon), count(DISTINCT order_id),
                  sum(product_uom_qty) FILTER (WHERE NOT is_match AND NOT is_coupon),
                  sum(price_subtotal) FILTER (WHERE NOT is_coupon) * 100,
                  sum(round(product_uom_qty * price_unit, 2) - price_subtotal)
                      FILTER (WHERE NOT is_match AND NOT is_coupon) * 100,
                  -sum(price_subtotal) FILTER (WHERE is_coupon) * 100,
                  -sum(price_subtotal) FILTER (WHERE is_match) * 100
             FROM line""", module=rows.MODULE))
    found = {name: int(value or 0) for name, value in zip(TOTALS, env.cr.fetchone(), strict=True)}
    env.cr.execute(SQL(
        """SELECT sum(sale.amount_total) * 100
             FROM ir_model_data basket JOIN sale_order sale ON sale.id = basket.res_id
            WHERE basket.module = %s AND basket.model = 'sale.order'""", rows.MODULE))
    return {**found, 'paid': int(env.cr.fetchone()[0] or 0)}


def differences(env, survey):
    """Compare what was loaded with what was read.

    :return: lines of a table for people, and whether everything is equal
    """
    expected, found = dict(survey.totals), loaded(env)
    # A line with money and without a quantity was sold once.
    expected['quantity'] = survey.pieces
    lines, equal = [f'  {"":24}{"read":>18}{"loaded":>18}'], True
    for name in TOTALS:
        lines.append(f'  {TITLES[name]:24}{_shown(name, expected[name]):>18}{_shown(name, found[name]):>18}'
                     f'{"" if expected[name] == found[name] else "   NOT EQUAL"}')
        equal &= expected[name] == found[name]
    paid = expected['sales'] - expected['coupon']
    lines.append(f'  {"paid by customers":24}{_shown("sales", paid):>18}{_shown("sales", found["paid"]):>18}'
                 f'{"" if paid == found["paid"] else "   NOT EQUAL"}')
    return lines, equal and paid == found['paid']


def redemptions(env):
    """Return how many rows of the ledger count for the orders that were loaded."""
    env.cr.execute(SQL(
        """SELECT count(*) FROM ir_model_data basket
             JOIN mobile_redemption redemption ON redemption.order_id = basket.res_id
            WHERE basket.module = %s AND basket.model = 'sale.order' AND redemption.state = 'confirmed'
        """, rows.MODULE))
    return env.cr.fetchone()[0]


def _shown(name, value):
    return f'{value / 100:,.2f}' if name in MONEY else f'{value:,}'


def recomputed(env, order_ids):
    """Let the ORM compute everything about some orders that it computes and stores; nothing is kept.

    :return: (table, id, column, value before, value after) of what has changed
    """
    changes = []
    orders = env['sale.order'].browse(order_ids)
    with rows.taken_back(env):
        for records in (orders.order_line, orders):
            fields = [field for field in records._fields.values()
                      if field.store and field.column_type and field.compute and field.readonly]
            before = _rows(env, records, fields)
            for field in fields:
                env.add_to_compute(field, records)
            env.flush_all()
            after = _rows(env, records, fields)
            changes += [
                (records._table, number, field.name, old, new)
                for number in before for field, old, new in zip(fields, before[number], after[number], strict=True)
                if (old or None) != (new or None)]
    return changes


def _rows(env, records, fields):
    env.cr.execute(SQL(
        'SELECT id, %s FROM %s WHERE id IN %s', SQL(', ').join(SQL.identifier(field.name) for field in fields),
        SQL.identifier(records._table), tuple(records.ids)))
    return {row[0]: row[1:] for row in env.cr.fetchall()}
