"""Coupons for 1,000,000 customers. Goals: 1.5 times a bare INSERT … SELECT; 20 times the rows of Odoo's own wizard.

Both sides write the same rows into the same table with the same indexes and commit, 5,000 at a time. The bare side
finds its codes and ids ready in a table; ours makes them.
"""

import itertools
import resource
from functools import partial
from unittest.mock import patch

from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

from devtools.console import say

from . import seed
from .harness import Side, compare

CUSTOMERS, COUPONS = 100_000, 1_000_000
BATCH = 5_000
SLICES = COUPONS // BATCH
#: Odoo's wizard makes so many in one call.
WIZARD = 50
WIZARD_SLICES = 10
WIZARD_GOAL = 20
GOAL = 1.5


def run(system):
    """Measure and print."""
    database = system.database('issue', _seed)
    with system.environment(database) as env:
        campaign_id = _prepare(env)
        pushing_id, app_id = _prepare_pushes(env, campaign_id)
    registry = system.registry(database)

    def within(work):
        with registry.cursor() as cr:
            work(Environment(cr, SUPERUSER_ID, {}))

    batches = itertools.cycle(_batches(registry))
    ready = itertools.count()

    def bare(env):
        env.cr.execute(SQL(
            """INSERT INTO loyalty_card (code, partner_id, mobile_uuid, program_id, company_id, points, holder_only,
                                         mobile_campaign_id, mobile_valid_from, mobile_expires_at, expiration_date,
                                         active, create_uid, create_date, write_uid, write_date)
                    SELECT ready.code, ready.partner_id, ready.uuid, campaign.program_id, campaign.company_id, 1, TRUE,
                           campaign.id, now(), now() + interval '7 days', now() + interval '8 days', TRUE, 1, now(), 1,
                           now()
                      FROM ready, mobile_campaign campaign
                     WHERE ready.batch = %s AND campaign.id = %s""", next(ready), campaign_id))

    def ours(env):
        issued = env['mobile.campaign'].browse(campaign_id)._issue_coupons(next(batches))
        assert len(issued) == BATCH

    def wizard(env, **context):
        """As staff use it: each coupon has its chatter, and its mail, which is queued, without a PDF."""
        env['loyalty.generate.wizard'].with_context(**context).create({
            'program_id': env['mobile.campaign'].browse(campaign_id).program_id.id, 'mode': 'selected',
            'customer_ids': [(6, 0, next(batches_of_partners))]}).generate_coupons()

    def whole(env):
        env['mobile.campaign'].browse(campaign_id)._issue(next(batches))

    def pushed(env):
        """The same, and a notification in the queue for each customer's phone."""
        ready = [('push', 'fcm', env['mobile.app'].browse(app_id))]
        with patch.object(registry['mobile.message'], '_ready', lambda model, company: ready):
            env['mobile.campaign'].browse(pushing_id)._issue(next(batches))

    batches_of_partners = _partners(registry)
    before = _memory()
    compare(
        f'{COUPONS:,} coupons, {BATCH:,} in a transaction',
        Side('bare INSERT … SELECT of ready rows', lambda: within(bare)),
        Side('mobile.campaign._issue_coupons', lambda: within(ours)),
        meter=system.process_time(database), goal=GOAL, slices=SLICES, calls=1, warm_up=2)
    say(f'  memory of this process at its most: {before:.0f} MB before, {_memory():.0f} MB after')
    own = Side(f'mobile.campaign._issue_coupons, {BATCH:,}', lambda: within(ours))
    whole_side = Side(f'ours with messages and decisions, {BATCH:,}', lambda: within(whole))
    pushed_side = Side(f'… and notifications in the queue, {BATCH:,}', lambda: within(pushed))
    wizards = [
        Side(f'loyalty.generate.wizard, {WIZARD:,}', lambda: within(wizard)),
        Side(f'… without its mails, {WIZARD:,}', lambda: within(partial(wizard, loyalty_no_mail=True))),
        Side(f'… and without the chatter, {WIZARD:,}',
             lambda: within(partial(wizard, loyalty_no_mail=True, tracking_disable=True)))]
    compare(
        "Odoo's own wizard, in smaller calls", own, whole_side, pushed_side, *wizards,
        meter=system.process_time(database), slices=WIZARD_SLICES, calls=1, warm_up=1)
    say(f'  rows per second, by processor time; goal: {WIZARD_GOAL} times the wizard')
    for side, rows in ((own, BATCH), (whole_side, BATCH), (pushed_side, BATCH), *((side, WIZARD) for side in wizards)):
        say(f'  {side.name:45} {rows * 1e9 / side.cpu_per_call:9,.0f}   ours are '
            f'{BATCH / own.cpu_per_call * side.cpu_per_call / rows:.1f} times as many')


