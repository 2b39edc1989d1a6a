from markupsafe import Markup

from odoo import api, fields, models

from ..tools.retention import RETENTION
from .mobile_geocoder import DEFAULT_THRESHOLD, THRESHOLD

_TABLE = Markup('<table class="table table-sm"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
_ROW = Markup('<tr>{}</tr>')
_HEAD = Markup('<th>{}</th>')
_CELL = Markup('<td>{}</td>')


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_position_days = fields.Integer(related='company_id.mobile_position_days', readonly=False)
    mobile_visit_hours = fields.Integer(related='company_id.mobile_visit_hours', readonly=False)
    mobile_purchase_days = fields.Integer(related='company_id.mobile_purchase_days', readonly=False)
    mobile_event_days = fields.Integer(related='company_id.mobile_event_days', readonly=False)
    mobile_erasure_days = fields.Integer(related='company_id.mobile_erasure_days', readonly=False)
    mobile_retention = fields.Html(string="What Is Kept", compute='_compute_mobile_retention')
    mobile_approval_required = fields.Boolean(related='company_id.mobile_approval_required', readonly=False)
    mobile_coupon_return = fields.Selection(related='company_id.mobile_coupon_return', readonly=False)
    mobile_basket_minutes = fields.Integer(related='company_id.mobile_basket_minutes', readonly=False)
    mobile_coupon_hold_minutes = fields.Integer(related='company_id.mobile_coupon_hold_minutes', readonly=False)
    mobile_gs1_prefix = fields.Char(related='company_id.mobile_gs1_prefix', readonly=False)
    mobile_card_key_version = fields.Integer(related='company_id.mobile_card_key_version')
    mobile_segment_recent_days = fields.Integer(related='company_id.mobile_segment_recent_days', readonly=False)
    mobile_segment_lost_days = fields.Integer(related='company_id.mobile_segment_lost_days', readonly=False)
    mobile_segment_orders = fields.Integer(related='company_id.mobile_segment_orders', readonly=False)
    mobile_segment_value = fields.Monetary(
        related='company_id.mobile_segment_value', readonly=False, currency_field='mobile_currency_id')
    mobile_currency_id = fields.Many2one(string="Currency of Segments", related='company_id.currency_id')
    mobile_email_double_opt_in = fields.Boolean(related='company_id.mobile_email_double_opt_in', readonly=False)
    mobile_max_messages_per_day = fields.Integer(
        related='company_id.mobile_max_messages_per_day', readonly=False)
    mobile_max_messages_per_week = fields.Integer(
        related='company_id.mobile_max_messages_per_week', readonly=False)
    mobile_holdout_percent = fields.Integer(related='company_id.mobile_holdout_percent', readonly=False)
    mobile_withhold_unpaid = fields.Boolean(related='company_id.mobile_withhold_unpaid', readonly=False)
    mobile_overdue_days = fields.Integer(related='company_id.mobile_overdue_days', readonly=False)
    mobile_tile_url = fields.Char(related='company_id.mobile_tile_url', readonly=False)
    mobile_tile_attribution = fields.Char(related='company_id.mobile_tile_attribution', readonly=False)
    mobile_tile_max_zoom = fields.Integer(related='company_id.mobile_tile_max_zoom', readonly=False)

    # The service itself is Odoo's setting, geoloc_provider_id; these are of the one that is chosen there.
    mobile_geocoder_endpoint = fields.Char(related='geoloc_provider_id.mobile_endpoint', readonly=False)
    mobile_geocoder_key = fields.Char(
        string="Key", compute='_compute_mobile_geocoder_key', inverse='_inverse_mobile_geocoder_key',
        help="Enter a key to store it or to replace the one that is stored. It is not shown again.")
    mobile_geocoder_has_key = fields.Boolean(related='geoloc_provider_id.mobile_has_key')
    mobile_geocoder_user_agent = fields.Char(related='geoloc_provider_id.mobile_user_agent', readonly=False)
    mobile_geocoder_timeout = fields.Float(related='geoloc_provider_id.mobile_timeout', readonly=False)
    mobile_geocoder_requests_per_second = fields.Float(
        related='geoloc_provider_id.mobile_requests_per_second', readonly=False)
    mobile_geocoder_requests_per_day = fields.Integer(
        related='geoloc_provider_id.mobile_requests_per_day', readonly=False)
    mobile_geocoder_cache_days = fields.Integer(related='geoloc_provider_id.mobile_cache_days', readonly=False)
    mobile_geocoder_threshold = fields.Float(
        string="Trusted From", config_parameter=THRESHOLD, default=DEFAULT_THRESHOLD,
        help="A position whose confidence is lower is doubtful, and not used until somebody accepts it. 0 to 1.")
    mobile_geocoder_missing = fields.Char(compute='_compute_mobile_geocoder_missing')

    # === COMPUTE METHODS === #

    @api.depends('geoloc_provider_id')
    def _compute_mobile_geocoder_key(self):
        self.mobile_geocoder_key = False

    def _inverse_mobile_geocoder_key(self):
        for settings in self:
            if settings.mobile_geocoder_key and settings.geoloc_provider_id:
                settings.geoloc_provider_id._mobile_set_key(settings.mobile_geocoder_key)

    @api.depends('geoloc_provider_id', 'mobile_geocoder_endpoint', 'mobile_geocoder_has_key')
    def _compute_mobile_geocoder_missing(self):
        for settings in self:
            provider = settings.geoloc_provider_id
            settings.mobile_geocoder_missing = provider and provider._mobile_missing()

    @api.depends('mobile_position_days', 'mobile_event_days', 'mobile_erasure_days')
    @api.depends_context('lang')
    def _compute_mobile_retention(self):
        heads = (self.env._("What"), self.env._("How Long"), self.env._("Why"))
        for settings in self:
            days = {field: settings[field] for field in (
                'mobile_position_days', 'mobile_event_days', 'mobile_erasure_days')}
            settings.mobile_retention = _TABLE.format(
                Markup().join(map(_HEAD.format, heads)),
                Markup().join(
                    _ROW.format(Markup().join(
                        _CELL.format(text._translate(self.env.lang or 'en_US').format(**days))
                        for text in (row.what, row.how_long, row.why)))
                    for row in self._mobile_retention_rows()))

    # === CRUD METHODS === #

    def set_values(self):
        geocoder = self.env['mobile.geocoder']
        before = geocoder._chosen()[0]._mobile_access()
        super().set_values()
        provider, missing = geocoder._chosen()
        if missing:
            return
        if self.mobile_geocoder_key or provider._mobile_access() != before:
            # What was refused may be let in now.
            self.env['mobile.geocode.meter'].sudo()._resume(provider)
        self.env['mobile.store'].sudo()._wake_geocoder()

    # === BUSINESS METHODS === #

    def _mobile_retention_rows(self):
        """Return what is kept about customers (see ``tools.retention``); a bridge that keeps more adds to it."""
        return RETENTION

    # === ACTION METHODS === #

    def action_mobile_forget_geocoder_key(self):
        self.check_access('write')
        self.geoloc_provider_id._mobile_set_key(False)
        return {'type': 'ir.actions.client', 'tag': 'reload'}

    def action_mobile_new_card_key(self):
        self.company_id.action_mobile_new_card_key()
