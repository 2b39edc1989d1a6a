"""What tests of payments end with: money, orders, baskets and the ledger of coupons agree."""
from unittest.mock import patch


class ReconciledMixin:
    """For ``PaymentCase``."""

    def setUp(self):
        super().setUp()
        # Journals of payments are Odoo's own business.
        self.startPatcher(patch.object(
            self.env.registry['payment.transaction'], '_create_payment', lambda *args, **kwargs: None))
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

    def bring_money(self, payment):
        """Return a transaction of a payment that its provider has charged, and Odoo has not post-processed.

        :param payment: ``mobile.payment``, which may have others.
        """
        transaction = self.env['payment.transaction'].sudo().create({
            'provider_id': self.provider.id, 'payment_method_id': self.card.id, 'amount': payment.amount,
            'currency_id': payment.currency_id.id, 'partner_id': payment.partner_id.id, 'operation': 'online_redirect',
            'sale_order_ids': payment.order_id.ids, 'mobile_payment_id': payment.id,
            'landing_route': payment._landing_path()})
        payment.transaction_id = transaction
        self.notify(transaction, 'done')
        return transaction
