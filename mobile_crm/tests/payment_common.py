"""What tests of payments work with."""
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user

from .basket_common import BasketCommon


class PaymentCase(BasketCommon):
    """Baskets, and a provider that does what a test says: it has no code of its own.

    :cvar provider: ``payment.provider``, which keeps methods for later
    :cvar card: its ``payment.method``
    :cvar saved: a ``payment.token`` of Anna's
    :cvar manager: ``res.users``, who is asked to return payments
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        form = cls.env['ir.ui.view'].create({
            'name': "Redirect", 'type': 'qweb',
            'arch': '<form action="/nowhere" method="post"><input name="x" t-att-value="viewid"/></form>'})
        cls.card = cls.env.ref('payment.payment_method_unknown')
        cls.provider = cls.make_provider(cls.company, form)
        cls.card.write({'active': True, 'support_tokenization': True})
        cls.saved = cls.make_token(cls.anna)
        cls.manager = new_test_user(
            cls.env, 'payment_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)])

    @classmethod
    def make_provider(cls, company, form):
        return cls.env['payment.provider'].create({
            'name': "Provider", 'code': 'none', 'state': 'test', 'is_published': True, 'company_id': company.id,
            'payment_method_ids': [Command.set(cls.card.ids)], 'allow_tokenization': True,
            'redirect_form_view_id': form.id})

    @classmethod
    def make_token(cls, partner, provider=None, **values):
        return cls.env['payment.token'].create({
            'provider_id': (provider or cls.provider).id, 'payment_method_id': cls.card.id, 'payment_details': '4242',
            'partner_id': partner.id, 'provider_ref': 'ref', **values})

    def setUp(self):
        super().setUp()
        # A test's transaction is never committed.
        self.startPatcher(patch.object(
            self.env.registry['mobile.payment'], '_keep', lambda payment: payment.env.flush_all()))
        # Nor do companies here have books to enter the money into; see tests/test_pay_page.py.
        self.startPatcher(patch.object(self.env.registry['payment.transaction'], '_create_payment', lambda tx: None))

    # === WHAT PROVIDERS DO === #

    def answers(self, state):
        """Let the provider bring each transaction that charges a saved method into a state, and count them.

        :return: the transactions that it was asked to charge, filled as that happens.
        :rtype: list
        """
        charged = []

        def send(tx):
            charged.append(tx)
            if state != 'draft':
                self.notify(tx, state)
        self.startPatcher(patch.object(self.env.registry['payment.transaction'], '_send_payment_request', send))
        return charged

    @staticmethod
    def notify(transaction, state):
        """Bring a transaction into a state, as a provider's notification does."""
        tx = transaction.sudo()
        {'pending': tx._set_pending, 'authorized': tx._set_authorized, 'done': tx._set_done,
         'cancel': tx._set_canceled, 'error': lambda: tx._set_error("Declined")}[state]()

    # === WHAT CUSTOMERS DO === #

    def start(self, basket, method='online', version=None, device=None, token=None):
        """Begin to pay a basket as its customer's phone does."""
        _shopper, device = self.shopper_of(basket.partner_id.with_env(self.env), device)
        return self.env['mobile.payment'].with_env(device.env)._start(
            basket.with_env(device.env), device, method, basket.version if version is None else version,
            token and token.with_env(device.env))

    def tries(self, payment, browser='browser'):
        """Begin a transaction as the page does; None when it may not."""
        if not payment._claim(browser):
            return None
        tx = self.env['payment.transaction'].sudo().create({
            'provider_id': self.provider.id, 'payment_method_id': self.card.id, 'amount': payment.amount,
            'currency_id': payment.currency_id.id, 'partner_id': payment.partner_id.id,
            'operation': 'online_redirect', 'sale_order_ids': payment.order_id.ids, 'mobile_payment_id': payment.id})
        payment.transaction_id = tx
        return tx

    def pays(self, payment, state='done', browser='browser'):
        """Pay on the page, until Odoo has post-processed what the provider says."""
        tx = self.tries(payment, browser)
        self.settle(tx, state)
        return tx

    def settle(self, transaction, state='done'):
        """Let a provider's notification come, and Odoo post-process it."""
        self.notify(transaction, state)
        transaction.sudo()._post_process()
