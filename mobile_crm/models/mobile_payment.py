import hashlib
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.problems import Problem
from ..tools.racing import execute_racing

# While money may still come by it.
LIVING = ('begun', 'processing')
# Of a transaction whose money has come.
PAID = ('authorized', 'done')
# How long the page of a payment can be used, and how long somebody has who has begun to pay on it.
PAGE_FOR = timedelta(minutes=15)
# How long a basket waits for a provider that has not made up its mind. Money that comes later is dealt with.
PENDING_FOR = timedelta(hours=24)
# Whoever taps twice on the page means one payment.
DOUBLE_TAP = timedelta(seconds=5)
# How many payments a worker ends before it commits.
BATCH = 100


class MobilePayment(models.Model):
    """One try to pay a basket: by the page for online payments, by a saved method, or at a till.

    The money itself is Odoo's: a ``payment.transaction`` of the order, which Odoo's own post-processing confirms the
    order by. This is what phones know of it, and what sees to it that a basket has one living try, and the try one
    transaction that counts.

    A transaction that was begun is never cancelled here: its provider may still bring the money, and Odoo would not
    note it on a cancelled one. So who gives up, or lets the time pass, leaves it as it is; if the money comes all the
    same, it pays the basket when nothing has changed since, and else is to be returned (``returned``), which staff are
    asked to do.
    """

    _name = 'mobile.payment'
    _description = "Payment by Phone"
    _inherit = ['mobile.moving', 'mobile.owned']
    _order = 'id desc'
    _rec_name = 'order_id'

    uuid = fields.Char(string="Public ID", required=True, readonly=True, copy=False, default=lambda self: str(uuid4()))
    basket_id = fields.Many2one(
        comodel_name='mobile.basket', required=True, readonly=True, index=True, ondelete='cascade')
    order_id = fields.Many2one(related='basket_id.order_id', store=True, index=True)
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='set null')
    method = fields.Selection(
        selection=[('online', "Page for Online Payments"), ('saved', "Saved Method"), ('at_till', "At a Till")],
        required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ('begun', "Begun"),
            ('processing', "Under Way"),
            ('paid', "Paid"),
            ('failed', "Failed"),
            ('cancelled', "Taken Back"),
            ('expired', "Not Finished in Time"),
            ('returned', "To Be Returned"),
        ],
        string="Status", required=True, readonly=True, default='begun', index=True,
        help="To be returned: money has come that cannot be this order's.")
    version = fields.Integer(
        readonly=True, required=True, aggregator=None, help="Of the basket, as its customer has seen it.")
    amount = fields.Monetary(readonly=True, required=True)
    currency_id = fields.Many2one(comodel_name='res.currency', required=True, readonly=True, ondelete='restrict')
    token_id = fields.Many2one(
        string="Saved Method", comodel_name='payment.token', readonly=True, index='btree_not_null',
        ondelete='set null')
    transaction_ids = fields.One2many(
        string="Transactions", comodel_name='payment.transaction', inverse_name='mobile_payment_id', readonly=True)
    transaction_id = fields.Many2one(
        comodel_name='payment.transaction', readonly=True, index='btree_not_null', ondelete='set null',
        help="The one that counts: the latest that was begun for it.")
    is_charging = fields.Boolean(
        readonly=True, help="The provider was asked to charge the saved method, and has not answered yet.")
    browser = fields.Char(
        readonly=True, groups=fields.NO_ACCESS, help="Of the browser that pays on the page: the hash of its secret.")
    rewards = fields.Json(
        readonly=True, groups=fields.NO_ACCESS,
        help="What the basket was reduced by, as (reward, card) ids, should it be paid after it was given up.")
    claimed_at = fields.Datetime(string="Transaction Begun", readonly=True)
    expires_at = fields.Datetime(string="Until", required=True, readonly=True)
    ended_at = fields.Datetime(string="Ended", readonly=True)
    reason = fields.Char(string="Why", readonly=True, help="As the customer was told.")

    _uuid_unique = models.UniqueIndex('(uuid)')
    # A basket is paid once at a time.
    _living_unique = models.UniqueIndex(
        "(basket_id) WHERE state IN ('begun', 'processing')", "The basket is being paid.")
    _due_idx = models.Index("(expires_at) WHERE state IN ('begun', 'processing')")

    # === BUSINESS METHODS: begin === #

    @api.model
    def _start(self, basket, device, method, version, token=None):
        """Begin to pay a basket. Who asks for the same again gets the same: the answer may have been lost.

        :param basket: ``mobile.basket``, the caller's own.
        :param device: ``mobile.device`` of the caller.
        :param str method: ``online``, ``saved`` or ``at_till``.
        :param int version: of the basket, which the customer has seen.
        :param token: ``payment.token`` of the caller, for ``saved``.
        :rtype: MobilePayment: paid already, when there was nothing to pay.
        :raise Problem: see ``mobile.basket._begin``.
        """
        basket._lock()
        basket._lapse()
        token = token or self.env['payment.token']
        asked = (device, method, version, token)
        for payment in basket.payment_ids.filtered(lambda payment: payment.state in (*LIVING, 'paid')):
            if (payment.device_id, payment.method, payment.version, payment.token_id) == asked:
                return payment
        if method == 'at_till':
            basket._hand_to_till(version)
        else:
            basket._begin('paying', version)
        now, order = fields.Datetime.now(), basket.order_id
        payment = self.sudo().create({
            'basket_id': basket.id,
            'partner_id': basket.partner_id.id,
            'company_id': basket.company_id.id,
            'device_id': device.id,
            'method': method,
            'version': basket.version,
            'amount': order.amount_total,
            'currency_id': order.currency_id.id,
            'token_id': token.id,
            'rewards': [(line.reward_id.id, line.coupon_id.id) for line in order.order_line if line.reward_id],
            'expires_at': now + PAGE_FOR,
            **({'state': 'paid', 'ended_at': now} if basket.state == 'sold' else {}),
        })
        self.flush_model()
        return payment

    @api.model
    def _of_basket(self, basket, payment_id):
        """Return one payment of the caller's basket.

        :param str payment_id: its public id; ``current`` is the last one.
        :raise Problem: 404.
        """
        payments = basket.payment_ids.sudo()
        found = payments.sorted('id')[-1:] if payment_id == 'current' else payments.filtered(
            lambda payment: payment.uuid == payment_id)
        if not found:
            raise Problem('not_found')
        return found

    def _claim(self, browser=None):
        """Take the right to begin a transaction: of two that want it at once one gets it.

        A further one takes the place of the first, for whoever has come back from a provider's page and pays in another
        way: in the same browser alone, and when that one is not known to be under way.

        :param str browser: the secret of the browser; None for a saved method that the phone asks to charge.
        :return: whether it may.
        """
        self.ensure_one()
        self.flush_model()
        self.env['payment.transaction'].flush_model(['mobile_payment_id', 'state'])
        now = fields.Datetime.now()
        claimed = execute_racing(self.env, SQL(
            """UPDATE mobile_payment payment
                  SET state = 'processing', claimed_at = %(now)s, browser = %(browser)s, is_charging = %(is_charging)s,
                      expires_at = %(until)s, write_date = %(now)s, write_uid = %(uid)s
                WHERE id = %(id)s AND expires_at > %(now)s
                  AND (state = 'begun' OR state = 'processing' AND NOT is_charging
                       AND (browser IS NULL OR browser = %(browser)s AND claimed_at < %(tapped)s)
                       AND NOT EXISTS (SELECT FROM payment_transaction tx
                                        WHERE tx.mobile_payment_id = payment.id
                                          AND tx.state IN ('pending', 'authorized', 'done')))
            RETURNING id""",
            now=now, browser=browser and _hash(browser), is_charging=browser is None, until=now + PAGE_FOR,
            uid=self.env.uid, id=self.id, tapped=now - DOUBLE_TAP))
        self.invalidate_recordset(flush=False)
        return bool(claimed)

    # === BUSINESS METHODS: end === #

    def _end(self, state, reason=None):
        """End those that live.

        :param str state: ``paid``, ``failed``, ``cancelled`` or ``expired``.
        :param str reason: in the customer's words.
        :return: those that ended by this call.
        """
        return self._move_on(
            state, LIVING, ended_at=fields.Datetime.now(), reason=reason or None, is_charging=False) if self else self

    def _give_up(self):
        """Take a payment back, as its customer says; saying so again changes nothing.

        One that was begun at a provider, and has not got anywhere yet, is left alone there: see the class.

        :raise Problem: 409 while money is under way, or when it has come.
        """
        self.ensure_one()
        basket = self.basket_id
        basket._lock()
        self._lapse()
        if self.state in ('paid', 'returned'):
            raise Problem('payment_ended')
        if self.state not in LIVING:
            return
        if self.method == 'at_till':
            basket._take_back()
            return
        if self.is_charging or self._under_way():
            raise Problem('payment_under_way')
        basket._resume()

    def _lapse(self):
        """End those whose time is up, and let their baskets be open again.

        One whose money has come waits for Odoo's post-processing. What is at a till has a clock of its own.
        """
        now = fields.Datetime.now()
        for payment in self:
            if payment.state in LIVING and payment.expires_at <= now and payment.method != 'at_till':
                if payment._under_way(PAID):
                    continue
                payment.basket_id._resume('expired', payment._words_for_expired())

    def _under_way(self, states=('pending', *PAID)):
        """Return the transactions by which money comes, or has come: not always the latest that was begun."""
        return self.transaction_ids.filtered(lambda tx: tx.state in states)

    def _words_for_expired(self):
        self.ensure_one()
        env = self.with_context(lang=self.partner_id.lang).env
        if self.state == 'processing':
            return env._("No payment has come in time. If it comes later and your basket has changed, it is returned.")
        return env._("The payment was not finished in time.")

    @api.model
    def _cron_lapse(self):
        """Let baskets be open again whose payment nobody has finished."""
        while True:
            due = self.search([
                ('state', 'in', LIVING), ('expires_at', '<=', fields.Datetime.now()), ('method', '!=', 'at_till'),
                ('transaction_ids', 'not any', [('state', 'in', PAID)]),
            ], limit=BATCH)
            for payment in due:
                payment.basket_id._lock()
                payment._lapse()
                if not self.env['ir.cron']._commit_progress(1):
                    return
            if len(due) < BATCH:
                return


def _hash(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
