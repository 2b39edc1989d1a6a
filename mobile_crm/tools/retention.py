"""What is kept about customers, for how long and why: the settings page shows it, and docs/privacy.md says the same."""
from typing import NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class Retention(NamedTuple):
    """One kind of data.

    :ivar tuple models: where it stands
    :ivar what: in a customer's words
    :ivar how_long: where a company decides, with the name of its setting in braces
    :ivar why: the purpose, and the ground in law (GDPR, article 6)
    """

    models: tuple
    what: str
    how_long: str
    why: str


CONTACT = _lt("until the customer is erased")

RETENTION = (
    Retention(
        ('res.partner', 'res.users'),
        _lt("Name, verified number and address, birthdate, favourite stores"), CONTACT,
        _lt("To know and serve the customer: contract")),
    Retention(
        ('mobile.device',),
        _lt("Phones: model, system, language, push address"), CONTACT,
        _lt("To serve the app: contract")),
    Retention(
        ('mobile.wallet.registration',),
        _lt("Passes in the wallets of phones, and where these are told of changes"),
        _lt("until the pass is removed from the phone, or 90 days after it ended"),
        _lt("To keep passes up to date: contract")),
    Retention(
        ('mobile.token',),
        _lt("Sign-ins, as hashes"), _lt("30 days after they end"),
        _lt("To notice stolen sessions: legitimate interest")),
    Retention(
        ('mobile.otp',),
        _lt("One-time codes, as hashes, and where they were sent"), _lt("1 day after they expire"),
        _lt("To sign in: contract")),
    Retention(
        ('mobile.event',),
        _lt("What phones reported: comings and goings, scans, searches"), _lt("{mobile_event_days} days"),
        _lt("To offer what fits: consent")),
    Retention(
        ('mobile.visit',),
        _lt("Visits to stores"), CONTACT,
        _lt("To offer what fits: consent")),
    Retention(
        ('mobile.event',),
        _lt("Exact positions"), _lt("24 hours, then to about 1 km"),
        _lt("To notice that somebody is near: consent")),
    Retention(
        ('mobile.event',),
        _lt("Coarse positions"), _lt("{mobile_position_days} days"),
        _lt("To plan stores and campaigns: consent")),
    Retention(
        ('mobile.presence',),
        _lt("Times inside fences, from which visits follow"), _lt("9 days, or until the consent is withdrawn"),
        _lt("To notice that somebody comes, stays and goes: consent")),
    Retention(
        ('mobile.message', 'mobile.decision'),
        _lt("Messages, and why they came or did not"), CONTACT,
        _lt("To explain each message: legitimate interest")),
    Retention(
        ('mobile.enquiry', 'mobile.enquiry.message', 'crm.lead'),
        _lt("Enquiries, and what was answered"), CONTACT,
        _lt("To answer them: contract")),
    Retention(
        ('mobile.occasion',),
        _lt("What campaigns are to answer, such as a purchase"), _lt("a few minutes, until they have"),
        _lt("To offer what fits: consent")),
    Retention(
        ('mobile.recommendation', 'mobile.recommendation.purchase'),
        _lt("Products that are recommended, and why"), _lt("until the consent is withdrawn; made anew each night"),
        _lt("To recommend what fits: consent")),
    Retention(
        ('mobile.consent', 'mobile.opt.in'),
        _lt("Consents, with the wording that was shown"), _lt("always; without the customer once they are erased"),
        _lt("To prove them: legal obligation")),
    Retention(
        ('mobile.preference', 'mobile.approval'),
        _lt("Quiet hours, wishes, what was approved on the phone"), CONTACT,
        _lt("To do as the customer says: contract")),
    Retention(
        ('mobile.basket', 'mobile.basket.check', 'mobile.payment'),
        _lt("Baskets that they put together and paid with their phone"),
        _lt("until the customer is erased; what came to nothing for 30 days"),
        _lt("To sell them what they want: contract")),
    Retention(
        ('mobile.exit.pass', 'mobile.exit'),
        _lt("How they left with what they paid with their phone, and what came of counting it"), _lt("180 days"),
        _lt("To prevent theft: legitimate interest")),
    Retention(
        ('mobile.attribution',),
        _lt("Purchases, with the visit and the offer that they are attributed to"), CONTACT,
        _lt("To know which offers are worth it: legitimate interest")),
    Retention(
        ('mobile.favourite', 'mobile.list', 'mobile.list.line'),
        _lt("Favourite products and shopping lists"), CONTACT,
        _lt("To remember what the customer marked: contract")),
    Retention(
        ('loyalty.card', 'mobile.coupon.step'),
        _lt("Coupons, and what was done with them"), CONTACT, _lt("To honour them: contract")),
    Retention(
        ('mobile.redemption', 'sale.order', 'account.move'),
        _lt("Redemptions, orders, invoices"), _lt("as long as tax law says; after erasure without a phone or an email"),
        _lt("Books: legal obligation")),
    Retention(
        ('mobile.look',),
        _lt("Which colleague looked at visits"), _lt("365 days"),
        _lt("To watch over those who may look: legitimate interest")),
    Retention(
        ('mobile.erasure',),
        _lt("Requests to be forgotten"), _lt("carried out after {mobile_erasure_days} days; then without a name"),
        _lt("To prove it was done: legal obligation")),
)
