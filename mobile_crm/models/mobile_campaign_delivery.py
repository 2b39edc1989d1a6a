from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from .mobile_campaign_issuing import CREDIT_TYPES
from .mobile_campaign_occasion import EVENT_TRIGGERS

# For how many minutes a message is worth sending, and after how many the next way is tried: before the shelf, and
# elsewhere.
AT_ONCE, SOON = 15, 5
A_DAY, LATER = 24 * 60, 30
# Who was there when it was decided may have left since. Where leaving sets the campaign off, that is meant.
STAYING_TRIGGERS = ('enter', 'dwell')
# No provider keeps a message for longer than four weeks.
MAX_MINUTES = 28 * 24 * 60


class MobileCampaign(models.Model):
    """How a campaign's message travels: by which ways, one after the other, and for how long it is worth it."""

    _inherit = 'mobile.campaign'

    channel_ids = fields.One2many(default=lambda self: [Command.create({'channel': 'push'})])
    time_to_live = fields.Integer(
        string="Worth Sending For (minutes)", compute='_compute_times', store=True, readonly=False, required=True,
        precompute=True,
        help="What was not sent within so many minutes is not sent any more, and stays in the app's inbox. It is over "
             "earlier when the customer leaves the store that set it off, or when the campaign ends.")
    fallback_minutes = fields.Integer(
        string="Next Way After (minutes)", compute='_compute_times', store=True, readonly=False, required=True,
        precompute=True,
        help="The next channel is tried if neither the phone nor the provider has told within so many minutes that the "
             "message has arrived.")
    replaces_earlier = fields.Boolean(
        string="Replaces the One Before",
        help="On the phone's lock screen a newer message of this campaign takes the place of the one before, and one "
             "that still waits to be sent is not sent.")
    delivery_summary = fields.Char(string="How It Travels", compute='_compute_delivery_summary')
    delivery_hint = fields.Char(compute='_compute_delivery_summary')

    _times_valid = models.Constraint(
        f'CHECK (time_to_live BETWEEN 1 AND {MAX_MINUTES} AND fallback_minutes BETWEEN 1 AND {MAX_MINUTES})',
        "A message is worth sending for a minute at least and for 28 days at most, and so long is the wait for the "
        "next way.")

    # === COMPUTE METHODS === #

    @api.depends('trigger')
    def _compute_times(self):
        for campaign in self:
            campaign.time_to_live, campaign.fallback_minutes = (
                (AT_ONCE, SOON) if campaign.trigger in EVENT_TRIGGERS else (A_DAY, LATER))

    @api.depends('channel_ids.channel', 'channel_ids.sequence', 'fallback_minutes', 'time_to_live')
    @api.depends_context('lang')
    def _compute_delivery_summary(self):
        names = {
            'push': self.env._("a notification"), 'sms': self.env._("a text message"), 'email': self.env._("an email")}
        for campaign in self:
            waits = [(number * campaign.fallback_minutes, names[channel])
                     for number, channel in enumerate(campaign._channels())]
            ways = ', '.join(self.env._("after %(time)s %(channel)s", time=self._duration(wait), channel=name)
                             if wait else name for wait, name in waits)
            campaign.delivery_summary = self.env._(
                "In the app's inbox; and %(ways)s. After %(time)s nothing more is sent.", ways=ways,
                time=self._duration(campaign.time_to_live)) if ways else self.env._("In the app's inbox only.")
            too_late = ', '.join(name for wait, name in waits if wait >= campaign.time_to_live)
            campaign.delivery_hint = too_late and self.env._(
                "Too late for %s: by then the message is not worth sending any more.", too_late)

    # === ACTION METHODS === #

    def action_start(self):
        """Override: what a pause has kept back does not wait for a worker to come by again."""
        paused = self.filtered(lambda campaign: campaign.state == 'paused')
        res = super().action_start()
        if paused:
            self.env['mobile.message'].sudo()._go_on(paused)
        return res

    # === BUSINESS METHODS === #

    def _channels(self):
        """Return by which channels the message travels, in the order in which they are tried.

        :rtype: list[str]
        """
        self.ensure_one()
        return [line.channel for line in self.channel_ids.sorted('sequence') if line.channel]

    def _ways(self):
        """Return the channels of each of these campaigns, in order, as far as something sends them.

        :rtype: dict[MobileCampaign, list[str]]
        """
        channels = {campaign: campaign._channels() for campaign in self}
        ready = {company: self.env['mobile.message']._channels_of(company)
                 for company in self.filtered('channel_ids').company_id}
        return {campaign: [name for name in names if name in ready[campaign.company_id]]
                for campaign, names in channels.items()}

    def _good_until(self, now):
        """Return until when the messages of a moment are worth sending (naive UTC).

        :param datetime now: naive UTC.
        """
        self.ensure_one()
        ends = [now + timedelta(minutes=self.time_to_live), self.date_to]
        if self.program_type not in CREDIT_TYPES:
            ends.append(now + timedelta(days=self.coupon_days))
        return min(filter(None, ends))

    def _collapse_key(self):
        """Return what tells that a message takes the place of another one, or None: each stands for itself."""
        self.ensure_one()
        return f'campaign-{self.id}' if self.replaces_earlier else None

    def _way_columns(self, now):
        """Return the columns of a message that tell how it travels, as SQL on its ``decision``; none where it stays in
        the inbox whatever was decided.

        :param datetime now: naive UTC.
        :rtype: dict[str, SQL]
        """
        self.ensure_one()
        if not self.channel_ids:
            return {}
        return {
            'next_channels': self._next_channels_sql(),
            'fallback_minutes': SQL('%s::integer', self.fallback_minutes),
            'expires_at': SQL('%s::timestamp', self._good_until(now)),
            'collapse_key': SQL('%s::varchar', self._collapse_key()),
        }

    def _next_channels_sql(self):
        """Return by which channels the message of a ``decision`` is to travel: the one that was decided on, and those
        that follow it; NULL for the inbox alone.

        :rtype: SQL
        """
        channels = self._channels()
        return SQL('CASE decision.channel %s END', SQL(' ').join(
            SQL('WHEN %s THEN %s', channel, ','.join(channels[number:])) for number, channel in enumerate(channels)))

    @api.model
    def _left_place_sql(self, message):
        """Return the condition that a message came of being at a store which the customer has left since.

        Of whom nothing more is heard may still be there; nor does a sign-out take anybody elsewhere.

        :param SQL message: the id of the ``mobile_message`` in the app's inbox.
        """
        return SQL(
            """EXISTS (
                SELECT FROM mobile_decision decision
                  JOIN mobile_campaign decided ON decided.id = decision.campaign_id
                  JOIN mobile_event event ON event.id = decision.event_id
                 WHERE decision.message_id = %s AND decided.trigger IN %s
                   AND EXISTS (SELECT FROM mobile_presence stay
                                WHERE stay.device_id = event.device_id AND stay.store_id = decision.store_id
                                  AND stay.left_at >= event.occurred_at AND stay.ending <> 'silence')
                   AND NOT EXISTS (SELECT FROM mobile_presence stay
                                    WHERE stay.device_id = event.device_id AND stay.store_id = decision.store_id
                                      AND stay.left_at IS NULL))""", message, STAYING_TRIGGERS)

    @api.model
    def _duration(self, minutes):
        """Return a time in words, in its largest unit that needs no fraction."""
        unit = 'day' if minutes % (24 * 60) == 0 else 'hour' if minutes % 60 == 0 else 'minute'
        return format_timedelta(
            timedelta(minutes=minutes), granularity=unit, threshold=float('inf'),
            locale=babel_locale_parse(self.env.lang or 'en_US'))
