from ..tools.problems import Problem
from .base import MobileController
from .cursor import Cursor, Id, Instant
from .routing import mobile_route
from .schemas.base import PageQuery, Uuid
from .schemas.messages import Message, MessagePage

NEWEST_FIRST = Cursor(Instant, Id)


class Messages(MobileController):

    @mobile_route('/messages', methods=['GET'], auth='mobile', readonly=True)
    def list_messages(self, query: PageQuery) -> MessagePage:
        """List the customer's inbox, newest first."""
        found = self.env['mobile.message']._inbox(
            self._partner(), self._company(), query.limit + 1, NEWEST_FIRST.decode(query.cursor))
        messages, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'sent_at', 'id')
        return MessagePage(items=[Message.of(message) for message in messages], next_cursor=next_cursor)

    @mobile_route('/messages/<uuid:message_id>/read', methods=['POST'], auth='mobile', readonly=False)
    def read_message(self, message_id: Uuid) -> Message:
        """Tell that the customer has read a message; the first time counts."""
        message = self.env['mobile.message'].search([
            ('uuid', '=', str(message_id)), ('partner_id', '=', self._partner().id),
            ('company_id', '=', self._company().id)])
        if not message:
            raise Problem('not_found')
        message.sudo()._mark_opened()
        return Message.of(message)
