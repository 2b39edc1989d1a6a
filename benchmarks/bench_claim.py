"""A worker's claim of 500 pushes, with 100,000 queued against 1,000. Goal: at most 1.1 times; also behind what is over.

A claim takes messages from the queue and asks anew all that may have changed since: consents, wishes, quiet hours,
erasures, campaigns, coupons, addresses. It is rolled back, so that each one finds the same queue. A third queue has as
many that wait behind as many that are over: those are ended beforehand, by a statement of its own. At the end the long
queue is emptied, each claim committed.
"""

import statistics
import time

from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

from devtools.console import say

from . import seed
from .harness import Side, compare

CUSTOMERS = 100_000
SHORT, LONG = 1_000, 100_000
BATCH = 500
GOAL = 1.1
#: Each queue has customers of its own; a phone has one provider.
QUEUES = {'fcm': SHORT, 'webpush': LONG, 'apns': LONG}


def run(system):
    """Measure and print."""
    database = system.database('claim', _seed)
    with system.environment(database) as env:
        senders = _prepare(env)
    registry = system.registry(database)
    from odoo.addons.mobile_crm.tools.racing import execute_apart, execute_racing

    def claim(code, execute=execute_racing):
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            sender = env['mobile.sender'].browse(senders[code])
            parcels = env['mobile.message']._claim(sender, BATCH, execute)[1]
            cr.rollback()
        return len(parcels)

    with system.environment(database) as env:
        seconds = []
        while True:
            start = time.perf_counter()
            if not env['mobile.message']._expire():
                break
            seconds.append(time.perf_counter() - start)
    say(f'\n  {LONG:,} that are over: ended by {len(seconds)} statements of {statistics.median(seconds) * 1e3:.0f} ms')
    assert {claim(code) for code in QUEUES} == {BATCH}
    compare(
        f'a claim of {BATCH}',
        Side(f'of {SHORT:,} queued', lambda: claim('fcm')),
        Side(f'of {LONG:,} queued', lambda: claim('webpush')),
        Side(f'of {LONG:,} behind {LONG:,} that were over', lambda: claim('apns')),
        meter=system.process_time(database), goal=GOAL, slices=30, calls=2, warm_up=3)
    seconds = []
    while True:
        start = time.perf_counter()
        if not claim('webpush', execute_apart):
            break
        seconds.append(time.perf_counter() - start)
    tenth = len(seconds) // 10
    say(f'  emptying the queue of {LONG:,}: {BATCH / statistics.mean(seconds):,.0f} messages/s; median of a claim'
        f' {statistics.median(seconds[:tenth]) * 1e3:.0f} ms in the first tenth,'
        f' {statistics.median(seconds[-tenth:]) * 1e3:.0f} ms in the last')


def _seed(env):
    seed.devices(env, CUSTOMERS)
    env.cr.execute("SELECT count(*) FROM mobile_consent WHERE purpose = 'push'")
    if env.cr.fetchone()[0] >= CUSTOMERS:
        return
    env.cr.execute(SQL(
        """INSERT INTO mobile_consent (subject_id, company_id, purpose, granted, decided_at, version, source)
                SELECT DISTINCT partner_id, company_id, 'push', TRUE, now() - interval '90 days', 1, 'device'
                  FROM mobile_device WHERE partner_id IS NOT NULL"""))


def _prepare(env):
    """Fill the queues anew; return the senders' ids by provider."""
    env.cr.execute('TRUNCATE mobile_message, mobile_sender CASCADE')
    app = seed.caller(env).app_id
    senders = {code: env['mobile.sender']._ensure(code, app.company_id, app).id for code in QUEUES}
    share = CUSTOMERS // len(QUEUES)
    for number, (code, count) in enumerate(QUEUES.items()):
        env.cr.execute(SQL(
            """UPDATE mobile_device SET push_provider = %(code)s, push_address = 'address ' || id
                WHERE id IN (SELECT id FROM mobile_device WHERE partner_id IS NOT NULL
                              ORDER BY id OFFSET %(skip)s LIMIT %(share)s)""",
            code=code, skip=number * share, share=share))
        for is_over in (True, False) if code == 'apns' else (False,):
            env.cr.execute(SQL(
                """WITH phone AS (
                       SELECT id, partner_id, row_number() OVER (ORDER BY id) - 1 AS n FROM mobile_device
                        WHERE push_provider = %(code)s),
                   pair AS (
                       SELECT nextval('mobile_message_id_seq')::integer AS origin_id, phone.id AS device_id,
                              phone.partner_id
                         FROM generate_series(0, %(count)s - 1) number JOIN phone ON phone.n = number %% %(share)s),
                   origin AS (
                       INSERT INTO mobile_message (id, uuid, partner_id, company_id, channel, title, body, state,
                                                   sent_at)
                            SELECT origin_id, gen_random_uuid(), partner_id, %(company)s, 'inbox', 'Hello',
                                   'Come in, it is warm here.', 'sent', now()
                              FROM pair)
                   INSERT INTO mobile_message (uuid, partner_id, company_id, channel, title, state, origin_id,
                                               sender_id, device_id, tries, due_at, expires_at, create_date)
                        SELECT gen_random_uuid(), partner_id, %(company)s, 'push', 'Hello', 'queued', origin_id,
                               %(sender)s, device_id, 0, now() - interval '2 hours' * %(is_over)s,
                               now() + interval '1 day' - interval '2 days' * %(is_over)s, now()
                          FROM pair""",
                code=code, count=count, share=min(share, count), company=app.company_id.id, sender=senders[code],
                is_over=int(is_over)))
    env.cr.commit()
    env.cr.connection.autocommit = True
    env.cr.execute('VACUUM ANALYZE')
    env.cr.connection.autocommit = False
    return senders
