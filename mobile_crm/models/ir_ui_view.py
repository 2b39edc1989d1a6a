from odoo import fields, models


class IrUiView(models.Model):
    """Adds two views: ``mobile_map``, stores on a map, and ``mobile_heatmap``, a measure by two groups in colours."""

    _inherit = 'ir.ui.view'

    type = fields.Selection(selection_add=[('mobile_heatmap', "Heat Map"), ('mobile_map', "Map")])

    def _get_view_info(self):
        own = {'mobile_heatmap': {'icon': 'fa fa-th'}, 'mobile_map': {'icon': 'fa fa-map-o'}}
        return own | super()._get_view_info()

    def _validate_tag_mobile_heatmap(self, node, name_manager, node_info):
        """Check a heat map: two fields to group by, in rows and columns, and what may be measured."""
        if not node_info['validate']:
            return
        kinds = [child.get('type') for child in node.iterchildren('field')]
        if kinds.count('row') != 1 or kinds.count('col') != 1:
            self._raise_view_error(self.env._("A heat map has one field of type row and one of type col."), node)

    def _validate_tag_mobile_map(self, node, name_manager, node_info):
        if not node_info['validate']:
            return
        if name_manager.model._name != 'mobile.store':
            self._raise_view_error(self.env._("Only stores can be shown on a map."), node)
        if len(node):
            self._raise_view_error(self.env._("A map has nothing inside, got <%s>.", node[0].tag), node[0])
