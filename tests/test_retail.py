"""`./dev load retail` on a few made-up baskets: equal to the cent, as Odoo computes it, however often cut."""

import json
from decimal import Decimal

import pytest

#: Data in the shape of the package's. Cents that no price of one piece gives, lines of nothing, lines with money and no
#: quantity, a product that the list does not have, coupons with and without a campaign, a discount of everything.
PLAY = '''
import json
from datetime import date, datetime, timedelta

from devtools.retail import baskets, loader, masters
from devtools.retail.source import Line, Product, Redemption, Source

baskets.BATCH = masters.BATCH = 2
START = datetime(2017, 3, 6, 18, 30)
MANY = 10**6
BASKETS = [
    # household, store, basket, days, [(product, quantity, sales, retail, coupon, match)]
    (1, 10, 501, 0, [(7, 3, 100, 0, 0, 0), (8, 1, 199, 50, 0, 0), (9, 7, 333, 67, 0, 0)]),
    (2, 10, 502, 0, [(8, 0, 0, 0, 0, 0), (9, 0, 261, 0, 0, 0)]),
    (1, 11, 503, 1, [(7, 2, 250, 30, 100, 50), (8, 1, 199, 0, 75, 0)]),
    (3, 11, 504, 1, [(9999, 1, 84000, 13002, 0, 0)]),
    (2, 10, 505, 2, [(7, 12345, 2501, 1, 0, 0), (8, 1, 0, 219, 0, 0)]),
    (4, 12, 506, 6, [(9, 0, 0, 0, 55, 0), (7, 1, 100, 0, 0, 0)]),
    (5, 12, 507, 8, [(8, 0, 0, 0, 0, 0)]),
]
SOURCE = Source(
    lines=lambda: (Line(household, store, basket, product, *amounts, START + timedelta(days=days))
                   for household, store, basket, days, lines in BASKETS for product, *amounts in lines),
    products=[
        Product(7, 2, 'GROCERY', 'National', 'SOFT DRINKS', 'SFT DRNK 2 LITER BTL', '2 LTR'),
        Product(8, 69, 'GROCERY', 'Private', 'CHEESE', '', ''),
        Product(9, 2, 'PRODUCE', 'National', '', '', '1 LB'),
        Product(6, 2, 'PRODUCE', 'National', '', '', '3 LB')],
    demographics={1: {'age': '25-34', 'income': 'Under 15K'}, 2: {'age': '65+'}},
    campaigns=[(1, 'Type B', date(2017, 3, 1), date(2017, 4, 1)), (2, 'Type A', date(2017, 3, 1), date(2017, 3, 9))],
    audiences=[(1, 1), (1, 2), (2, 1)],
    coupons=[(5001, 7, 1), (5002, 9, 2)],
    redemptions=[Redemption(1, 5001, 1, date(2017, 3, 7)), Redemption(1, 5002, 2, date(2017, 3, 7))])
OPTIONS = loader.Options(last_day=date(2026, 11, 20))


class Cut(Exception):
    """The process was killed."""


def load(commits=None):
    """Load; killed after so many commits."""
    with env.registry.cursor() as cr:
        fresh, commit, left = env(cr=cr), cr.commit, iter(range(MANY if commits is None else commits))

        def count():
            if next(left, None) is None:
                raise Cut
            commit()

        cr.commit = count
        try:
            return loader.load(fresh, SOURCE, OPTIONS, said.append)
        except Cut:
            cr.rollback()
            fresh.invalidate_all(flush=False)
            return None
        finally:
            del cr.commit


said = []
'''
STRAIGHT = PLAY + '''
result = [load(), load()]
with env.registry.cursor() as cr:
    cr.execute("""UPDATE sale_order_line SET price_subtotal = price_subtotal + 0.01 WHERE order_id =
                  (SELECT id FROM sale_order WHERE name = '501')""")
before = len(said)
result.append(load())
with env.registry.cursor() as cr:
    cr.execute("""UPDATE sale_order_line SET price_subtotal = price_subtotal - 0.01 WHERE order_id =
                  (SELECT id FROM sale_order WHERE name = '501')""")
print('RESULT', json.dumps([result, said[before:]]))
'''
CUT = PLAY + '''
commits = 0
while (result := load(commits)) is None:
    commits += 1
print('RESULT', json.dumps([result, commits]))
'''

