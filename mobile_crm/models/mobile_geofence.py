import base64
import binascii
import json
import math
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import geo
from ..tools.polygon import MAX_RADIUS, PolygonError, parse
from ..tools.polygon import MIN_RADIUS as MIN_POLYGON_RADIUS
from .mobile_located import COORDINATES

# Below 100 m neither iOS nor Android notices a crossing dependably. The server itself can judge smaller polygons.
MIN_RADIUS = 100
# What a polygon is given by; the first one that is given counts.
SOURCES = ('polygon', 'polygon_text', 'polygon_file')
# What of a polygon follows from its outline.
CIRCLE = {*COORDINATES, 'is_located', 'radius'}
# Where ``_edges`` looks at most (metres): as far as a fence is large. On the plane of a polygon farther places are
# farther away than they are.
MAX_REACH = MAX_RADIUS
# PostgreSQL counts a place as near as this to a polygon's edge as on it (metres).
ON_EDGE = 1e-6
# A phone watches its fences and one ring more, on whose crossing it asks again. iOS takes 20 regions, Android 100.
FENCES_PER_PLATFORM = {'ios': 19, 'android': 99, 'web': 99}
# When no fence is left out, the phone asks again after this far (metres).
FAR_REFRESH = 100_000
# A ring smaller than a fence can be would not be noticed either.
MIN_REFRESH = MIN_RADIUS
# Fences of running campaigns and favourite stores go before others among the nearest ones, so many times more than the
# phone has places for.
PRIORITY_FACTOR = 2


class NearFence(NamedTuple):
    """A fence as a phone needs it.

    :param float radius: metres, of the circle to watch; that around a polygon may be larger than the smallest.
    :param bool is_priority: it belongs to a running campaign or a favourite store.
    :param float edge: metres to walk to this circle, negative inside; None when nobody said from where.
    :param dict polygon: GeoJSON, or None.
    """

    id: int
    store_id: int
    type: str
    latitude: float
    longitude: float
    radius: float
    on_enter: bool
    on_exit: bool
    on_dwell: bool
    loitering_delay: int
    is_priority: bool
    edge: float | None = None
    polygon: dict | None = None