def _memory():
    """Return how many megabytes this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seed(env):
    seed.devices(env, CUSTOMERS)


def _prepare(env):
    """Empty the tables, decide for everybody as often as it takes, and write ready rows; return the campaign's id."""
    from odoo.addons.mobile_crm.tools.public_id import ordered_uuid_sql
    env.cr.execute('TRUNCATE loyalty_card, mobile_message, mobile_decision CASCADE')
    program = env['loyalty.program'].create({
        **env['loyalty.program']._program_type_default_values()['coupons'],
        'name': "Benchmark", 'program_type': 'coupons', 'company_id': env.company.id})
    # Printing each coupon into its mail would be another benchmark, of wkhtmltopdf.
    program.communication_plan_ids.mail_template_id.report_template_ids = False
    campaign = env['mobile.campaign'].create({
        'name': "Benchmark", 'program_id': program.id, 'trigger': 'manual', 'message_title': "For you",
        'message_body': "Come in, it is warm here.", 'channel_ids': []})
    env.flush_all()
    env.cr.execute(SQL(
        """INSERT INTO mobile_decision (campaign_id, partner_id, company_id, cause, decided_at, outcome, reason, slot,
                                        channel)
                SELECT %s, partner.id, %s, 'benchmark ' || turn, now(), 'sent', 'passed', turn, 'push'
                  FROM generate_series(1, %s) turn, (SELECT DISTINCT partner_id AS id FROM mobile_device
                                                      WHERE partner_id IS NOT NULL ORDER BY 1 LIMIT %s) partner""",
        campaign.id, env.company.id, COUPONS // CUSTOMERS + 1, CUSTOMERS))
    env.cr.execute('DROP TABLE IF EXISTS ready')
    env.cr.execute(SQL(
        """CREATE TABLE ready AS
           SELECT (row_number() OVER (ORDER BY id) - 1) / %s AS batch, partner_id, %s AS uuid,
                  upper(left(replace(gen_random_uuid()::varchar, '-', ''), 20)) AS code
             FROM mobile_decision ORDER BY id""", BATCH, ordered_uuid_sql()))
    env.cr.execute('CREATE INDEX ON ready (batch)')
    env.cr.commit()
    env.cr.connection.autocommit = True
    env.cr.execute('VACUUM ANALYZE')
    env.cr.connection.autocommit = False
    return campaign.id


def _prepare_pushes(env, campaign_id):
    """Let all customers take notifications; return the ids of a campaign that sends them and of the app."""
    pushing = env['mobile.campaign'].browse(campaign_id).copy({'channel_ids': [(0, 0, {'channel': 'push'})]})
    env.flush_all()
    env.cr.execute("""UPDATE mobile_device SET push_provider = 'fcm', push_address = 'benchmark ' || id
                       WHERE push_address IS NULL""")
    wording = env['mobile.consent.wording'].search([('purpose', '=', 'push'), ('state', '=', 'current')], limit=1)
    env.cr.execute(SQL(
        """INSERT INTO mobile_consent (subject_id, company_id, purpose, granted, decided_at, version, text, lang,
                                       source)
                SELECT DISTINCT partner_id, %s, 'push', TRUE, now() AT TIME ZONE 'UTC', %s, %s, 'en_US', 'device'
                  FROM mobile_decision
                 WHERE NOT EXISTS (SELECT FROM mobile_consent consent
                                    WHERE consent.subject_id = mobile_decision.partner_id AND consent.purpose = 'push')
        """, env.company.id, wording.version, wording.text))
    env.cr.commit()
    env.cr.connection.autocommit = True
    env.cr.execute('VACUUM ANALYZE')
    env.cr.connection.autocommit = False
    return pushing.id, env['mobile.app'].search([('kind', '=', 'phone')], order='id', limit=1).id


def _batches(registry):
    with registry.cursor() as cr:
        cr.execute('SELECT id, partner_id FROM mobile_decision ORDER BY id')
        rows = cr.fetchall()
    return [dict(rows[start:start + BATCH]) for start in range(0, len(rows), BATCH)]


def _partners(registry):
    with registry.cursor() as cr:
        cr.execute('SELECT DISTINCT partner_id FROM mobile_decision ORDER BY 1')
        ids = [row[0] for row in cr.fetchall()]
    return itertools.cycle([ids[start:start + WIZARD] for start in range(0, len(ids), WIZARD)])
