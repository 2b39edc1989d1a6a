from odoo import fields, models
from odoo.tools import LazyTranslate

from odoo.addons.mobile_crm.tools.retention import CONTACT, Retention

_lt = LazyTranslate(__name__)

RETENTION = Retention(
    ('mobile.reservation', 'mobile.reservation.line'), _lt("Goods that stores put aside"), CONTACT,
    _lt("To hand them out: contract"))


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_low_stock = fields.Float(related='company_id.mobile_low_stock', readonly=False)
    mobile_safety_stock = fields.Float(related='company_id.mobile_safety_stock', readonly=False)
    mobile_reservation_minutes = fields.Integer(related='company_id.mobile_reservation_minutes', readonly=False)
    mobile_reservation_count = fields.Integer(related='company_id.mobile_reservation_count', readonly=False)
    mobile_reservation_quantity = fields.Float(related='company_id.mobile_reservation_quantity', readonly=False)
    mobile_reservation_delivers = fields.Boolean(related='company_id.mobile_reservation_delivers', readonly=False)
    mobile_basket_delivers = fields.Boolean(related='company_id.mobile_basket_delivers', readonly=False)

    # === BUSINESS METHODS === #

    def _mobile_retention_rows(self):
        return (*super()._mobile_retention_rows(), RETENTION)
