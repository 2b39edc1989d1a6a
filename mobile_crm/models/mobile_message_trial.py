from datetime import timedelta

from odoo import api, fields, models

from ..tools.problems import Problem

# Somebody is looking at the phone: what comes later than this is no answer.
TIME_TO_LIVE = timedelta(minutes=10)


class MobileMessage(models.Model):
    """The notification that customers send to themselves, to see that it works."""

    _inherit = 'mobile.message'

    is_trial = fields.Boolean(
        string="Test", readonly=True,
        help="The customer has tried whether notifications reach the phone. It is sent in quiet hours too, and to "
             "those who want no messages this way.")

    # === BUSINESS METHODS === #

    @api.model
    def _post_trial(self, device):
        """Send a notification to one phone of a customer, and to no other. It stands in the inbox as well.

        :param device: ``mobile.device``, on which a customer is signed in.
        :raise Problem: 409 where the phone has told no address; 503 where nothing sends notifications to it.
        """
        if not device.push_address or not device.push_provider:
            raise Problem('no_push_address')
        ways = [way for way in self._ways(device.company_id)
                if (way.provider, way.app_id) == (device.push_provider, device.app_id.id)]
        if not ways:
            raise Problem('unavailable')
        now = fields.Datetime.now()
        values = {
            'partner_id': device.partner_id.id,
            'company_id': device.company_id.id,
            'title': self.env._("It works"),
            'is_service': True,
            'is_trial': True,
            'collapse_key': f'trial {device.id}',
            'expires_at': now + TIME_TO_LIVE,
        }
        message = self._post([{
            **values, 'body': self.env._("This is how notifications of %s come to this phone.", device.app_id.name)}])
        self.create({
            **values, 'channel': 'push', 'origin_id': message.id, 'sender_id': ways[0].sender_id,
            'device_id': device.id, 'due_at': now})
        self.env['mobile.sender'].sudo().browse(ways[0].sender_id)._wake()
        return message

    def _kind(self):
        """Override: nobody has asked us anything."""
        return 'notice' if self.is_trial else super()._kind()
