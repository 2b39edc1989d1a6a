"""Pricing a basket of 20 lines with promotions, against a sales order doing the same bare. Goal: 1.3.

Bare means: create the order with its lines, let Odoo find its programs, take their rewards, let Odoo settle. The basket
does that as well, sees first what its customer may buy, and notes what they have seen.
"""
import itertools

from odoo.fields import Command

from . import seed
from .harness import Side, compare

PRODUCTS, LINES = 400, 20
GOAL = 1.3


def fill(env):
    """Give a database its products, a store and promotions."""
    device = seed.caller(env)
    seed.stores(env, 1)
    seed.products(env, PRODUCTS)
    env['loyalty.program'].search([]).active = False
    for name, reward in (
        ("10 % over 100", {'discount': 10, 'discount_mode': 'percent', 'discount_applicability': 'order'}),
        ("The cheapest for half", {'discount': 50, 'discount_mode': 'percent', 'discount_applicability': 'cheapest'}),
    ):
        env['loyalty.program'].create({
            'name': name, 'program_type': 'promotion', 'trigger': 'auto', 'applies_on': 'current',
            'company_id': device.company_id.id,
            'rule_ids': [Command.clear(), Command.create({'reward_point_mode': 'order'})],
            'reward_ids': [Command.clear(), Command.create({'required_points': 1, **reward})]})


def run(system):
    """Measure and print."""
    database = system.database('basket', fill)
    with system.environment(database) as env:
        for has_promotions in (False, True):
            env['loyalty.program'].search([('active', 'in', (True, False))]).active = has_promotions
            env.cr.commit()
            _measure(system, env, "with two promotions" if has_promotions else "without promotions")


def _measure(system, env, title):
    device = seed.caller(env)
    env = env(user=device.user_id.id, su=True)
    device = device.with_env(env)
    from odoo.addons.mobile_crm.models.mobile_basket_intake import QUIETLY
    from odoo.addons.mobile_crm.models.mobile_catalogue import Shopper
    shopper = Shopper(device.company_id, device.app_id, device.user_id.partner_id)
    store = env['mobile.store'].search([('company_id', '=', shopper.company.id)], limit=1)
    ids = env['product.product'].search([('barcode', '!=', False)], limit=PRODUCTS).ids
    pages = itertools.cycle([ids[start:start + LINES] for start in range(0, len(ids) - LINES, LINES)])

    def claim(order):
        claimed = False
        for card, rewards in order._get_claimable_rewards().items():
            claimed |= 'error' not in order._apply_program_reward(rewards, card)
        return claimed

    def settle(order):
        order._update_programs_and_rewards()
        while claim(order):
            order._update_programs_and_rewards()

    def bare():
        order = env['sale.order'].with_company(shopper.company).with_context(**QUIETLY).create({
            'partner_id': shopper.partner.id, 'company_id': shopper.company.id, 'order_line': [
                Command.create({'product_id': product_id, 'product_uom_qty': 2}) for product_id in next(pages)]})
        settle(order)
        return order

    def basket():
        return env['mobile.basket']._open(
            shopper, device, store, [{'product_id': product_id, 'quantity': 2.0} for product_id in next(pages)])

    def undone(work):
        def call():
            total = work().amount_total
            env.flush_all()
            env.cr.rollback()
            env.invalidate_all(flush=False)
            return total
        return call

    compare(
        f'Pricing {LINES} lines {title}', Side('a sales order', undone(bare)), Side('a basket', undone(basket)),
        meter=system.process_time(env.cr.dbname), goal=GOAL, slices=10, calls=5, warm_up=6)
    order, opened = bare(), basket()
    env.flush_all()
    more = itertools.count(3)

    def bare_scan():
        order.order_line.filtered(lambda line: not line.reward_id)[:1].product_uom_qty = next(more)
        settle(order)
        env.flush_all()

    def scan():
        line = opened.order_id.order_line[:1]
        opened._add(shopper, device, opened.version, [{'product_id': line.product_id.id, 'quantity': 1.0}])
        env.flush_all()

    compare(
        f'One more in {LINES} lines {title}', Side('a sales order, whose prices stay', bare_scan),
        Side('a basket, priced anew', scan), meter=system.process_time(env.cr.dbname), slices=10, calls=5, warm_up=4)
    env.cr.rollback()
    env.invalidate_all(flush=False)
