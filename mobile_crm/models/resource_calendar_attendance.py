from odoo import models


class ResourceCalendarAttendance(models.Model):
    _name = 'resource.calendar.attendance'
    _inherit = ['resource.calendar.attendance', 'mobile.opening.part']

    def _check_access(self, operation):
        """Override: a line is its calendar's, also for who may edit it."""
        return super()._check_access(operation) or self.sudo().calendar_id.with_env(self.env)._mobile_check_keeper(
            self, operation)

    def write(self, vals):
        res = super().write(vals)
        if 'calendar_id' in vals:
            # Where it has moved to may be somebody else's.
            self.check_access('write')
        return res
