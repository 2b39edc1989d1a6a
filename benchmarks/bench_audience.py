"""The building blocks of audiences among 1,000,000 customers with 2,000,000 orders.

Each block picks its customers from all contacts, and judges one customer, as at a fence. Goals: a few seconds, and 2
milliseconds.
"""

import statistics
import time

from odoo.tools import SQL

from devtools.console import say

from . import seed

CUSTOMERS = 1_000_000
ORDERS = 2_000_000
VISITS = 1_000_000
STORES = 200
SINGLE = 200
#: What marketing people ask, by what they call it.
BLOCKS = {
    "has the app": "[('mobile_has_app', '=', True)]",
    "days since last order < 30": "[('mobile_days_since_order', '<', 30)]",
    "days since last order > 90": "[('mobile_days_since_order', '>', 90)]",
    "orders in a year >= 3": "[('mobile_order_count_365', '>=', 3)]",
    "orders in a year < 2": "[('mobile_order_count_365', '<', 2)]",
    "spent in a year >= 500": "[('mobile_spent_365', '>=', 500)]",
    "segment is best": "[('mobile_segment', '=', 'best')]",
    "segment is at risk": "[('mobile_segment', '=', 'at_risk')]",
    "bought category": "[('mobile_bought_category_ids', 'in', {category})]",
    "bought category, 90 days": "[('mobile_bought_category_90_ids', 'in', {category})]",
    "never bought product": "[('mobile_bought_product_ids', 'not in', {product})]",
    "days since last visit > 90": "[('mobile_days_since_visit', '>', 90)]",
    "visited store, 30 days": "[('mobile_visited_store_30_ids', 'in', {store})]",
    "lives within 10 km of a store": "[('mobile_near_10_store_ids', 'in', {store})]",
    "lives within 10 km of any store": "[('mobile_near_10_store_ids', '!=', False)]",
    "birthday within a week": "[('mobile_birthday_in', '<', 7)]",
    "platform": "[('mobile_platform', '=', 'ios')]",
    "app version < 2.10": "[('mobile_app_version', '<', '2.10')]",
    "agreed to notifications": "[('mobile_agrees_push', '=', True)]",
    "customer for a month": "[('mobile_customer_since', '>=', 'today -30d')]",
    "has an unused coupon": "[('mobile_has_coupon', '=', True)]",
    "got, not redeemed": "[('mobile_unredeemed_campaign_ids', '!=', False)]",
    "either of two": "['|', ('mobile_order_count_365', '>=', 3), ('mobile_days_since_visit', '<', 30)]",
}


def run(system):
    """Measure and print."""
    database = system.database('audience', _fill)
    with system.environment(database) as env:
        campaign = env['mobile.campaign'].search([('name', '=', "Benchmark")])
        names = {
            'category': env['product.category'].search([], limit=1, order='id desc').id,
            'product': env['product.product'].search([], limit=1, order='id desc').id,
            'store': env['mobile.store'].search([], limit=1, order='id desc').id,
        }
        env.cr.execute('SELECT partner_id FROM mobile_device WHERE partner_id IS NOT NULL ORDER BY id LIMIT %s',
                       [SINGLE])
        partner_ids = [row[0] for row in env.cr.fetchall()]
        say(f'\n{CUSTOMERS:,} customers, {ORDERS:,} orders, {VISITS:,} visits; one of {SINGLE} customers each time')
        say('  block                              matching  seconds for all  milliseconds for one (calm, median)')
        for title, domain in BLOCKS.items():
            campaign.audience_domain = domain.format(**names)
            env.flush_all()
            start = time.perf_counter()
            found = campaign._audience_partners().search_count(campaign._audience())
            whole = time.perf_counter() - start
            singles = [_judge(env, campaign, partner_id) for partner_id in partner_ids]
            # What it costs while nobody else is at work: see the harness.
            calm = statistics.quantiles(singles, n=10)[0]
            say(f'  {title:32}  {found:10,}  {whole:15.2f}  {calm * 1e3:10.2f}'
                f'  {statistics.median(singles) * 1e3:8.2f}')
            env.invalidate_all()
        env.cr.rollback()


def _judge(env, campaign, partner_id):
    """Return how many seconds it takes to tell whether one customer is in the audience, with writing the statement."""
    start = time.perf_counter()
    env.execute_query(SQL(
        'SELECT audience.id FROM (SELECT %s AS id) candidate LEFT JOIN %s AS audience ON audience.id = candidate.id',
        partner_id, campaign._audience_partners().sudo()._search(campaign._audience()).subselect()))
    return time.perf_counter() - start


