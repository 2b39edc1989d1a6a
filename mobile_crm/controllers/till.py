from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.card import CardKeys, CardScan, Member

# How long a till goes by the keys that it has, in seconds. A new one is announced before it is used.
KEYS_MAX_AGE = 3600


class Till(MobileController):

    @mobile_route('/till/keys', methods=['GET'], auth='mobile_till', readonly=True)
    def list_card_keys(self) -> CardKeys:
        """List the public keys by which a till checks member cards without the network."""
        keys = self.env['mobile.member.card']._public_keys(self._company())
        return Answer(CardKeys(keys=keys), headers={'Cache-Control': f'private, max-age={KEYS_MAX_AGE}'})

    @mobile_route('/till/members', methods=['POST'], auth='mobile_till', readonly=False,
                  problems=('card_invalid', 'card_expired', 'card_used'))
    def identify_member(self, body: CardScan) -> Member:
        """Tell who shows this member card; a card is good once.

        A card of another shop, of a phone that was signed out, or of nobody answers `card_invalid`.
        """
        member_id, partner = self.env['mobile.member.card']._identify(self._company(), body.qr, body.store_id)
        return Member(
            member_id=member_id, name=partner.name, language=(partner.lang or 'en_US').replace('_', '-'))
