from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.geocoding_http import valid_endpoint
from ..tools.geocoding_services import SERVICES

# The key is a system parameter, which administrators alone can read.
KEY_PARAMETER = 'mobile_crm.geocoder.key.%s'
ODOO_GOOGLE_KEY = 'base_geolocalize.google_map_api_key'


class BaseGeoProvider(models.Model):
    _inherit = 'base.geo_provider'

    mobile_endpoint = fields.Char(
        string="Endpoint", groups='base.group_system',
        help="Where the service is reached, such as https://nominatim.example.com. Your own server may be within your "
             "network. Empty for the service's own address, where it has one.")
    mobile_user_agent = fields.Char(
        string="User Agent", groups='base.group_system', default="Odoo Mobile CRM",
        help="How we introduce ourselves. Public services ask for a name by which they can reach you.")
    mobile_timeout = fields.Float(
        string="Timeout (s)", groups='base.group_system', default=5.0, help="For one question, in seconds.")
    mobile_requests_per_second = fields.Float(
        string="Requests per Second", groups='base.group_system', default=1.0,
        help="At most so many, over all workers and hosts.")
    mobile_requests_per_day = fields.Integer(
        string="Requests per Day", groups='base.group_system', help="At most so many, by UTC days. 0: no limit.")
    mobile_cache_days = fields.Integer(
        string="Keep Answers For (days)", groups='base.group_system', default=30,
        help="Within this time the same address is not asked for again. The terms of the service may limit it.")
    mobile_has_key = fields.Boolean(compute='_compute_mobile_has_key', groups='base.group_system')

    # === COMPUTE METHODS === #

    @api.depends('tech_name')
    def _compute_mobile_has_key(self):
        for provider in self:
            provider.mobile_has_key = bool(provider._mobile_key())

    # === CONSTRAINT METHODS === #

    @api.constrains('mobile_endpoint')
    def _check_mobile_endpoint(self):
        for provider in self:
            if provider.mobile_endpoint and not valid_endpoint(provider.mobile_endpoint):
                raise ValidationError(self.env._(
                    "The endpoint of %s must be an address like https://nominatim.example.com, without a user, "
                    "password, question mark or fragment.", provider.name))

    @api.constrains('mobile_user_agent')
    def _check_mobile_user_agent(self):
        for provider in self:
            agent = provider.mobile_user_agent or ''
            if len(agent) > 200 or not (agent.isascii() and agent.isprintable()):
                raise ValidationError(self.env._(
                    "The user agent of %s is at most 200 letters, digits and signs of ASCII: no é, no ł.",
                    provider.name))

    @api.constrains(
        'mobile_timeout', 'mobile_requests_per_second', 'mobile_requests_per_day', 'mobile_cache_days')
    def _check_mobile_limits(self):
        for provider in self:
            if not 0.5 <= provider.mobile_timeout <= 60:
                raise ValidationError(self.env._("The timeout of a geocoding service is 0.5 to 60 seconds."))
            if not 0.2 <= provider.mobile_requests_per_second <= 100:
                raise ValidationError(self.env._("A geocoding service is asked 0.2 to 100 times per second."))
            if provider.mobile_requests_per_day < 0:
                raise ValidationError(self.env._("The requests per day cannot be negative. 0 means no limit."))
            if not 1 <= provider.mobile_cache_days <= 3650:
                raise ValidationError(self.env._("Answers of a geocoding service are kept for 1 to 3650 days."))

    # === BUSINESS METHODS === #

    def _mobile_key(self):
        """Return the key of this service, or ''."""
        self.ensure_one()
        name = ODOO_GOOGLE_KEY if self.tech_name == 'googlemap' else KEY_PARAMETER % self.tech_name
        return self.env['ir.config_parameter'].sudo().get_param(name) or ''

    def _mobile_set_key(self, key):
        """Store the key of this service; False forgets it."""
        self.ensure_one()
        name = ODOO_GOOGLE_KEY if self.tech_name == 'googlemap' else KEY_PARAMETER % self.tech_name
        self.env['ir.config_parameter'].sudo().set_param(name, key and key.strip())

    def _mobile_access(self):
        """Return what decides whether the service lets us in."""
        return [(provider.id, provider.mobile_endpoint, provider._mobile_key()) for provider in self]

    def _mobile_missing(self):
        """Return what keeps this service from being asked, in words for staff, or None.

        :rtype: str | None
        """
        self.ensure_one()
        service = SERVICES.get(self.tech_name)
        if not service:
            return self.env._(
                "%s cannot be used for lists of stores. Choose another geocoding service in the settings.", self.name)
        if not (self.mobile_endpoint or service.endpoint):
            return self.env._("The endpoint of %s is not set. Enter it in the settings.", self.name)
        if service.needs_key and not self._mobile_key():
            return self.env._("%s needs a key. Enter it in the settings.", self.name)
        return None

    def _mobile_service(self):
        """Return the service, ready to be asked; ``_mobile_missing`` has been asked before.

        :rtype: Service
        """
        self.ensure_one()
        return SERVICES[self.tech_name](
            self.mobile_endpoint or '', self._mobile_key(), timeout=self.mobile_timeout,
            user_agent=self.mobile_user_agent or "Odoo Mobile CRM")
