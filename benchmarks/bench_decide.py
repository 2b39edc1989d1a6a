"""One campaign decides about 1,000,000 customers. Goal: 1.5 times hand-written SQL with the same result, memory flat.

The campaign asks all that one without a place can ask: an audience, the consent to profiling, wishes, quiet hours,
unpaid invoices, maxima of the customer and the company, a budget, a control group and two variants.
"""

import resource
from unittest.mock import patch

from odoo import Command, fields
from odoo.tools import SQL

from devtools.console import say

from . import seed
from .harness import Side, compare

CUSTOMERS = 1_000_000
BATCH = 10_000
GOAL = 1.5
#: More than half of the customers are left when it comes to it.
BUDGET = 300_000

#: What somebody would write who knows the tables, and that there is one campaign which asks each customer once.
HAND_SQL = """
    WITH consent AS (
        SELECT DISTINCT ON (subject_id) subject_id, granted AND version >= %(version)s AS is_granted
          FROM mobile_consent WHERE company_id = %(company)s AND purpose = 'profiling'
         ORDER BY subject_id, decided_at DESC, id DESC
    ),
    phone AS (
        SELECT DISTINCT ON (partner_id) partner_id, timezone FROM mobile_device
         WHERE company_id = %(company)s AND timezone IS NOT NULL
         ORDER BY partner_id, last_seen_at DESC NULLS LAST
    ),
    clock AS (
        SELECT preference.partner_id, quiet.days, quiet.start_minute, quiet.end_minute,
               %(now)s AT TIME ZONE 'UTC' AT TIME ZONE coalesce(phone.timezone, partner.tz, 'UTC') AS local
          FROM mobile_quiet_hours quiet
          JOIN mobile_preference preference ON preference.id = quiet.preference_id
                                           AND preference.company_id = %(company)s
          JOIN res_partner partner ON partner.id = preference.partner_id
     LEFT JOIN phone ON phone.partner_id = preference.partner_id
    ),
    quiet AS (
        SELECT DISTINCT partner_id
          FROM (SELECT *, extract(hour FROM local)::int * 60 + extract(minute FROM local)::int AS minute,
                       strpos(days, (extract(isodow FROM local)::int - 1)::text) > 0 AS today,
                       strpos(days, ((extract(isodow FROM local)::int + 5) %% 7)::text) > 0 AS yesterday
                  FROM clock) wall
         WHERE CASE WHEN start_minute < end_minute THEN today AND minute >= start_minute AND minute < end_minute
                    WHEN start_minute > end_minute
                    THEN today AND minute >= start_minute OR yesterday AND minute < end_minute
                    ELSE today END
    ),
    debtor AS (
        SELECT line.partner_id, bool_or(invoice.payment_state = 'blocked' OR line.no_followup) AS in_dispute,
               bool_or(line.date_maturity < %(overdue)s) AS is_overdue
          FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
          JOIN account_move invoice ON invoice.id = line.move_id
         WHERE line.company_id = %(company)s AND line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
           AND line.amount_residual > 0 AND account.account_type = 'asset_receivable'
           AND invoice.move_type IN ('out_invoice', 'out_receipt')
         GROUP BY line.partner_id
    ),
    told AS (
        SELECT partner_id, max(turn) AS turn, count(*) FILTER (WHERE decided_at > %(week)s) AS recent,
               max(slot) FILTER (WHERE campaign_id = %(campaign)s) AS slot,
               max(decided_at) FILTER (WHERE campaign_id = %(campaign)s) AS last_at
          FROM mobile_decision WHERE company_id = %(company)s AND outcome = 'sent' GROUP BY partner_id
    ),
    shopper AS (SELECT id FROM res_partner WHERE active AND country_id IN %(countries)s),
    judged AS (
        SELECT partner.id AS partner_id, coalesce(told.slot, 0) + 1 AS slot, coalesce(told.turn, 0) + 1 AS turn, CASE
                   WHEN EXISTS (SELECT FROM mobile_erasure
                                 WHERE partner_id = partner.id AND company_id = %(company)s AND state = 'pending')
                   THEN 'erasure_pending'
                   WHEN consent.is_granted IS NOT TRUE THEN 'no_consent'
                   WHEN quiet.partner_id IS NOT NULL THEN 'quiet_hours'
                   WHEN shopper.id IS NULL THEN 'not_in_audience'
                   WHEN debtor.in_dispute THEN 'in_dispute'
                   WHEN debtor.is_overdue THEN 'overdue'
                   WHEN told.last_at > %(cooldown)s THEN 'cooldown'
                   WHEN hashint8extended(partner.id, %(campaign)s) IS NOT NULL
                        AND abs(hashint8extended(partner.id, %(campaign)s) %% 100) >= 10 AND told.slot + 1 > 2
                   THEN 'cap_reached'
                   WHEN preference.has_weekly_maximum AND coalesce(told.recent, 0) >= preference.max_messages_per_week
                   THEN 'weekly_maximum'
                   WHEN coalesce(told.recent, 0) >= 2 THEN 'company_maximum' END AS stop,
               abs(hashint8extended(partner.id, %(campaign)s) %% 100) < 10 AS is_held
          FROM res_partner partner
          JOIN mobile_device device ON device.partner_id = partner.id AND device.app_id = %(app)s
     LEFT JOIN consent ON consent.subject_id = partner.id
     LEFT JOIN mobile_preference preference
            ON preference.partner_id = partner.id AND preference.company_id = %(company)s
     LEFT JOIN quiet ON quiet.partner_id = partner.id
     LEFT JOIN shopper ON shopper.id = partner.id
     LEFT JOIN debtor ON debtor.partner_id = partner.commercial_partner_id
     LEFT JOIN told ON told.partner_id = partner.id
    ),
    ranked AS (
        SELECT *, count(*) FILTER (WHERE stop IS NULL AND NOT is_held) OVER (
                      ORDER BY partner_id ROWS UNBOUNDED PRECEDING) + is_held::int AS ahead
          FROM judged
    ),
    decided AS (
        SELECT *, coalesce(stop, CASE WHEN ahead > %(budget)s THEN 'budget_spent' WHEN is_held THEN 'holdout'
                                      ELSE 'passed' END) AS final
          FROM ranked
    )
    INSERT INTO mobile_decision (campaign_id, partner_id, company_id, cause, run_id, decided_at, outcome, reason, slot,
                                 turn, variant_id, channel)
    SELECT %(campaign)s, partner_id, %(company)s, 'benchmark', NULL, %(now)s,
           CASE final WHEN 'passed' THEN 'sent' ELSE 'withheld' END, final,
           CASE final WHEN 'passed' THEN slot END, CASE final WHEN 'passed' THEN turn END,
           CASE WHEN final IN ('passed', 'holdout') THEN
               CASE WHEN -ln(((hashint8extended(partner_id, %(seed_a)s) & 9007199254740991) + 0.5::float8)
                             / 9007199254740992) / 3
                         < -ln(((hashint8extended(partner_id, %(seed_b)s) & 9007199254740991) + 0.5::float8)
                               / 9007199254740992)
                    THEN %(variant_a)s ELSE %(variant_b)s END END,
           CASE final WHEN 'passed' THEN 'inbox' END
      FROM decided ORDER BY partner_id
        ON CONFLICT DO NOTHING
"""

