"""Campaigns, what they gave to whom, and what was redeemed."""

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

from odoo.fields import Command
from odoo.tools import SQL

from . import rows
from .source import ZONE
from .survey import Survey

#: A campaign is about its categories of products when they are not more than these.
CATEGORIES = 10
#: What an unused coupon takes off when nobody used one of its campaign (dollars).
FALLBACK = 1.0
KINDS = {'Type A': "Chosen for the household", 'Type B': "The same for all, one month",
         'Type C': "The same for all, two months"}


def instant(env, day, hour, shift):
    """Return an hour of a day of the data, as naive UTC."""
    env.cr.execute(SQL("SELECT (%s::timestamp + %s) AT TIME ZONE %s AT TIME ZONE 'UTC'",
                       datetime.combine(day, time(hour)), shift, ZONE))
    return env.cr.fetchone()[0]


def load_campaigns(env, source, survey: Survey, products, category_ids, shift, progress):
    """Make campaigns with their coupon programs; how much a coupon is worth is the mean of those that were used."""
    there = rows.named(env, 'campaign')
    worth = defaultdict(list)
    for index, (_basket, amount) in survey.used.items():
        if amount:
            worth[source.redemptions[index].campaign_id].append(amount)
    about = _categories(source, products, category_ids)
    audiences = Counter(campaign for campaign, _household in source.audiences)
    for number, kind, first, last in source.campaigns:
        if str(number) in there or not audiences[number]:
            continue
        amounts = worth[number]
        program = env['loyalty.program'].create({
            'name': f"Manufacturers' coupons of campaign {number}", 'program_type': 'coupons', 'applies_on': 'current',
            'trigger': 'with_code', 'company_id': env.company.id, 'rule_ids': [Command.create({})],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'per_order', 'discount_applicability': 'order',
                'discount': round(sum(amounts) / len(amounts) / 100, 2) if amounts else FALLBACK,
                'required_points': 1})]})
        program.reward_ids.discount_line_product_id.invoice_policy = 'delivery'
        campaign = env['mobile.campaign'].create({
            'name': f"Campaign {number}: {KINDS.get(kind, kind).lower()}", 'program_id': program.id,
            'trigger': 'manual', 'date_from': instant(env, first, 0, shift),
            'date_to': instant(env, last + timedelta(1), 0, shift), 'message_title': "Coupons for you",
            'coupon_days': (last - first).days + 1, 'user_id': False,
            'category_ids': [Command.set(about.get(number, []))]})
        campaign.write({'state': 'done'})
        rows.name(env, 'program', {number: program})
        rows.name(env, 'campaign', {number: campaign})
        progress(1)


def _categories(source, products, category_ids):
    """Return the ids of the categories that each campaign's coupons are about, if those are few."""
    path_of = {product.product_id: (product.department, product.category) for product in products}
    about = defaultdict(set)
    for _upc, product, campaign in source.coupons:
        if product in path_of:
            about[campaign].add(category_ids.get(path_of[product]))
    return {campaign: sorted(filter(None, ids)) for campaign, ids in about.items() if len(ids) <= CATEGORIES}


