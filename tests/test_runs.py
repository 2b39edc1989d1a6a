"""Two broadcasts on a real server whose workers are killed again and again: none is missing, none is double."""

import contextlib
import os
import random
import re
import signal
import threading
import time

import pytest

from devtools.console import say
from devtools.people import Staff
from devtools.process import alive, wait_until

#: Seconds for the runs to end.
PATIENCE = 300

SET_UP = """
program = env['loyalty.program'].create({{
    'name': 'Broadcast', 'program_type': 'coupons',
    'reward_ids': [(5, 0, 0), (0, 0, {{'discount': 10, 'required_points': 1}})]}})
app = env['mobile.app'].create({{'name': 'Broadcast'}})
env.flush_all()
env.cr.execute('''
    WITH partner AS (
        INSERT INTO res_partner (name, complete_name, active, lang, autopost_bills)
             SELECT 'Customer ' || n, 'Customer ' || n, TRUE, 'en_US', 'ask' FROM generate_series(1, %s) n RETURNING id)
    INSERT INTO mobile_device (uuid, install_id, app_id, company_id, partner_id, platform, active)
         SELECT gen_random_uuid(), 'broadcast ' || id, %s, %s, id, 'ios', TRUE FROM partner''',
    [{count}, app.id, env.company.id])
campaigns = env['mobile.campaign'].create([{{
    'name': f'Broadcast {{number}}', 'program_id': program.id, 'trigger': 'broadcast', 'app_id': app.id,
    'message_title': 'For you', 'holdout_percent': 10}} for number in range(2)])
cron = env.ref('mobile_crm.mobile_campaign_run_cron')
(env['ir.cron'].search([]) - cron).active = False
# A second worker for the second campaign.
cron.copy({{'active': True}})
campaigns.action_start()
env['mobile.campaign.run'].search([]).batch_size = {batch}
env['ir.cron'].search([]).nextcall = '2020-01-01'
env.cr.commit()
"""

# What must be nowhere; each names what it looks for.
WRONG = {
    'customers not asked about once by each campaign': """
        SELECT customer.partner_id FROM mobile_campaign_run run
          JOIN mobile_campaign campaign ON campaign.id = run.campaign_id
          JOIN mobile_device customer ON customer.app_id = campaign.app_id
         WHERE 1 <> (SELECT count(*) FROM mobile_decision decision
                      WHERE decision.partner_id = customer.partner_id AND decision.campaign_id = campaign.id)""",
    'sent without a coupon and a message of that customer': """
        SELECT decision.id FROM mobile_decision decision
          LEFT JOIN loyalty_card card ON card.id = decision.card_id
          LEFT JOIN mobile_message message ON message.id = decision.message_id
         WHERE decision.run_id IS NOT NULL AND decision.outcome = 'sent' AND (
               card.partner_id IS DISTINCT FROM decision.partner_id
               OR card.mobile_campaign_id IS DISTINCT FROM decision.campaign_id
               OR message.partner_id IS DISTINCT FROM decision.partner_id
               OR message.card_id IS DISTINCT FROM card.id)""",
    'withheld with a coupon or a message': """
        SELECT id FROM mobile_decision
         WHERE run_id IS NOT NULL AND outcome = 'withheld' AND (card_id IS NOT NULL OR message_id IS NOT NULL)""",
    'coupons that no decision gave': """
        SELECT id FROM loyalty_card WHERE mobile_campaign_id IN (SELECT campaign_id FROM mobile_campaign_run)
           AND 1 <> (SELECT count(*) FROM mobile_decision WHERE card_id = loyalty_card.id)""",
    'messages that no decision sent': """
        SELECT id FROM mobile_message WHERE campaign_id IN (SELECT campaign_id FROM mobile_campaign_run)
           AND 1 <> (SELECT count(*) FROM mobile_decision WHERE message_id = mobile_message.id)""",
    'runs that do not add up': """
        SELECT run.id FROM mobile_campaign_run run
         WHERE ARRAY[asked, sent, withheld] <> (
               SELECT ARRAY[count(*), count(*) FILTER (WHERE outcome = 'sent'),
                            count(*) FILTER (WHERE outcome = 'withheld')]::integer[]
                 FROM mobile_decision WHERE run_id = run.id)""",
}


