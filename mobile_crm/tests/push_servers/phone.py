"""What a phone got, and what its owner sees of it."""
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    """A message as a phone got it.

    :ivar str address: of the phone.
    :ivar int number: of the request.
    :ivar float at: seconds of the server's clock.
    :ivar dict headers: of the request, in lower case.
    :ivar str collapse: a message with the same word takes the place of this one on the screen; '' where none does.
    :ivar read: function that returns the payload, as the phone opens it.
    :ivar connection: on which it came.
    :ivar bool is_answered: whether the answer was written to the connection.
    """

    address: str
    number: int
    at: float
    headers: dict
    collapse: str
    read: Callable[[], Any]
    connection: object = None
    is_answered: bool = False
    _payload: Any = field(default=None, repr=False)

    @property
    def payload(self):
        """The message, decoded; a browser decrypts it as it looks at it."""
        if self._payload is None:
            self._payload = self.read()
        return self._payload

    @property
    def is_doubtful(self):
        """Whether the client may not know that it was taken: there was no answer, or its connection broke."""
        return not self.is_answered or self.connection.is_broken

    @property
    def public_id(self):
        """What the phone knows the message by, wherever it is in the payload: None where it has none."""
        return _find(self.payload)


# Where services put what an app gets.
PLACES = ('message', 'data', 'mobile_crm')
IDS = ('message_id', 'mobile_message', 'id', 'uuid')


def _find(payload):
    if not isinstance(payload, dict):
        return None
    for name in IDS:
        if isinstance(payload.get(name), str):
            return payload[name]
    return next((found for place in PLACES if (found := _find(payload.get(place)))), None)


@dataclass
class Phone:
    """An address and what arrived there.

    :ivar list[Received] received: the oldest first.
    """

    address: str
    received: list = field(default_factory=list)

    @property
    def shown(self):
        """What the owner sees: of messages with one id, or that take each other's place, the newest.

        :rtype: list[Received]
        """
        places = {}
        for message in self.received:
            # An app shows a message that it knows in the place where it was.
            key = message.public_id or message.collapse or message.number
            if message.collapse:
                places = {old: other for old, other in places.items() if other.collapse != message.collapse}
            places[key] = message
        return list(places.values())

    @property
    def ids(self):
        """The ids of what arrived, in the order of arrival, repetitions included."""
        return [message.public_id for message in self.received]
