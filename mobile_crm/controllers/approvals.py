from .base import MobileController
from .cursor import Cursor, Id
from .routing import mobile_route
from .schemas.approvals import Approval, ApprovalPage, ApprovalQuery
from .schemas.base import Uuid

NEWEST_FIRST = Cursor(Id)
TOO_LATE = ('approval_expired', 'approval_answered', 'approval_cancelled')


class Approvals(MobileController):

    @mobile_route('/me/approvals', methods=['GET'], auth='mobile', readonly=True)
    def list_approvals(self, query: ApprovalQuery) -> ApprovalPage:
        """List what the customer was asked about their points and e-wallet, newest first."""
        after = NEWEST_FIRST.decode(query.cursor)
        found = self.env['mobile.approval']._mobile_page(
            self._partner(), self._company(), query.limit + 1, after and after[0], query.status)
        approvals, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'id')
        return ApprovalPage(items=[Approval.of(approval) for approval in approvals], next_cursor=next_cursor)

    @mobile_route('/me/approvals/<uuid:approval_id>', methods=['GET'], auth='mobile', readonly=True)
    def get_approval(self, approval_id: Uuid) -> Approval:
        """Show one question."""
        return Approval.of(self._approval(approval_id))

    @mobile_route('/me/approvals/<uuid:approval_id>/approve', methods=['POST'], auth='mobile', readonly=False,
                  problems=TOO_LATE)
    def approve(self, approval_id: Uuid) -> Approval:
        """Say yes: the order may take the points.

        The first answer counts; the same answer again is no error.
        """
        approval = self._approval(approval_id)
        approval._answer('approved', self._device())
        return Approval.of(approval)

    @mobile_route('/me/approvals/<uuid:approval_id>/deny', methods=['POST'], auth='mobile', readonly=False,
                  problems=TOO_LATE)
    def deny(self, approval_id: Uuid) -> Approval:
        """Say no: the order must do without.

        The first answer counts; the same answer again is no error.
        """
        approval = self._approval(approval_id)
        approval._answer('denied', self._device())
        return Approval.of(approval)

    def _approval(self, approval_id):
        return self.env['mobile.approval']._mobile_find(self._partner(), self._company(), str(approval_id))
