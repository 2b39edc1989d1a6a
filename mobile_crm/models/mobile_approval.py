from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, float_compare, format_amount

from ..tools.problems import Problem
from ..tools.racing import execute_racing

LIFETIME = timedelta(minutes=15)
# Programs whose cards hold money or as good as money, and are taken by whoever names their customer (odoo#207624).
APPROVED_TYPES = ('loyalty', 'ewallet')
LIVING = ('pending', 'approved')


class MobileApproval(models.Model):
    """A question to a customer's own phone: may this order take so many points of yours?

    What was asked is never changed, so nobody says yes to one number and pays another: an order that takes more asks
    anew. A yes covers one card on one order, up to the points that were named, and is used once.
    """

    _name = 'mobile.approval'
    _description = "Approval by Phone"
    _order = 'id desc'

    uuid = fields.Char(string="Public ID", required=True, readonly=True, copy=False, default=lambda self: str(uuid4()))
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='order_id.company_id', store=True, index=True)
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', required=True, readonly=True, index=True, ondelete='cascade')
    app_company_id = fields.Many2one(
        string="Asked By App Of", comodel_name='res.company', required=True, readonly=True, ondelete='cascade',
        help="The customer has the app of this company, which shares the card with the one that sells.")
    card_id = fields.Many2one(
        comodel_name='loyalty.card', required=True, readonly=True, index=True, ondelete='cascade')
    program_id = fields.Many2one(related='card_id.program_id')
    points = fields.Float(required=True, readonly=True, help="What the order may take from the card at most.")
    point_name = fields.Char(related='card_id.point_name')
    worth = fields.Monetary(readonly=True, help="What the order was reduced by when the customer was asked.")
    currency_id = fields.Many2one(related='order_id.currency_id')
    state = fields.Selection(
        selection=[
            ('pending', "Waiting"),
            ('approved', "Approved"),
            ('denied', "Refused"),
            ('expired', "Expired"),
            ('used', "Used"),
            ('cancelled', "Cancelled"),
        ],
        required=True, readonly=True, default='pending', index=True)
    asked_by_id = fields.Many2one(comodel_name='res.users', readonly=True, ondelete='set null')
    asked_at = fields.Datetime(string="Asked", required=True, readonly=True)
    expires_at = fields.Datetime(string="Expires", required=True, readonly=True)
    answered_at = fields.Datetime(string="Answered", readonly=True)
    device_id = fields.Many2one(
        string="Answered On", comodel_name='mobile.device', readonly=True, index='btree_not_null',
        ondelete='set null')

    _uuid_unique = models.UniqueIndex('(uuid)')
    # An order has one open question, or one good answer, for each card.
    _living_unique = models.UniqueIndex(
        "(order_id, card_id) WHERE state IN ('pending', 'approved')", "The customer has been asked already.")
    # A customer's questions are read newest first, page by page.
    _newest_idx = models.Index('(partner_id, id DESC)')

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'partner_id')
    def _compute_display_name(self):
        for approval in self:
            approval.display_name = f'{approval.order_id.name}: {approval.partner_id.display_name}'

    # === BUSINESS METHODS: the shop's side === #

    @api.model
    def _ask(self, order, card, points, worth):
        """Ask a card's customer whether an order may take its points, and tell them by a message.

        :param float points: the card's.
        :param float worth: in the order's currency.
        :rtype: MobileApproval
        """
        now = fields.Datetime.now()
        approval = self.create({
            'partner_id': order._mobile_spender(card).id,
            'order_id': order.id,
            'app_company_id': (order._mobile_asking_company(card) or order.company_id).id,
            'card_id': card.id,
            'points': points,
            'worth': worth,
            'asked_by_id': self.env.uid,
            'asked_at': now,
            'expires_at': now + LIFETIME,
        })
        self.env.ref('mobile_crm.mobile_approval_expire_cron')._trigger(at=approval.expires_at)
        approval.with_context(lang=approval.partner_id.lang)._send_message()
        return approval

    @api.model
    def _record(self, order, card, points, worth, device_id):
        """Note that a customer takes points from their card themselves, on their phone: question and answer in one.

        :param device_id: of the ``mobile.device``, or False.
        :rtype: MobileApproval
        """
        now = fields.Datetime.now()
        return self.create({
            'partner_id': order._mobile_spender(card).id,
            'order_id': order.id,
            'app_company_id': order.company_id.id,
            'card_id': card.id,
            'points': points,
            'worth': worth,
            'state': 'approved',
            'asked_by_id': self.env.uid,
            'asked_at': now,
            'expires_at': now,
            'answered_at': now,
            'device_id': device_id,
        })

    def _send_message(self):
        """Tell the customer of the question, in the language of this environment."""
        self.ensure_one()
        points = self.card_id._format_points(self.points)
        self.env['mobile.message']._post([{
            'partner_id': self.partner_id.id,
            'company_id': self.app_company_id.id,
            'title': self.env._("May we take %s?", points),
            'body': self.env._(
                "%(company)s is about to take %(points)s from \"%(program)s\" for order %(order)s. It takes "
                "%(worth)s off. Nothing is taken unless you approve.",
                company=self.company_id.name, points=points, program=self.program_id.name, order=self.order_id.name,
                worth=format_amount(self.env, self.worth, self.currency_id)),
            'link': f'/me/approvals/{self.uuid}',
        }])

    def _covers(self, points):
        """Tell whether what was asked here is enough for so many points."""
        self.ensure_one()
        return float_compare(points, self.points, precision_digits=4) <= 0

    def _status(self):
        """Return the state as it is at this moment: a question that nobody answered in time is over."""
        self.ensure_one()
        is_over = self.state == 'pending' and self.expires_at <= fields.Datetime.now()
        return 'expired' if is_over else self.state

    def _cancel(self):
        """Take back questions and answers that are no longer needed."""
        for approval in self.filtered(lambda approval: approval.state in LIVING):
            approval.state = 'expired' if approval._status() == 'expired' else 'cancelled'
        self.flush_recordset(['state'])

    def _use(self):
        """Use these answers up, as their order is confirmed."""
        self.filtered(lambda approval: approval.state == 'approved').state = 'used'

    @api.model
    def _cron_expire(self):
        """Close the questions that nobody answered in time."""
        self.search([('state', '=', 'pending'), ('expires_at', '<=', fields.Datetime.now())]).state = 'expired'

    # === BUSINESS METHODS: the customer's side === #

    @api.model
    def _mobile_own(self, partner, company):
        """Return the domain of a customer's questions that a company's app may show."""
        return Domain([('partner_id', '=', partner.id), ('app_company_id', '=', company.id)])

    @api.model
    def _mobile_page(self, partner, company, limit, after=None, status=None):
        """Return one page of a customer's questions, newest first.

        :param int after: id of the last one that was given.
        :param str status: only these (see ``_status``).
        """
        domain = self._mobile_own(partner, company)
        over = Domain('state', '=', 'pending') & Domain('expires_at', '<=', fields.Datetime.now())
        if status == 'pending':
            domain &= Domain('state', '=', 'pending') & ~over
        elif status == 'expired':
            domain &= Domain('state', '=', 'expired') | over
        elif status:
            domain &= Domain('state', '=', status)
        if after:
            domain &= Domain('id', '<', after)
        return self.sudo().search(domain, limit=limit, order='id desc')

    @api.model
    def _mobile_find(self, partner, company, uuid):
        """Return one question to a customer by its public id.

        :raise Problem: 404 when it is not theirs.
        """
        approval = self.sudo().search(self._mobile_own(partner, company) & Domain('uuid', '=', uuid))
        if not approval:
            raise Problem('not_found')
        return approval

    def _answer(self, answer, device):
        """Write the customer's answer; the first one counts, and saying the same again changes nothing.

        :param str answer: ``approved`` or ``denied``.
        :param device: ``mobile.device`` of the customer, signed in.
        :raise Problem: 409 when it is too late.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        self.flush_recordset()
        first = execute_racing(self.env, SQL(
            """UPDATE mobile_approval SET state = %s, answered_at = %s, device_id = %s
                WHERE id = %s AND state = 'pending' AND expires_at > %s RETURNING id""",
            answer, now, device.id, self.id, now))
        self.invalidate_recordset(['state', 'answered_at', 'device_id'])
        if not first:
            status = self._status()
            if status == answer or (status == 'used' and answer == 'approved'):
                return
            raise Problem({'expired': 'approval_expired', 'cancelled': 'approval_cancelled'}.get(
                status, 'approval_answered'))
        self.order_id._mobile_answered(self)
