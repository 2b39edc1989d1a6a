"""What processes do that take payments, each thing in a transaction of its own, as requests are. See ``tests.senders``.

The provider is Odoo's demo one. What it has charged is in a book of its own, a file, whatever becomes of the database.
"""

import os
import signal
import uuid

from odoo import sql_db

from odoo.addons.mobile_crm.models.mobile_catalogue import Shopper

NAME = "Shop of the payments"


# === THE SHOP === #

def shop(env, book):
    """Make a store where customers pay by phone.

    :param str book: path of the file in which the provider writes what it has charged.
    """
    env['ir.cron'].search([]).active = False
    company = env.company
    env.ref('payment.payment_provider_demo').write({'state': 'test', 'is_published': True})
    env['ir.config_parameter'].set_param('tests.payment_book', book)
    address = env['res.partner'].create({'name': NAME, 'company_id': company.id})
    env['mobile.store'].create({
        'name': NAME, 'partner_id': address.id, 'tz': 'UTC', 'latitude': 1, 'longitude': 1, 'company_id': company.id})
    env['mobile.app'].create({'name': NAME, 'company_id': company.id})
    env['product.product'].create({
        'name': NAME, 'list_price': 100.0, 'taxes_id': [], 'invoice_policy': 'order', 'type': 'consu'})
    env['loyalty.program'].create({
        'name': NAME, 'program_type': 'coupons', 'company_id': company.id, 'applies_on': 'current',
        'trigger': 'with_code', 'rule_ids': [(5, 0, 0)],
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 15, 'required_points': 1})]})
    env.cr.commit()


def _one(env, model):
    return env[model].search([('name', '=', NAME)], limit=1)


def basket(env):
    """Begin a basket of a new customer, with a coupon on it; return its id."""
    app, program = _one(env, 'mobile.app'), _one(env, 'loyalty.program')
    partner = env['res.partner'].create({'name': "Payer", 'email': f'{uuid.uuid4().hex}@mobile-crm.example'})
    device, _is_new = env['mobile.device']._register_install(app, str(uuid.uuid4()), {'platform': 'android'})
    device.partner_id = partner
    card = env['loyalty.card'].with_context(tracking_disable=True, action_no_send_mail=True).create({
        'program_id': program.id, 'partner_id': partner.id, 'holder_only': True, 'points': 1})
    made = env['mobile.basket']._open(
        Shopper(env.company, app, partner), device, _one(env, 'mobile.store'),
        [{'product_id': _one(env, 'product.product').id, 'quantity': 1.0}], offer_ids=[card.mobile_uuid])
    assert made.order_id.amount_total == 85.0, made.order_id.amount_total
    return made.id


def begin(env, basket_id, is_saved=False):
    """Begin to pay a basket, as far as it goes before the provider is asked; return the payment's id, and what the
    provider knows the payment by.
    """
    found = env['mobile.basket'].browse(basket_id)
    provider = env.ref('payment.payment_provider_demo')
    method = provider.payment_method_ids[:1]
    token = env['payment.token']
    if is_saved:
        token = token.create({
            'provider_id': provider.id, 'payment_method_id': method.id, 'payment_details': '4242',
            'partner_id': found.partner_id.id, 'provider_ref': 'x', 'demo_simulated_state': 'done'})
    payment = env['mobile.payment']._start(
        found, found.device_id, 'saved' if is_saved else 'online', found.version, token)
    if is_saved:
        return payment.id, None
    assert payment._claim('browser')
    transaction = env['payment.transaction'].create({
        'provider_id': provider.id, 'payment_method_id': method.id, 'amount': payment.amount,
        'currency_id': payment.currency_id.id, 'partner_id': payment.partner_id.id, 'operation': 'online_direct',
        'reference': env['payment.transaction']._compute_reference('demo', prefix=payment.order_id.name),
        'sale_order_ids': payment.order_id.ids, 'mobile_payment_id': payment.id,
        'landing_route': payment._landing_path()})
    payment.transaction_id = transaction
    return payment.id, transaction.reference


# === WHAT HAPPENS === #

