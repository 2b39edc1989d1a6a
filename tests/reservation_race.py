"""Customers who want the last pieces at the same moment, each in a transaction of their own."""

#: Six customers for two pieces; then four phones of one customer who may have two reservations. It prints who got what.
RACE = '''
import threading
from collections import Counter
from functools import partial

from odoo import api
from odoo.addons.mobile_crm.models.mobile_catalogue import Shopper
from odoo.addons.mobile_crm.tools.problems import Problem
from odoo.service.model import retrying

company = env.company
company.mobile_reservation_count = 2
warehouse = env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)
store = env['mobile.store'].create({
    'name': 'Race', 'tz': 'UTC', 'latitude': 1, 'longitude': 1, 'warehouse_id': warehouse.id})
cup, plate = env['product.product'].create([
    {'name': name, 'is_storable': True} for name in ('Race cup', 'Race plate')])
for product, quantity in ((cup, 2), (plate, 9)):
    env['stock.quant']._update_available_quantity(product, warehouse.lot_stock_id, quantity)
*partners, owner = env['res.partner'].create([{'name': f'Racer {number}'} for number in range(7)])
env.cr.commit()


def race(product, partners):
    """Let these customers begin at once; return how often each answer was given."""
    answers, barrier = [], threading.Barrier(len(partners))

    def reserve(partner_id):
        with env.registry.cursor() as cr:
            own = api.Environment(cr, api.SUPERUSER_ID, {})
            # The snapshot is older than whatever the others write.
            own.cr.execute('SELECT 1')
            barrier.wait()
            shopper = Shopper(own['res.company'].browse(company.id), own['mobile.app'],
                              own['res.partner'].browse(partner_id))
            try:
                retrying(partial(own['mobile.reservation']._mobile_reserve, shopper, store.id,
                                 [(product.id, None, 1)]), own)
                answers.append('held')
            except Problem as problem:
                answers.append(problem.problem_code)

    threads = [threading.Thread(target=reserve, args=[partner_id]) for partner_id in partners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(sorted(Counter(answers).items()))


print('RACED', race(cup, [partner.id for partner in partners]), race(plate, [owner.id] * 4))
'''


def outcome(log):
    """Return the line that the race has printed."""
    return next(line for line in log.splitlines() if line.startswith('RACED'))
