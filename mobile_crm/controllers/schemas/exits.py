from typing import Literal

from pydantic import Field

from ...tools import exit_pass
from .base import Money, Output, RecordId, Schema, UtcInput, UtcOutput

Result = Literal['ok', 'audit', 'audit_passed', 'audit_failed', 'repeated', 'expired', 'wrong_store', 'refunded']


class ExitPass(Output):
    """What the phone shows on the way out."""

    qr: str = Field(description='The text of the QR code')
    code: str = Field(description='To be typed where nobody can scan, such as `7K3M-Q9XT`')
    expires_at: UtcOutput
    total: Money = Field(description='What was paid, with taxes')
    item_count: int = Field(description='Pieces to carry; what is weighed counts as one')
    audit: bool = Field(description='Whether a colleague has a short look before the customer goes')
    text: str | None = Field(description="What to tell the customer of it, in the caller's language")

    @classmethod
    def of(cls, shown):
        """Return a ``mobile.exit.pass`` (elevated)."""
        return cls(
            qr=shown._text(), code=exit_pass.grouped(shown.code), expires_at=shown.expires_at,
            total=Money.of(shown.amount, shown.currency_id), item_count=shown.item_count,
            audit=bool(shown.audit_reason), text=shown._customer_text())


class ExitReport(Schema):
    """A pass that a gate has seen."""

    qr: str = Field(min_length=1, max_length=500, description='As it was scanned')
    store_id: RecordId = Field(description='Where the gate stands')
    seen_at: UtcInput | None = Field(
        None, description='When a gate without the network has seen it; left out, it is now')


class Exit(Output):
    """What a pass was worth."""

    result: Result = Field(description='Only with `ok` the gate opens')
    code: str
    first_seen_at: UtcOutput | None = Field(description='When somebody has left by it')
    text: str = Field(description="In words, in the caller's language")

    @classmethod
    def of(cls, row):
        """Return a ``mobile.exit`` (elevated)."""
        shown = row.pass_id
        return cls(result=row.result, code=exit_pass.grouped(shown.code), first_seen_at=shown.left_at or None,
                   text=dict(row._fields['result']._description_selection(row.env))[row.result])
