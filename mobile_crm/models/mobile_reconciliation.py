import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from .mobile_basket import LIVING

_logger = logging.getLogger(__name__)

KINDS = [
    ('paid_not_confirmed', "Paid, and not confirmed"),
    ('confirmed_not_paid', "Confirmed, and not paid"),
    ('paid_twice', "Paid twice"),
    ('amount_differs', "Another amount was paid"),
    ('paid_late', "Paid after the basket had ended"),
    ('paid_for_nothing', "Paid for no order"),
    ('states_differ', "Basket and order differ"),
    ('stuck', "Never came back from paying"),
    ('till_unknown', "Sold at a till that nobody knows"),
    ('coupon_unbooked', "Coupon on a sold order is not in the ledger"),
    ('coupon_unsold', "Coupon is spent for an order that is not sold"),
]
# How far the hourly look goes back, and how old a state has to be: what is under way looks wrong for a moment.
RECENT = timedelta(days=1)
SETTLED = timedelta(minutes=10)


class MobileReconciliation(models.Model):
    """What does not agree between money, orders, baskets and the ledger of coupons: a row for each finding.

    A finding that is gone is closed, with its activity, by the next look. What can be put right without asking anybody
    is, and the row says so.
    """

    _name = 'mobile.reconciliation'
    _description = "Payment Check"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _rec_name = 'kind'

    kind = fields.Selection(selection=KINDS, string="Finding", required=True, readonly=True, index=True)
    subject = fields.Integer(
        string="Record ID", required=True, readonly=True, aggregator=None,
        help="The number of what is wrong, which tells it from other findings of its kind.")
    state = fields.Selection(
        selection=[('open', "Open"), ('mended', "Fixed"), ('closed', "Closed")],
        string="Status", required=True, readonly=True, default='open', index=True,
        help="Fixed: this check has put it right itself. Closed: it was gone when it was looked for again.")
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    currency_id = fields.Many2one(comodel_name='res.currency', readonly=True)
    basket_id = fields.Many2one(
        comodel_name='mobile.basket', readonly=True, index='btree_not_null', ondelete='cascade')
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, index='btree_not_null', ondelete='cascade')
    transaction_id = fields.Many2one(
        string="Payment", comodel_name='payment.transaction', readonly=True, index='btree_not_null',
        ondelete='cascade')
    redemption_id = fields.Many2one(
        comodel_name='mobile.redemption', readonly=True, index='btree_not_null', ondelete='cascade')
    paid = fields.Monetary(readonly=True, help="What was paid by phone, less what was paid back.")
    due = fields.Monetary(string="Order Total", readonly=True)
    closed_at = fields.Datetime(string="Closed On", readonly=True)

    _open_unique = models.UniqueIndex("(kind, subject) WHERE state = 'open'")

    @api.depends('kind', 'order_id', 'transaction_id')
    def _compute_display_name(self):
        words = dict(self._fields['kind']._description_selection(self.env))
        for finding in self:
            about = finding.order_id.name or finding.transaction_id.reference or ''
            finding.display_name = f'{words.get(finding.kind, "")} · {about}'

    # === ACTION METHODS === #

    @api.model
    def action_reconcile(self):
        """Look at everything of the user's companies now, and show what is wrong."""
        self.env['mobile.reconciliation'].check_access('read')
        Check = self.sudo()
        Check._reconcile(self.env.companies)
        found = self.search([('state', '=', 'open'), ('company_id', 'in', self.env.companies.ids)])
        if found:
            action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_reconciliation_action')
            return {**action, 'domain': [('id', 'in', found.ids)], 'context': {}}
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {'type': 'success', 'message': self.env._(
                "Everything agrees: payments, orders, baskets and coupons say the same.")},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _cron_reconcile(self, is_recent):
        """Look at what has happened in the last day, or at everything."""
        now = fields.Datetime.now()
        apps = self.env['mobile.app'].with_context(active_test=False).search([('kind', 'in', ('phone', 'till'))])
        self._reconcile(apps.company_id, now - RECENT if is_recent else None, now - SETTLED, can_commit=True)

    @api.model
    def _reconcile(self, companies, since=None, until=None, can_commit=False):
        """Look for what does not agree, mend what can be, tell of the rest, and close what is gone.

        :param companies: ``res.company``.
        :param datetime since: naive UTC; see ``_findings``.
        :param datetime until: naive UTC; see ``_findings``.
        :param bool can_commit: after each thing that is mended, so that a later one cannot undo it.
        :return: those that are open now.
        :rtype: MobileReconciliation
        """
        mended = self.browse()
        for finding in self._findings(companies, since, until):
            if self._mend(finding):
                mended += self._write_down(finding, 'mended')
                if can_commit:
                    self.env['ir.cron']._commit_progress()
        found = self._findings(companies, since, until)
        still = self.search([('state', '=', 'open'), ('company_id', 'in', companies.ids)])
        keys = {(finding.kind, finding.subject) for finding in found}
        still.filtered(lambda row: (row.kind, row.subject) not in keys)._close()
        for finding in found:
            if row := self._write_down(finding, 'open'):
                row._tell()
        mended._tell_of_mending()
        return self.search([('state', '=', 'open'), ('company_id', 'in', companies.ids)])

    @api.model
    def _responsible(self, company):
        """Return who looks after a company's payments: one of its managers of this app (``res.users``, elevated)."""
        managers = self.env.ref('mobile_crm.group_mobile_crm_manager').sudo().all_user_ids
        return managers.filtered(lambda user: user.active and company in user.company_ids).sorted('id')[-1:]

    def _write_down(self, finding, state):
        """Write a finding down, unless it is known.

        :param Finding finding:
        :return: the new row, or an empty recordset.
        """
        self.flush_model()
        now = fields.Datetime.now()
        values = {
            **finding._asdict(), 'state': state, 'closed_at': now if state == 'mended' else None,
            'create_uid': self.env.uid, 'create_date': now, 'write_uid': self.env.uid, 'write_date': now}
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_reconciliation (%s) VALUES (%s)
               ON CONFLICT (kind, subject) WHERE state = 'open' DO NOTHING RETURNING id""",
            SQL(', ').join(map(SQL.identifier, values)), SQL(', ').join(SQL('%s', value) for value in values.values())))
        self.invalidate_model(flush=False)
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _tell(self):
        """Ask the responsible person to look at new findings, unless they were asked to return the money already."""
        for finding in self.filtered(lambda row: not any(row.order_id.transaction_ids.mapped('mobile_to_return'))):
            if responsible := self._responsible(finding.company_id):
                finding.activity_schedule(
                    'mail.mail_activity_data_todo', user_id=responsible.id, summary=finding.display_name)

    def _tell_of_mending(self):
        for finding in self.filtered('order_id'):
            finding.order_id.message_post(body=self.env._(
                "The check of payments has put this right: %s", finding.display_name))

    def _close(self):
        """Close findings that are gone, with their activities."""
        self.write({'state': 'closed', 'closed_at': fields.Datetime.now()})
        self.activity_ids.action_feedback(feedback=self.env._("It is gone."))

    # === BUSINESS METHODS: mending === #

    @api.model
    def _mend(self, finding):
        """Put a finding right where nobody has to be asked.

        :param Finding finding:
        :return: whether something was done.
        """
        mend = {
            'paid_not_confirmed': self._mend_unconfirmed, 'states_differ': self._mend_states, 'stuck': self._mend_stuck,
        }.get(finding.kind)
        if not mend:
            return False
        basket = self.env['mobile.basket'].sudo().browse(finding.basket_id)
        try:
            with self.env.cr.savepoint():
                return mend(basket.with_company(basket.company_id))
        except psycopg2.OperationalError:
            # Somebody is at it at this moment.
            return False
        except Exception as error:  # noqa: BLE001 (anything that Odoo's own modules may raise as they confirm an order)
            # It stays a finding, which somebody looks at.
            _logger.info("Finding %s of basket %s is not mended: %s", finding.kind, basket.id, type(error).__name__)
            return False

    @api.model
    def _mend_unconfirmed(self, basket):
        """Let a payment be processed that was not, by Odoo's own means."""
        order = basket.order_id
        paid = order.transaction_ids.filtered(
            lambda tx: tx.state in ('done', 'authorized') and tx.operation != 'refund')
        paid.filtered(lambda tx: not tx.is_post_processed)._post_process()
        return order.state == 'sale'

    @api.model
    def _mend_states(self, basket):
        """Let a basket follow its order."""
        state = basket.order_id.state
        if basket.state in LIVING and state == 'sale':
            basket._finish()
        elif basket.state in LIVING and state == 'cancel':
            ended = basket._move_on('cancelled', LIVING)
            ended._let_go()
            ended.payment_ids.filtered(lambda payment: not payment._under_way())._end('cancelled')
        else:
            return False
        return basket.state not in LIVING

    @api.model
    def _mend_stuck(self, basket):
        """Give a basket back to its customer whose time of paying is long over."""
        if basket.state == 'at_till':
            basket._lapse_at_till()
        else:
            basket._resume()
        return basket.state == 'open'