def _fill(env):
    """Make the customers, and what they bought and did."""
    if env['mobile.campaign'].search_count([('name', '=', "Benchmark")]):
        return
    cr = env.cr
    seed.stores(env, STORES)
    device = seed.caller(env)
    partner = device.partner_id
    program = env['loyalty.program'].create({
        'name': "Benchmark", 'program_type': 'coupons', 'company_id': env.company.id})
    campaign = env['mobile.campaign'].create({
        'name': "Benchmark", 'program_id': program.id, 'trigger': 'enter', 'message_title': "Benchmark"})
    category = env['product.category'].create({'name': "Benchmark"})
    products = env['product.product'].create([
        {'name': f"Product {number}", 'categ_id': category.id} for number in range(50)])
    order = env['sale.order'].create({'partner_id': partner.id, 'order_line': [
        (0, 0, {'product_id': products[0].id, 'price_unit': 100.0})]})
    order.write({'state': 'sale'})
    visit = env['mobile.visit'].create({
        'partner_id': partner.id, 'store_id': env['mobile.store'].search([], limit=1).id,
        'company_id': env.company.id, 'entered_at': '2026-01-01', 'left_at': '2026-01-01'})
    card = env['loyalty.card'].create({
        'program_id': program.id, 'partner_id': partner.id, 'holder_only': True, 'points': 1,
        'mobile_campaign_id': campaign.id})
    env['mobile.consent']._append(partner, env.company, {'push': True}, 'staff')
    consent = env['mobile.consent'].search([('subject_id', '=', partner.id)], limit=1)
    env.flush_all()
    cr.execute('SELECT setseed(0.19), array_agg(id ORDER BY id) FROM mobile_store')
    store_ids = cr.fetchone()[1]
    some_store = f'(ARRAY{store_ids})[1 + mod(n, {len(store_ids)})]'
    ago = "now() AT TIME ZONE 'UTC' - random() * interval '1000 days'"
    # Half of the customers live near a store.
    first = _multiply(
        cr, 'res_partner', partner.id, CUSTOMERS, name="'Customer ' || n", complete_name="'Customer ' || n",
        commercial_partner_id='copy.id', email='NULL', email_normalized='NULL',
        mobile_birthdate="date '1950-01-01' + (random() * 20000)::integer",
        partner_latitude='(47 + 8 * random())::numeric(10, 7)', partner_longitude='(6 + 9 * random())::numeric(10, 7)')
    customer = f'{first} + 1 + mod(n * 7919::bigint, {CUSTOMERS})'
    # Some buy and come more often than others, the n-th order's customer always the same.
    skewed = f'{first} + 1 + floor({CUSTOMERS} * power(mod(n * 7919::bigint, 1000003) / 1000003.0, 1.5))::integer'
    cr.execute('UPDATE mobile_store SET latitude = 47 + 8 * random(), longitude = 6 + 9 * random(), is_located = TRUE')
    _multiply(
        cr, 'mobile_device', device.id, CUSTOMERS // 2, uuid='gen_random_uuid()::text', install_id="'benchmark ' || n",
        partner_id=customer, platform="(ARRAY['ios', 'android'])[1 + mod(n, 2)]", app_version="'2.' || mod(n, 20)",
        push_address='NULL')
    offset = _multiply(
        cr, 'sale_order', order.id, ORDERS, name="'S' || n", partner_id=skewed, partner_invoice_id=skewed,
        date_order=ago, amount_untaxed='(random() * 400)::numeric(10, 2)', access_token='NULL')
    _multiply(
        cr, 'sale_order_line', order.order_line.id, ORDERS, order_id=f'n + {offset}',
        order_partner_id=skewed,
        product_id=f'{products[0].id} + mod(n, {len(products)})')
    cr.execute(SQL(
        """INSERT INTO mobile_visit (partner_id, store_id, company_id, entered_at, left_at)
           SELECT %s, %s, %s, entered_at, entered_at + interval '10 minutes'
             FROM (SELECT n, %s AS entered_at FROM generate_series(1, %s) n) visit""",
        SQL(skewed), SQL(some_store), visit.company_id.id, SQL(ago), VISITS))
    _multiply(cr, 'mobile_consent', consent.id, CUSTOMERS // 2, subject_id=customer)
    _multiply(
        cr, 'loyalty_card', card.id, CUSTOMERS // 2, code="'benchmark ' || n", mobile_uuid='NULL', partner_id=customer)


def _multiply(cr, table, template_id, count, **values):
    """Copy a row as ``seed.multiply`` does, but build indexes and keys afterwards: row by row they take an hour."""
    cr.execute("""SELECT indexname, indexdef FROM pg_indexes
                   WHERE tablename = %s AND indexdef !~ 'UNIQUE'""", [table])
    indexes = cr.fetchall()
    cr.execute("""SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
                   WHERE conrelid = %s::regclass AND contype = 'f'""", [table])
    keys = cr.fetchall()
    for name, _definition in keys:
        cr.execute(SQL('ALTER TABLE %s DROP CONSTRAINT %s', SQL.identifier(table), SQL.identifier(name)))
    for name, _definition in indexes:
        cr.execute(SQL('DROP INDEX %s', SQL.identifier(name)))
    offset = seed.multiply(cr, table, template_id, count, **values)
    for _name, definition in indexes:
        cr.execute(SQL(definition))
    for name, definition in keys:
        cr.execute(SQL(
            'ALTER TABLE %s ADD CONSTRAINT %s %s', SQL.identifier(table), SQL.identifier(name), SQL(definition)))
    return offset
