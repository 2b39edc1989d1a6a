from .base import MobileController
from .routing import mobile_route
from .schemas.geofences import Circle, Geofence, GeofenceQuery, WatchList


class Geofences(MobileController):

    @mobile_route('/geofences', methods=['GET'], auth='mobile_device', readonly=True)
    def list_geofences(self, query: GeofenceQuery) -> WatchList:
        """Get the fences to watch from here on.

        Watch `refresh` as one fence more, and ask again when the phone leaves it.
        """
        fences, refresh = self.env['mobile.geofence']._watch_list(
            self._company(), query.lat, query.lon, self._device().platform, query.limit)
        return WatchList(
            refresh=Circle(lat=query.lat, lon=query.lon, radius=round(refresh, 1)),
            items=[Geofence.of(fence) for fence in fences],
        )
