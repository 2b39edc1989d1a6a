from typing import Literal

from pydantic import Field

from .base import Output, Page, PageQuery, Schema, Text, UtcOutput, Uuid

OfferStatus = Literal['available', 'reserved', 'redeemed', 'expired']
OfferStepKind = Literal[
    'issued', 'claimed', 'reserved', 'redeemed', 'returned', 'withdrawn', 'restored', 'expired']
Channel = Literal['sale', 'phone', 'till']


class OfferQuery(PageQuery):
    """The caller's coupons, newest first."""

    status: OfferStatus | None = None


class Claim(Schema):
    """A code from a flyer, a receipt or a friend."""

    code: str = Field(min_length=1, max_length=128, description='In any spelling, or all that a scanner reads')


class Discount(Output):
    """What a coupon gives."""

    type: Literal['percent', 'amount', 'product']
    value: str = Field(description='15 for 15 percent, 5.00 for an amount, the name of a free product')
    currency: str | None = Field(None, description='Of an amount, ISO 4217')


class Barcode(Output):
    """What the till scans."""

    format: Literal['code128', 'qr']
    value: str


class OfferCampaign(Output):
    """Where the coupon comes from."""

    id: int
    name: str


class Offer(Output):
    """A coupon of the caller."""

    id: Uuid
    title: str
    description: Text
    terms: Text
    discount: Discount
    code: str
    barcode: Barcode
    qr: str | None = Field(None, description='The text of a QR code that a till can check without the network')
    status: OfferStatus
    valid_from: UtcOutput | None
    expires_at: UtcOutput | None
    store_ids: list[int] = Field(description='Where it counts; empty means everywhere')
    channels: list[Channel] = Field(description='How it can be used: on an order of the shop, in the app, at the till')
    campaign: OfferCampaign | None
    image_url: str | None = Field(description='Of the picture, which needs no sign-in')

    @classmethod
    def of(cls, card, company=None):
        """Return a ``loyalty.card`` as its holder sees it.

        :param company: ``res.company`` whose tills check its ``qr``; there is none without one.
        """
        card = card.sudo()
        campaign = card.mobile_campaign_id
        # A program that is taken out of use takes its rewards along, and its coupons are still shown.
        reward = card.program_id.with_context(active_test=False).reward_ids[:1]
        return cls(
            id=card.mobile_uuid,
            title=campaign._title_of_coupon(card) if campaign else card.program_id.name,
            description=reward.description,
            terms=campaign.terms,
            discount=discount(reward),
            code=card.code,
            barcode=Barcode(format='qr', value=card.code),
            qr=card.env['mobile.coupon.pass']._issue(card, company) if company else None,
            status=card._mobile_public_status(),
            valid_from=card.mobile_valid_from or None,
            expires_at=card._mobile_expiry(),
            store_ids=card.mobile_store_ids.ids,
            channels=card._mobile_channel_list(),
            campaign=OfferCampaign(id=campaign.id, name=campaign._plain_title()) if campaign else None,
            image_url=campaign.image_url or None,
        )


class OfferStep(Output):
    """What happened to a coupon."""

    at: UtcOutput
    kind: OfferStepKind
    text: str = Field(description='In words, in the language of the request')
    where: str = Field(description='The store or the order, where it is the caller\'s own')


class OfferDetail(Offer):
    """A coupon of the caller, with its history."""

    history: list[OfferStep] = Field(description='The oldest first')

    @classmethod
    def of(cls, card, company):
        """Return a ``loyalty.card`` as its holder sees it, with what happened to it and what a till can check."""
        return cls(
            **Offer.of(card, company).model_dump(),
            history=[OfferStep(at=step['at'], kind=step['kind'], text=step['text'], where=step['where'] or '')
                     for step in card._mobile_history(for_holder=True)])


class OfferPage(Page[Offer]):
    """One page of coupons."""



def discount(reward):
    """Return what a ``loyalty.reward`` gives."""
    if reward.reward_type == 'product':
        return Discount(type='product', value=reward.reward_product_id.name or reward.description)
    if reward.discount_mode == 'percent':
        return Discount(type='percent', value=f'{reward.discount:.6g}')
    currency = reward.currency_id
    return Discount(
        type='amount', value=f'{reward.discount:.{currency.decimal_places}f}', currency=currency.name)
