"""What is kept about customers, for how long and why: the settings page shows it, and docs/privacy.md says the same."""
from typing import NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class Retention(NamedTuple):
    """One kind of data.

    :ivar what: in a customer's words
    :ivar tuple models: where it stands
    :ivar how_long: where a company decides, with the name of its setting in braces
    :ivar why: the purpose, and the ground in law (GDPR, article 6)
    """

    what: str
    models: tuple
    how_long: str
    why: str


CONTACT = _lt("until the customer is erased")

RETENTION = (
    Retention(
        _lt("Name, verified number and address, birthdate, favourite stores"), ('res.partner', 'res.users'), CONTACT,
        _lt("To know and serve the customer: contract")),
    Retention(
        _lt("Phones: model, system, language, push address"), ('mobile.device',), CONTACT,
        _lt("To serve the app: contract")),
    Retention(
        _lt("Sign-ins, as hashes"), ('mobile.token',), _lt("30 days after they end"),
        _lt("To notice stolen sessions: legitimate interest")),
    Retention(
        _lt("One-time codes, as hashes, and where they were sent"), ('mobile.otp',), _lt("1 day after they expire"),
        _lt("To sign in: contract")),
    Retention(
        _lt("Visits, scans, searches"), ('mobile.event',), CONTACT,
        _lt("To offer what fits: consent")),
    Retention(
        _lt("Exact positions"), ('mobile.event',), _lt("24 hours, then to about 1 km"),
        _lt("To notice that somebody is near: consent")),
    Retention(
        _lt("Coarse positions"), ('mobile.event',), _lt("{mobile_position_days} days"),
        _lt("To plan stores and campaigns: consent")),
    Retention(
        _lt("Messages, and why they came or did not"), ('mobile.message', 'mobile.decision'), CONTACT,
        _lt("To explain each message: legitimate interest")),
    Retention(
        _lt("Consents, with the wording that was shown"), ('mobile.consent', 'mobile.opt.in'),
        _lt("always; without the customer once they are erased"),
        _lt("To prove them: legal obligation")),
    Retention(
        _lt("Quiet hours, wishes, what was approved on the phone"), ('mobile.preference', 'mobile.approval'), CONTACT,
        _lt("To do as the customer says: contract")),
    Retention(
        _lt("Coupons"), ('loyalty.card',), CONTACT, _lt("To honour them: contract")),
    Retention(
        _lt("Redemptions, orders, invoices"), ('mobile.redemption', 'sale.order', 'account.move'),
        _lt("as long as tax law says; after erasure without a phone or an email"),
        _lt("Books: legal obligation")),
    Retention(
        _lt("Which colleague looked at visits"), ('mobile.look',), _lt("365 days"),
        _lt("To watch over those who may look: legitimate interest")),
    Retention(
        _lt("Requests to be forgotten"), ('mobile.erasure',),
        _lt("carried out after {mobile_erasure_days} days; then without a name"),
        _lt("To prove it was done: legal obligation")),
)
