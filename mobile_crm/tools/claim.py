from typing import NamedTuple


class Claim(NamedTuple):
    """A request that bears an ``Idempotency-Key``, and whose it is.

    :ivar app_id: the app that sends it, or None where no app is known
    :ivar device_id: the device, or None for what is asked before one is known
    :ivar user_id: who was signed in on it, or None: on a phone that changes hands nobody gets another's answers
    :ivar str operation: what is asked for
    :ivar str key: the phone's own name of the request
    :ivar bytes request: the request as it was sent, to the byte
    """

    app_id: int | None
    device_id: int | None
    user_id: int | None
    operation: str
    key: str
    request: bytes

    @property
    def secret(self):
        """What only the caller knows: the answer is sealed with it."""
        return self.key.encode() + b'\n' + self.request