#: What both sides must have written, in one row.
RESULT = """
    SELECT reason, outcome, count(*), sum(hashint8extended(partner_id, coalesce(variant_id, 0) * 8
                                                           + coalesce(slot, 0) * 2 + coalesce(turn, 0) * 64))
      FROM mobile_decision WHERE campaign_id = %s AND cause = 'benchmark'
     GROUP BY reason, outcome ORDER BY count(*) DESC
"""


def run(system):
    """Measure and print."""
    database = system.database('decide', _seed)
    with system.environment(database) as env:
        _measure(system, env)


def _seed(env):
    """Make customers with phones, consents, wishes and what campaigns have sent them before."""
    cr = env.cr
    cr.execute("SELECT count(*) FROM mobile_decision")
    if cr.fetchone()[0]:
        return
    device = seed.caller(env)
    partner, company, app = device.user_id.partner_id, device.company_id, device.app_id
    program = env['loyalty.program'].create({
        'name': "Benchmark", 'program_type': 'coupons', 'company_id': company.id,
        'reward_ids': [Command.clear(), Command.create({'discount': 10, 'required_points': 1})]})
    campaign = env['mobile.campaign'].create({
        'name': "Benchmark", 'company_id': company.id, 'app_id': app.id, 'program_id': program.id,
        'trigger': 'inactivity',
        'message_title': "10 % for you", 'max_per_customer': 2, 'cooldown_hours': 24, 'holdout_percent': 10,
        'audience_domain': repr([('country_id', 'in', [1, 2, 3, 4, 5, 6, 7, 8])]),
        'variant_ids': [Command.create({'name': name, 'weight': weight, 'message_title': name})
                        for name, weight in (("A", 3), ("B", 1))]})
    before = campaign.copy()
    company.mobile_max_messages_per_week = 2
    env['mobile.consent']._append(partner, company, {'profiling': True}, 'device', device_uuid=device.uuid)
    consent = env['mobile.consent'].search([('subject_id', '=', partner.id)])
    preference = env['mobile.preference']._mobile_update(partner, company, {
        'max_messages_per_week': 1, 'quiet_hours': [{'days': '0123456', 'start_minute': 0, 'end_minute': 60}]})
    quiet = preference.quiet_hours_ids
    decision = env['mobile.decision'].create({
        'campaign_id': before.id, 'partner_id': partner.id, 'company_id': company.id, 'cause': 'before',
        'outcome': 'sent', 'reason': 'passed', 'slot': 1, 'turn': 1})
    env.flush_all()
    zones = ', '.join(f"'{zone}'" for zone in seed.TIME_ZONES)
    first = seed.multiply(
        cr, 'res_partner', partner.id, CUSTOMERS, name="'Customer ' || n", complete_name="'Customer ' || n",
        commercial_partner_id='copy.id', email='NULL', email_normalized='NULL', phone=seed.NUMBER,
        phone_sanitized=seed.NUMBER, mobile_verified_phone=seed.NUMBER, country_id='1 + mod(n, 10)')
    # Customers who came one after the other do not lie beside each other on the disk.
    nth = f'({first} + 1 + mod(n * 7919::bigint, {CUSTOMERS}))'
    seed.multiply(
        cr, 'mobile_device', device.id, CUSTOMERS, uuid='gen_random_uuid()::text', install_id="'benchmark ' || n",
        user_id='NULL', partner_id=nth, timezone=f'(ARRAY[{zones}])[1 + mod(n, {len(seed.TIME_ZONES)})]')
    seed.multiply(cr, 'mobile_consent', consent.id, CUSTOMERS, subject_id=nth, granted='mod(n, 10) < 9')
    # Some have changed their mind.
    seed.multiply(
        cr, 'mobile_consent', consent.id, CUSTOMERS // 10, subject_id=f'{first} + n * 10', granted='mod(n, 2) = 0',
        decided_at="template.decided_at + interval '1 hour'")
    third = CUSTOMERS // 3
    offset = seed.multiply(
        cr, 'mobile_preference', preference.id, third, partner_id=f'{first} + n * 3',
        has_weekly_maximum='mod(n, 2) = 0')
    seed.multiply(
        cr, 'mobile_quiet_hours', quiet.id, third, preference_id=f'n + {offset}', start_minute='mod(n * 7, 1440)',
        end_minute='mod(n * 7 + 540, 1440)')
    seed.multiply(
        cr, 'mobile_decision', decision.id, CUSTOMERS // 4, partner_id=f'{first} + n * 4', slot='1', turn='1',
        decided_at="template.decided_at - mod(n, 20) * interval '1 day'")
    seed.multiply(
        cr, 'mobile_decision', decision.id, CUSTOMERS // 20, partner_id=f'{first} + n * 20', slot='1', turn='2',
        campaign_id=str(campaign.id), cause="'earlier'",
        decided_at="template.decided_at - mod(n, 20) * interval '1 day'")
    env.invalidate_all()


