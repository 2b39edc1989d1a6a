from odoo import fields, models


class IrUiView(models.Model):
    _inherit = 'ir.ui.view'

    type = fields.Selection(selection_add=[('mobile_heatmap', "Heat Map")])

    def _get_view_info(self):
        return {'mobile_heatmap': {'icon': 'fa fa-th'}, **super()._get_view_info()}

    def _validate_tag_mobile_heatmap(self, node, name_manager, node_info):
        """Check a heat map: two fields to group by, in rows and columns, and what may be measured."""
        if not node_info['validate']:
            return
        kinds = [child.get('type') for child in node.iterchildren('field')]
        if kinds.count('row') != 1 or kinds.count('col') != 1:
            self._raise_view_error(self.env._("A heat map has one field of type row and one of type col."), node)
