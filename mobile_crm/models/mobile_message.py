from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.keyset import newest_first

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
    ('no_way', "No way to the customer is open"),
    ('next_way', "The next way was opened before it could be sent"),
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
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    # An index of companies would be one more to write, and helps nobody.
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True)
    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', readonly=True, ondelete='set null')
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
    purposes = fields.Char(
        readonly=True, help="What the customer must have agreed to, beside the channel, separated by commas.")
    tries = fields.Integer(readonly=True, aggregator=None)
    faults = fields.Integer(
        string="Provider's Faults", readonly=True, aggregator=None,
        help="Of the tries, those that would have failed for any message. They do not make us give up.")
    is_repeat = fields.Boolean(
        readonly=True, help="Nobody knows what became of the try before. This one carries the same id, so that a phone "
                            "shows it once, and there is none after it.")
    due_at = fields.Datetime(string="Due", readonly=True, help="When it may be tried next.")
    expires_at = fields.Datetime(string="Valid Until", readonly=True, help="What is not sent by then is not sent.")
    claim = fields.Char(readonly=True, groups=fields.NO_ACCESS, help="Which worker has it.")

    # The ways that are left, for the message itself
    next_channels = fields.Char(
        readonly=True, help="The ways that are still to be tried, in this order, separated by commas.")
    fallback_minutes = fields.Integer(
        readonly=True, aggregator=None, help="How long each way has to deliver before the next one is tried.")
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

    # A campaign's attempts are counted beside as many messages in the inbox.
    _campaign_idx = models.Index('(campaign_id, channel) WHERE campaign_id IS NOT NULL')

    # What each sender has to do, the longest due first: of a hundred thousand that wait, a worker reads what it takes.
    _queue_idx = models.Index("(sender_id, due_at, id) WHERE state = 'queued'")
    _dying_idx = models.Index("(expires_at) WHERE state = 'queued'")
    _claimed_idx = models.Index("(claimed_at) WHERE state = 'sending'")
    _fallback_idx = models.Index('(fallback_at) WHERE fallback_at IS NOT NULL')
    _collapse_idx = models.Index(
        "(partner_id, collapse_key) WHERE collapse_key IS NOT NULL"
        " AND (state = 'queued' OR next_channels IS NOT NULL)")

    # === BUSINESS METHODS === #

    @api.model
    def _post(self, vals_list, channels=()):
        """Write messages into customers' inboxes, and bring them to the customers by other ways as well.

        :param list[dict] vals_list: fields of this model, such as ``is_service``, ``expires_at``, ``collapse_key`` and
            ``fallback_minutes``.
        :param channels: of ``CHANNELS``, in the order in which they are tried; each only if the one before fails or
            delivers nothing in time.
        :return: the messages in the inboxes.
        """
        now = fields.Datetime.now()
        messages = self.create([{
            **vals, 'channel': 'inbox', 'state': 'sent', 'sent_at': now, 'next_channels': ','.join(channels) or False,
        } for vals in vals_list])
        if channels:
            messages._queue_next(messages)
        return messages

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