def load_coupons(env, source, shift, progress):
    """Make the coupons: one for each that was redeemed, one for each household that got a campaign and redeemed none.

    That a household got a campaign is a decision.
    """
    cr = env.cr
    if rows.named(env, 'card'):
        return
    campaigns, programs, households = (rows.named(env, kind) for kind in ('campaign', 'program', 'household'))
    campaigns = {int(number): env['mobile.campaign'].browse(campaign) for number, campaign in campaigns.items()}
    wanted = [pair for pair in source.audiences if str(pair[1]) in households]
    redeemed = Counter((redemption.campaign_id, redemption.household_id) for redemption in source.redemptions)
    card, decision = rows.examples(env, lambda: _examples(env, campaigns, households))
    # One coupon each for the redemptions, numbered, in the order of the data.
    numbered = [(campaign, household, number) for campaign, household in wanted
                for number in range(max(1, redeemed[campaign, household]))]
    cr.execute("""CREATE TEMP TABLE journey_card (
        name text, code text, campaign_id int, program_id int, partner_id int, number int, used boolean,
        first timestamp, last timestamp, company_id int) ON COMMIT DROP""")
    rows.copy(cr, 'journey_card', None, (
        (f'{campaign}_{household}_{number}', f'CJ-{campaign}-{household}-{number}', campaigns[campaign].id,
         programs[str(campaign)], households[str(household)], number, bool(redeemed[campaign, household]),
         campaigns[campaign].date_from, campaigns[campaign].date_to, env.company.id)
        for campaign, household, number in numbered))
    cr.execute(SQL(
        """WITH made AS (%s)
           INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
           SELECT %s, 'card_' || new.name, 'loyalty.card', made.id, TRUE
             FROM made JOIN journey_card new ON new.code = made.code""",
        rows.statement(
            'loyalty_card', card, 'journey_card', 'id, code', code='code', program_id='program_id',
            partner_id='partner_id', mobile_campaign_id='campaign_id', mobile_uuid='gen_random_uuid()::text',
            points='CASE WHEN used THEN 0 ELSE 1 END', mobile_valid_from='first', mobile_expires_at='last',
            expiration_date='last::date', create_date='first'), rows.MODULE))
    cr.execute(SQL(
        """WITH sent AS (%s) SELECT count(*) FROM sent""",
        rows.statement(
            'mobile_decision', decision,
            """journey_card new JOIN loyalty_card card ON card.code = new.code
                WHERE new.number = 0 ORDER BY first, new.partner_id""", 'id',
            campaign_id='new.campaign_id', partner_id='new.partner_id', card_id='card.id',
            # Letters are read in the morning.
            decided_at="first + interval '9 hours'")))
    progress(cr.fetchone()[0])
    env.invalidate_all()


def _examples(env, campaigns, households):
    """Return a coupon and a decision as the ORM makes them."""
    campaign = next(iter(campaigns.values()))
    partner_id = next(iter(households.values()))
    card = env['loyalty.card'].create({
        'program_id': campaign.program_id.id, 'partner_id': partner_id, 'points': 1, 'code': "CJ-EXAMPLE",
        'mobile_campaign_id': campaign.id, 'holder_only': True, 'mobile_expires_at': campaign.date_to})
    decision = env['mobile.decision'].create({
        'campaign_id': campaign.id, 'partner_id': partner_id, 'company_id': env.company.id, 'outcome': 'sent',
        'reason': 'passed', 'slot': 1, 'cause': rows.MODULE})
    return card, decision


def used_cards(env, source, survey: Survey):
    """Yield (basket, coupon's id, amount in cents) of the redemptions that have a basket; see `survey.used`."""
    there = rows.named(env, 'card')
    counts = Counter()
    for index, redemption in enumerate(source.redemptions):
        key = redemption.campaign_id, redemption.household_id
        number, counts[key] = counts[key], counts[key] + 1
        if index in survey.used:
            basket, amount = survey.used[index]
            yield basket, there[f'{key[0]}_{key[1]}_{number}'], amount


def load_redemptions(env, progress):
    """Book what was redeemed into the ledger, and into the histories of the coupons, as orders do."""
    env.cr.execute(SQL(
        """SELECT line.coupon_id, line.order_id, line.order_partner_id, sale.name, sale.mobile_store_id,
                  sale.date_order, -line.price_subtotal, sale.amount_untaxed
             FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
             JOIN ir_model_data data
               ON data.module = %s AND data.model = 'loyalty.card' AND data.res_id = line.coupon_id
            WHERE NOT EXISTS (SELECT FROM mobile_redemption WHERE card_id = line.coupon_id)
         ORDER BY line.id""", rows.MODULE))
    found = env.cr.fetchall()
    for start in range(0, len(found), 500):
        part = found[start:start + 500]
        env['mobile.redemption'].with_context(tracking_disable=True, mail_create_nolog=True).create([{
            'card_id': card_id, 'partner_id': partner_id, 'company_id': env.company.id, 'state': 'confirmed',
            'channel': 'sale', 'order_id': order_id, 'order_ref': name, 'store_id': store_id, 'points': 1,
            'discount': discount, 'revenue': revenue, 'confirmed_at': sold_at,
        } for card_id, order_id, partner_id, name, store_id, sold_at, discount, revenue in part])
        env['loyalty.history'].create([{
            'card_id': card_id, 'description': f"Order {name}", 'used': 1, 'issued': 0,
            'order_model': 'sale.order', 'order_id': order_id,
        } for card_id, order_id, _partner_id, name, *_rest in part])
        progress(len(part))
