"""What becomes of the records that point at a customer, where it is not what the rule says.

The rule (see ``mobile.trace``, ``mobile.export``, ``mobile.eraser``): every record that points at the customer, and
every part of it, is in the export; on erasure it is deleted. A model added next year follows the rule without being
named here. Each exception has its reason. Models of addons that are not installed do no harm.
"""
import re
from typing import NamedTuple

# Fields that open something, or tell nothing: never exported. (A store's or an app's key is not a person's.)
SECRET_FIELD = re.compile(
    r'^(?!push_to_talk_key$)(.*_)?'
    r'(password|passwd|secret|hash|hashes|keys?|totp_\w+|tokens?|signup_\w+|session_identifier|credential\w*)$')

# Links to people who are not the customer are exported as "somebody else".
PEOPLE_MODELS = ('res.partner', 'res.users', 'hr.employee', 'resource.resource', 'mail.guest')

# Messages whose text may hold a one-time code that is still good: who stole a session must not find it in an export.
CODE_FIELDS = {'sms.sms': 'body', 'mail.mail': 'body_html'}

# Text that names the author of a message: exported with the customer's own messages only.
AUTHOR_FIELDS = {'mail.message': ('email_from', 'reply_to', 'incoming_email_to', 'incoming_email_cc')}

# Who else got or follows what the customer has: exported only where it is the customer.
OTHERS_SHARES = ('mail.followers', 'mail.mail', 'mail.message.reaction', 'mail.notification')

NOT_EXPORTED = {
    'ir.actions.server': "a setting",
    'ir.model.data': "names of records for programmers",
    'res.groups': "rights of the account, the same for each customer",
    'res.users.deletion': "a queue of the server",
}

# Records of the company's own that merely name somebody: the name goes, the record stays.
SHARED = {
    'account.reconcile.model': "a setting",
    'account.reconcile.model.line': "a setting",
    'crm.team': "a team of staff",
    'digest.digest': "a report to staff",
    'digest.tip': "a text of Odoo",
    'discuss.channel': "a conversation of several",
    'iap.account': "an account of the company",
    'ir.actions.server': "a setting",
    'ir.cron': "a scheduled action",
    'ir.mail_server': "a setting",
    'mail.activity.plan.template': "a setting",
    'mail.activity.type': "a setting",
    'mail.alias': "an address of the company",
    'mail.template': "a setting",
    'mobile.app': "an app of the company",
    'mobile.campaign': "a campaign of the company",
    'mobile.store': "a shop of the company",
    'product.template': "a product",
    'product.product': "a product",
    'project.project': "a project of several",
    'res.company': "the company",
    'res.groups': "a group of rights",
    'res.partner': "another contact",
    'res.partner.category': "a tag of several",
    'res.role': "a role of staff",
    'resource.calendar': "working times",
    'spreadsheet.dashboard': "a report",
    'stock.warehouse': "a warehouse",
    'utm.campaign': "a campaign of the company",
    'web_tour.tour': "a text of Odoo",
}

# Whose numbers the company still counts: they stay, without the person and without any text.
ANONYMISED = {
    'account.analytic.account': "costs and revenue are booked on it",
    'account.analytic.line': "costs and revenue",
}

# Models whose owner is whoever created the record.
OWNED_BY_CREATOR = ('auth.passkey.key',)

# Links from colleagues: who is one is not erased as a customer.
EMPLOYED = {'hr.employee': 'work_contact_id'}

# Where a document names a contact beside the one whose it is (``partner_id``): as who pays, or gets the goods. Parts of
# another contact's document are not the customer's, and it outlives them.
BESIDE = {
    'account.move': ('partner_shipping_id',),
    'sale.order': ('partner_invoice_id', 'partner_shipping_id'),
}

# A portal user is named by these as the person concerned, although the link may be empty.
PERSONAL_BY_USER = ('mobile.device', 'mobile.token', 'res.device.log')

# Links to many people: the record goes when it concerns nobody else but staff.
PERSONAL_BY_LIST = ('calendar.event', 'mail.mail', 'mail.message', 'mail.scheduled.message')

# The id of a contact without a foreign key; a model of one's own can say so itself (see ``mobile.trace``).
SUBJECT_FIELDS = {'mobile.consent': 'subject_id'}

