"""What senders do, in their own process: each function has the environment of a transaction of its own."""

import json
import os
import signal
import uuid

from odoo import sql_db

from odoo.addons.mobile_crm.models import mobile_message_queue, mobile_provider_push, mobile_provider_webpush
from odoo.addons.mobile_crm.tools import racing
from odoo.addons.mobile_crm.tools.push_address import checked_address

PUSH = ('fcm', 'apns', 'webpush')
PLATFORMS = {'fcm': 'android', 'apns': 'ios', 'webpush': 'web'}
APP = "Shop of the senders"

# All outcomes of a batch are written at once, however slow the machine is: so a test knows what a victim had written.
mobile_message_queue.FLUSH_SECONDS = 3600


# === THE SHOP === #

def shop(env, credentials):
    """Make the company's app, with what it signs in with.

    :param dict credentials: by provider; see ``PushWorld.open_shop``.
    :return: the key with which browsers subscribe.
    """
    fcm, apns, webpush = (credentials[code] for code in ('fcm', 'apns', 'webpush'))
    app = env['mobile.app'].create({
        'name': APP, 'webpush_enabled': True, 'fcm_credential': json.dumps(fcm['account']),
        'apns_key_id': apns['key_id'], 'apns_team_id': apns['team'], 'apns_topic': apns['topic'],
        'apns_credential': apns['key']})
    for name, value in {
            'fcm_url': fcm['url'], 'apns_url': apns['url'], 'webpush_hosts': webpush['host']}.items():
        env['ir.config_parameter'].set_param(f'mobile_crm.{name}', value)
    # Nothing but the test's senders is at work.
    env['ir.cron'].search([]).active = False
    env.cr.commit()
    return app._webpush_key()


def phones(env, provider, addresses):
    """Make a customer for each address, with a phone that has it.

    :param list addresses: texts; subscriptions of browsers.
    :return: the customers' ids.
    """
    app = env['mobile.app'].search([('name', '=', APP)])
    partners = env['res.partner'].create([{
        'name': f"Customer {number}", 'email': f'customer-{provider}-{number}@mobile-crm.example',
    } for number in range(len(addresses))])
    for partner, address in zip(partners, addresses, strict=True):
        device, _is_new = env['mobile.device']._register_install(app, str(uuid.uuid4()), {
            'platform': PLATFORMS[provider]})
        device.write({
            'partner_id': partner.id, 'push_provider': provider,
            'push_address': checked_address(
                provider, json.dumps(address) if isinstance(address, dict) else address)})
    env.cr.commit()
    return partners.ids


def post(env, partners, channels=('push',), **values):
    """Post a message to each customer; it is acknowledged when this returns.

    :return: the messages' public ids.
    """
    with_email(env)
    messages = env['mobile.message']._post([{
        'partner_id': partner, 'company_id': env.company.id, 'title': "Your order", 'body': "It is ready.",
        'is_service': True, **values} for partner in partners], channels=channels)
    env.cr.commit()
    return messages.mapped('uuid')


# === WORK === #

def send(env, codes=PUSH):
    """Send what is due, as the providers' crons do."""
    env.registry['mobile.message']._rest = lambda _self, _seconds: None
    for code in codes:
        env['mobile.message']._cron_send(code)


def hurry(env, timeout):
    """Let the providers wait no longer for an answer than some seconds: the network's clock cannot be turned."""
    mobile_provider_push.TIMEOUT = mobile_provider_webpush.TIMEOUT = timeout


def next_moment(env):
    """Return when there is something to do next (naive UTC), or None."""
    moments = []
    for sender in env['mobile.sender'].search([('provider', 'in', PUSH)]):
        opens_at, due_at = sender._opens_at(), env['mobile.message']._next_due(sender)
        if opens_at and due_at:
            moments.append(max(opens_at, due_at))
    return min(moments, default=None)


def look_after(env):
    """Do what the cron does that looks after the outbox."""
    with_email(env)
    env['mobile.message']._cron_look_after()


