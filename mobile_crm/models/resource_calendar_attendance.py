from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    _inherit = 'resource.calendar.attendance'

    # The opening hours of stores are read from the cache (see mobile.store._weekly_hours).

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache('stable')
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache('stable')
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache('stable')
        return super().unlink()
