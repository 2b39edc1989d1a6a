from odoo import api, fields, models

# How far an attempt has come, the last is the best.
FARTHEST = ['cancelled', 'expired', 'failed', 'queued', 'sending', 'sent', 'delivered', 'opened']


class MobileMessage(models.Model):
    """What phones know messages by, and what they tell about them."""

    _inherit = 'mobile.message'

    delivery_summary = fields.Char(
        string="By Other Ways", compute='_compute_delivery_summary', help="How far it has come beside the app's inbox.")

    # === COMPUTE METHODS === #

    @api.depends('delivery_ids.channel', 'delivery_ids.state')
    @api.depends_context('lang')
    def _compute_delivery_summary(self):
        channels, states = (dict(self._fields[name]._description_selection(self.env)) for name in ('channel', 'state'))
        for message in self:
            # On several phones the one that got farthest tells.
            ways = message.delivery_ids.sorted('id').grouped('channel')
            message.delivery_summary = ', '.join(
                f'{channels[channel]}: {states[max(way.mapped("state"), key=FARTHEST.index)]}'
                for channel, way in ways.items())

    # === BUSINESS METHODS === #

    def _kind(self):
        """Return what a message is to its customer: ``offer``, ``answer`` or ``notice``."""
        self.ensure_one()
        if self.is_service:
            return 'answer'
        return 'offer' if self.card_id or self.campaign_id else 'notice'

    @api.model
    def _find_for(self, device, public_ids):
        """Return the messages that a phone may name: its customer's; or what was sent to the phone itself, as long as
        nobody is signed in there: a phone can tell of a push after its customer has signed out.

        :param device: ``mobile.device``, of the caller.
        :param public_ids: UUIDs as text.
        :return: messages of the app's inbox, elevated.
        :rtype: dict[str, MobileMessage]
        """
        found = self.sudo().search([
            ('uuid', 'in', list(public_ids)), ('channel', '=', 'inbox'), ('company_id', '=', device.company_id.id),
            ('partner_id', '=', device.partner_id.id) if device.partner_id else
            ('delivery_ids', 'any', [('device_id', '=', device.id)])])
        return {message.uuid: message for message in found}

    @api.model
    def _take_receipts(self, device, receipts, sent_at=None):
        """Note what a phone tells became of messages; what is noted already stays as it is.

        Whoever has put a notification away has got it. No message has arrived before it was sent, nor later than now,
        whatever the clock of the phone says.

        :param device: ``mobile.device``, of the caller.
        :param list[tuple] receipts: public id; ``delivered``, ``opened`` or ``dismissed``; when, by the phone's clock
            (naive UTC), or None: now.
        :param datetime sent_at: when the phone sent them (naive UTC), by the same clock.
        :return: the public ids that name nothing.
        :rtype: set[str]
        """
        now = fields.Datetime.now()
        messages = self._find_for(device, {public_id for public_id, _status, _at in receipts})
        said = [at for _public_id, _status, at in receipts if at]
        righted = dict(zip(said, device._put_right(said, now, sent_at), strict=True))
        times = {}
        for public_id, status, at in receipts:
            if message := messages.get(public_id):
                step, instant = (message, 'opened' if status == 'opened' else 'delivered'), righted.get(at, now)
                times[step] = min(instant, times.get(step, instant))
        self._note(device, times, now)
        return {public_id for public_id, _status, _at in receipts} - messages.keys()

    @api.model
    def _follow_events(self, events):
        """Note what phones reported as events: that a message was opened, or put away.

        :param events: ``mobile.event``, new ones, of one phone.
        """
        times = {}
        for event in events.sorted('occurred_at', reverse=True):
            if event.type in ('open', 'dismiss') and event.message_id:
                times[event.message_id, 'opened' if event.type == 'open' else 'delivered'] = event.occurred_at
        if times:
            self.sudo()._note(events.device_id, times, fields.Datetime.now())

    @api.model
    def _note(self, device, times, now):
        """Note when messages were delivered or opened on a phone.

        :param dict times: {(message, ``delivered`` or ``opened``): instant}.
        """
        groups = {}
        for (message, state), at in times.items():
            groups.setdefault((max(message.sent_at, min(now, at)), state), []).append(message.id)
        for (at, state), ids in sorted(groups.items()):
            self._receipt(self.browse(ids), state, at=at, device=device)
