from markupsafe import Markup

from odoo import api, fields, models

from ..tools.retention import RETENTION

_TABLE = Markup('<table class="table table-sm"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
_ROW = Markup('<tr>{}</tr>')
_HEAD = Markup('<th>{}</th>')
_CELL = Markup('<td>{}</td>')


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_position_days = fields.Integer(related='company_id.mobile_position_days', readonly=False)
    mobile_event_days = fields.Integer(related='company_id.mobile_event_days', readonly=False)
    mobile_erasure_days = fields.Integer(related='company_id.mobile_erasure_days', readonly=False)
    mobile_retention = fields.Html(string="What Is Kept", compute='_compute_mobile_retention')
    mobile_approval_required = fields.Boolean(related='company_id.mobile_approval_required', readonly=False)
    mobile_card_key_version = fields.Integer(related='company_id.mobile_card_key_version')
    mobile_email_double_opt_in = fields.Boolean(related='company_id.mobile_email_double_opt_in', readonly=False)

    # === COMPUTE METHODS === #

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
                    for row in RETENTION))

    # === ACTION METHODS === #

    def action_mobile_new_card_key(self):
        self.company_id.action_mobile_new_card_key()