# Where an address stands that need not be linked to a contact.
ADDRESS_FIELDS = {
    'crm.lead': ('email_normalized', 'phone_sanitized'),
    'event.registration': ('email', 'phone'),
    'mail.blacklist': ('email',),
    'mail.mail': ('email_to',),
    'mail.message': ('email_from',),
    'mailing.contact': ('email_normalized',),
    'mailing.trace': ('email', 'sms_number'),
    'phone.blacklist': ('number',),
    'sms.sms': ('number',),
}


class Kept(NamedTuple):
    """Why records of a model outlive their customer, and which.

    :ivar str reason: the duty
    :ivar str condition: SQL on the row, named ``kept``; what does not meet it is deleted
    :ivar tuple clear: columns that are emptied
    :ivar bool names_contact: whether the duty includes who the customer was
    """

    reason: str
    condition: str = 'TRUE'
    clear: tuple = ()
    names_contact: bool = True


_BOOKS = "books and their vouchers are kept for as long as tax law says"
_ORDERS = "orders are business letters"
_DELIVERIES = "delivery notes are vouchers"


def _part_of(table, field, condition):
    """Return the condition of a part: that its document is kept, whoever else the document is about."""
    # All of it is written in this file.
    return f"kept.{field} IN (SELECT kept.id FROM {table} kept WHERE {condition})"  # noqa: S608


_MOVE = "kept.state = 'posted' OR kept.posted_before"
_SALE = "kept.state = 'sale'"
_POS = "kept.state <> 'draft'"
_PURCHASE = "kept.state IN ('purchase', 'done')"
_PICKING = "kept.state <> 'cancel'"

KEPT_BY_LAW = {
    'account.move': Kept(_BOOKS, _MOVE, clear=('access_token', 'invoice_source_email')),
    'account.move.line': Kept(_BOOKS, _part_of('account_move', 'move_id', _MOVE)),
    'account.payment': Kept(_BOOKS, "kept.state NOT IN ('draft', 'canceled', 'rejected')"),
    'account.bank.statement.line': Kept(_BOOKS),
    'sale.order': Kept(_ORDERS, _SALE, clear=('access_token',)),
    'sale.order.line': Kept(_ORDERS, _part_of('sale_order', 'order_id', _SALE)),
    'payment.transaction': Kept(
        _BOOKS, "kept.state IN ('pending', 'authorized', 'done')", clear=('partner_email', 'partner_phone')),
    'pos.order': Kept(_BOOKS, _POS, clear=('access_token', 'email', 'mobile')),
    'pos.order.line': Kept(_BOOKS, _part_of('pos_order', 'order_id', _POS)),
    'pos.payment': Kept(_BOOKS, _part_of('pos_order', 'pos_order_id', _POS)),
    'purchase.order': Kept(_ORDERS, _PURCHASE),
    'purchase.order.line': Kept(_ORDERS, _part_of('purchase_order', 'order_id', _PURCHASE)),
    'stock.picking': Kept(_DELIVERIES, _PICKING),
    'stock.move': Kept(_DELIVERIES, _PICKING),
    'stock.move.line': Kept(_DELIVERIES, _PICKING),
    'mobile.redemption': Kept(
        "what a coupon took off a sale explains the sale", "kept.state IN ('confirmed', 'returned', 'conflict')",
        clear=('partner_id',), names_contact=False),
    'mobile.consent': Kept("that somebody agreed must be proved (GDPR, article 7)", names_contact=False),
    'mobile.erasure': Kept(
        "that it was erased must be proved (GDPR, article 5)", clear=('partner_id',), names_contact=False),
    'mobile.look': Kept("who looked must be proved", clear=('partner_id',), names_contact=False),
    'privacy.log': Kept("that it was looked up must be proved; names are masked", names_contact=False),
}

# Of a contact that kept documents name, this stays.
KEPT_CONTACT_FIELDS = (
    'name', 'complete_name', 'commercial_company_name', 'street', 'street2', 'zip', 'city', 'vat', 'company_registry',
    'lang', 'tz', 'type', 'company_type', 'autopost_bills', 'peppol_verification_state')
