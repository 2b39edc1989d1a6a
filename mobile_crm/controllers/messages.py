from ..tools.problems import Problem
from .base import MobileController
from .cursor import Cursor, Id, Instant
from .routing import KIB, mobile_route
from .schemas.base import PageQuery, Uuid
from .schemas.messages import Delivery, Message, MessagePage, ReceiptAnswer, ReceiptBatch, RejectedReceipt

NEWEST_FIRST = Cursor(Instant, Id)
# What a receipt without a body means.
JUST_NOW = Delivery()


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
        Message_ = self.env['mobile.message'].sudo()
        found = Message_._find_for(self._device(), [str(message_id)])
        if not found:
            raise Problem('not_found')
        Message_._take_receipts(self._device(), [(str(message_id), 'opened', None)])
        return Message.of(found[str(message_id)])

    @mobile_route('/messages/<uuid:message_id>/delivered', methods=['POST'], auth='mobile_device', readonly=False,
                  status=204)
    def deliver_message(self, message_id: Uuid, body: Delivery = JUST_NOW) -> None:
        """Tell that the phone has got a message; the first time counts.

        A phone that has got it while nobody was signed in may tell so, too. As long as no phone tells, the message may
        come by another way.
        """
        if self.env['mobile.message'].sudo()._take_receipts(
                self._device(), [(str(message_id), 'delivered', body.at)], body.sent_at):
            raise Problem('not_found')

    @mobile_route('/messages/receipts', methods=['POST'], auth='mobile_device', readonly=False,
                  max_content_length=256 * KIB)
    def report_receipts(self, body: ReceiptBatch) -> ReceiptAnswer:
        """Tell what became of messages on the phone, up to 200 at once.

        One bad receipt never spoils the others, and one that was sent before changes nothing.
        """
        unknown = self.env['mobile.message'].sudo()._take_receipts(
            self._device(), [(str(receipt.id), receipt.status, receipt.at) for receipt in body.receipts], body.sent_at)
        rejected = [receipt for receipt in body.receipts if str(receipt.id) in unknown]
        return ReceiptAnswer(accepted=len(body.receipts) - len(rejected), rejected=[
            RejectedReceipt(id=receipt.id, code='unknown_message',
                            detail=self.env._("The phone has got no such message.")) for receipt in rejected])
