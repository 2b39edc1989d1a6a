"""Baskets become confirmed sales orders: in SQL, as the ORM would have computed them."""

import itertools

from odoo.fields import Command
from odoo.tools import SQL

from . import rows
from .source import ZONE

#: Baskets that are committed at a time.
BATCH = 2000
#: Decimals of a discount in percent. With Odoo's own two, a discount of an expensive line is cents off.
DISCOUNT_DIGITS = 4
#: Tables of the connection that batches work with.
TABLES = ('household', 'store', 'product', 'used', 'line', 'discount', 'order')
#: What is on an order beside goods, and how it is called.
DISCOUNTS = {'coupon': "Manufacturer Coupon", 'match': "Coupon Match"}


def prepare(env, used):
    """Make what every batch needs: in the database what stays, and tables that end with the connection.

    :param used: of (basket, coupon's id, amount in cents) for each redemption with an order
    :return: the parameters of :func:`load`
    """
    cr = env.cr
    # Discounts are a column of orders that stays hidden without.
    env.ref('base.group_user')._apply_group(env.ref('sale.group_discount_per_so_line'))
    precision = env['decimal.precision'].search([('name', '=', 'Discount')])
    if precision.digits < DISCOUNT_DIGITS:
        precision.digits = DISCOUNT_DIGITS
    there = rows.named(env, 'discount')
    for key, title in DISCOUNTS.items():
        if key not in there:
            rows.name(env, 'discount', {key: env['product.product'].create({
                'name': title, 'type': 'service', 'invoice_policy': 'delivery', 'sale_ok': False, 'list_price': 0,
                'purchase_ok': False, 'taxes_id': [], 'supplier_taxes_id': []})})
    env.flush_all()
    # Connections are used again, and such tables last as long as they do.
    cr.execute(SQL('DROP TABLE IF EXISTS %s', SQL(', ').join(
        SQL.identifier('pg_temp', f'journey_{name}') for name in TABLES)))
    for kind, model in (('household', 'res.partner'), ('store', 'mobile.store'), ('product', 'product.product')):
        cr.execute(SQL(
            """CREATE TEMP TABLE %s AS SELECT substr(name, %s)::bigint AS number, res_id AS id
                 FROM ir_model_data WHERE module = %s AND model = %s AND name LIKE %s""",
            SQL.identifier(f'journey_{kind}'), len(kind) + 2, rows.MODULE, model, f'{kind}\\_%'))
    cr.execute("""ALTER TABLE journey_product ADD name text;
        UPDATE journey_product SET name = '[' || number || '] ' || (template.name ->> 'en_US')
          FROM product_product product JOIN product_template template ON template.id = product.product_tmpl_id
         WHERE product.id = journey_product.id;
        CREATE UNIQUE INDEX ON journey_product (number);
        CREATE TEMP TABLE journey_used (basket bigint, card_id int, amount int);
        CREATE TEMP TABLE journey_line (
            household int, store int, basket bigint, product bigint, quantity int, sales int, retail int, coupon int,
            match int, sold_at timestamp, pieces int, shelf int, number int) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE journey_discount (kind text, id int, name text);
        CREATE TEMP TABLE journey_order (id int, basket bigint, partner_id int, made_at timestamp)
            ON COMMIT DELETE ROWS""")
    rows.copy(cr, 'journey_used', None, used)
    rows.copy(cr, 'journey_discount', None, ((kind, env.ref(f'{rows.MODULE}.discount_{kind}').id, title)
                                             for kind, title in DISCOUNTS.items()))
    cr.execute('ANALYZE journey_product')
    examples = rows.examples(env, lambda: _example(env))
    env.cr.commit()
    return examples


def _example(env):
    """Return an order with a line, and with a line of a discount, as the ORM makes them."""
    partner = env['res.partner'].create({'name': "Example", 'company_id': env.company.id})
    goods = env['product.product'].search([('default_code', '!=', False), ('invoice_policy', '=', 'delivery')], limit=1)
    discount = env.ref(f'{rows.MODULE}.discount_coupon')
    order = env['sale.order'].create({
        'name': "Example", 'partner_id': partner.id, 'user_id': False, 'team_id': False, 'validity_date': False,
        'payment_term_id': False, 'order_line': [
            Command.create({'product_id': product.id, 'price_unit': 1.0, 'tax_ids': [Command.clear()]})
            for product in (goods, discount)]})
    # As Odoo's own demo does it: confirming would ask for goods, mails and activities.
    order.state = 'sale'
    return order, order.order_line[0], order.order_line[1]


def load(env, lines, done, shift, examples, progress):
    """Load baskets in batches, each committed with its checkpoint.

    :param lines: iterator of `Line`
    :param int done: how many baskets are there already
    :param shift: `timedelta` from the data's days to those of the orders
    :param examples: of :func:`prepare`
    :param progress: called with the baskets of each batch, within its transaction, and then commits
    """
    baskets = itertools.groupby(lines, key=lambda line: line.basket_id)
    baskets = itertools.islice(baskets, done, None)
    while batch := [line for _basket, of_basket in itertools.islice(baskets, BATCH) for line in of_basket]:
        rows.copy(env.cr, 'journey_line', None, (
            (*line, line.pieces, line.shelf, number) for number, line in enumerate(batch)))
        progress(_insert(env, shift, *examples))