def _measure(system, env):
    Decision = env['mobile.decision']
    campaign = env['mobile.campaign'].search([('name', '=', "Benchmark")], order='id', limit=1)
    campaign.write({'state': 'running', 'budget_coupons': BUDGET})
    env.cr.commit()
    company, now = campaign.company_id, fields.Datetime.now()
    a, b = campaign.variant_ids
    values = {
        'company': company.id, 'campaign': campaign.id, 'app': campaign.app_id.id, 'now': now, 'budget': BUDGET,
        'week': fields.Datetime.subtract(now, days=7), 'cooldown': fields.Datetime.subtract(now, hours=24),
        'overdue': fields.Date.subtract(now.date(), days=company.mobile_overdue_days), 'countries': tuple(range(1, 9)),
        'version': env['mobile.consent']._states(company.partner_id, company)['profiling'].version,
        'variant_a': a.id, 'seed_a': (1 << 41) + a.id, 'variant_b': b.id, 'seed_b': (1 << 41) + b.id}
    results, peaks = {}, {}

    def measured(name, decide):
        def call():
            decide()
            env.cr.execute(RESULT, [campaign.id])
            results.setdefault(name, set()).add(tuple(env.cr.fetchall()))
            peaks[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            env.cr.rollback()
            env.invalidate_all()
        return Side(name, call)

    def ours(batch):
        def decide():
            position = 0
            while True:
                candidates = SQL(
                    """SELECT %s AS campaign_id, partner_id, NULL::int AS event_id, NULL::int AS device_id,
                              NULL::int AS store_id, NULL::int AS product_id, %s::timestamp AS occurred_at,
                              'benchmark' AS cause, NULL::int AS run_id
                         FROM (SELECT partner_id FROM mobile_device WHERE app_id = %s AND partner_id > %s
                                ORDER BY partner_id LIMIT %s) customer""",
                    campaign.id, now, campaign.app_id.id, position, batch)
                rows = Decision._answer(candidates, campaign)
                if sent := sum(is_sent for _number, is_sent in rows):
                    campaign._spend_budget(sent)
                if len(rows) < batch:
                    return
                env.cr.execute('SELECT partner_id FROM mobile_decision WHERE id = %s', [rows[-1][0]])
                (position,) = env.cr.fetchone()
        return decide

    hand = measured('hand-written SQL, one statement', lambda: env.cr.execute(HAND_SQL, values))
    batches = measured(f'mobile.decision._answer, {BATCH:,} at a time', ours(BATCH))
    # Quiet hours begin and end by the minute.
    with patch.object(fields.Datetime, 'now', lambda: now):
        compare(
            f'Decide about {CUSTOMERS:,} customers, rolled back', hand, batches,
            meter=system.process_time(env.cr.dbname), goal=GOAL, slices=3, calls=1, warm_up=0)
    say(f'  the same result on both sides: {len(set.union(*results.values())) == 1}')
    for reason, _outcome, count, _check in next(iter(results[hand.name])):
        say(f'    {count:9,} {reason}')
    say(f'  peak memory of this process: {peaks[hand.name]} MB after hand-written SQL, '
        f'{peaks[batches.name]} MB after ours')
