from odoo import fields, models


class IrUiView(models.Model):
    """Adds the view ``mobile_map``: the records of ``mobile.store`` on a map."""

    _inherit = 'ir.ui.view'

    type = fields.Selection(selection_add=[('mobile_map', "Map")])

    def _get_view_info(self):
        return {'mobile_map': {'icon': 'fa fa-map-o'}} | super()._get_view_info()

    def _validate_tag_mobile_map(self, node, name_manager, node_info):
        if not node_info['validate']:
            return
        if name_manager.model._name != 'mobile.store':
            self._raise_view_error(self.env._("Only stores can be shown on a map."), node)
        if len(node):
            self._raise_view_error(self.env._("A map has nothing inside, got <%s>.", node[0].tag), node[0])
