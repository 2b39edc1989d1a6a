from odoo import api, fields, models

from .mobile_reservation import LIVING


class MobileStore(models.Model):
    _inherit = 'mobile.store'

    warehouse_id = fields.Many2one(
        comodel_name='stock.warehouse', check_company=True, index='btree_not_null', tracking=True,
        help="Where the store keeps what it sells.")
    has_warehouse = fields.Boolean(compute='_compute_has_warehouse', help="One that is in use.")
    reservation_count = fields.Integer(string="Reservations", compute='_compute_reservation_count')

    # === COMPUTE METHODS === #

    @api.depends('warehouse_id.active')
    def _compute_has_warehouse(self):
        for store in self:
            store.has_warehouse = store.sudo().warehouse_id.active

    def _compute_reservation_count(self):
        counts = dict(self.env['mobile.reservation'].sudo()._read_group(
            [('store_id', 'in', self.ids), ('state', 'in', LIVING)], ['store_id'], ['__count']))
        for store in self:
            store.reservation_count = counts.get(store, 0)

    # === ACTION METHODS === #

    def action_view_reservations(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm_stock.mobile_reservation_action')
        return {**action, 'domain': [('store_id', '=', self.id)]}

    def action_view_availability(self):
        """Show what the store has."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm_stock.mobile_availability_action')
        return {**action, 'domain': [('store_id', '=', self.id)]}