def _insert(env, shift, order, goods, discount):
    """Insert the orders of one batch; return how many."""
    cr = env.cr
    cr.execute('ANALYZE journey_line')
    cr.execute(SQL(
        """CREATE TEMP TABLE journey_basket ON COMMIT DROP AS
           SELECT line.*, (line.sold_from + %s) AT TIME ZONE %s AT TIME ZONE 'UTC' AS sold_at,
                  coupon - coalesce((SELECT sum(amount) FROM journey_used used WHERE used.basket = line.basket), 0)
                      AS other_coupon,
                  EXISTS (SELECT FROM journey_used used WHERE used.basket = line.basket) AS has_reward
             FROM (SELECT basket, household, store, sum(pieces) AS pieces, sum(sales) AS sales, sum(coupon) AS coupon,
                          sum(match) AS match, min(sold_at) AS sold_from
                     FROM journey_line GROUP BY 1, 2, 3) line""", shift, ZONE))
    net = '((sales - coupon) / 100.0)::numeric(16, 2)'
    cr.execute(SQL(
        'WITH placed AS (%s) INSERT INTO journey_order (id, basket, partner_id, made_at) SELECT * FROM placed',
        rows.statement(
            'sale_order', order,
            'journey_basket basket JOIN journey_household household ON household.number = basket.household '
            'JOIN journey_store store ON store.number = basket.store ORDER BY sold_at, basket.basket',
            'id, name::bigint, partner_id, date_order',
            name='basket.basket::text', partner_id='household.id', partner_invoice_id='household.id',
            partner_shipping_id='household.id', mobile_store_id='store.id', date_order='sold_at', create_date='sold_at',
            amount_untaxed=net, amount_total=net,
            # To Odoo, nothing has been invoiced when it was ordered.
            invoice_status="CASE WHEN pieces + match + coupon = 0 AND NOT has_reward THEN 'invoiced' ELSE 'no' END")))
    placed = cr.rowcount
    common = {'order_id': 'placed.id', 'order_partner_id': 'placed.partner_id', 'create_date': 'placed.made_at',
              'technical_price_unit': '0'}
    subtotal = '((sales + match) / 100.0)::numeric(16, 2)'
    reduced = 'CASE WHEN pieces > 0 THEN round((sales + match) / 100.0 / pieces, 2) ELSE 0 END'
    rows.insert(
        cr, 'sale_order_line', goods,
        'journey_line line JOIN journey_order placed USING (basket) '
        'JOIN journey_product product ON product.number = line.product ORDER BY line.number',
        **common, product_id='product.id', name='product.name', product_uom_qty='pieces',
        price_unit='CASE WHEN pieces > 0 THEN trim_scale(shelf / 100.0 / pieces) ELSE 0 END',
        discount=f'CASE WHEN shelf > 0 THEN round(100.0 * retail / shelf, {DISCOUNT_DIGITS}) ELSE 0 END',
        price_subtotal=subtotal, price_total=subtotal, price_reduce_taxexcl=reduced, price_reduce_taxinc=reduced,
        invoice_status="CASE WHEN pieces > 0 THEN 'no' ELSE 'invoiced' END")
    amount = '(-amount / 100.0)::numeric(16, 2)'
    common |= dict.fromkeys(
        ('price_unit', 'price_subtotal', 'price_total', 'price_reduce_taxexcl', 'price_reduce_taxinc'), amount)
    # What coupons of campaigns took, in the way of Odoo's rewards; then what other coupons did, and what doubled them.
    rows.insert(
        cr, 'sale_order_line', discount,
        """journey_used used JOIN journey_order placed USING (basket) JOIN loyalty_card card ON card.id = used.card_id
           JOIN loyalty_program program ON program.id = card.program_id
           JOIN loyalty_reward reward ON reward.program_id = program.id ORDER BY card.id""",
        **common, product_id='reward.discount_line_product_id', name="program.name ->> 'en_US'", coupon_id='card.id',
        reward_id='reward.id', reward_identifier_code="'card' || card.id", points_cost='1', sequence='20')
    rows.insert(
        cr, 'sale_order_line', discount,
        """(SELECT basket, 'coupon' AS kind, other_coupon AS amount FROM journey_basket
             UNION ALL SELECT basket, 'match', match FROM journey_basket) line
           JOIN journey_order placed USING (basket) JOIN journey_discount discount USING (kind)
           WHERE line.amount > 0 ORDER BY basket, kind""",
        **common, product_id='discount.id', name='discount.name', sequence='20')
    cr.execute(SQL(
        """INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
           SELECT %s, 'basket_' || basket, 'sale.order', id, TRUE FROM journey_order""", rows.MODULE))
    return placed
