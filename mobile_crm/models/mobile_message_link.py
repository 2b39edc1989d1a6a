import re
from urllib.parse import urljoin

from odoo import api, models
from odoo.tools import hmac

from ..tools import click
from ..tools.click import BOUNCE, OPEN, PATHS, STOP

# What the Message-Id of an email is, before its @.
MAIL_NAME = 'mobile-message.%s'
_MAIL_NAME = re.compile(r'<?mobile-message\.([A-Za-z0-9_-]{16})@')


class MobileMessage(models.Model):
    """The links of a message: what opens it, and what stops others like it."""

    _inherit = 'mobile.message'

    # === BUSINESS METHODS === #

    @api.model
    def _tracked_link(self, message_ids):
        """Return for each message the link that notes the click and leads to where the message leads.

        :param Iterable[int] message_ids: attempts or messages, of customers whom the caller may write to.
        :return: absolute, {message id: address}.
        :rtype: dict[int, str]
        """
        return self._signed_links(message_ids, OPEN)

    @api.model
    def _stop_link(self, message_ids):
        """Return for each message the link by which its customer stops messages of its channel, like above."""
        return self._signed_links(message_ids, STOP)

    @api.model
    def _signed_links(self, message_ids, purpose):
        messages, key = self.sudo().browse(message_ids), self._link_key(purpose)
        base = {company: company.get_base_url().rstrip('/') + PATHS[purpose] for company in messages.company_id}
        return {message.id: base[message.company_id] + click.sign(key, message.id) for message in messages}

    @api.model
    def _of_link(self, token, purpose):
        """Return the message that a link is about, or an empty recordset when we have not made it, or it is gone.

        :param str token: as it came from outside.
        :rtype: MobileMessage: elevated; whoever has the link has got the message.
        """
        message_id = click.read(self._link_key(purpose), token)
        return self.sudo().browse(message_id or ()).exists()

    @api.model
    def _link_key(self, purpose):
        return bytes.fromhex(hmac(self.env(su=True), f'mobile_crm.link.{purpose}', ''))

    def _target(self):
        """Return where this message leads: its own link, as far as one may lead there, else the company's website.

        :return: ``web`` or ``app`` and the address; two times None, when there is nothing but the app.
        :rtype: tuple[str | None, str | None]
        """
        self.ensure_one()
        link, website = self.link or self.origin_id.link or '', self.company_id.website or ''
        website = website if click.kind_of(website) == 'web' else None
        kind = click.kind_of(link)
        if kind == 'path' and (self.enquiry_id or self.origin_id.enquiry_id):
            # A conversation is in the app alone, and its path is the app's.
            return None, None
        if kind == 'path':
            kind, link = 'web', urljoin(website or self.company_id.get_base_url(), link)
        elif not kind:
            kind, link = website and 'web', website
        return kind, link

    def _note_click(self):
        """Remember that the customer has opened this message by its link; it is opened in the app's inbox too."""
        self.ensure_one()
        self._receipt(self, 'opened')

    def _stop_channel(self, source):
        """Withdraw the consent of this message's customer to messages of its kind, as they ask for by its link.

        :param str source: of ``mobile.consent``.
        """
        self.ensure_one()
        self.env['mobile.consent']._append(self.partner_id, self.company_id, {self.channel: False}, source)

    # === BUSINESS METHODS: what comes back === #

    @api.model
    def _mail_names(self, message_ids):
        """Return for each message what its email is called, the part of the Message-Id before the @.

        :rtype: dict[int, str]
        """
        key = self._link_key(BOUNCE)
        return {message_id: MAIL_NAME % click.sign(key, message_id) for message_id in message_ids}

    @api.model
    def _of_mail_names(self, message_names):
        """Return the messages whose emails are named, elevated; names that we have not given are left out.

        :param Iterable[str] message_names: Message-Ids, as they came from outside.
        """
        key = self._link_key(BOUNCE)
        tokens = [match[1] for name in message_names if (match := _MAIL_NAME.match(name))]
        return self.sudo().browse(filter(None, {click.read(key, token) for token in tokens})).exists()