def with_email(env):
    """Let emails be queued, which nobody sends here."""
    Message = env.registry['mobile.message']
    if 'push_only' not in vars(Message):
        Message.push_only = Message._ready
        Message._ready = lambda self, company: [
            *(way for way in self.push_only(company) if way[0] == 'push'),
            ('email', 'email', self.env['mobile.app'])]


# === DEATH === #

def arm(env, point, number=1):
    """Let this process be killed when it comes to a point for the n-th time."""
    POINTS[point](env.registry, Trigger(number))


class Trigger:
    """Kills this process, the n-th time that it is touched."""

    def __init__(self, number):
        self._left = number

    def touch(self):
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


def _before(model, method):
    def arm_it(registry, trigger):
        original = getattr(registry[model], method)

        def armed(self, *args, **kwargs):
            trigger.touch()
            return original(self, *args, **kwargs)

        setattr(registry[model], method, armed)
    return arm_it


def _after(model, method, even_if_idle=False):
    def arm_it(registry, trigger):
        original = getattr(registry[model], method)

        def armed(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            if result or even_if_idle:
                trigger.touch()
            return result

        setattr(registry[model], method, armed)
    return arm_it


def _uncommitted(method):
    """Die when a statement of a method is done, and is not committed."""
    def arm_it(registry, trigger):
        original, fetch = getattr(registry['mobile.message'], method), racing._fetch_committed
        inside = []

        def armed(self, *args, **kwargs):
            inside.append(True)
            try:
                return original(self, *args, **kwargs)
            finally:
                inside.pop()

        def fetch_and_die(cr, query):
            if not inside:
                return fetch(cr, query)
            cr.execute(query, log_exceptions=False)
            rows = cr.fetchall() if cr.description else []
            if rows:
                trigger.touch()
            cr.commit()
            return rows

        setattr(registry['mobile.message'], method, armed)
        racing._fetch_committed = fetch_and_die
    return arm_it


def _providers(method):
    """Arm the generators of all providers.

    :param method: gets what a provider yields and the trigger, and yields it.
    """
    def arm_it(registry, trigger):
        for code in PUSH:
            if f'mobile.provider.{code}' not in registry:
                continue
            provider = registry[f'mobile.provider.{code}']

            def armed(self, sender, parcels, original=provider._send):
                return method(original(self, sender, parcels), trigger)

            provider._send = armed
    return arm_it


def _at_outcome(outcomes, trigger):
    for outcome in outcomes:
        trigger.touch()
        yield outcome


def _at_hand_over(outcomes, trigger):
    trigger.touch()
    yield from outcomes


def _after_commit_of(method):
    """Die when the transaction is committed in which a method did something."""
    def arm_it(registry, trigger):
        original, commit = getattr(registry['mobile.message'], method), sql_db.Cursor.commit
        done = []

        def armed(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            if result:
                done.append(True)
            return result

        def commit_and_die(cr):
            commit(cr)
            if done:
                trigger.touch()

        setattr(registry['mobile.message'], method, armed)
        sql_db.Cursor.commit = commit_and_die
    return arm_it


POINTS = {
    'before the claim': _before('mobile.message', '_claim'),
    'claimed, not committed': _uncommitted('_claim'),
    'claimed': _after('mobile.message', '_claim'),
    'handed over': _providers(_at_hand_over),
    'some outcomes are known': _providers(_at_outcome),
    'before outcomes are written': _before('mobile.message', '_record'),
    'outcomes written, not committed': _uncommitted('_write_outcomes'),
    'outcomes committed': _after('mobile.message', '_write_outcomes', even_if_idle=True),
    'outcomes noted': _after('mobile.message', '_record', even_if_idle=True),
    'swept, not committed': _uncommitted('_reclaim'),
    'swept': _after('mobile.message', '_reclaim'),
    'fallen back, not committed': _after('mobile.message', '_fall_back'),
    'fallen back': _after_commit_of('_fall_back'),
}
