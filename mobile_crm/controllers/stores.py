from odoo import fields

from ..tools.problems import Problem
from .base import MobileController
from .cursor import Cursor, Id, Number, Text
from .routing import mobile_route
from .schemas.base import RecordId
from .schemas.stores import PositionQuery, Store, StorePage, StoreQuery

NEAREST_FIRST = Cursor(Number, Id)
BY_NAME = Cursor(Text, Id)


class Stores(MobileController):

    @mobile_route('/stores', methods=['GET'], auth='mobile_device', readonly=True)
    def list_stores(self, query: StoreQuery) -> StorePage:
        """Find stores around a position, nearest first; without a position, all by name."""
        self._refuse_position(query)
        located = query.lat is not None
        order = NEAREST_FIRST if located else BY_NAME
        stores, last = self.env['mobile.store']._find_page(
            self._company(), query.lat, query.lon, radius=query.radius, text=query.q, open_now=query.open_now,
            services=query.services, after=order.decode(query.cursor), limit=query.limit)
        return StorePage(
            items=to_schema(self.env, stores),
            next_cursor=last and order.encode(last.distance if located else last.name, last.id),
        )

    @mobile_route('/stores/<store_id>', methods=['GET'], auth='mobile_device', readonly=True)
    def get_store(self, store_id: RecordId, query: PositionQuery) -> Store:
        """Show one store."""
        self._refuse_position(query)
        stores = self.env['mobile.store']._nearest(self._company(), query.lat, query.lon, ids=[store_id])
        if not stores:
            raise Problem('not_found')
        return to_schema(self.env, stores)[0]


def to_schema(env, stores):
    """Return stores (list of ``NearStore``) as their schemas."""
    Store_, now = env['mobile.store'], fields.Datetime.now()
    schedules = Store_._schedules({store.schedule_key for store in stores})
    services = env['mobile.store.service']._names()
    return [
        Store.of(store, schedules[store.schedule_key], opening,
                 [names for service_id, names in services.items() if service_id in store.service_ids], now)
        for store, opening in zip(stores, Store_._openings(stores, now), strict=True)
    ]
