from odoo import models


class ResourceCalendarLeaves(models.Model):
    _name = 'resource.calendar.leaves'
    _inherit = ['resource.calendar.leaves', 'mobile.opening.part']

    def _mobile_is_opening_part(self):
        # Time off of employees is none of the stores' business, and is entered all the time.
        return any(not leave.resource_id for leave in self)
