"""`mobile.affinity._rebuild` of 1,470,000 lines of orders. Goal: computing at most twice a bare scipy `XᵀX`."""

import resource
import time

import numpy as np
from scipy import sparse

from odoo import fields
from odoo.tools import SQL

from devtools.console import say
from mobile_crm.tools import affinity

from . import seed

CUSTOMERS, BASKETS, LINES, PRODUCTS = 2_469, 155_848, 1_470_000, 68_000
GOAL = 2.0


def fill(env):
    """Give a database orders of the shape of the Complete Journey, with products bought as Zipf says."""
    cr = env.cr
    device = seed.caller(env)
    env['mobile.consent']._append(
        device.partner_id, env.company, {'profiling': True}, 'device', device_uuid=device.uuid)
    consent = env['mobile.consent'].search(
        [('subject_id', '=', device.partner_id.id), ('purpose', '=', 'profiling')], limit=1)
    product = env['product.template'].create({'name': "Template", 'list_price': 10, 'type': 'consu'}).product_variant_id
    order = env['sale.order'].create({
        'partner_id': device.partner_id.id, 'order_line': [(0, 0, {'product_id': product.id})]})
    order.state = 'sale'
    env.flush_all()
    templates = seed.multiply(cr, 'product_template', product.product_tmpl_id.id, PRODUCTS)
    products = seed.multiply(cr, 'product_product', product.id, PRODUCTS, product_tmpl_id=f'n + {templates}')
    partners = seed.multiply(
        cr, 'res_partner', device.partner_id.id, CUSTOMERS, name="'Customer ' || n", complete_name="'Customer ' || n",
        commercial_partner_id='copy.id', email='NULL', email_normalized='NULL')
    seed.multiply(cr, 'mobile_consent', consent.id, CUSTOMERS, subject_id=f'n + {partners}')
    orders = seed.multiply(
        cr, 'sale_order', order.id, BASKETS, name="'B' || n",
        partner_id=f'{partners} + 1 + mod(n * 7919::bigint, {CUSTOMERS})',
        date_order=f"now() - interval '365 days' * (n::float8 / {BASKETS})")
    nth = f'(1 + mod(n, {BASKETS}))'
    seed.multiply(
        cr, 'sale_order_line', order.order_line.id, LINES, order_id=f'{orders} + {nth}',
        order_partner_id=f'{partners} + 1 + mod({nth} * 7919::bigint, {CUSTOMERS})',
        product_id=f'{products} + 1 + floor({PRODUCTS} ^ random() - 1)::int')
    env.invalidate_all()


def run(system):
    """Measure and print: one run, since it writes; reading, computing and writing apart."""
    database = system.database('rebuild', fill)
    with system.environment(database) as env:
        company, now, Affinity = env.company, fields.Datetime.now(), env['mobile.affinity']
        env.cr.execute(SQL('ANALYZE'))
        spent = {}

        def timed(name, call):
            start = time.perf_counter()
            result = call()
            spent[name] = time.perf_counter() - start
            return result

        timed('popularity, in SQL', lambda: env['mobile.popularity']._rebuild(company, now))
        purchases = timed('reading', lambda: Affinity._purchases(company, now))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        today = (now.date() - affinity.EPOCH).days
        people, rows = np.unique(purchases.customer, return_inverse=True)
        things, columns = np.unique(purchases.product, return_inverse=True)
        matrix = sparse.csr_matrix(
            (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(people), len(things)))
        matrix.data[:] = 1
        found = timed('computing', lambda: list(affinity.neighbours(
            purchases, today, keep=30, memory=256 * 2**20, customers=company.mobile_recommend_customers)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        timed('writing', lambda: [
            Affinity._replace(company, found[start:start + 1000]) for start in range(0, len(found), 1000)])
        env['mobile.recommendation']._enrol(company)
        made = timed('customers', lambda: env['mobile.recommendation']._make_outdated(500))
        timed('bare XᵀX', lambda: matrix.T @ matrix)
        env.cr.rollback()
    for name, seconds in spent.items():
        say(f'  {name}: {seconds:.1f} s')
    say(f'  {len(purchases.day):,} lines, {sum(len(each.others) for each in found):,} pairs, {made} customers')
    say(f'  computing / bare XᵀX: {spent["computing"] / spent["bare XᵀX"]:.2f}; goal {GOAL}')
    say(f'  peak memory: {before / 1024:.0f} MB before computing, {peak / 1024:.0f} MB after')
