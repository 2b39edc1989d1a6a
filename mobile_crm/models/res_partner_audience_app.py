from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import audience
from ..tools.audience import TRUE
from .mobile_device import PLATFORMS
from .res_partner_audience import COMPARISONS, MANAGER, Days

USER = 'mobile_crm.group_mobile_crm_user'
PURPOSES = ('push', 'sms', 'email', 'profiling')


class ResPartner(models.Model):
    """Which phones customers have, what they agreed to, and their days."""

    _inherit = 'res.partner'

    mobile_has_app = fields.Boolean(
        string="Has the App", compute='_compute_mobile_app', search='_search_mobile_has_app', groups=USER,
        help="Is signed in on a phone with an app of the company.")
    mobile_app_ids = fields.Many2many(
        string="App", comodel_name='mobile.app', compute='_compute_mobile_app', search='_search_mobile_app_ids',
        groups=USER)
    mobile_platform = fields.Selection(
        string="Platform", selection=PLATFORMS, compute='_compute_mobile_app', search='_search_mobile_platform',
        groups=USER, help="Of any of the customer's phones; shown is that of the phone that was seen last.")
    mobile_app_version = fields.Char(
        string="App Version", compute='_compute_mobile_app', search='_search_mobile_app_version', groups=USER,
        help="Of any of the customer's phones; shown is that of the phone that was seen last. Part by part: "
             "2.10 is later than 2.9.")
    mobile_can_push = fields.Boolean(
        string="Allows Notifications", compute='_compute_mobile_app', search='_search_mobile_can_push', groups=USER,
        help="One of the customer's phones lets the app show notifications. Whether the customer has agreed to them is "
             "another question.")
    mobile_agrees_push = fields.Boolean(
        string="Agreed to Notifications", compute='_compute_mobile_agrees', search='_search_mobile_agrees_push',
        groups=USER)
    mobile_agrees_sms = fields.Boolean(
        string="Agreed to Text Messages", compute='_compute_mobile_agrees', search='_search_mobile_agrees_sms',
        groups=USER)
    mobile_agrees_email = fields.Boolean(
        string="Agreed to Emails", compute='_compute_mobile_agrees', search='_search_mobile_agrees_email', groups=USER)
    mobile_agrees_profiling = fields.Boolean(
        string="Agreed to Personal Recommendations", compute='_compute_mobile_agrees',
        search='_search_mobile_agrees_profiling', groups=USER)
    mobile_birthday_in = Days(
        string="Days Until Birthday", compute='_compute_mobile_birthday_in', search='_search_mobile_birthday_in',
        groups=MANAGER, aggregator=None,
        help="0 on the day itself. Who was born on 29 February has it on the 28th in other years. Customers whose "
             "birthdate is not known match no number.")
    mobile_customer_since = fields.Date(
        string="Customer Since", compute='_compute_mobile_customer_since', search='_search_mobile_customer_since',
        groups=MANAGER, help="The day of the first confirmed order or of the first sign-in, whichever was earlier.")

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_mobile_app(self):
        self.env['mobile.device'].flush_model()

        def latest(column):
            return SQL('(%s)', self._mobile_devices_sql(
                SQL('partner.id'), column, SQL('TRUE ORDER BY last_seen_at DESC NULLS LAST, id DESC LIMIT 1')))

        self._mobile_set_figures(
            mobile_has_app=self._mobile_device_exists(SQL('partner.id')),
            mobile_app_ids=SQL(
                '(%s)', self._mobile_devices_sql(SQL('partner.id'), SQL('array_agg(DISTINCT app_id)'))),
            mobile_platform=latest(SQL('platform')),
            mobile_app_version=latest(SQL('app_version')),
            mobile_can_push=self._mobile_device_exists(SQL('partner.id'), SQL('notifications_allowed')))

    @api.depends_context('company')
    def _compute_mobile_agrees(self):
        self.env['mobile.consent'].flush_model()
        self._mobile_set_figures(**{
            f'mobile_agrees_{purpose}': self._mobile_agrees_sql(SQL('partner.id'), purpose) for purpose in PURPOSES})

    @api.depends('mobile_birthdate')
    @api.depends_context('company')
    def _compute_mobile_birthday_in(self):
        ahead = audience.anniversaries(self._mobile_calendar()[1])
        for partner in self:
            birthdate = partner.mobile_birthdate
            partner.mobile_birthday_in = birthdate and ahead.get(birthdate.month * 100 + birthdate.day)

    @api.depends_context('company')
    def _compute_mobile_customer_since(self):
        zone = self._mobile_calendar()[0]
        self._mobile_flush_orders()
        self._mobile_set_figures(mobile_customer_since=SQL(
            "(least(%s, (%s)) AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
            self._mobile_order_moment_sql(SQL('partner.id'), is_last=False),
            self._mobile_sign_ins_sql(SQL('partner.id'), SQL('min(users.create_date)')), zone.key))

    # === SEARCH METHODS === #

    @api.model
    def _search_mobile_has_app(self, operator, value):
        self.env['mobile.device'].flush_model()
        return self._mobile_boolean_block('mobile_has_app', operator, self._mobile_device_exists)

    @api.model
    def _search_mobile_app_ids(self, operator, value):
        self.env['mobile.device'].flush_model()
        return self._mobile_related_block('mobile_app_ids', operator, value, lambda partner, chosen: (
            self._mobile_device_exists(partner, SQL('app_id %s', chosen or SQL('IS NOT NULL')))))

    @api.model
    def _search_mobile_platform(self, operator, value):
        self.env['mobile.device'].flush_model()
        return self._mobile_block('mobile_platform', operator, lambda partner: audience.any_of(
            SQL('NOT %s', self._mobile_device_exists(partner)) if platform is False
            else self._mobile_device_exists(partner, SQL('platform = %s', str(platform)))
            for platform in value), ('in',))

    @api.model
    def _search_mobile_app_version(self, operator, value):
        def condition(partner):
            if operator == 'in':
                return audience.any_of(
                    SQL('NOT %s', self._mobile_device_exists(partner, SQL('app_version IS NOT NULL')))
                    if version is False
                    else self._mobile_device_exists(partner, SQL('app_version = %s', str(version)))
                    for version in value)
            if operator in audience.INEQUALITIES:
                return self._mobile_device_exists(partner, audience.version_compared(
                    SQL('app_version'), operator, value))
            pattern = value if operator.startswith('=') else f'%{value}%'
            return self._mobile_device_exists(partner, SQL('app_version ILIKE %s', pattern))

        self.env['mobile.device'].flush_model()
        return self._mobile_block(
            'mobile_app_version', operator, condition, (*COMPARISONS, 'ilike', 'like', '=ilike', '=like'))

    @api.model
    def _search_mobile_can_push(self, operator, value):
        self.env['mobile.device'].flush_model()
        return self._mobile_boolean_block('mobile_can_push', operator, lambda partner: (
            self._mobile_device_exists(partner, SQL('notifications_allowed'))))

    @api.model
    def _search_mobile_agrees_push(self, operator, value):
        return self._mobile_agrees('push', operator)

    @api.model
    def _search_mobile_agrees_sms(self, operator, value):
        return self._mobile_agrees('sms', operator)

    @api.model
    def _search_mobile_agrees_email(self, operator, value):
        return self._mobile_agrees('email', operator)

    @api.model
    def _search_mobile_agrees_profiling(self, operator, value):
        return self._mobile_agrees('profiling', operator)

    @api.model
    def _mobile_agrees(self, purpose, operator):
        self.env['mobile.consent'].flush_model()
        return self._mobile_boolean_block(
            f'mobile_agrees_{purpose}', operator, lambda partner: self._mobile_agrees_sql(partner, purpose))

    @api.model
    def _search_mobile_birthday_in(self, operator, value):
        self.flush_model(['mobile_birthdate'])

        def condition(partner):
            days = audience.anniversaries_within(self._mobile_calendar()[1], operator, value)
            is_born = SQL(
                'EXISTS (SELECT FROM res_partner born WHERE born.id = %s AND born.mobile_birthdate IS NOT NULL',
                partner)
            day = SQL("date_part('month', born.mobile_birthdate) * 100 + date_part('day', born.mobile_birthdate)")
            return audience.any_of([
                *([SQL('%s AND (%s)::integer IN %s)', is_born, day, tuple(days))] if days else []),
                *([SQL('NOT %s)', is_born)] if operator == 'in' and any(each is False for each in value) else [])])

        return self._mobile_block('mobile_birthday_in', operator, condition)

    @api.model
    def _search_mobile_customer_since(self, operator, value):
        zone = self._mobile_calendar()[0]
        self._mobile_flush_orders()
        return self._mobile_block('mobile_customer_since', operator, lambda partner: audience.first_day(
            lambda when: SQL(
                '(%s OR EXISTS (%s))', self._mobile_ordered_sql(partner, when), self._mobile_sign_ins_sql(
                    partner, SQL(), SQL('users.create_date %s', when) if when else TRUE)),
            operator, value, zone))

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_devices_sql(self, partner, columns, condition=TRUE):
        """Return a query of the phones on which a customer is signed in. The contact with a store's address is none."""
        return SQL(
            """SELECT %s FROM mobile_device
                WHERE partner_id = %s AND company_id = %s AND active
                  AND NOT EXISTS (SELECT FROM mobile_store place WHERE place.partner_id = mobile_device.partner_id)
                  AND %s""",
            columns, partner, self.env.company.id, condition)

    @api.model
    def _mobile_device_exists(self, partner, condition=TRUE):
        return SQL('EXISTS (%s)', self._mobile_devices_sql(partner, SQL(), condition))

    @api.model
    def _mobile_agrees_sql(self, partner, purpose):
        # PostgreSQL joins the first condition, and asks the dearer one of those alone who have ever agreed.
        company = SQL('%s', self.env.company.id)
        return SQL(
            """(EXISTS (SELECT FROM mobile_consent given WHERE given.subject_id = %(partner)s
                           AND given.company_id = %(company)s AND given.purpose = %(purpose)s AND given.granted)
                AND %(granted)s)""",
            partner=partner, company=company, purpose=purpose,
            granted=self.env['mobile.consent']._granted_sql(partner, company, purpose))

    @api.model
    def _mobile_sign_ins_sql(self, partner, columns, condition=TRUE):
        """Return a query of the portal users (``users``) with which a customer has signed in."""
        return SQL(
            """SELECT %s FROM res_users users
                WHERE users.partner_id = %s AND users.share AND %s
                  AND EXISTS (SELECT FROM mobile_device device
                               WHERE device.user_id = users.id AND device.company_id = %s)""",
            columns, partner, condition, self.env.company.id)
