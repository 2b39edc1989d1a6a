from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.keyset import newest_first
from ..tools.racing import execute_racing

CHANNELS = [('inbox', "In the App"), ('push', "Notification"), ('sms', "Text Message"), ('email', "Email")]
PROVIDERS = [
    ('fcm', "Firebase (FCM)"), ('apns', "Apple (APNs)"), ('webpush', "Web Push"), ('sms', "Text Messages"),
    ('email', "Email"),
]
# Why a message is in its state. A provider's own word for it is in ``detail``.
REASONS = [
    ('no_address', "The address does not exist any more"),
    ('no_credentials', "The provider does not accept what the app signs in with"),
    ('rejected', "The provider refuses the message"),
    ('too_large', "The message is larger than the provider takes"),
    ('provider_down', "The provider does not answer, or answers with an error"),
    ('rate_limited', "The provider takes no more for now"),
    ('outcome_unknown', "Nobody knows whether the provider got it"),
    ('gave_up', "It was tried as often as makes sense"),
    ('too_old', "Its time was over before it could be sent"),
    ('consent_withdrawn', "The customer has withdrawn the consent"),
    ('unwanted', "The customer does not want messages this way"),
    ('quiet_hours', "The customer's quiet hours had begun"),
    ('customer_gone', "The customer's account is gone"),
    ('offer_used', "The offer was used already"),
    ('offer_gone', "The offer has ended"),
    ('campaign_ended', "The campaign has ended"),
    ('replaced', "A newer message took its place"),
    ('seen', "The customer has seen it elsewhere"),
    ('stopped_by_staff', "A colleague stopped it"),
    ('bounced', "The email came back"),
]


class MobileMessage(models.Model):
    """A message to one customer: the outbox, and the inbox in the app.

    A row is written in the transaction of what causes it. What the customer reads in the app's inbox is one row, and is
    delivered by being there. Each attempt to bring it to them by another way is a row that names it as its origin: one
    for each phone, or for the number, or for the email address.
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
    channel = fields.Selection(selection=CHANNELS, required=True, readonly=True, default='inbox')
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
    reason = fields.Selection(
        selection=REASONS, readonly=True, help="Why the message is in its state, when that is not plain.")
    detail = fields.Char(readonly=True, help="What the provider calls it.")
    is_service = fields.Boolean(
        string="Answer or Notice", readonly=True,
        help="The customer asked for it, as with an answer of ours: it needs no consent, and waits for quiet hours to "
             "end.")

    # The way of an attempt
    origin_id = fields.Many2one(
        string="Message", comodel_name='mobile.message', readonly=True, index='btree_not_null', ondelete='cascade',
        help="What this attempt is to bring to the customer.")
    delivery_ids = fields.One2many(string="Deliveries", comodel_name='mobile.message', inverse_name='origin_id')
    sender_id = fields.Many2one(
        string="Sent Through", comodel_name='mobile.sender', readonly=True, ondelete='set null')
    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='set null')
    collapse_key = fields.Char(
        readonly=True, help="A newer message with the same key takes the place of the one before, also on the phone.")
    tries = fields.Integer(readonly=True, aggregator=None)
    is_repeat = fields.Boolean(
        readonly=True, help="Nobody knows what became of the try before. This one carries the same id, so that a phone "
                            "shows it once, and there is none after it.")
    due_at = fields.Datetime(string="Due", readonly=True, help="When it may be tried next.")
    expires_at = fields.Datetime(string="Good Until", readonly=True, help="What is not sent by then is not sent.")
    claim = fields.Char(readonly=True, groups=fields.NO_ACCESS, help="Which worker has it.")

    # The ways that are left, for the message itself
    next_channels = fields.Char(
        readonly=True, help="The ways that are still to be tried, in this order, separated by commas.")
    fallback_at = fields.Datetime(
        string="Next Way", readonly=True, help="When the next way is tried, if nothing was delivered by then.")

    # When
    claimed_at = fields.Datetime(string="Sending Since", readonly=True)
    sent_at = fields.Datetime(string="Sent", readonly=True)
    delivered_at = fields.Datetime(string="Delivered", readonly=True)
    opened_at = fields.Datetime(string="Opened", readonly=True)
    ended_at = fields.Datetime(
        string="Given Up", readonly=True, help="When it failed, expired or was cancelled.")

    _uuid_unique = models.UniqueIndex('(uuid)')
    _newest_idx = models.Index('(sent_at DESC, id DESC)')
    # A customer's inbox is read newest first, page by page. An index of customers alone would be one more to write, and
    # one of companies helps nobody.
    _inbox_idx = models.Index('(partner_id, sent_at DESC, id DESC)')

    # What each sender has to do, the longest due first: of a hundred thousand that wait, a worker reads what it takes.
    _queue_idx = models.Index("(sender_id, due_at, id) WHERE state = 'queued'")
    _dying_idx = models.Index("(expires_at) WHERE state = 'queued'")
    _claimed_idx = models.Index("(claimed_at) WHERE state = 'sending'")
    _fallback_idx = models.Index('(fallback_at) WHERE fallback_at IS NOT NULL')

    # === BUSINESS METHODS === #

    @api.model
    def _providers(self):
        """Return the channels by which messages can be sent, beside the app's inbox; a provider adds its own.

        :rtype: frozenset[str]
        """
        return frozenset()

    @api.model
    def _post(self, vals_list, channels=()):
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
