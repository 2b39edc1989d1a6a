from odoo import fields, models
from odoo.tools import SQL


class MobileStore(models.Model):
    """What a store's staff see of today's visits."""

    _inherit = 'mobile.store'

    present_count = fields.Integer(
        string="In the Store Now", compute='_compute_visits_today', groups='mobile_crm.group_mobile_crm_floor',
        help="Visits that have not ended.")
    visit_count_today = fields.Integer(
        string="Visits Today", compute='_compute_visits_today', groups='mobile_crm.group_mobile_crm_user',
        help="Since midnight in the store's time zone.")
    conversion_today = fields.Float(
        string="Conversion Today (%)", compute='_compute_visits_today', groups='mobile_crm.group_mobile_crm_user',
        help="The share of today's visits that an order followed.")

    # === COMPUTE METHODS === #

    def _compute_visits_today(self):
        self.env['mobile.visit'].flush_model()
        self.flush_model(['tz'])
        midnight = SQL("(date_trunc('day', now() AT TIME ZONE store.tz) AT TIME ZONE store.tz) AT TIME ZONE 'UTC'")
        counts = {store_id: numbers for store_id, *numbers in self.env.execute_query(SQL(
            """SELECT store.id, today.visits, today.converted, present.visits
                 FROM mobile_store store
                CROSS JOIN LATERAL (
                      SELECT count(*) AS visits, count(*) FILTER (WHERE is_converted) AS converted FROM mobile_visit
                       WHERE store_id = store.id AND entered_at >= %(midnight)s) today
                CROSS JOIN LATERAL (
                      SELECT count(*) AS visits FROM mobile_visit
                       WHERE store_id = store.id AND left_at IS NULL) present
                WHERE store.id IN %(ids)s""", midnight=midnight, ids=tuple(self.ids) or (0,)))}
        for store in self:
            store.visit_count_today, converted, store.present_count = counts.get(store.id, (0, 0, 0))
            store.conversion_today = 100 * converted / (store.visit_count_today or 1)

    # === ACTION METHODS === #

    def action_view_present(self):
        """Show who is in this store now."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_visit_now_action')
        return {**action, 'domain': [('left_at', '=', False), ('store_id', '=', self.id)]}

    def action_view_footfall(self):
        """Show at which hours and on which days people come to this store."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_visit_report_action')
        return {**action, 'domain': [('store_id', '=', self.id)]}