#: What is compared of a database: everything that is not a number of its own or made up at random.
CONTENT = {
    'orders': """
        SELECT sale.name, partner.name, store.name, date_order, sale.state, amount_untaxed, amount_total, invoice_status
          FROM sale_order sale JOIN res_partner partner ON partner.id = partner_id
          JOIN mobile_store store ON store.id = mobile_store_id JOIN ir_model_data data
            ON data.module = 'complete_journey' AND data.model = 'sale.order' AND data.res_id = sale.id""",
    'lines': """
        SELECT sale.name, line.name, product.barcode, product_uom_qty, price_unit, discount, price_subtotal,
               price_reduce_taxexcl, line.invoice_status, card.code, points_cost
          FROM sale_order_line line JOIN sale_order sale ON sale.id = order_id
          JOIN product_product product ON product.id = product_id LEFT JOIN loyalty_card card ON card.id = coupon_id
          JOIN ir_model_data data ON data.module = 'complete_journey' AND data.model = 'sale.order'
                                 AND data.res_id = sale.id""",
    'products': """
        SELECT product.default_code, barcode, template.name, list_price, mobile_published, complete_name, tag.name
          FROM product_product product JOIN product_template template ON template.id = product_tmpl_id
          JOIN product_category category ON category.id = categ_id
     LEFT JOIN product_tag_product_template_rel rel ON rel.product_template_id = template.id
     LEFT JOIN product_tag tag ON tag.id = product_tag_id WHERE barcode LIKE '049%'""",
    'households': """
        SELECT partner.name, email, city, partner_latitude, partner_longitude, partner.create_date,
               array(SELECT tag.name FROM res_partner_category tag JOIN res_partner_res_partner_category_rel rel
                       ON rel.category_id = tag.id WHERE rel.partner_id = partner.id ORDER BY 1),
               array(SELECT purpose || granted FROM mobile_consent WHERE subject_id = partner.id ORDER BY 1)
          FROM res_partner partner WHERE email LIKE '%complete-journey.example'""",
    'stores': """
        SELECT store.name, latitude, longitude, tz, calendar_id IS NULL, (SELECT count(*) FROM mobile_geofence
                WHERE store_id = store.id) FROM mobile_store store JOIN ir_model_data data
            ON data.module = 'complete_journey' AND data.model = 'mobile.store' AND data.res_id = store.id""",
    'coupons': """
        SELECT code, card.points, partner.name, campaign.name, campaign.state, date_from, date_to, decision.decided_at,
               redemption.state, redemption.discount, redemption.revenue, redemption.confirmed_at, history.used
          FROM loyalty_card card JOIN res_partner partner ON partner.id = card.partner_id
          JOIN mobile_campaign campaign ON campaign.id = card.mobile_campaign_id
     LEFT JOIN mobile_decision decision ON decision.card_id = card.id
     LEFT JOIN mobile_redemption redemption ON redemption.card_id = card.id
     LEFT JOIN loyalty_history history ON history.card_id = card.id WHERE code LIKE 'CJ-%'""",
    'names': "SELECT name, model FROM ir_model_data WHERE module = 'complete_journey'",
}


def play(cli, script):
    """Run a script; return its result and what the database holds then."""
    log = cli.shell(script)
    content = {name: sorted(cli.query(f'SELECT found::text FROM ({query}) found'))
               for name, query in CONTENT.items()}
    return json.loads(next(line for line in log.splitlines() if line.startswith('RESULT'))[7:]), content


@pytest.fixture(scope='module')
def loaded(module_cli):
    """Return the results of three loads into one database, the last one after a line was changed, and its content."""
    return play(module_cli, STRAIGHT)


def test_loaded_data_equal_the_source_and_what_odoo_computes(loaded, module_cli):
    """Each figure equals the source's to the cent, and the ORM has nothing to change; a changed cent is noticed."""
    (results, said), content = loaded
    assert results == [True, True, False], said
    assert any('NOT EQUAL' in line for line in said)
    assert not any(': 0 changes' in line for line in said)
    sums = dict(module_cli.query(
        """SELECT sale.name, amount_total FROM sale_order sale JOIN ir_model_data data ON data.res_id = sale.id
            WHERE data.module = 'complete_journey' AND data.model = 'sale.order'"""))
    assert sums == {name: Decimal(amount) for name, amount in {
        '501': '6.32', '502': '2.61', '503': '2.74', '504': '840.00', '505': '25.01', '506': '0.45', '507': '0.00',
    }.items()}
    # 8 November 2026 has the hour of the winter, 6 March 2017 as well: half past six in the evening in New York.
    assert module_cli.query("SELECT date_order::text FROM sale_order WHERE name = '501'") == [('2026-11-09 23:30:00',)]
    assert module_cli.query(
        """SELECT card.code, redemption.discount, redemption.revenue FROM mobile_redemption redemption
             JOIN loyalty_card card ON card.id = card_id WHERE card.code LIKE 'CJ-%' ORDER BY 1""") == [
        ('CJ-1-1-0', Decimal('1.00'), Decimal('2.74')), ('CJ-2-1-0', Decimal('0.75'), Decimal('2.74'))]
    assert len(content['coupons']) == 3
    assert len(content['products']) == 5


def test_cut_anywhere_it_goes_on(loaded, odoo_cli):
    """Killed after the first commit, after the second and so on, the result is that of one run."""
    odoo_cli.fresh('full')
    (result, commits), content = play(odoo_cli, CUT)
    assert result is True
    assert commits > 5
    assert content == loaded[1]
