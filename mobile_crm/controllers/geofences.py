import math

from ..tools import geo
from ..tools.problems import Problem
from .base import MobileController
from .cursor import Cursor, Id
from .routing import mobile_route
from .schemas.geofences import Circle, Geofence, GeofenceQuery, WatchList

BY_ID = Cursor(Id)
# A ring around the whole globe: nobody leaves it.
EVERYWHERE = Circle(lat=0, lon=0, radius=round(math.pi * geo.EARTH_RADIUS, 1))


class Geofences(MobileController):

    @mobile_route('/geofences', methods=['GET'], auth='mobile_device', readonly=True)
    def list_geofences(self, query: GeofenceQuery) -> WatchList:
        """Get the fences to watch from here on.

        They are the nearest ones, those of running campaigns and of the customer's favourite stores first, and as many
        as the platform can watch beside the ring. Whatever is left out cannot be reached within the ring.

        Watch `refresh` as one fence more, and ask again when the phone leaves it. An app whose positions stay on the
        phone sends none, gets all fences page by page, and chooses itself.
        """
        self._refuse_position(query)
        if self._positions_stay_on_phone():
            return self._list_all(query)
        if missing := [field for field in ('lat', 'lon') if getattr(query, field) is None]:
            raise Problem('invalid_request', errors=[
                {'loc': ['query', field], 'msg': "Field required", 'type': 'missing'} for field in missing])
        fences, refresh = self.env['mobile.geofence']._watch_list(
            self._company(), query.lat, query.lon, self._device().platform, query.limit, app=self._app(),
            partner=self._partner())
        return WatchList(
            # Never rounded up: that is where the next fence may begin.
            refresh=Circle(lat=query.lat, lon=query.lon, radius=math.floor(refresh * 10) / 10),
            items=[Geofence.of(fence) for fence in fences],
        )

    def _list_all(self, query):
        after = BY_ID.decode(query.cursor)
        found = self.env['mobile.geofence']._page(
            self._company(), query.limit + 1, after and after[0], app=self._app(), partner=self._partner())
        fences, next_cursor = BY_ID.cut(found, query.limit, 'id')
        return WatchList(
            refresh=EVERYWHERE, items=[Geofence.of(fence) for fence in fences], next_cursor=next_cursor)