@pytest.fixture
def start(serve):
    """Return a function that starts the server."""
    return lambda: serve('runs', workers=1, max_cron_threads=2)


def in_a_batch(odoo_cli):
    """Return how many workers are in the middle of a batch."""
    return odoo_cli.query(
        """SELECT count(*) FROM pg_locks WHERE relation = 'mobile_decision'::regclass
              AND mode = 'RowExclusiveLock' AND database = (SELECT oid FROM pg_database
                                                             WHERE datname = current_database())""")[0][0]


def cron_workers(instance):
    """Return the processes of a server that work for the cron."""
    started = re.findall(r'Worker WorkerCron \((\d+)\) alive', instance.read_log())
    return [int(pid) for pid in started if alive(int(pid))]


def test_workers_that_are_killed_leave_nobody_out_and_nobody_twice(odoo_cli, start, full):
    count, batch, kills = (100_000, 1000, 12) if full else (2_000, 50, 5)
    odoo_cli.fresh('full')
    # Decisions of the demo data are none of ours.
    odoo_cli.shell(SET_UP.format(count=count, batch=batch))
    begun = time.monotonic()
    instance = start()

    def left():
        odoo_cli.wake_crons()
        return odoo_cli.query("SELECT count(*) FROM mobile_campaign_run WHERE state <> 'done'")[0][0]

    interrupted = 0
    for number in range(kills):
        assert wait_until(lambda: in_a_batch(odoo_cli) or not left(), PATIENCE, 0.005)
        # Anywhere in the batch.
        threading.Event().wait(random.uniform(0, 0.05))
        interrupted += bool(in_a_batch(odoo_cli))
        if number % 3 == 2:
            # What a restart of PostgreSQL looks like from here.
            odoo_cli.query(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()""")
        else:
            for pid in cron_workers(instance):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    assert interrupted, "somebody was in the middle of a batch"
    assert wait_until(lambda: not left(), PATIENCE, 0.5)
    say(f'{2 * count} customers in {time.monotonic() - begun:.0f} s, interrupted in a batch {interrupted} times')

    assert {what: len(odoo_cli.query(query)) for what, query in WRONG.items()} == dict.fromkeys(WRONG, 0)
    runs = odoo_cli.query('SELECT state, total, asked, skipped, sent > 0.8 * asked FROM mobile_campaign_run')
    assert runs == [('done', count, count, 0, True)] * 2


def test_a_run_is_paused_and_goes_on_while_workers_are_busy(odoo_cli, start):
    """A button has an answer at once, whatever the worker holds."""
    odoo_cli.fresh('full')
    odoo_cli.shell(SET_UP.format(count=3_000, batch=100))
    instance = start()
    admin = Staff(instance.url, odoo_cli.database, 'admin', 'admin')

    def count(what):
        # Again and again: a worker that is not there yet hears nothing.
        odoo_cli.wake_crons()
        return odoo_cli.query(f'SELECT {what} FROM mobile_campaign_run')[0][0]

    assert wait_until(lambda: count('sum(asked)'), PATIENCE, 0.05)
    runs = [run['id'] for run in admin.find('mobile.campaign.run', [], 'id')]
    campaigns = [campaign['id'] for campaign in admin.find('mobile.campaign', [['name', '=like', 'Broadcast%']], 'id')]
    admin.call('mobile.campaign', 'action_pause', campaigns[:1])
    admin.call('mobile.campaign.run', 'action_pause', runs)
    asked = odoo_cli.query('SELECT id, asked, state FROM mobile_campaign_run ORDER BY id')
    threading.Event().wait(1)
    assert odoo_cli.query('SELECT id, asked, state FROM mobile_campaign_run ORDER BY id') == asked
    assert {state for _id, _asked, state in asked} == {'paused'}
    admin.call('mobile.campaign', 'action_start', campaigns[:1])
    admin.call('mobile.campaign.run', 'action_resume', runs)
    assert wait_until(lambda: count("count(*) FILTER (WHERE state = 'done')") == 2, PATIENCE, 0.2)
    assert {what: len(odoo_cli.query(query)) for what, query in WRONG.items()} == dict.fromkeys(WRONG, 0)
