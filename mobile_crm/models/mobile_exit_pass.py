from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import exit_pass
from ..tools.offline import CLOCK_LEEWAY, REPORTED_WITHIN
from ..tools.problems import Problem

# For how long a pass is good, counted from the payment.
LIFETIME = timedelta(minutes=15)
# How long passes and what became of them are kept: for as long as an audit that failed makes others more frequent.
KEPT_DAYS = 180
# Passes that are forgotten in one transaction.
BATCH = 1000


class MobileExitPass(models.Model):
    """What a customer shows on the way out: that the goods were paid with the phone.

    A sale has one living pass. It is decided as it is made whether a colleague counts the goods (``audit_reason``), and
    nobody changes that later: neither the phone, nor time.

    - ``open``: nobody has let the customer out by it.
    - ``left``: it was shown, or the goods were counted. It is worth nothing any more, as a copied picture of it is.
    - ``void``: a colleague has given the customer a new one.
    """

    _name = 'mobile.exit.pass'
    _description = "Exit Pass"
    _inherit = ['mobile.moving']
    _order = 'id desc'
    _rec_name = 'code'

    basket_id = fields.Many2one(
        comodel_name='mobile.basket', required=True, readonly=True, index=True, ondelete='cascade')
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', required=True, readonly=True, index=True, ondelete='cascade')
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, readonly=True, index=True, ondelete='restrict')
    code = fields.Char(required=True, readonly=True, size=exit_pass.CODE_LENGTH)
    currency_id = fields.Many2one(comodel_name='res.currency', required=True, readonly=True)
    amount = fields.Monetary(string="Paid", required=True, readonly=True, help="With taxes.")
    item_count = fields.Integer(
        string="Pieces", required=True, readonly=True,
        help="That the customer carries; what is weighed or measured counts as one.")
    audit_reason = fields.Selection(
        selection=[
            ('random', "By chance"), ('first', "First purchase by phone"), ('amount', "High total"),
            ('failed', "An earlier count was wrong")],
        string="Counted Because", readonly=True, help="Why a colleague counts the goods; empty where nobody does.")
    audit_result = fields.Selection(
        selection=[('passed', "All Right"), ('failed', "Not All Right")], string="Count", readonly=True)
    issued_at = fields.Datetime(string="Issued", required=True, readonly=True)
    expires_at = fields.Datetime(string="Until", required=True, readonly=True)
    left_at = fields.Datetime(string="Left", readonly=True)
    state = fields.Selection(
        selection=[('open', "Still Inside"), ('left', "Has Left"), ('void', "Replaced")],
        string="Status", required=True, readonly=True, default='open')
    exit_ids = fields.One2many(
        string="Checks", comodel_name='mobile.exit', inverse_name='pass_id', readonly=True)

    _code_unique = models.UniqueIndex('(company_id, code)')
    _living_unique = models.UniqueIndex("(basket_id) WHERE state <> 'void'")

    # === BUSINESS METHODS: the phone's side === #

    @api.model
    def _issue(self, basket, audit_reason):
        """Return a new pass of a sale.

        :param basket: ``mobile.basket``, sold.
        :param audit_reason: as the field, or False.
        """
        order, now = basket.order_id, fields.Datetime.now()
        return self.create({
            'basket_id': basket.id, 'order_id': order.id, 'partner_id': basket.partner_id.id,
            'company_id': basket.company_id.id, 'store_id': basket.store_id.id,
            'code': self._new_code(basket.company_id), 'currency_id': order.currency_id.id,
            'amount': order.amount_total,
            'item_count': sum(goods.pieces for goods in self._goods(order)),
            'audit_reason': audit_reason, 'issued_at': now, 'expires_at': now + LIFETIME})

    @api.model
    def _of_basket(self, basket):
        """Return the pass that a customer can show for a basket.

        :raise Problem: when there is none, or it is over.
        """
        found = self.search([('basket_id', '=', basket.id), ('state', '!=', 'void')])
        if not found:
            raise Problem('not_found')
        if found.state == 'left':
            raise Problem('pass_used')
        if found.expires_at <= fields.Datetime.now():
            raise Problem('pass_expired')
        return found

    def _customer_text(self):
        """Return what to tell the customer of their pass, or None."""
        self.ensure_one()
        return self.env._("A colleague will have a short look at your goods.") if self.audit_reason else None

    def _text(self):
        """Return the text of the QR code. It is the same each time, as long as the company's key is."""
        self.ensure_one()
        key = self.env['mobile.member.card']._key(self.company_id)
        return exit_pass.write(key, exit_pass.Paid(
            code=self.code, store_id=self.store_id.id,
            amount=round(self.amount * 10 ** self.currency_id.decimal_places), currency=self.currency_id.name,
            items=self.item_count, start=_seconds(self.issued_at), end=_seconds(self.expires_at),
            is_audit=bool(self.audit_reason)))

    # === BUSINESS METHODS: the gate's side === #

    @api.model
    def _read(self, company, text):
        """Return the pass of a company whose text was signed by its key, this one or one before; or none.

        :param str text: as it was scanned.
        """
        match = self.env['mobile.member.card']._signed(company, exit_pass.PATTERN, text)
        return self._by_code(company, match['code']) if match else self.browse()

    @api.model
    def _by_code(self, company, code):
        """Return a company's pass by its code, elevated; or none."""
        return self.sudo().search(Domain([('company_id', '=', company.id), ('code', '=', code)])) if code else self

    def _report(self, app, store, seen_at=None):
        """Judge a pass that a gate tells of, perhaps later.

        :param app: ``mobile.app``, the gate.
        :param datetime seen_at: naive UTC, by the gate's clock.
        :rtype: MobileExit
        :raise Problem: 422 when the gate cannot have seen it so.
        """
        self.ensure_one()
        if seen_at and not -CLOCK_LEEWAY <= fields.Datetime.now() - seen_at <= REPORTED_WITHIN:
            raise Problem.invalid(['body', 'seen_at'], self.env._(
                "Tell when it was seen: not in the future, and within the last 30 days."))
        if seen_at and seen_at < self.issued_at - CLOCK_LEEWAY:
            raise Problem.invalid(['body', 'seen_at'], self.env._(
                "The pass was made later than that. The gate's clock is slow."))
        return self._show(store, seen_at, app=app)

    def _show(self, store, seen_at=None, app=None, user=None):
        """Judge a pass that somebody shows, and write down what came of it. It lets its customer out once.

        :param store: ``mobile.store`` where it is shown.
        :param datetime seen_at: naive UTC, when a gate says that it has seen it; now when left out.
        :param app: ``mobile.app`` of the gate, if it is one.
        :param user: ``res.users`` who looks, if it is one.
        :return: what is noted; a gate that says the same again gets the same.
        :rtype: MobileExit
        """
        self.ensure_one()
        moment = seen_at or fields.Datetime.now()
        if seen_at and app and (known := self.exit_ids.filtered(
                lambda row: (row.app_id, row.store_id, row.seen_at) == (app, store, seen_at))):
            return known[:1]
        result = self._judge(store, moment, CLOCK_LEEWAY if seen_at else timedelta())
        if result == 'ok' and not self._move_on('left', ('open',), left_at=moment):
            result = 'repeated'
        return self._log(store, result, moment, app_id=app and app.id, user_id=user and user.id)

    def _judge(self, store, moment, leeway):
        """Return what a pass is worth in a store at a moment, as ``mobile.exit.result`` calls it."""
        self.ensure_one()
        if self.state == 'left':
            return 'repeated'
        if store != self.store_id:
            return 'wrong_store'
        if self._is_taken_back():
            return 'refunded'
        if self.state == 'void' or moment >= self.expires_at + leeway:
            return 'expired'
        return 'audit' if self.audit_reason else 'ok'

    def _is_taken_back(self):
        """Tell whether the purchase was cancelled, or all of its money was given back."""
        self.ensure_one()
        order = self.order_id
        if order.state == 'cancel':
            return True
        notes = order.invoice_ids.filtered(lambda move: move.move_type == 'out_refund' and move.state == 'posted')
        # What a provider gives back may have a credit note as well.
        back = max(sum(notes.mapped('amount_total')), order._mobile_given_back())
        return back > 0 and self.currency_id.compare_amounts(back, self.amount) >= 0

    def _log(self, store, result, seen_at, **values):
        return self.env['mobile.exit'].sudo().create({
            'pass_id': self.id, 'store_id': store.id, 'result': result, 'seen_at': seen_at, **values})

    def _renew(self):
        """Return a new pass for the same sale, with the same audit; the one before is worth nothing any more.

        :return: the new one, or none when somebody has left by this one.
        """
        self.ensure_one()
        if not self._move_on('void', ('open',)):
            return self.browse()
        return self._issue(self.basket_id, self.audit_reason)

    # === BUSINESS METHODS: helpers === #

    @api.model
    def _new_code(self, company):
        while self._by_code(company, code := exit_pass.new_code()):
            pass
        return code

    @api.autovacuum
    def _gc_passes(self):
        before = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        over = self.search([('issued_at', '<', before)], limit=BATCH)
        over.unlink()
        return len(over), len(over) == BATCH


def _seconds(moment):
    return int(moment.replace(tzinfo=UTC).timestamp())
