from .base import MobileController
from .cursor import Cursor, Id, Instant
from .routing import KIB, mobile_route
from .schemas.base import PageQuery, Uuid
from .schemas.enquiries import (
    Enquiry,
    EnquiryDetail,
    EnquiryMessage,
    EnquiryPage,
    EnquiryReceipt,
    NewEnquiry,
    NewEnquiryMessage,
)

NEWEST_FIRST = Cursor(Instant, Id)
# 10,000 characters, each written as \ud83d\ude00.
LONGEST = 128 * KIB


class Enquiries(MobileController):

    @mobile_route('/enquiries', methods=['GET'], auth='mobile', readonly=True)
    def list_enquiries(self, query: PageQuery) -> EnquiryPage:
        """List the customer's conversations with the staff, the newest first."""
        found = self.env['mobile.enquiry']._mobile_page(
            self._partner(), self._company(), query.limit + 1, NEWEST_FIRST.decode(query.cursor))
        enquiries, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'create_date', 'id')
        return EnquiryPage(items=[Enquiry.of(enquiry) for enquiry in enquiries], next_cursor=next_cursor)

    @mobile_route('/enquiries', methods=['POST'], auth='mobile', readonly=False, status=201,
                  max_content_length=LONGEST, problems=('too_many_requests',))
    def create_enquiry(self, body: NewEnquiry) -> EnquiryReceipt:
        """Ask the staff something, or ask to be called.

        A question about the same product and store, or with the same subject, goes on with the one of the last day that
        is not closed.
        """
        self.env['mobile.limit']._take('enquiry', self._partner().id)
        return EnquiryReceipt.of(self.env['mobile.enquiry']._mobile_ask(
            self._device(), self._partner(), self._company(), body.to_values()))

    @mobile_route('/enquiries/<uuid:enquiry_id>', methods=['GET'], auth='mobile', readonly=True)
    def get_enquiry(self, enquiry_id: Uuid) -> EnquiryDetail:
        """Show one conversation."""
        return EnquiryDetail.of(self._enquiry(enquiry_id))

    @mobile_route('/enquiries/<uuid:enquiry_id>/messages', methods=['POST'], auth='mobile', readonly=False, status=201,
                  max_content_length=LONGEST, problems=('too_many_requests',))
    def write_to_enquiry(self, enquiry_id: Uuid, body: NewEnquiryMessage) -> EnquiryMessage:
        """Write more in a conversation. One that is closed is opened again."""
        enquiry = self._enquiry(enquiry_id)
        self.env['mobile.limit']._take('enquiry_message', self._partner().id)
        return EnquiryMessage.of(enquiry._hear(body.text, 'app'))

    @mobile_route('/messages/<uuid:message_id>/reply', methods=['POST'], auth='mobile', readonly=False, status=201,
                  max_content_length=LONGEST, problems=('too_many_requests',))
    def reply_to_message(self, message_id: Uuid, body: NewEnquiryMessage) -> EnquiryMessage:
        """Reply to a message of the inbox; it reaches a person, and is a conversation."""
        partner, company = self._partner(), self._company()
        message = self.env['mobile.message']._mobile_find(partner, company, str(message_id))
        self.env['mobile.limit']._take('enquiry_message', partner.id)
        return EnquiryMessage.of(partner._mobile_reply(company, body.text, 'app', message))

    def _enquiry(self, enquiry_id):
        return self.env['mobile.enquiry']._mobile_find(self._partner(), self._company(), str(enquiry_id))
