from typing import Literal, Self

from pydantic import Field, model_validator

from .base import Money, Output, Schema, Text, UtcOutput

Method = Literal['online', 'saved', 'at_till']
PaymentStatus = Literal[
    'action_required', 'waiting', 'processing', 'paid', 'failed', 'cancelled', 'expired', 'refund_due']
BasketState = Literal['open', 'paying', 'at_till', 'sold', 'expired', 'cancelled']
Action = Literal['open_url', 'show_code', 'wait']
ACTIONS = {'action_required': 'open_url', 'waiting': 'show_code', 'processing': 'wait'}


class NewPayment(Schema):
    """How a basket is to be paid."""

    method: Method
    payment_method_id: str | None = Field(
        None, max_length=64, description='For `saved`: one of `GET /me/payment-methods`')

    @model_validator(mode='after')
    def _saved_names_one(self) -> Self:
        if (self.method == 'saved') != bool(self.payment_method_id):
            raise ValueError("`payment_method_id` belongs to the method `saved`, which needs it")
        return self


class Payment(Output):
    """One try to pay a basket."""

    id: str = Field(description='Opaque')
    method: Method
    status: PaymentStatus = Field(
        description='`action_required`: open `redirect_url`; `waiting`: for a till; `refund_due`: the money came too '
                    'late, and is returned. New ones may be added')
    state: BasketState = Field(description="The basket's, which is the customer's to change when it is `open`")
    action: Action | None = Field(description='What the phone does next; null when nothing is left to do')
    amount: Money
    redirect_url: str | None = Field(
        description='A page for the browser, which leads back into the app. It needs no sign-in, so tell it to nobody')
    till_code: str | None = Field(description='For the customer to show at the till, until one has scanned it')
    reason: Text = Field(description="Why it came to nothing, in the customer's language")
    expires_at: UtcOutput | None = Field(description='Until when it can be finished')

    @classmethod
    def of(cls, payment):
        """Return a ``mobile.payment`` as its customer sees it."""
        status = payment._status()
        return cls(
            id=payment.uuid,
            method=payment.method,
            status=status,
            state=payment.basket_id.state,
            action=ACTIONS.get(status),
            amount=Money.of(payment.amount, payment.currency_id),
            redirect_url=payment._page_url() if status == 'action_required' else None,
            till_code=payment.basket_id._till_code() if status == 'waiting' else None,
            reason=payment.reason,
            expires_at=payment.expires_at if status in ACTIONS else None,
        )


class SavedMethod(Output):
    """A method that the caller has saved while they paid on the page."""

    id: str = Field(description='Opaque')
    name: str = Field(description='As people read it, such as "•••• 4242"')
    type: str = Field(description='Of the method, such as "Card"')
    provider: str
    created_at: UtcOutput

    @classmethod
    def of(cls, token, public_id):
        """Return a ``payment.token`` as its customer sees it."""
        return cls(id=public_id, name=token.display_name, type=token.payment_method_id.name,
                   provider=token.provider_id.name, created_at=token.create_date)


class SavedMethods(Output):
    """The methods that the caller has saved."""

    items: list[SavedMethod]
