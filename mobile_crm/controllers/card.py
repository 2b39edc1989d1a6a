from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.card import MemberCard


class Card(MobileController):

    @mobile_route('/me/card', methods=['GET'], auth='mobile', readonly=True)
    def get_card(self) -> MemberCard:
        """Show a new member card for the till, good for a minute and for one scan."""
        member_id, qr, expires_at = self.env['mobile.member.card']._issue(
            self._device(), self._partner(), self._company())
        # Each one is new: what is kept is of no use to the phone, and of some to a thief.
        return Answer(MemberCard(member_id=member_id, qr=qr, expires_at=expires_at),
                      headers={'Cache-Control': 'no-store'})
