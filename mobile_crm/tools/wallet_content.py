"""What stands on a pass, whoever's wallet it is for."""
import hashlib
import re
from datetime import datetime
from typing import NamedTuple

#: Places that Apple and Google take for one pass.
MOST_PLACES = 10
_SERIAL = re.compile(r'(?P<app>[1-9]\d{0,9})\.(?:m|o\.(?P<card>[0-9a-f]{32}))\.(?P<member>[A-Z2-7]{26})')


class Field(NamedTuple):
    """A line of a pass.

    :ivar str key: unique on its pass.
    """

    key: str
    label: str
    value: str


class Place(NamedTuple):
    """Where a phone shows the pass by itself.

    :ivar str text: what it says there.
    """

    latitude: float
    longitude: float
    text: str


class Content(NamedTuple):
    """A pass in one language.

    :ivar str serial: see ``serial``.
    :ivar str kind: ``member`` or ``offer``.
    :ivar str state: ``active``, ``redeemed`` or ``expired``.
    :ivar str issuer: the shop.
    :ivar str title: what it is, in a few words.
    :ivar str code: the text of the QR code.
    :ivar str caption: below it.
    :ivar Field main: what is seen first.
    :ivar tuple fields: ``Field``, on the front.
    :ivar tuple back: ``Field``, for whoever turns it.
    :ivar datetime | None starts_at, ends_at: naive UTC.
    :ivar tuple places: ``Place``, the most important one first.
    """

    serial: str
    kind: str
    state: str
    issuer: str
    title: str
    code: str
    caption: str
    main: Field
    fields: tuple
    back: tuple
    starts_at: datetime | None
    ends_at: datetime | None
    places: tuple

    def digest(self):
        """Return what two passes that say the same have in common.

        Where a phone shows it is left out: it follows the customer's ways, and is no news.
        """
        return hashlib.sha256(repr(self._replace(places=())).encode()).hexdigest()[:32]

    def texts(self):
        """Return all that can be translated, by where it stands: not every language needs every line.

        :rtype: dict[tuple, str]
        """
        return {
            ('issuer',): self.issuer, ('title',): self.title,
            **{(field.key, name): getattr(field, name)
               for field in (self.main, *self.fields, *self.back) for name in ('label', 'value')},
            **{('place', number): place.text for number, place in enumerate(self.places)}}


def serial(app_id, member, uuid=None):
    """Return the number of a pass: it names the app, the member and the coupon, and tells nothing to anybody else.

    :param str member: see ``member_card.member_id``.
    :param str uuid: of a coupon; a member's card has none.
    """
    return '.'.join([str(app_id), *(['o', uuid.replace('-', '')] if uuid else ['m']), member])


def read_serial(text):
    """Return the app's id, the member and the coupon's public id (32 hexadecimal digits) or None; or None.

    :param str text: as it came from outside.
    :rtype: tuple[int, str, str | None] | None
    """
    match = _SERIAL.fullmatch(text)
    return match and (int(match['app']), match['member'], match['card'])
