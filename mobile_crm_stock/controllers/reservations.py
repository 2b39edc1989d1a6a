from odoo.addons.mobile_crm.controllers.base import MobileController
from odoo.addons.mobile_crm.controllers.cursor import Cursor, Id, Instant
from odoo.addons.mobile_crm.controllers.routing import mobile_route
from odoo.addons.mobile_crm.controllers.schemas.base import PageQuery, Uuid

from .schemas.reservations import NewReservation, Reservation, ReservationPage

NEWEST_FIRST = Cursor(Instant, Id)


class Reservations(MobileController):

    @mobile_route('/reservations', methods=['GET'], auth='mobile', readonly=True)
    def list_reservations(self, query: PageQuery) -> ReservationPage:
        """List what stores put aside, or did, for the customer; the newest first."""
        found = self.env['mobile.reservation']._mobile_page(
            self._partner(), self._company(), query.limit + 1, NEWEST_FIRST.decode(query.cursor))
        reservations, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'create_date', 'id')
        return ReservationPage(
            items=[Reservation.of(reservation) for reservation in reservations], next_cursor=next_cursor)

    @mobile_route('/reservations', methods=['POST'], auth='mobile', readonly=False, status=201,
                  problems=('out_of_stock', 'reservation_limit'))
    def create_reservation(self, body: NewReservation) -> Reservation:
        """Let a store put goods aside for two hours in which it is open, all of them or none.

        While the store is closed, the two hours begin when it opens. How long it is, how much of a product and how many
        reservations at a time are the shop's settings.
        """
        return Reservation.of(self.env['mobile.reservation']._mobile_reserve(
            self._shopper(), body.store_id, [(line.product_id, line.barcode, line.quantity) for line in body.lines]))

    @mobile_route('/reservations/<uuid:reservation_id>', methods=['GET'], auth='mobile', readonly=True)
    def get_reservation(self, reservation_id: Uuid) -> Reservation:
        """Show one reservation."""
        return Reservation.of(self._reservation(reservation_id))

    @mobile_route('/reservations/<uuid:reservation_id>', methods=['DELETE'], auth='mobile', readonly=False, status=204,
                  problems=('reservation_ended',))
    def cancel_reservation(self, reservation_id: Uuid) -> None:
        """Let the store put the goods back. What is over anyway stays as it is; what was collected cannot go back."""
        self._reservation(reservation_id)._mobile_cancel()

    def _reservation(self, reservation_id):
        return self.env['mobile.reservation']._mobile_find(self._partner(), self._company(), str(reservation_id))
