from odoo import fields, models


class IrActionsActWindowView(models.Model):
    _inherit = 'ir.actions.act_window.view'

    view_mode = fields.Selection(
        selection_add=[('mobile_heatmap', "Heat Map"), ('mobile_map', "Map")],
        ondelete={'mobile_heatmap': 'cascade', 'mobile_map': 'cascade'})