def charge(env, payment_id):
    """Charge the saved method."""
    keep_book(env)
    env['mobile.payment'].browse(payment_id)._charge()


def notify(env, reference):
    """Hear from the provider that it has charged."""
    env['payment.transaction']._process(
        'demo', {'reference': reference, 'simulated_state': 'done', 'payment_details': '4242'})


def poll(env, payment_id):
    """Tell how a payment stands, as the page asks for it that the provider leads back to."""
    payment = env['mobile.payment'].browse(payment_id)
    payment._follow(is_page=True)
    return payment.state


def work(env):
    """Do what Odoo's own worker of payments does."""
    env['payment.transaction']._cron_post_process()


def reconcile(env):
    """Hold everything against each other as the hourly job does; return what is wrong in the end."""
    env['mobile.reconciliation']._reconcile(env.company)
    return findings(env)


def findings(env):
    return [tuple(finding) for finding in env['mobile.reconciliation']._findings(env.company)] \
        + env['mobile.redemption']._differences(env.company)


def look(env, basket_id):
    """Return how it stands with a basket."""
    found = env['mobile.basket'].browse(basket_id)
    order = found.order_id
    return {
        'basket': found.state, 'order': order.state, 'total': order.amount_total,
        'paid': [tx.reference for tx in order.transaction_ids if tx.state == 'done'],
        'known': order.transaction_ids.mapped('reference'),
        'booked': sum(order.transaction_ids.payment_id.mapped('amount')),
        'coupons': env['mobile.redemption'].search_count([
            ('order_id', '=', order.id), ('state', '=', 'confirmed')]),
        'passes': env['mobile.exit.pass'].search_count([('basket_id', '=', found.id)]),
    }


def keep_book(env):
    """Let the provider write down what it charges before it answers."""
    Transaction = env.registry['payment.transaction']
    book = env['ir.config_parameter'].get_param('tests.payment_book')
    if 'send_unbooked' in vars(Transaction):
        return
    Transaction.send_unbooked = Transaction._send_payment_request

    def send(self):
        with open(book, 'a', encoding='utf-8') as pages:
            pages.write(f'{self.reference}\n')
            pages.flush()
            os.fsync(pages.fileno())
        self.charged_hook()
        return self.send_unbooked()

    Transaction._send_payment_request = send
    if not hasattr(Transaction, 'charged_hook'):
        Transaction.charged_hook = lambda self: None


# === DEATH === #

def arm(env, point):
    """Let this process be killed when it comes to a point."""
    POINTS[point](env.registry)


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _before(model, method):
    def arm_it(registry):
        def armed(self, *args, **kwargs):
            _die()

        setattr(registry[model], method, armed)
    return arm_it


def _after(model, method):
    def arm_it(registry):
        original = getattr(registry[model], method)

        def armed(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            # What hangs on it is with the database, and not committed.
            self.env.flush_all()
            _die()
            return result

        setattr(registry[model], method, armed)
    return arm_it


def _after_commit_of(model, method):
    """Die when the transaction is committed in which a method was called, and nobody was answered."""
    def arm_it(registry):
        original, commit, done = getattr(registry[model], method), sql_db.Cursor.commit, []

        def armed(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            done.append(True)
            return result

        def commit_and_die(cr):
            commit(cr)
            if done:
                _die()

        setattr(registry[model], method, armed)
        sql_db.Cursor.commit = commit_and_die
    return arm_it


POINTS = {
    'the provider has charged': _before('payment.transaction', 'charged_hook'),
    'the notification arrives': _before('payment.transaction', '_process'),
    'the state is written': _after('payment.transaction', '_process'),
    'the state is committed': _after_commit_of('payment.transaction', '_process'),
    'post-processing begins': _before('payment.transaction', '_post_process'),
    'the coupon is held': _after('mobile.redemption', '_hold_for_order'),
    'the order is confirmed': _after('sale.order', 'action_confirm'),
    'the basket is sold': _after('mobile.basket', '_finish'),
    'the money is booked': _after('payment.transaction', '_create_payment'),
    'the sale is written': _after('payment.transaction', '_post_process'),
    'the sale is committed': _after_commit_of('payment.transaction', '_post_process'),
}
