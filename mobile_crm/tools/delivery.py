"""What the outbox hands to a provider, and what it gets back."""
from datetime import datetime
from typing import Literal, NamedTuple

#: Seconds within which a provider is done with a batch, whatever happens.
LONGEST_BATCH = 90
#: Seconds after which a batch whose worker tells nothing any more is taken for abandoned.
LEASE = 240


class Parcel(NamedTuple):
    """A message on its way to one address.

    :ivar int id: of the ``mobile.message`` that is the attempt.
    :ivar str public_id: what the phone knows the message by (a UUID): the same on each phone, and in each repetition.
    :ivar int | None device_id: the phone, for pushes.
    :ivar str platform: of the phone: ``ios``, ``android``, ``web``; empty for other channels.
    :ivar str address: the push address, a number in E.164, or an email address. Read as it is claimed.
    :ivar str | None body:
    :ivar str | None link: as the campaign has it.
    :ivar str | None image_url: absolute.
    :ivar str collapse_key: never empty.
    :ivar datetime expires_at: naive UTC.
    :ivar str lang: code of an installed language, for words that the provider adds.
    :ivar bool is_repeat: whether an earlier try may have arrived.
    """

    id: int
    public_id: str
    partner_id: int
    device_id: int | None
    platform: str
    address: str
    title: str
    body: str | None
    link: str | None
    image_url: str | None
    offer_id: str | None
    collapse_key: str
    expires_at: datetime
    lang: str
    is_repeat: bool


class Outcome(NamedTuple):
    """What became of a parcel.

    :ivar int id: of the parcel.
    :ivar str status: ``sent``: the provider has it. ``accepted``: a queue of Odoo's has it, and will tell.
        ``retry``: it surely did not arrive; it may another time. ``unknown``: it may have arrived, nobody knows.
        ``failed``: it never will. ``dead``: the address is no more, and is forgotten.
    :ivar str | None reason: of ``mobile.message.reason``, unless it was sent.
    :ivar str | None detail: what the provider calls it, without addresses and text.
    :ivar bool is_providers_fault: it would have happened to any parcel: enough of them, and the provider is left alone.
    :ivar float | None retry_after: seconds that the provider asks for; for all parcels with ``is_providers_fault``.
    :ivar bool is_try: False for a ``retry`` that is not one of the tries that a message has, while one of several
        services behind a provider is away; those of ``is_providers_fault`` are none either.
    """

    id: int
    status: Literal['sent', 'accepted', 'retry', 'unknown', 'failed', 'dead']
    reason: str | None = None
    detail: str | None = None
    is_providers_fault: bool = False
    retry_after: float | None = None
    is_try: bool = True
