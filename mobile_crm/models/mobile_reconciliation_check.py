from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

# How long a basket may stay where nobody can change it, beyond its time.
STUCK_AFTER = timedelta(hours=1)
# Of a payment that has come: captured, or to be captured by hand. A capture of a part is told by its source.
CHARGE = SQL("""tx.state IN ('done', 'authorized') AND tx.source_transaction_id IS NULL
                AND coalesce(tx.operation, '') NOT IN ('refund', 'validation')""")


class Finding(NamedTuple):
    """Something that does not agree.

    :ivar str kind: of ``mobile.reconciliation.kind``
    :ivar int subject: what it is about: the basket, or the payment or redemption where there may be several
    :ivar float paid: what was paid by phone, less what was paid back, in the order's currency
    :ivar float due: the order's total
    """

    kind: str
    subject: int
    company_id: int
    currency_id: int
    basket_id: int | None
    order_id: int | None
    transaction_id: int | None
    redemption_id: int | None
    paid: float
    due: float


class MobileReconciliation(models.Model):
    """The statement that holds baskets, orders, payments and the ledger of coupons against each other."""

    _inherit = 'mobile.reconciliation'

    @api.model
    def _findings(self, companies, since=None, until=None):
        """Return what does not agree.

        :param companies: ``res.company`` whose baskets are looked at.
        :param datetime since: naive UTC; only baskets of which something was written since then, and those of open
            findings. All of them when left out.
        :param datetime until: naive UTC; not what was written after it, and may be under way, unless it is known
            already. All when left out.
        :rtype: list[Finding]
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        parts = SQL(' UNION ALL ').join([
            self._money_sql(), self._states_sql(now - STUCK_AFTER), self._coupons_sql(), self._orphans_sql(companies)])
        rows = self.env.execute_query(SQL(
            """WITH base AS MATERIALIZED (
                   SELECT basket.id, basket.order_id, basket.company_id, basket.state, basket.till_id,
                          %(is_tills)s AS is_tills, basket.till_until, basket.expires_at, sale.state AS order_state,
                          sale.amount_total AS due, sale.currency_id, coalesce(currency.rounding, 0.01) / 2 AS slack,
                          greatest(basket.write_date, sale.write_date) AS written_at
                     FROM mobile_basket basket
                     JOIN sale_order sale ON sale.id = basket.order_id
                LEFT JOIN res_currency currency ON currency.id = sale.currency_id
                    WHERE basket.company_id IN %(companies)s AND %(recent)s
               ), charge AS MATERIALIZED (
                   SELECT base.id, tx.id AS transaction_id, tx.currency_id, tx.last_state_change,
                          tx.amount + coalesce((
                              SELECT sum(back.amount) FROM payment_transaction back
                               WHERE back.source_transaction_id = tx.id AND back.operation = 'refund'
                                 AND back.state = 'done'), 0) AS kept, tx.amount
                     FROM base
                     JOIN sale_order_transaction_rel rel ON rel.sale_order_id = base.order_id
                     JOIN payment_transaction tx ON tx.id = rel.transaction_id AND %(charge)s
               ), money AS MATERIALIZED (
                   SELECT base.*, coalesce(sum(charge.amount), 0) AS charged, coalesce(sum(charge.kept), 0) AS kept,
                          count(charge.id) FILTER (WHERE charge.kept > base.slack) AS charges,
                          max(charge.transaction_id) AS transaction_id,
                          coalesce(bool_or(charge.currency_id <> base.currency_id), FALSE) AS is_foreign,
                          greatest(base.written_at, max(charge.last_state_change)) AS changed_at
                     FROM base LEFT JOIN charge ON charge.id = base.id
                 GROUP BY base.id, base.order_id, base.company_id, base.state, base.till_id, base.is_tills,
                          base.till_until, base.expires_at, base.order_state, base.due, base.currency_id, base.slack,
                          base.written_at
               )
               SELECT kind, subject, company_id, currency_id, basket_id, order_id, transaction_id, redemption_id, paid,
                      due
                 FROM (%(parts)s) AS found
                WHERE %(settled)s
             ORDER BY kind, subject""",
            companies=tuple(companies.ids) or (0,), recent=self._recent_sql(since), charge=CHARGE, parts=parts,
            is_tills=self.env['mobile.basket']._is_tills_sql(SQL('basket')),
            settled=self._settled_sql(until)))
        return [Finding(*row) for row in rows]

    @api.model
    def _settled_sql(self, until):
        if not until:
            return SQL('TRUE')
        # What is known is not gone because its order was touched a moment ago.
        return SQL(
            """(changed_at <= %s OR EXISTS (
                   SELECT FROM mobile_reconciliation known
                    WHERE known.kind = found.kind AND known.subject = found.subject AND known.state = 'open'))""",
            until)

    @api.model
    def _recent_sql(self, since):
        if not since:
            return SQL('TRUE')
        return SQL(
            """(basket.write_date >= %(since)s OR sale.write_date >= %(since)s
                OR EXISTS (SELECT FROM mobile_reconciliation known
                            WHERE known.basket_id = basket.id AND known.state = 'open')
                OR EXISTS (SELECT FROM sale_order_transaction_rel rel
                             JOIN payment_transaction tx ON tx.id = rel.transaction_id
                            WHERE rel.sale_order_id = basket.order_id AND tx.last_state_change >= %(since)s))""",
            since=since)

    @api.model
    def _money_sql(self):
        """Return what is wrong with what was paid: one finding for a basket, the worst."""
        return SQL(
            """SELECT * FROM (
                   SELECT CASE
                       WHEN charges > 1 AND kept > due + slack THEN 'paid_twice'
                       WHEN state IN ('expired', 'cancelled') AND order_state <> 'sale' AND kept > slack
                           THEN 'paid_late'
                       -- A sale that was paid back, in part or all of it, was right before.
                       WHEN charged > slack AND kept > slack
                            AND (is_foreign OR kept > due + slack OR charged < due - slack) THEN 'amount_differs'
                       WHEN order_state <> 'sale' AND kept > slack THEN 'paid_not_confirmed'
                       WHEN state = 'sold' AND order_state = 'sale' AND NOT is_tills AND due > slack
                            AND charged <= slack AND NOT EXISTS (
                                SELECT FROM sale_order_line line
                                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                                  JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                                  JOIN account_move invoice ON invoice.id = entry.move_id
                                 WHERE line.order_id = money.order_id AND invoice.state = 'posted'
                                   AND invoice.payment_state IN ('paid', 'in_payment')) THEN 'confirmed_not_paid'
                          END AS kind,
                          id AS subject, company_id, currency_id, id AS basket_id, order_id, transaction_id,
                          NULL::int AS redemption_id, kept AS paid, due, changed_at
                     FROM money) AS judged
                WHERE kind IS NOT NULL""")

    @api.model
    def _states_sql(self, stuck_before):
        """Return baskets that are not where their orders are, or that nobody can change and nobody pays."""
        return SQL(
            """SELECT * FROM (
                   SELECT CASE
                       WHEN state IN ('open', 'paying', 'at_till') AND order_state IN ('sale', 'cancel')
                         OR state IN ('expired', 'cancelled') AND order_state = 'sale'
                         OR state = 'sold' AND order_state IN ('draft', 'sent') THEN 'states_differ'
                       WHEN state = 'at_till' AND coalesce(till_until, expires_at) < %(stuck_before)s
                         OR state = 'paying' AND charges = 0 AND NOT EXISTS (
                                SELECT FROM mobile_payment payment
                                 WHERE payment.basket_id = money.id AND payment.state IN ('begun', 'processing')
                                   AND payment.expires_at >= %(stuck_before)s)
                           THEN 'stuck'
                       WHEN state = 'sold' AND is_tills AND till_id IS NULL AND charges = 0
                            AND order_state = 'sale'
                           THEN 'till_unknown'
                          END AS kind,
                          id, company_id, currency_id, id, order_id, transaction_id, NULL::int, kept, due, changed_at
                     FROM money) AS judged
                WHERE kind IS NOT NULL""", stuck_before=stuck_before)

    @api.model
    def _coupons_sql(self):
        """Return coupons that are on sold orders and not in the ledger, and the reverse."""
        return SQL(
            """SELECT DISTINCT 'coupon_unbooked', card.id, money.company_id, money.currency_id, money.id,
                      money.order_id, money.transaction_id, NULL::int, kept, due, changed_at
                 FROM money
                 JOIN sale_order_line line ON line.order_id = money.order_id
                 JOIN loyalty_card card ON card.id = line.coupon_id AND card.mobile_uuid IS NOT NULL
                WHERE order_state = 'sale' AND NOT EXISTS (
                          SELECT FROM mobile_redemption redemption
                           WHERE redemption.card_id = card.id AND redemption.order_id = money.order_id
                             AND redemption.state IN ('confirmed', 'returned', 'conflict'))
                UNION ALL
               SELECT 'coupon_unsold', redemption.id, money.company_id, money.currency_id, money.id, money.order_id,
                      money.transaction_id, redemption.id, kept, due, greatest(changed_at, redemption.write_date)
                 FROM money
                 JOIN mobile_redemption redemption ON redemption.order_id = money.order_id
                WHERE redemption.state = 'confirmed' AND order_state <> 'sale'
                   -- Without an end it holds the coupon for ever.
                   OR redemption.state = 'held' AND redemption.expires_at IS NULL""")

    @api.model
    def _orphans_sql(self, companies):
        """Return payments of baskets whose order is gone."""
        return SQL(
            """SELECT 'paid_for_nothing', tx.id, tx.company_id, tx.currency_id, NULL::int, NULL::int, tx.id, NULL::int,
                      tx.amount, 0, tx.last_state_change
                 FROM payment_transaction tx
                WHERE tx.company_id IN %(companies)s AND %(charge)s
                  AND (tx.mobile_payment_id IS NOT NULL OR tx.landing_route LIKE '/mobile/%%')
                  AND NOT EXISTS (SELECT FROM sale_order_transaction_rel rel WHERE rel.transaction_id = tx.id)""",
            companies=tuple(companies.ids) or (0,), charge=CHARGE)
