from odoo import api, fields, models

from ..tools import geo

COORDINATES = ('latitude', 'longitude')


class MobileLocated(models.AbstractModel):
    """What has a position on the globe, known or not.

    Latitude 0, longitude 0 is a place like any other, off the coast of Ghana, so whether the position is known is a
    field of its own. PostgreSQL keeps known positions on the unit sphere, in ``sphere``.
    """

    _name = 'mobile.located'
    _description = "Located Record"

    latitude = fields.Float(
        compute='_compute_position', store=True, readonly=False, precompute=True,
        help="Degrees north of the equator (WGS 84), -90 to 90.")
    longitude = fields.Float(
        compute='_compute_position', store=True, readonly=False, precompute=True,
        help="Degrees east of Greenwich (WGS 84), -180 to 180.")
    is_located = fields.Boolean(
        string="Position Known", compute='_compute_position', store=True, readonly=False, precompute=True,
        help="What has no position is in no list by distance. Latitude 0 and longitude 0 is a position too, when "
             "somebody says so.")

    _position_valid = models.Constraint(
        f'CHECK ({geo.VALID_POSITION})', "A latitude is between -90 and 90 degrees, a longitude between -180 and 180.")

    # === COMPUTE METHODS === #

    def _compute_position(self):
        """Set latitude, longitude and is_located of those that are not located, from where they belong."""
        raise NotImplementedError

    @api.onchange('latitude', 'longitude')
    def _onchange_position(self):
        if self.latitude or self.longitude:
            self.is_located = True

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_located(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_located(vals))

    @api.model
    def _with_located(self, vals):
        """Return values to write in which a position that somebody enters counts as known.

        A form sends 0 and 0 for what nobody has entered, and says so in ``is_located``; an import sends False.
        """
        entered = [vals[name] for name in COORDINATES if vals.get(name) is not None and vals[name] is not False]
        if any(entered) or (entered and 'is_located' not in vals):
            return {**vals, 'is_located': True}
        if 'is_located' in vals and not vals['is_located']:
            return {**vals, **dict.fromkeys(COORDINATES, 0.0)}
        return vals