class MobileGeofence(models.Model):
    """A place, drawn as a circle or a polygon, on whose crossing phones report."""

    _name = 'mobile.geofence'
    _description = "Geofence"
    _inherit = ['mobile.located']
    _order = 'store_id, radius, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, default=lambda self: self.env._("Around the store"))
    active = fields.Boolean(default=True)
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, check_company=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='store_id.company_id', store=True, index=True)
    type = fields.Selection(
        selection=[('circle', "Circle"), ('polygon', "Polygon")], string="Shape", required=True, default='circle')
    polygon = fields.Json(
        help="A GeoJSON Polygon: its outer ring and its holes. The edges are great circles.")
    polygon_text = fields.Text(
        string="GeoJSON", compute='_compute_polygon_text', readonly=False,
        help="A GeoJSON Polygon, or a Feature with one, as map programs copy it.")
    polygon_file = fields.Binary(
        string="GeoJSON File", compute='_compute_polygon_text', readonly=False,
        help="A file with one GeoJSON Polygon.")
    polygon_filename = fields.Char(compute='_compute_polygon_text')
    radius = fields.Float(
        string="Radius (m)", required=True, default=200.0,
        help="Metres. Phones notice the crossing of a smaller circle than 100 m too late or never. Of a polygon, it is "
             "that of the smallest circle around it.")
    on_enter = fields.Boolean(string="Report Entering", default=True)
    on_exit = fields.Boolean(string="Report Leaving", default=True)
    on_dwell = fields.Boolean(string="Report Staying")
    is_visit = fields.Boolean(
        string="Counts as a Visit", default=True,
        help="Being inside is being at the store. Switch it off for a neighbourhood that people merely pass through.")
    loitering_delay = fields.Integer(
        string="Staying Means (s)", default=300, help="Seconds inside before a phone has stayed.")

    _radius_valid = models.Constraint(
        f"CHECK (radius BETWEEN CASE type WHEN 'polygon' THEN {MIN_POLYGON_RADIUS} ELSE {MIN_RADIUS} END"
        f" AND {MAX_RADIUS})",
        "A radius is between 100 m and 50 km.")
    _shape_valid = models.Constraint(
        "CHECK ((type = 'polygon') = (polygon IS NOT NULL))", "A polygon has an outline, and a circle has none.")
    _loitering_valid = models.Constraint(
        'CHECK (loitering_delay > 0)', "The time that means staying is at least one second.")

    def init(self):
        geo.add_sphere_column(self.env.cr, self._table)
        geo.add_reach_column(self.env.cr, self._table, MIN_RADIUS)
        # Written by _store_rings, of polygons alone. No field, for Odoo has no such type.
        self.env.cr.execute(SQL(
            """ALTER TABLE mobile_geofence ADD COLUMN IF NOT EXISTS rings polygon[],
                                           ADD COLUMN IF NOT EXISTS turn float8"""))

    # === COMPUTE METHODS === #

    @api.depends('store_id.latitude', 'store_id.longitude', 'store_id.is_located')
    def _compute_position(self):
        for fence in self:
            if not fence.is_located:
                # A fence stands where its store is found, until somebody moves it.
                store = fence.store_id
                fence.latitude, fence.longitude, fence.is_located = (
                    store.latitude, store.longitude, store.is_located)

    @api.depends('polygon')
    def _compute_polygon_text(self):
        for fence in self:
            text = json.dumps(fence.polygon) if fence.polygon else False
            fence.polygon_text = text
            fence.polygon_file = text and base64.b64encode(text.encode())
            fence.polygon_filename = text and f'fence-{fence._origin.id or "new"}.geojson'

    @api.onchange(*SOURCES)
    def _onchange_polygon(self):
        changed = {name: self[name] for name in SOURCES if self[name] != self._origin[name]}
        if any(changed.values()):
            self.update(self._with_shape(changed)[0])

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        checked = [self._with_shape(vals) for vals in vals_list]
        fences = super().create([vals for vals, _shape in checked])
        for fence, (_vals, shape) in zip(fences, checked, strict=True):
            if shape:
                fence._store_rings(shape)
        return fences

    def write(self, vals):
        vals, shape = self._with_shape(vals)
        polygons = self.browse()
        if not shape and vals.get('type') != 'circle' and not CIRCLE.isdisjoint(vals):
            # The circle of a polygon follows from its outline.
            polygons = self.filtered(lambda fence: fence.type == 'polygon')
            super(MobileGeofence, polygons).write({name: vals[name] for name in vals.keys() - CIRCLE})
        res = super(MobileGeofence, self - polygons).write(vals)
        if 'polygon' in vals:
            self._store_rings(shape)
        return res

    @api.model
    def _with_shape(self, vals):
        """Return values to write that agree with each other, and the polygon's shape, or None.

        :raise ValidationError: when the polygon is none.
        :rtype: tuple[dict, tools.polygon.Shape | None]
        """
        given = {name: vals[name] for name in SOURCES if name in vals}
        if vals.get('type') == 'circle':
            given = {'polygon': False}
        vals = {name: value for name, value in vals.items() if name not in SOURCES}
        if not any(given.values()):
            return vals | ({'polygon': False} if given else {}), None
        try:
            shape = parse(given.get('polygon') or given.get('polygon_text') or base64.b64decode(given['polygon_file']))
        except binascii.Error as exc:
            raise ValidationError(self.env._("The file did not arrive whole. Upload it again.")) from exc
        except PolygonError as exc:
            raise ValidationError(exc.reason._translate(self.env.lang or 'en_US')) from exc
        return {
            **vals, 'type': 'polygon', 'polygon': shape.geometry, 'latitude': shape.latitude,
            'longitude': shape.longitude, 'is_located': True, 'radius': shape.radius,
        }, shape

    def _store_rings(self, shape):
        """Store what PostgreSQL needs to know of a polygon, or nothing for a circle."""
        self.flush_recordset(['polygon'])
        self.env.cr.execute(SQL(
            'UPDATE mobile_geofence SET turn = %s, rings = %s WHERE id = ANY(%s)', shape and shape.turn,
            SQL('ARRAY[%s]::polygon[]', SQL(', ').join(
                SQL('%s', ','.join(f'({x!r},{y!r})' for x, y in ring)) for ring in shape.rings)) if shape else None,
            self.ids))

    # === BUSINESS METHODS: what is here === #

    @api.model
    def _containing(self, company, latitude, longitude):
        """Return the fences of a company that contain a place; the edge of a fence belongs to it.

        :param company: ``res.company``.
        :param float latitude, longitude: degrees.
        :return: ids, in their order.
        :rtype: list[int]
        """
        self._flush_places()
        rows = self.env.execute_query(SQL(
            """SELECT fence.id, fence.latitude, fence.longitude, fence.radius, fence.turn
                 FROM mobile_geofence fence JOIN mobile_store store ON store.id = fence.store_id
                WHERE fence.reach @> %s AND fence.company_id = %s AND fence.active AND store.active""",
            geo.sphere_point(latitude, longitude), company.id))
        circles, polygons = [], []
        for fence_id, *centre, radius, turn in rows:
            if geo.distance(latitude, longitude, *centre) <= radius:
                if turn is None:
                    circles.append(fence_id)
                else:
                    polygons.append((fence_id, *geo.project(latitude, longitude, *centre, turn)))
        return sorted([*circles, *(fence_id for fence_id, *_place in self._inside(polygons))])

    @api.model
    def _edges(self, company, positions, reach, among=None):
        """Return the fences of a company around places, and how far their edges are.

        :param company: ``res.company``.
        :param list[tuple[float, float]] positions: latitudes and longitudes in degrees.
        :param float reach: metres, at most ``MAX_REACH``.
        :param among: ids of the only fences that matter, if not all do.
        :return: for each position (id of the fence, id of its store, metres to its edge, negative inside) of each
            fence that contains it or whose edge is within `reach`, the nearest edge first.
        :rtype: list[list[tuple[int, int, float]]]
        """
        found = [[] for _position in positions]
        if not positions:
            return found
        reach = min(reach, MAX_REACH)
        self._flush_places()
        xs, ys, zs = map(list, zip(*(geo.vector(*position) for position in positions), strict=True))
        # PostgreSQL takes each box for a large part of the globe. OFFSET 0 keeps it from reading all stores beforehand.
        rows = self.env.execute_query(SQL(
            """SELECT place.number - 1, fence.id, fence.store_id, fence.latitude, fence.longitude, fence.radius,
                      fence.turn
                 FROM unnest(%s::float8[], %s::float8[], %s::float8[]) WITH ORDINALITY place(x, y, z, number)
           CROSS JOIN LATERAL (
                     SELECT fence.* FROM mobile_geofence fence
                      WHERE fence.reach && %s AND fence.company_id = %s AND fence.active AND %s
                     OFFSET 0) fence
                WHERE EXISTS (SELECT FROM mobile_store WHERE id = fence.store_id AND active OFFSET 0)""",
            xs, ys, zs, geo.sphere_box(SQL('cube(ARRAY[place.x, place.y, place.z])'), reach), company.id,
            SQL('fence.id IN %s', tuple(among)) if among else SQL('TRUE')))
        polygons, stores = [], {}
        for number, fence_id, store_id, *centre, radius, turn in rows:
            edge = geo.distance(*positions[number], *centre) - radius
            if edge <= reach:
                if turn is None:
                    found[number].append((fence_id, store_id, edge))
                else:
                    polygons.append((fence_id, *geo.project(*positions[number], *centre, turn), number))
                    stores[fence_id] = store_id
        inside = {(fence_id, number) for fence_id, _x, _y, number in self._inside(polygons)}
        for (fence_id, _x, _y, number), away in zip(polygons, self._away(polygons), strict=True):
            if away <= reach or (fence_id, number) in inside:
                found[number].append((
                    fence_id, stores[fence_id], -away if (fence_id, number) in inside else away))
        for near in found:
            near.sort(key=lambda fence: (fence[2], fence[0]))
        return found

    @api.model
    def _inside(self, places):
        """Return those places that are in a polygon; who stands on its edge, or on that of a hole, is inside.

        :param list[tuple] places: id of the fence, and x and y on its plane; what follows is the caller's.
        """
        if not places:
            return []
        ids, xs, ys = zip(*(place[:3] for place in places), strict=True)
        rows = self.env.execute_query(SQL(
            """SELECT place.number - 1
                 FROM (SELECT id, point(x, y) AS at, number
                         FROM unnest(%s, %s::float8[], %s::float8[]) WITH ORDINALITY place(id, x, y, number)) place
                 JOIN mobile_geofence fence ON fence.id = place.id AND fence.rings[1] @> place.at
                WHERE NOT EXISTS (SELECT FROM unnest(fence.rings[2:]) hole
                                   WHERE hole @> place.at AND place.at <-> hole::path > %s)""",
            list(ids), list(xs), list(ys), ON_EDGE))
        return [places[number] for number, in rows]

    @api.model
    def _away(self, places):
        """Return for each place the metres to the next edge of its polygon. See ``_inside``.

        :rtype: list[float]
        """
        if not places:
            return []
        ids, xs, ys = zip(*(place[:3] for place in places), strict=True)
        return [away for away, in self.env.execute_query(SQL(
            """SELECT (SELECT min(point(place.x, place.y) <-> ring::path) FROM unnest(fence.rings) ring)
                 FROM unnest(%s, %s::float8[], %s::float8[]) WITH ORDINALITY place(id, x, y, number)
                 JOIN mobile_geofence fence ON fence.id = place.id
             ORDER BY place.number""", list(ids), list(xs), list(ys)))]

    @api.model
    def _flush_places(self):
        self.flush_model(['active', 'company_id', 'store_id', 'latitude', 'longitude', 'is_located', 'radius'])
        self.env['mobile.store'].flush_model(['active'])

    # === BUSINESS METHODS: what a phone watches === #

    @api.model
    def _watch_list(self, company, latitude, longitude, platform, limit, *, app=None, partner=None):
        """Return the fences that a phone here should watch, and the ring on whose crossing it asks again.

        No fence outside the answer can be reached within the ring, as long as the ring is larger than
        ``MIN_REFRESH``; where fences lie closer than that, the platform's own limit is what it is.

        :param company: ``res.company``.
        :param float latitude, longitude: of the phone, in degrees.
        :param str platform: ``ios``, ``android`` or ``web``.
        :param int limit: how many at most; the platform's own limit binds too.
        :param app: ``mobile.app``, whose campaigns count; None for those of all apps alone.
        :param partner: ``res.partner``, whose favourite stores count.
        :return: those that have priority first, then by the distance to their edge; and the ring's radius in metres.
        :rtype: tuple[list[NearFence], float]
        """
        most = min(limit, FENCES_PER_PLATFORM[platform])
        known, bound = self._by_edge(
            company, latitude, longitude, PRIORITY_FACTOR * most, self._priority_sql(company, app, partner))
        chosen = self._choose(known, most)
        ids = {fence.id for fence in chosen}
        refresh = min((fence.edge for fence in known if fence.id not in ids), default=FAR_REFRESH)
        chosen.sort(key=lambda fence: (not fence.is_priority, fence.edge, fence.id))
        return self._with_polygons(chosen), max(min(refresh, bound), MIN_REFRESH)

    @api.model
    def _by_edge(self, company, latitude, longitude, count, priority):
        """Return the nearest fences by the edge of the circle to watch, and how far we know that there are no others.

        The index knows boxes around the circles. The way to a box is never longer than that to its circle, so what
        comes after the last box is not nearer than it.

        :param int count: more than so many, if there are more.
        :param SQL priority: see ``_priority_sql``.
        :rtype: tuple[list[NearFence], float]
        """
        point = geo.sphere_point(latitude, longitude)
        look = 2 * count
        while True:
            query = self._of_company(company)
            gap = query.order = SQL('%s.reach <-> %s', SQL.identifier(query.table), point)
            query.add_where(SQL('%s.reach IS NOT NULL', SQL.identifier(query.table)))
            query.limit = look
            rows = self._read_near(
                query, priority, gap, geo.distance_sql(SQL('%s::float8', latitude), SQL('%s::float8', longitude),
                                                       *self._centre_sql(query)))
            bound = geo.chord_to_metres(rows[-1][-2]) if len(rows) == look else math.inf
            fences = sorted((
                NearFence(*row, edge=distance - row[5]) for *row, _gap, distance in rows
            ), key=lambda fence: (fence.edge, fence.id))
            known = [fence for fence in fences if fence.edge <= bound]
            if len(known) > count or bound == math.inf:
                return known, bound
            look *= 4

    @api.model
    def _choose(self, known, most):
        """Return up to `most` of these fences, which are in the order of their edges.

        Half of the places are for the nearest ones, whosever they are: a far fence that takes the place of a near one
        makes the ring end at that one, so with the ring of half as many it must end. The others are for those that have
        priority. Nearer than the smallest ring, where no ring helps, priority alone decides.
        """
        here = sum(fence.edge <= MIN_REFRESH for fence in known)
        nearest = max(here, most - most // 2)
        if nearest > most:
            return sorted(known[:nearest], key=lambda fence: not fence.is_priority)[:most]
        others = sorted(known[nearest:PRIORITY_FACTOR * most], key=lambda fence: not fence.is_priority)
        return known[:nearest] + others[:most - nearest]

    @api.model
    def _page(self, company, limit, after=None, *, app=None, partner=None):
        """Return one page of all fences, for phones that choose for themselves which ones to watch.

        :param company: ``res.company``.
        :param int after: id of the last fence that was given.
        :param app, partner: see ``_watch_list``.
        :rtype: list[NearFence]
        """
        query = self._of_company(company)
        fence = SQL.identifier(query.table)
        query.order, query.limit = SQL('%s.id', fence), limit
        query.add_where(SQL('%s.reach IS NOT NULL AND %s.id > %s', fence, fence, after or 0))
        return self._with_polygons([
            NearFence(*row) for row in self._read_near(query, self._priority_sql(company, app, partner))])

    @api.model
    def _of_company(self, company):
        """Return the query of a company's fences that the caller may see."""
        self.flush_model()
        return self._search([('company_id', '=', company.id), ('store_id.active', '=', True)])

    @api.model
    def _centre_sql(self, query):
        return SQL.identifier(query.table, 'latitude'), SQL.identifier(query.table, 'longitude')

    @api.model
    def _read_near(self, query, priority, *more):
        """Return rows of what ``NearFence`` begins with, and `more` (SQL)."""
        fence = SQL.identifier(query.table)
        columns = {'radius': SQL('greatest(%s.radius, %s)', fence, MIN_RADIUS), 'is_priority': priority}
        return self.env.execute_query(query.select(
            *(columns.get(name) or SQL.identifier(query.table, name) for name in NearFence._fields[:-2]), *more))

    @api.model
    def _with_polygons(self, near):
        """Return fences with their polygons, which are read of those alone that a phone gets."""
        ids = [fence.id for fence in near if fence.type == 'polygon']
        polygons = dict(self.env.execute_query(SQL(
            'SELECT id, polygon FROM mobile_geofence WHERE id = ANY(%s)', ids))) if ids else {}
        return [fence._replace(polygon=polygons.get(fence.id)) for fence in near]

    @api.model
    def _priority_sql(self, company, app, partner):
        """Return whether a running campaign or the customer waits for a row of ``mobile_geofence``.

        Customers may not read campaigns; what they learn here is that one may be running at a place.
        """
        self.env['mobile.campaign'].flush_model()
        campaign = SQL(
            """EXISTS (SELECT FROM mobile_campaign campaign
                        WHERE campaign.state = 'running' AND campaign.active AND campaign.company_id = %(company)s
                          AND (campaign.app_id IS NULL OR campaign.app_id = %(app)s)
                          AND (campaign.date_from IS NULL OR campaign.date_from <= %(now)s)
                          AND (campaign.date_to IS NULL OR campaign.date_to > %(now)s)
                          AND CASE campaign.trigger WHEN 'enter' THEN mobile_geofence.on_enter
                                                    WHEN 'exit' THEN mobile_geofence.on_exit
                                                    WHEN 'dwell' THEN mobile_geofence.on_dwell END
                          AND (NOT EXISTS (SELECT FROM mobile_campaign_store_rel WHERE campaign_id = campaign.id)
                               OR mobile_geofence.store_id IN (SELECT store_id FROM mobile_campaign_store_rel
                                                                WHERE campaign_id = campaign.id)))""",
            company=company.id, app=app.id if app else None, now=fields.Datetime.now())
        if not partner:
            return campaign
        return SQL(
            """(%s OR EXISTS (SELECT FROM mobile_store_favourite_rel
                               WHERE res_partner_id = %s AND mobile_store_id = mobile_geofence.store_id))""",
            campaign, partner.id)
