from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.problems import Problem
from ..tools.racing import execute_racing

# A question about the same thing within this time goes on with the first one.
SAME_THING_WITHIN = timedelta(hours=24)
# Who writes a text message does not say which conversation it is for: it is the last one, for so long.
SAME_TALK_WITHIN = timedelta(days=7)
# What a phone is shown of a conversation.
LATEST = 100


class MobileEnquiry(models.Model):
    """A conversation of a customer with the staff, begun on the phone.

    For the staff it is a lead, or a part of the contact's chatter. The customer sees of these what is written here:
    what they wrote, and what was answered to them. So it outlives leads that are merged, renamed or deleted.
    """

    _name = 'mobile.enquiry'
    _description = "Enquiry"
    _inherit = ['mobile.owned']
    _order = 'asked_at desc, id desc'
    _rec_name = 'subject'

    uuid = fields.Char(string="Public ID", required=True, readonly=True, copy=False, default=lambda self: str(uuid4()))
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True)
    subject = fields.Char(required=True, readonly=True, help="As the customer wrote it.")
    channel = fields.Selection(
        selection=[('app', "App"), ('sms', "Text Message"), ('email', "Email")],
        required=True, readonly=True, default='app', help="How the customer wrote last.")
    message_id = fields.Many2one(
        string="Reply To", comodel_name='mobile.message', readonly=True, index='btree_not_null', ondelete='set null',
        help="The message that the customer has replied to.")
    line_ids = fields.One2many(
        string="Conversation", comodel_name='mobile.enquiry.message', inverse_name='enquiry_id', readonly=True)

    # What it is about
    store_id = fields.Many2one(
        comodel_name='mobile.store', readonly=True, index='btree_not_null', ondelete='set null')
    product_id = fields.Many2one(
        comodel_name='product.product', readonly=True, index='btree_not_null', ondelete='set null')

    # Where the staff answer it
    lead_id = fields.Many2one(
        comodel_name='crm.lead', readonly=True, index='btree_not_null', ondelete='set null')
    is_on_contact = fields.Boolean(
        string="In the Contact's Chatter", readonly=True, help="It is answered on the contact, and is no lead.")
    user_id = fields.Many2one(
        string="Salesperson", comodel_name='res.users', compute='_compute_user_id', store=True, index='btree_not_null')
    status = fields.Selection(
        selection=[('open', "Unanswered"), ('answered', "Replied"), ('closed', "Closed")],
        compute='_compute_status', store=True)

    # When
    asked_at = fields.Datetime(string="Asked", required=True, readonly=True, help="When the customer wrote last.")
    answered_at = fields.Datetime(string="Last Answer", readonly=True)
    # The times are of whole seconds: of two in the same one they do not tell which came last.
    is_answered = fields.Boolean(readonly=True, help="The last word is ours.")
    callback_at = fields.Datetime(string="Call Back", readonly=True, help="When the customer wants to be called.")
    callback_phone = fields.Char(string="Number to Call", readonly=True)
    callback_activity_id = fields.Many2one(
        comodel_name='mail.activity', readonly=True, index='btree_not_null', ondelete='set null')

    _uuid_unique = models.UniqueIndex('(uuid)')

    # === COMPUTE METHODS === #

    @api.depends('lead_id.user_id', 'is_on_contact', 'partner_id.user_id')
    def _compute_user_id(self):
        for enquiry in self:
            enquiry.user_id = enquiry.partner_id.user_id if enquiry.is_on_contact else enquiry.lead_id.user_id

    @api.depends('lead_id.active', 'lead_id.won_status', 'is_on_contact', 'is_answered')
    def _compute_status(self):
        for enquiry in self:
            lead = enquiry.lead_id
            if not enquiry.is_on_contact and (not lead.active or lead.won_status in ('won', 'lost')):
                enquiry.status = 'closed'
            else:
                enquiry.status = 'answered' if enquiry.is_answered else 'open'

    # === ACTION METHODS === #

    def action_open(self):
        """Open where it is answered: the lead, or the contact."""
        self.ensure_one()
        record = self.partner_id if self.is_on_contact or not self.lead_id else self.lead_id
        return {
            'type': 'ir.actions.act_window', 'res_model': record._name, 'res_id': record.id, 'views': [(False, 'form')]}

    # === BUSINESS METHODS: finding === #

    def _latest_lines(self):
        """Return what was said last, in the order in which it was said."""
        self.ensure_one()
        return self.env['mobile.enquiry.message'].search(
            [('enquiry_id', '=', self.id)], order='posted_at desc, id desc', limit=LATEST)[::-1]

    @api.model
    def _about_the_same(self, partner, company, subject, store, product):
        """Return the conversation that a new question of a customer goes on with, or an empty recordset."""
        domain = self._of(partner, company) & Domain([
            ('store_id', '=', store.id), ('product_id', '=', product.id), ('lead_id', '!=', False),
            ('status', '!=', 'closed'), ('asked_at', '>', fields.Datetime.now() - SAME_THING_WITHIN)])
        if not product:
            domain &= Domain('subject', '=', subject)
        return self.search(domain, order='asked_at desc, id desc', limit=1)

    @api.model
    def _replied_to(self, partner, company, message):
        """Return the conversation that a reply of a customer belongs to, or an empty recordset.

        :param message: ``mobile.message`` of this customer, or an empty recordset when that is not known.
        """
        if message.enquiry_id:
            return message.enquiry_id
        domain = self._of(partner, company)
        if message:
            domain &= Domain('message_id', '=', message.id)
        else:
            since = fields.Datetime.now() - SAME_TALK_WITHIN
            domain &= Domain('asked_at', '>', since) | Domain('answered_at', '>', since)
        return self.search(domain, order='write_date desc, id desc', limit=1)

    # === BUSINESS METHODS: what customers do === #

    @api.model
    def _mobile_ask(self, device, partner, company, values):
        """Take a question of a customer; elevated for what it writes, after it was seen that they may name it.

        :param device: ``mobile.device``, the caller's.
        :param partner: ``res.partner``, the caller's own.
        :param dict values: ``subject``, ``message``, ``store_id``, ``product_id``; ``callback``, None or with ``at``
            (naive UTC) and ``phone``, which both may be None.
        :rtype: MobileEnquiry
        :raise Problem: 422.
        """
        store = self._visible_store(company, values['store_id'])
        product = self._visible_product(company, values['product_id'])
        callback = values['callback'] and self._callback(device, partner, store, **values['callback'])
        # Of two at once, such as a double tap, the second starts anew and finds what the first has written.
        execute_racing(self.env, SQL(
            'UPDATE mobile_device SET last_seen_at = %s WHERE id = %s', fields.Datetime.now(), device.id))
        Enquiry = self.sudo().with_company(company)
        subject = ' '.join(values['subject'].split())
        enquiry = Enquiry._about_the_same(partner, company, subject, store, product)
        if enquiry:
            enquiry._hear(values['message'], 'app', callback=callback)
            return enquiry
        return Enquiry._open(
            partner, company, subject, values['message'], store=store, product=product, callback=callback)

    @api.model
    def _visible_store(self, company, store_id):
        """Return the store that a caller names, if they may see it.

        :raise Problem: 422.
        """
        store = self.env['mobile.store'].search([('id', '=', store_id or 0), ('company_id', '=', company.id)])
        if store_id and not store:
            raise Problem.invalid(['body', 'store_id'], self.env._("There is no such store."))
        return store.sudo()

    @api.model
    def _visible_product(self, company, product_id):
        """Return the product that a caller names, if they may see it.

        :raise Problem: 422.
        """
        product = self.env['product.product'].sudo().search([
            ('id', '=', product_id or 0), ('sale_ok', '=', True),
            ('company_id', 'in', [False, *self.env['mobile.catalogue']._companies(company.id)])])
        if product_id and not product:
            raise Problem.invalid(['body', 'product_id'], self.env._("There is no such product."))
        return product

    @api.model
    def _open(self, partner, company, subject, text, *, channel='app', store=None, product=None, message=None,
              callback=None, on_contact=False):
        """Begin a conversation, and tell whom it concerns.

        :param str text: what the customer wrote.
        :param message: ``mobile.message`` that they reply to.
        :param tuple callback: (instant, number), see ``_callback``.
        :param bool on_contact: in the contact's chatter, and not as a lead.
        :rtype: MobileEnquiry
        """
        enquiry = self.create({
            'partner_id': partner.id,
            'company_id': company.id,
            'subject': subject,
            'channel': channel,
            'store_id': store.id if store else False,
            'product_id': product.id if product else False,
            'message_id': message.id if message else False,
            'is_on_contact': on_contact,
            'asked_at': fields.Datetime.now(),
        })
        if not on_contact:
            enquiry.lead_id = enquiry._make_lead(text)
        enquiry._hear(text, channel, callback=callback, quoted=message)
        return enquiry

    def _hear(self, text, channel, *, callback=None, quoted=None):
        """Add what the customer wrote, and tell whom it concerns.

        :param str text: plain text.
        :param tuple callback: (instant, number), see ``_callback``.
        :param quoted: ``mobile.message`` that is shown to the staff beside it.
        :return: the line of the conversation.
        :rtype: MobileEnquiryMessage
        """
        self.ensure_one()
        if self.is_on_contact and not self._may_answer(self.user_id):
            # The contact's salesperson has left: nobody reads it there.
            self.write({'is_on_contact': False, 'lead_id': self._make_lead(text).id})
        elif self.status == 'closed':
            # Who closed it does not look there any more, and a lost lead stays lost.
            self.lead_id = self._make_lead(text)
        self.write({'asked_at': fields.Datetime.now(), 'is_answered': False, 'channel': channel})
        line = self.env['mobile.enquiry.message'].create({
            'enquiry_id': self.id, 'origin': 'customer', 'text': text, 'posted_at': self.asked_at})
        if callback:
            self._schedule_callback(*callback)
        self._tell_staff(text, channel, callback, quoted)
        return line
