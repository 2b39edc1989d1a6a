from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import geo

# Below 100 m neither iOS nor Android notices a crossing dependably.
MIN_RADIUS = 100
MAX_RADIUS = 50_000
# A phone watches its fences and one ring more, on whose crossing it asks again. iOS takes 20 regions, Android 100.
FENCES_PER_PLATFORM = {'ios': 19, 'android': 99, 'web': 99}
# When no fence is left out, the phone asks again after this far (metres).
FAR_REFRESH = 100_000
# A ring smaller than a fence can be would not be noticed either.
MIN_REFRESH = MIN_RADIUS


class NearFence(NamedTuple):
    """A fence as a phone needs it."""

    id: int
    store_id: int
    latitude: float
    longitude: float
    radius: float
    on_enter: bool
    on_exit: bool
    on_dwell: bool
    loitering_delay: int
    chord: float | None

    @property
    def edge(self):
        """Metres to walk to its edge; negative inside."""
        return geo.chord_to_metres(self.chord) - self.radius


class MobileGeofence(models.Model):
    """A circle around a place, on whose crossing phones report."""

    _name = 'mobile.geofence'
    _description = "Geofence"
    _order = 'store_id, radius, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, default=lambda self: self.env._("Around the store"))
    active = fields.Boolean(default=True)
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, check_company=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True, index=True)
    type = fields.Selection(selection=[('circle', "Circle")], required=True, default='circle')
    latitude = fields.Float(
        compute='_compute_position', store=True, readonly=False, precompute=True,
        help="Degrees north of the equator (WGS 84), -90 to 90.")
    longitude = fields.Float(
        compute='_compute_position', store=True, readonly=False, precompute=True,
        help="Degrees east of Greenwich (WGS 84), -180 to 180.")
    radius = fields.Float(
        string="Radius (m)", required=True, default=200.0,
        help="Metres. Phones notice the crossing of a smaller circle than 100 m too late or never.")
    on_enter = fields.Boolean(string="Report Entering", default=True)
    on_exit = fields.Boolean(string="Report Leaving", default=True)
    on_dwell = fields.Boolean(string="Report Staying")
    is_visit = fields.Boolean(
        string="Counts as a Visit", default=True,
        help="Being inside is being at the store. Switch it off for a neighbourhood that people merely pass through.")
    loitering_delay = fields.Integer(
        string="Staying Means (s)", default=300, help="Seconds inside before a phone has stayed.")

    _position_valid = models.Constraint(
        f'CHECK ({geo.VALID_POSITION})', "A latitude is between -90 and 90 degrees, a longitude between -180 and 180.")
    _radius_valid = models.Constraint(
        f'CHECK (radius BETWEEN {MIN_RADIUS} AND {MAX_RADIUS})', "A radius is between 100 m and 50 km.")
    _loitering_valid = models.Constraint(
        'CHECK (loitering_delay > 0)', "The time that means staying is at least one second.")

    def init(self):
        geo.add_sphere_column(self.env.cr, self._table)

    # === COMPUTE METHODS === #

    @api.depends('store_id')
    def _compute_position(self):
        for fence in self:
            if not fence.latitude and not fence.longitude:
                fence.latitude, fence.longitude = fence.store_id.latitude, fence.store_id.longitude

    # === BUSINESS METHODS === #

    @api.model
    def _watch_list(self, company, latitude, longitude, platform, limit):
        """Return the fences that a phone here should watch, and the ring on whose crossing it asks again.

        No fence outside the answer can be reached within the ring, as long as the ring is larger than
        ``MIN_REFRESH``; where fences lie closer than that, the platform's own limit is what it is.

        :param company: ``res.company``.
        :param float latitude, longitude: of the phone, in degrees.
        :param str platform: ``ios``, ``android`` or ``web``.
        :param int limit: how many at most; the platform's own limit binds too.
        :return: fences by the distance to their edge, and the ring's radius in metres.
        :rtype: tuple[list[NearFence], float]
        """
        limit = min(limit, FENCES_PER_PLATFORM[platform])
        self.flush_model()
        query = self._search([('company_id', '=', company.id), ('store_id.active', '=', True)])
        fence = SQL.identifier(query.table)
        chord = SQL('%s.sphere <-> %s', fence, geo.sphere_point(latitude, longitude))
        query.order = chord
        # The index gives the nearest centres, and a phone cares for the nearest edges: look at some more than wanted.
        query.limit = 2 * limit + 1
        near = [NearFence(*row) for row in self.env.execute_query(query.select(*(
            SQL('%s.%s', fence, SQL.identifier(column))
            for column in NearFence._fields if column != 'chord'
        ), chord))]
        by_edge = sorted(near, key=lambda f: (f.edge, f.id))
        chosen, left_out = by_edge[:limit], by_edge[limit:]
        refresh = min((f.edge for f in left_out), default=FAR_REFRESH)
        if len(near) == query.limit:
            # What was not looked at has its centre farther away than all that was, and no edge is larger than the
            # largest fence's.
            [(largest,)] = self.env.execute_query(SQL(
                'SELECT max(radius) FROM mobile_geofence WHERE active AND company_id = %s', company.id))
            refresh = min(refresh, geo.chord_to_metres(near[-1].chord) - largest)
        return chosen, max(refresh, MIN_REFRESH)

    @api.model
    def _page(self, company, limit, after=None):
        """Return one page of all fences, for phones that choose for themselves which ones to watch.

        :param company: ``res.company``.
        :param int after: id of the last fence that was given.
        :rtype: list[NearFence]
        """
        domain = [('company_id', '=', company.id), ('store_id.active', '=', True)]
        if after:
            domain.append(('id', '>', after))
        return [
            NearFence(fence.id, fence.store_id.id, *(fence[field] for field in NearFence._fields[2:-1]), None)
            for fence in self.search(domain, order='id', limit=limit)
        ]
