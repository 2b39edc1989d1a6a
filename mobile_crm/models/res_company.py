import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html_sanitize

from ..tools import gs1
from ..tools.map_box import MAX_ZOOM


class ResCompany(models.Model):
    """What a company decides about its customers' phones; shown on the settings page."""

    _inherit = 'res.company'

    mobile_position_days = fields.Integer(
        string="Keep Positions For (days)", required=True, default=30,
        help="After so many days the coordinates that phones reported are erased.")
    mobile_event_days = fields.Integer(
        string="Keep Reports For (days)", required=True, default=730,
        help="After so many days what phones reported is deleted: comings and goings, scans, searches. Visits, "
             "messages and coupons stay.")
    mobile_erasure_days = fields.Integer(
        string="Erase Customers After (days)", required=True, default=14,
        help="How long a customer who wants to be forgotten can still change their mind.")
    mobile_approval_required = fields.Boolean(
        string="Customers Approve Spending", default=True,
        help="Customers approve on their phone when points or e-wallet are spent. Who has no signed-in phone is not "
             "asked.")
    mobile_coupon_return = fields.Selection(
        selection=[
            ('no', "Never"),
            ('valid', "While they are good"),
            ('renewed', "Always; expired ones count two weeks more"),
        ],
        string="Give Coupons Back", required=True, default='valid',
        help="Whether a customer gets their coupon back when its order is refunded by a credit note. A cancelled order "
             "gives it back anyway.")
    mobile_basket_minutes = fields.Integer(
        string="Keep Baskets For (minutes)", required=True, default=120,
        help="Minutes after the last change. A basket that nobody has paid by then is given up.")
    mobile_coupon_hold_minutes = fields.Integer(
        string="Quotations Hold Coupons For (minutes)", required=True, default=0,
        help="While a quotation holds a coupon, nobody else can redeem it. 0 lets whoever confirms first have it.")
    mobile_card_key_version = fields.Integer(
        string="Key of Member Cards", required=True, default=1, readonly=True,
        help="The number of the key by which tills check member cards.")
    mobile_visit_hours = fields.Integer(
        string="Visits Count Within (hours)", required=True, default=72,
        help="Who comes to a store within so many hours after an offer has followed it. New campaigns begin with this.")
    mobile_purchase_days = fields.Integer(
        string="Purchases Count Within (days)", required=True, default=14,
        help="For so many days purchases are compared between those who got an offer and the control group. New "
             "campaigns begin with this.")
    mobile_gs1_prefix = fields.Char(
        string="GS1 Company Prefix",
        help="The 6 to 11 digits that GS1 has given you. Barcodes of coupons with a GS1 coupon number begin with it.")
    mobile_email_double_opt_in = fields.Boolean(
        string="Double Opt-In for Emails",
        help="Consent to emails counts once the customer has opened a link that was mailed to the address.")
    mobile_max_messages_per_day = fields.Integer(
        string="Messages per Customer and Day", required=True, default=0,
        help="A customer gets no more within any 24 hours, over all campaigns. 0 means no limit.")
    mobile_max_messages_per_week = fields.Integer(
        string="Messages per Customer and Week", required=True, default=0,
        help="A customer gets no more within any seven days, over all campaigns. 0 means no limit.")
    mobile_holdout_percent = fields.Integer(
        string="Control Group of All Campaigns (%)", required=True, default=0,
        help="This part of the customers gets no offers at all, always the same ones, so that you can see what all "
             "campaigns together earn.")
    mobile_withhold_unpaid = fields.Boolean(
        string="No Offers to Customers Who Owe", default=True,
        help="Customers with an invoice that is in dispute (its payment is blocked, or it is kept out of follow-ups) "
             "or overdue get no offers.")
    mobile_overdue_days = fields.Integer(
        string="Overdue by More Than (days)", required=True, default=30,
        help="An invoice that has not been paid so many days after it was due keeps offers back.")
    mobile_tile_url = fields.Char(
        string="Tile Server",
        help="Where maps get their background from: an address with {z}, {x} and {y}. Without one, maps show a grid "
             "and ask nobody.")
    mobile_tile_attribution = fields.Char(
        string="Attribution", help="What the provider of the tiles wants to be named as; a link may be in it.")
    mobile_tile_max_zoom = fields.Integer(
        string="Largest Scale", required=True, default=19, help="The last zoom level that the server has tiles for.")

    _mobile_windows_valid = models.Constraint(
        'CHECK (mobile_visit_hours > 0 AND mobile_purchase_days > 0)',
        "Visits and purchases count for at least an hour and a day.")
    _mobile_position_days_valid = models.Constraint(
        'CHECK (mobile_position_days BETWEEN 1 AND 3650)', "Positions are kept for 1 to 3650 days.")
    _mobile_event_days_valid = models.Constraint(
        'CHECK (mobile_event_days BETWEEN 30 AND 3650)', "Reports are kept for 30 to 3650 days.")
    _mobile_erasure_days_valid = models.Constraint(
        'CHECK (mobile_erasure_days BETWEEN 0 AND 30)',
        "A customer is erased within 30 days; the law allows a month.")
    _mobile_campaigns_valid = models.Constraint(
        'CHECK (mobile_max_messages_per_day >= 0 AND mobile_max_messages_per_week >= 0 AND mobile_overdue_days >= 0'
        ' AND mobile_holdout_percent BETWEEN 0 AND 100)',
        "Numbers of messages and days are not negative, and a control group is between 0 and 100 percent.")
    _mobile_tile_max_zoom_valid = models.Constraint(
        f'CHECK (mobile_tile_max_zoom BETWEEN 1 AND {MAX_ZOOM})', f"The largest scale is between 1 and {MAX_ZOOM}.")

    _mobile_basket_minutes_valid = models.Constraint(
        'CHECK (mobile_basket_minutes BETWEEN 5 AND 2880)', "A basket is kept for 5 minutes to two days.")
    _mobile_coupon_hold_minutes_valid = models.Constraint(
        'CHECK (mobile_coupon_hold_minutes BETWEEN 0 AND 10080)', "A quotation holds a coupon for a week at most.")

    # === CONSTRAINT METHODS === #

    @api.constrains('mobile_gs1_prefix')
    def _check_mobile_gs1_prefix(self):
        for company in self.filtered('mobile_gs1_prefix'):
            if not gs1.PREFIX.fullmatch(company.mobile_gs1_prefix):
                raise ValidationError(self.env._("A GS1 company prefix has 6 to 11 digits."))

    @api.constrains('mobile_tile_url')
    def _check_mobile_tile_url(self):
        for company in self.filtered('mobile_tile_url'):
            template = company.mobile_tile_url
            try:
                parts = urlsplit(template)
                host = parts.hostname
            except ValueError:
                host = None
            # {s} and {r} are what Leaflet fills too: a letter of the servers a to c, and "@2x" for sharp screens.
            names = sorted(set(re.findall(r'{(.*?)}', template)) - {'s', 'r'})
            is_address = host and parts.scheme in ('http', 'https') and not re.search(r'\s', template)
            if not is_address or names != ['x', 'y', 'z']:
                raise ValidationError(self.env._(
                    "“%s” is no address of map tiles. It begins with https:// and has {z}, {x} and {y} in it, as in "
                    "https://tiles.example.com/{z}/{x}/{y}.png.", template))

    # === ACTION METHODS === #

    def action_mobile_new_card_key(self):
        """Sign member cards with the next key. Tills know it already; the cards shown at this moment are void."""
        for company in self:
            company.mobile_card_key_version += 1

    # === BUSINESS METHODS === #

    def _mobile_tiles(self):
        """Return where maps get their background from.

        :return: ``url``, ``attribution`` (safe HTML) and ``max_zoom``, or None when nothing may be asked from outside.
        :rtype: dict | None
        """
        self.ensure_one()
        return {
            'url': self.mobile_tile_url,
            'attribution': html_sanitize(self.mobile_tile_attribution or '', strip_style=True, strip_classes=True),
            'max_zoom': self.mobile_tile_max_zoom,
        } if self.mobile_tile_url else None

    def _mobile_mail(self, address, subject, template, values, **vals):
        """Put a mail of this company into Odoo's outgoing queue and wake its worker.

        :param str address: whom it goes to.
        :param str template: the external id of the body's QWeb template, which gets `values` and the ``company``.
        :param vals: further fields of ``mail.mail``.
        """
        self.ensure_one()
        self.env['mail.mail'].create({
            'email_to': address,
            'email_from': self.email_formatted or self.env.user.email_formatted,
            'subject': subject,
            'body_html': self.env['ir.qweb']._render(template, {**values, 'company': self}),
            'auto_delete': True,
            **vals,
        })
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()
