from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.keyset import newest_first
from ..tools.racing import execute_racing


class MobileMessage(models.Model):
    """A message to one customer: the outbox, and the inbox in the app.

    A row is written in the transaction of what causes it. In the app's inbox it is delivered by being there.
    """

    _name = 'mobile.message'
    _description = "Phone Message"
    _order = 'sent_at desc, id desc'
    _rec_name = 'title'

    uuid = fields.Char(string="Public ID", required=True, readonly=True, copy=False, default=lambda self: str(uuid4()))
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True)
    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', readonly=True, index='btree_not_null', ondelete='set null')
    card_id = fields.Many2one(
        string="Coupon", comodel_name='loyalty.card', readonly=True, index='btree_not_null', ondelete='set null')
    channel = fields.Selection(selection=[('inbox', "In the App")], required=True, readonly=True, default='inbox')
    title = fields.Char(required=True, readonly=True)
    body = fields.Text(readonly=True)
    link = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[
            ('queued', "Queued"),
            ('sending', "Sending"),
            ('sent', "Sent"),
            ('delivered', "Delivered"),
            ('opened', "Opened"),
            ('failed', "Failed"),
            ('expired', "Expired"),
            ('cancelled', "Cancelled"),
        ],
        required=True, readonly=True, default='queued', index=True)
    reason = fields.Char(readonly=True, help="Why the message is in its state, when that is not plain.")
    sent_at = fields.Datetime(string="Sent", readonly=True)
    opened_at = fields.Datetime(string="Opened", readonly=True)

    _uuid_unique = models.UniqueIndex('(uuid)')
    _newest_idx = models.Index('(sent_at DESC, id DESC)')
    # A customer's inbox is read newest first, page by page. An index of customers alone would be one more to write, and
    # one of companies helps nobody.
    _inbox_idx = models.Index('(partner_id, sent_at DESC, id DESC)')

    # === BUSINESS METHODS === #

    @api.model
    def _providers(self):
        """Return the channels by which messages can be sent, beside the app's inbox; a provider adds its own.

        :rtype: frozenset[str]
        """
        return frozenset()

    @api.model
    def _post(self, vals_list):
        """Write messages into customers' inboxes.

        :param list[dict] vals_list: fields of this model.
        """
        now = fields.Datetime.now()
        return self.create([{**vals, 'channel': 'inbox', 'state': 'sent', 'sent_at': now} for vals in vals_list])

    @api.model
    def _cancel_without_consent(self, partner, company, purposes):
        """Cancel what waits to be sent to a customer and rests on a consent that they have withdrawn.

        A worker claims a message by writing its state: of the two the slower one is tried again, and finds it gone.

        :param list[str] purposes: of ``mobile.consent``; a channel is its own purpose.
        """
        self.flush_model()
        cancelled = execute_racing(self.env, SQL(
            """UPDATE mobile_message message SET state = 'cancelled', reason = 'consent_withdrawn'
                WHERE message.partner_id = %(partner)s AND message.company_id = %(company)s
                  AND message.state = 'queued'
                  AND (message.channel IN %(purposes)s
                       OR 'location' IN %(purposes)s AND EXISTS (
                          SELECT FROM mobile_campaign campaign
                           WHERE campaign.id = message.campaign_id AND %(on_place)s))
            RETURNING message.id""",
            partner=partner.id, company=company.id, purposes=tuple(purposes),
            on_place=self.env['mobile.campaign']._rests_on_place_sql()))
        self.browse(row[0] for row in cancelled).invalidate_recordset(['state', 'reason'])

    def _mark_opened(self):
        """Remember that the customer has seen these messages; the first time counts."""
        self.filtered(lambda message: not message.opened_at).write(
            {'state': 'opened', 'opened_at': fields.Datetime.now()})

    @api.model
    def _inbox(self, partner, company, limit, after=None):
        """Return one page of a customer's inbox, newest first.

        :param tuple after: (sent_at, id) of the last message that was given.
        """
        domain = Domain([
            ('partner_id', '=', partner.id), ('company_id', '=', company.id), ('channel', '=', 'inbox'),
            ('sent_at', '!=', False),
        ])
        return self.search(domain & newest_first('sent_at', after), limit=limit, order='sent_at desc, id desc')
