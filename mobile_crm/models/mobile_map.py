from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import geo
from ..tools.map_box import MapBox
from .mobile_geofence import MAX_RADIUS

#: How many circles and how many fences one look at the map shows at most.
MAX_POINTS = 2_000
MAX_FENCES = 500
#: How many stores without a position are listed beside the map.
MAX_UNLOCATED = 80


class MobileMap(models.AbstractModel):
    """What the web client's maps ask for. Each answer is bounded, whatever is asked, and runs under the caller's own
    rights.

    Positions are degrees (WGS 84), boxes are ``[south, west, north, east]``. Longitudes are given as the map needs
    them: shifted by whole turns to where they are in the box, so that both sides of the date line lie together.
    """

    _name = 'mobile.map'
    _description = "Map"

    @api.model
    def read_tiles(self):
        """Return where the current company's background map comes from.

        :return: ``url``, ``attribution`` (safe HTML) and ``max_zoom``, or False when nothing may be asked from outside.
        :rtype: dict | bool
        """
        return (self.env.user._is_internal() and self.env.company._mobile_tiles()) or False

    @api.model
    def read_extent(self, domain):
        """Return how far the stores of a domain are spread.

        :param list domain: of ``mobile.store``.
        :return: ``box`` (None without any store that has a position; the narrower way around the globe), ``count`` of
            the stores with a position, and those without one: their number ``unlocated_count`` and the first of them
            by name, ``unlocated``, with id, name and city.
        :rtype: dict
        """
        stores = self.env['mobile.store']
        query = self._located(domain)
        store = SQL.identifier(query.table)
        longitude = SQL('%s.longitude', store)
        # As seen from the date line.
        turned = SQL('(CASE WHEN %s < 0 THEN %s + 360 ELSE %s END)', longitude, longitude, longitude)
        [(count, south, north, west, east, west_turned, east_turned)] = self.env.execute_query(query.select(
            SQL('count(*)'), SQL('min(%s.latitude)', store), SQL('max(%s.latitude)', store),
            SQL('min(%s)', longitude), SQL('max(%s)', longitude), SQL('min(%s)', turned), SQL('max(%s)', turned)))
        if count and east_turned - west_turned < east - west:
            west, east = west_turned, east_turned
        unlocated = Domain.AND([domain, [('is_located', '=', False)]])
        return {
            'box': [south, west, north, east] if count else None,
            'count': count,
            'unlocated_count': stores.search_count(unlocated),
            'unlocated': [
                {'id': store.id, 'name': store.name, 'city': store.city or ''}
                for store in stores.search(unlocated, limit=MAX_UNLOCATED)],
        }

    @api.model
    def read_stores(self, domain, box, zoom):
        """Return the stores of a domain in a box: those that would lie on each other as one point with their number.

        :param list domain: of ``mobile.store``.
        :param int zoom: the scale of the map, 0 to 22.
        :return: ``count`` stores each, their middle, and the ``box`` they fill; with one store also its ``id`` and
            ``name``; those with the most first.
        :rtype: list[dict]
        """
        box = self._box(box)
        if not isinstance(zoom, int):
            raise UserError(self.env._("The scale of a map is a whole number, not %s.", zoom))
        query = self._located(domain)
        store = SQL.identifier(query.table)
        latitude, longitude = SQL('%s.latitude', store), box.longitude(SQL('%s.longitude', store))
        query.add_where(box.contains(store))
        query.groupby = box.cell(latitude, longitude, zoom)
        query.order = SQL('count(*) DESC, min(%s.id)', store)
        query.limit = MAX_POINTS
        rows = self.env.execute_query(query.select(
            SQL('count(*)'), SQL('min(%s.id)', store),
            SQL('avg(%s)', latitude), SQL('avg(%s)', longitude),
            SQL('min(%s)', latitude), SQL('min(%s)', longitude), SQL('max(%s)', latitude), SQL('max(%s)', longitude)))
        names = {record.id: record.name for record in self.env['mobile.store'].browse(
            store_id for count, store_id, *_place in rows if count == 1)}
        return [{
            'count': count,
            'latitude': middle_latitude,
            'longitude': middle_longitude,
            'box': sides,
            'id': store_id if count == 1 else False,
            'name': names.get(store_id, ''),
        } for count, store_id, middle_latitude, middle_longitude, *sides in rows]

    @api.model
    def read_fences(self, box):
        """Return the fences that reach into a box, those nearest to its middle first.

        :return: at most ``MAX_FENCES`` with their shape and their store (``store_id``, ``store_name``).
        :rtype: list[dict]
        """
        box = self._box(box)
        fences = self.env['mobile.geofence']
        fences.flush_model()
        query = fences._search([('store_id.active', '=', True)])
        fence = SQL.identifier(query.table)
        chord = SQL('%s.sphere <-> %s', fence, geo.sphere_point(*box.middle))
        query.add_where(box.near(fence, MAX_RADIUS))
        query.add_where(SQL(
            '%s <= 2 * sin(least(pi(), (%s + %s.radius) / %s) / 2)', chord, box.reach, fence, geo.EARTH_RADIUS))
        query.order = SQL('%s, %s.id', chord, fence)
        query.limit = MAX_FENCES
        rows = self.env.execute_query(query.select(
            SQL('%s.id', fence), box.longitude(SQL('%s.longitude', fence))))
        longitudes = dict(rows)
        return [{
            'id': fence.id,
            'name': fence.name,
            'type': fence.type,
            'is_located': fence.is_located,
            'latitude': fence.latitude,
            'longitude': longitudes[fence.id],
            'radius': fence.radius,
            'polygon': fence.polygon,
            'store_id': fence.store_id.id,
            'store_name': fence.store_id.name,
        } for fence in fences.browse(longitudes)]

    # === BUSINESS METHODS === #

    @api.model
    def _box(self, sides):
        try:
            return MapBox.of(sides)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("A part of the map is south, west, north, east in degrees.")) from error

    @api.model
    def _located(self, domain):
        """Return the query for the stores of a domain that have a position."""
        stores = self.env['mobile.store']
        stores.flush_model()
        return stores._search(Domain.AND([domain, [('is_located', '=', True)]]))
