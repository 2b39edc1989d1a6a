"""What the page "Results" of a campaign costs that has asked about 1,000,000 customers. Goal: 2 seconds each."""

from . import seed
from .harness import Side, compare

CUSTOMERS = 1_000_000
#: Of the customers: every tenth is kept aside, every tenth has not consented, and the others got an offer.
OFFERS = CUSTOMERS * 8 // 10
ORDERS, REDEMPTIONS, VISITS = 60_000, 20_000, 150_000

#: What somebody would write who wants no more than the first numbers.
HAND_SQL = 'SELECT outcome, count(*) FROM mobile_decision WHERE campaign_id = %s GROUP BY outcome'
FORM_FIELDS = ['sent_count', 'withheld_count', 'opened_count', 'coupon_count', 'redemption_count', 'revenue']


def run(system):
    """Measure and print."""
    database = system.database('results', _fill)
    with system.environment(database) as env:
        _measure(system, env)


def _measure(system, env):
    campaign = env['mobile.campaign'].search([('name', '=', "Benchmark")])
    Report = env['mobile.campaign.report']

    def by_hand():
        env.cr.execute(HAND_SQL, [campaign.id])
        return env.cr.fetchall()

    def fresh(call):
        def measured():
            env.invalidate_all()
            return call()
        return measured

    compare(
        f'What a campaign with {CUSTOMERS:,} decisions shows',
        Side('hand-written SQL, sent and withheld', by_hand),
        Side('numbers of the form', fresh(lambda: campaign.read(FORM_FIELDS))),
        Side('page Results: get_results', fresh(campaign.get_results)),
        Side('page Results: get_lift', fresh(campaign.get_lift)),
        Side('report by day and reason', fresh(lambda: Report.formatted_read_group(
            [('campaign_id', '=', campaign.id)], ['date:day', 'reason'],
            ['sent:sum', 'opened_rate:avg', 'redeemed:sum', 'revenue:sum']))),
        meter=system.process_time(env.cr.dbname), slices=3, calls=2, warm_up=1)


def _fill(env):
    if env['mobile.campaign'].search_count([('name', '=', "Benchmark")]):
        return
    store = env['mobile.store'].create({'name': "Store", 'latitude': 52.5, 'longitude': 13.4, 'tz': 'UTC'})
    program = env['loyalty.program'].create({
        'name': "Benchmark", 'program_type': 'coupons', 'rule_ids': [(0, 0, {})], 'reward_ids': [(0, 0, {})]})
    campaign = env['mobile.campaign'].create({
        'name': "Benchmark", 'program_id': program.id, 'message_title': "Benchmark", 'holdout_percent': 10})
    customer = env['res.partner'].create({'name': "Customer"})
    company = campaign.company_id
    message = env['mobile.message']._post([{
        'partner_id': customer.id, 'company_id': company.id, 'campaign_id': campaign.id, 'title': "Benchmark"}])
    decision = env['mobile.decision'].create({
        'campaign_id': campaign.id, 'partner_id': customer.id, 'company_id': company.id, 'outcome': 'sent',
        'reason': 'passed', 'store_id': store.id})
    card = env['loyalty.card'].browse(campaign._issue_coupons({decision.id: customer.id})[decision.id])
    visit = env['mobile.visit'].create({
        'partner_id': customer.id, 'store_id': store.id, 'company_id': company.id,
        'entered_at': decision.decided_at, 'left_at': decision.decided_at})
    product = env['product.product'].create({'name': "Benchmark", 'standard_price': 40})
    order = env['sale.order'].create({
        'partner_id': customer.id, 'order_line': [(0, 0, {'product_id': product.id, 'price_unit': 100})]})
    redemption = env['mobile.redemption'].create({
        'card_id': card.id, 'company_id': company.id, 'order_ref': "Benchmark", 'state': 'void'})
    env.flush_all()
    cr = env.cr
    partners = seed.multiply(
        cr, 'res_partner', customer.id, CUSTOMERS, name="'Customer ' || n", complete_name="'Customer ' || n",
        commercial_partner_id='copy.id')
    # The hour in which the n-th customer was decided about, within the last 30 days.
    decided = "now() at time zone 'UTC' - interval '31 days' + mod(n * 7919::bigint, 720) * interval '1 hour'"
    messages = seed.multiply(
        cr, 'mobile_message', message.id, OFFERS, uuid='gen_random_uuid()::text', partner_id=f'n + {partners}',
        opened_at=f"CASE WHEN mod(n, 3) = 0 THEN {decided} END")
    cards = seed.multiply(
        cr, 'loyalty_card', card.id, REDEMPTIONS, code="'benchmark ' || n", mobile_uuid='gen_random_uuid()::text',
        partner_id=f'n + {partners}')
    seed.multiply(
        cr, 'mobile_decision', decision.id, CUSTOMERS, partner_id=f'n + {partners}', decided_at=decided,
        outcome=f"CASE WHEN n <= {OFFERS} THEN 'sent' ELSE 'withheld' END",
        reason=f"CASE WHEN n <= {OFFERS} THEN 'passed' WHEN mod(n, 2) = 0 THEN 'holdout' ELSE 'no_consent' END",
        message_id=f'CASE WHEN n <= {OFFERS} THEN n + {messages} END',
        card_id=f'CASE WHEN n <= {REDEMPTIONS} THEN n + {cards} END', slot=f'CASE WHEN n <= {OFFERS} THEN 1 END')
    nth = f'(1 + mod(n * 104729::bigint, {CUSTOMERS}))'
    seed.multiply(
        cr, 'mobile_visit', visit.id, VISITS, partner_id=f'{nth} + {partners}',
        entered_at="now() at time zone 'UTC' - random() * interval '31 days'")
    # Who redeems has bought; of the others some have.
    orders = seed.multiply(
        cr, 'sale_order', order.id, ORDERS, name="'B' || n", state="'sale'", amount_untaxed='50 + mod(n, 100)',
        partner_id=f'CASE WHEN n <= {REDEMPTIONS} THEN n ELSE {nth} END + {partners}',
        date_order="now() at time zone 'UTC' - random() * interval '31 days'")
    seed.multiply(cr, 'sale_order_line', order.order_line.id, ORDERS, order_id=f'n + {orders}')
    seed.multiply(
        cr, 'mobile_redemption', redemption.id, REDEMPTIONS, uuid='gen_random_uuid()::text', card_id=f'n + {cards}',
        campaign_id=str(campaign.id), partner_id=f'n + {partners}', order_id=f'n + {orders}', state="'confirmed'",
        confirmed_at="now() at time zone 'UTC'", revenue='100', discount='15')
    env.invalidate_all()
