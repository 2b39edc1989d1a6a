from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.card import MemberCard


class Card(MobileController):

    @mobile_route('/me/card', methods=['GET'], auth='mobile', readonly=True)
    def get_card(self) -> MemberCard:
        """Show a new member card for the till, good for a minute and for one scan."""
        company = self._company()
        member_id, qr, expires_at = self.env['mobile.member.card']._issue(self._device(), self._partner(), company)
        card = MemberCard(
            member_id=member_id, qr=qr, expires_at=expires_at,
            offline_qr=self.env['mobile.wallet']._member_code(company, member_id))
        # Each one is new: what is kept is of no use to the phone, and of some to a thief.
        return Answer(card, headers={'Cache-Control': 'no-store'})
