from odoo import SUPERUSER_ID, api

# Orders that one statement looks at.
BATCH = 5000


def migrate(cr, version):
    """Put purchases of visits and those with coupons down to them; later ones follow by themselves."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """SELECT order_id FROM mobile_visit WHERE order_id IS NOT NULL
            UNION SELECT order_id FROM mobile_redemption WHERE order_id IS NOT NULL AND state = 'confirmed'""")
    order_ids = [row[0] for row in cr.fetchall()]
    for start in range(0, len(order_ids), BATCH):
        env['mobile.attribution']._follow_orders(env['sale.order'].browse(order_ids[start:start + BATCH]))
    cr.execute(
        """SELECT id FROM mobile_redemption
            WHERE order_id IS NULL AND channel = 'till' AND state = 'confirmed' AND partner_id IS NOT NULL""")
    env['mobile.redemption'].browse(row[0] for row in cr.fetchall())._attribute()
