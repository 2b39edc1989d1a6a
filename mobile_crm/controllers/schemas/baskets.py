from typing import Literal

from pydantic import Field, model_validator

from .base import Money, Output, RecordId, Schema, UtcOutput, Uuid, decimal
from .products import Availability, ProductOffer

# What one request may bring; the model says how many lines a basket has.
MOST = 200
BasketState = Literal['open', 'paying', 'at_till', 'sold', 'expired', 'cancelled']


class BasketItem(Schema):
    """Something to buy: a product, or what was scanned."""

    product_id: RecordId | None = None
    barcode: str | None = Field(None, min_length=1, max_length=256, description='In any of its spellings')
    quantity: float = Field(
        1, gt=0, le=10_000,
        description="Of a product in its own unit; of a barcode how many of what it says were taken: a pack counts as "
                    "one, and so does a label with a weight")

    @model_validator(mode='after')
    def _one_name(self):
        if (self.product_id is None) == (self.barcode is None):
            raise ValueError("Name it by either `product_id` or `barcode`")
        return self


class BasketReward(Schema):
    """A reward to claim, of those that `basket.rewards` lists."""

    reward_id: RecordId
    card_id: RecordId | None = Field(None, description='Whose points it takes; may be left out where there is one card')
    product_id: RecordId | None = Field(None, description='Where the reward is one of several products')


class NewBasket(Schema):
    """A basket to begin with."""

    store_id: RecordId
    lines: list[BasketItem] = Field(max_length=MOST, description='May be none yet')
    offer_ids: list[Uuid] = Field([], max_length=20, description='Coupons of the caller that are to count')


class BasketItems(Schema):
    """What was scanned."""

    lines: list[BasketItem] = Field(min_length=1, max_length=MOST)


class BasketUpdate(Schema):
    """What is changed; what is left out stays. Prices, taxes and promotions are those of now in any case."""

    lines: list[BasketItem] | None = Field(None, max_length=MOST, description='In place of all lines of goods')
    offer_ids: list[Uuid] | None = Field(None, max_length=20, description='In place of all coupons')
    rewards: list[BasketReward] | None = Field(
        None, max_length=20, description='In place of all rewards that were claimed; others come by themselves')


class BasketLine(Output):
    """A line of goods; the same order as the order's lines of the type `product`."""

    id: str = Field(description='Opaque')
    product_id: int
    quantity: float
    unit: str
    barcode: str | None = Field(
        description="Of the pack that it is counted in, which names the line where all lines are sent. Null where it "
                    "is counted in the product's unit")
    price: Money = Field(description='Of one now, with taxes, after the discount')
    scanned_price: Money | None = Field(
        description='What it was when the customer last changed the line; null where it is the same')
    needs_staff: bool = Field(description='A colleague has to look at it before the basket can be paid')
    availability: Availability = Field(description='In the store, as far as the shop knows')
    warnings: list[str] = Field(
        description='`price_up`, `price_down`, `low` (few are left), `short` (by its books the store has less than '
                    'this, which is no reason to put it back); there may be more one day')

    @classmethod
    def of(cls, facts):
        """Return a ``mobile_basket_facts.BasketLine``."""
        line = facts.line
        return cls(
            id=facts.public_id, product_id=line.product_id.id, quantity=line.product_uom_qty,
            unit=line.product_uom_id.name, barcode=facts.barcode, price=Money.of(facts.price, line.currency_id),
            scanned_price=None if facts.scanned_price is None else Money.of(facts.scanned_price, line.currency_id),
            needs_staff=facts.needs_staff, availability=facts.availability, warnings=facts.warnings)


class RewardProduct(Output):
    """One of the products among which the customer chooses."""

    id: int
    name: str


class ClaimableReward(Output):
    """A reward that the customer may claim, or has claimed."""

    reward_id: int
    card_id: int
    program: str
    title: str
    unit: str = Field(description='Of its cost: "points", or the currency (ISO 4217) of an e-wallet')
    cost: str = Field(description='What it takes from the card; a decimal number')
    worth: Money | None = Field(description='What it takes off the basket; null when it gives a product')
    products: list[RewardProduct] = Field(description='Of which one is to be chosen; empty where there is no choice')
    claimed: bool

    @classmethod
    def of(cls, claimable, currency):
        """Return a ``mobile_basket_rewards.Claimable``."""
        reward, card = claimable.reward, claimable.card
        return cls(
            reward_id=reward.id, card_id=card.id, program=card.program_id.name, title=reward.description or '',
            unit=card._mobile_unit(), cost=decimal(claimable.cost),
            worth=None if claimable.worth is None else Money.of(claimable.worth, currency),
            products=[RewardProduct(id=product.id, name=product.display_name) for product in claimable.products],
            claimed=claimable.is_claimed)


class BasketChange(Output):
    """What has changed without the customer's doing."""

    code: str = Field(
        description='`price_up`, `price_down`, `not_sold` (taken out), `offer_gone`, `reward_gone`, `reward_added`, '
                    '`staff`; there may be more one day')
    text: str = Field(description='In words, in the language in which it was found')
    product_id: int | None = None
    offer_id: Uuid | None = None
    reason: str | None = Field(None, description='Of a coupon: the code of a problem, or `conditions`')


class BasketCheck(Output):
    """What a colleague has to look at before the basket can be paid."""

    line_id: str
    product_id: int
    reason: Literal['age', 'weight']
    min_age: int | None = Field(description='In years')
    text: str = Field(description="What to tell the customer of it, in the caller's language")


class Basket(Output):
    """How it stands with the basket that an order is, or was before it was a purchase."""

    state: BasketState
    version: int = Field(description='What `If-Match` names to change or to pay just this')
    expires_at: UtcOutput | None = Field(description='When it is given up unless something happens; null once it ended')
    lines: list[BasketLine]
    checks: list[BasketCheck] = Field(description='Why colleagues are needed; none any more once they have looked')
    rewards: list[ClaimableReward] = Field(description='That leave a choice; others come by themselves')
    offers: list[ProductOffer] = Field(description='Coupons that count on it')
    usable_offers: list[ProductOffer] = Field(description='Coupons of the caller that would count too')
    changes: list[BasketChange] = Field(description='Since the version before, without the customer\'s doing')

    @classmethod
    def of(cls, facts):
        """Return a ``mobile_basket_facts.BasketFacts``."""
        basket = facts.basket
        is_living = facts.state in ('open', 'paying', 'at_till')
        return cls(
            state=facts.state,
            version=basket.version,
            expires_at=basket.expires_at if is_living else None,
            lines=[BasketLine.of(line) for line in facts.lines],
            checks=[BasketCheck(
                line_id=basket._line_id(check.line_id), product_id=check.product_id.id, reason=check.reason,
                min_age=check.min_age or None, text=check._customer_text(),
            ) for check in basket._open_checks()] if facts.state == 'open' else [],
            rewards=[ClaimableReward.of(claimable, basket.order_id.currency_id) for claimable in facts.rewards],
            offers=[ProductOffer.of(card) for card in facts.offers],
            usable_offers=[ProductOffer.of(card) for card in facts.usable],
            changes=[BasketChange(**change) for change in basket.changes or ()],
        )
