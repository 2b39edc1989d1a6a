"""What tests of payments end with: money, orders, baskets and the ledger of coupons agree."""
from unittest.mock import patch

from odoo.fields import Command


class ReconciledMixin:
    """For test cases with a company (``self.company``)."""

    def setUp(self):
        super().setUp()
        # What scheduled actions do stays in the test's transaction.
        self.startPatcher(patch.object(
            self.env.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))

    def assertReconciled(self, *kinds):
        """Check that everything agrees, but for these findings.

        :param kinds: of ``mobile.reconciliation.kind``.
        """
        companies = self.env['res.company'].sudo().search([])
        found = self.env['mobile.reconciliation'].sudo()._findings(companies)
        self.assertEqual(sorted(finding.kind for finding in found), sorted(kinds), found)
        ledger = self.env['mobile.redemption'].sudo()._differences(self.company)
        self.assertEqual(ledger, [])

    def begin(self, basket, **values):
        """Begin to pay a basket online; return the ``mobile.payment``.

        :param values: of ``mobile.payment._start``.
        """
        basket = basket.sudo()
        return self.env['mobile.payment'].sudo()._start(
            basket, basket.device_id, **{'method': 'online', 'version': basket.version, **values})

    def make_transaction(self, payment, amount=None, state='done', **values):
        """Return a transaction of a payment as its provider leaves it: not post-processed.

        :param payment: ``mobile.payment``.
        :param float amount: the order's total when left out.
        """
        order = payment.order_id
        if not getattr(self, 'provider', None):
            # Journals of payments are Odoo's own business.
            self.startPatcher(patch(
                'odoo.addons.account_payment.models.payment_transaction.PaymentTransaction._post_process'))
            method = self.env.ref('payment.payment_method_unknown').sudo()
            method.active = True
            self.provider = self.env['payment.provider'].sudo().create({
                'name': "Test Provider", 'code': 'none', 'state': 'test', 'company_id': self.company.id,
                'payment_method_ids': [Command.set(method.ids)]})
        transaction = self.env['payment.transaction'].sudo().create({
            'provider_id': self.provider.id, 'payment_method_id': self.provider.payment_method_ids[:1].id,
            'amount': order.amount_total if amount is None else amount, 'currency_id': order.currency_id.id,
            'partner_id': order.partner_id.id, 'operation': 'online_redirect',
            'reference': self.env['payment.transaction'].sudo()._compute_reference('none', prefix=order.name),
            'sale_order_ids': [Command.set(order.ids)], 'mobile_payment_id': payment.id,
            'landing_route': payment._landing_path(), **values})
        payment.transaction_id = transaction
        if state != 'draft':
            getattr(transaction, f'_set_{state}')()
        return transaction
