from odoo import fields

from ..tools.problems import Problem
from . import cursor
from .base import MobileController
from .routing import mobile_route
from .schemas.base import Page, PageQuery, Uuid
from .schemas.messages import Message


class Messages(MobileController):

    @mobile_route('/messages', methods=['GET'], auth='mobile', readonly=True)
    def list_messages(self, query: PageQuery) -> Page[Message]:
        """List the customer's inbox, newest first."""
        after = cursor.decode(query.cursor, str, int)
        messages = self.env['mobile.message']._inbox(self._partner(), self._company(), query.limit, after)
        last = messages[-1:] if len(messages) == query.limit else None
        return Page(
            items=[Message.of(message) for message in messages],
            next_cursor=last and cursor.encode(fields.Datetime.to_string(last.sent_at), last.id),
        )

    @mobile_route('/messages/<message_id>/read', methods=['POST'], auth='mobile', readonly=False)
    def read_message(self, message_id: Uuid) -> Message:
        """Tell that the customer has read a message; the first time counts."""
        message = self.env['mobile.message'].search([
            ('uuid', '=', str(message_id)), ('partner_id', '=', self._partner().id)])
        if not message:
            raise Problem('not_found')
        message.sudo()._mark_opened()
        return Message.of(message)
