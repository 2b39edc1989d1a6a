from odoo import api, models


class MobileOpeningPart(models.AbstractModel):
    """What opening hours are made of, and read from a cache (see ``mobile.opening._schedules``)."""

    _name = 'mobile.opening.part'
    _description = "Part of Opening Hours"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._mobile_opening_changed()
        return records

    def write(self, vals):
        # Both what it was and what it becomes may be part of opening hours.
        self._mobile_opening_changed()
        res = super().write(vals)
        self._mobile_opening_changed()
        return res

    def unlink(self):
        self._mobile_opening_changed()
        return super().unlink()

    def _mobile_opening_changed(self):
        """Forget the hours that were read from the records, and the texts that no longer tell them."""
        if not self._mobile_is_opening_part():
            return
        self.env['mobile.opening']._forget()
        if not self.env.context.get('mobile_opening_from_text'):
            # Only that the text does not hold any more: whoever may edit the part may do this.
            self._mobile_calendars().sudo().filtered('mobile_opening_hours').mobile_opening_hours = False

    def _mobile_is_opening_part(self):
        """Tell whether any of the records says something of opening hours."""
        return bool(self)

    def _mobile_calendars(self):
        """Return the calendars whose text the records may contradict."""
        return self.calendar_id
