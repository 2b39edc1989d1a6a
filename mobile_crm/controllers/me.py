from werkzeug.wsgi import wrap_file

from odoo.http import Response, request

from .base import MobileController
from .routing import mobile_route
from .schemas.me import Customer, CustomerUpdate, Erasure, Export


class Me(MobileController):

    @mobile_route('/me', methods=['GET'], auth='mobile', readonly=True)
    def get_me(self) -> Customer:
        """Show the signed-in customer."""
        return Customer.of(self._partner())

    @mobile_route('/me', methods=['PATCH'], auth='mobile', readonly=False)
    def update_me(self, body: CustomerUpdate) -> Customer:
        """Change what the customer tells of themselves."""
        self._partner()._mobile_update(body.model_dump(exclude_unset=True), self._company())
        return Customer.of(self._partner())

    @mobile_route('/me', methods=['DELETE'], auth='mobile', readonly=False, status=202)
    def delete_me(self) -> Erasure:
        """Ask to be forgotten.

        All sessions end at once and messages on their way are cancelled. Everything else goes after the company's grace
        period; signing in again within it cancels the erasure.
        """
        erasure = self.env['mobile.erasure']._request(self._partner(), self._company(), 'app')
        return Erasure(due_at=erasure.due_at)

    @mobile_route('/me/export', methods=['GET'], auth='mobile', readonly=True, problems=('too_many_requests',))
    def export_me(self) -> Export:
        """Get everything that is held about the customer.

        It names each field's meaning, and takes a while for somebody with a long history. Files are told by their size.
        """
        partner = self._partner()
        self.env['mobile.limit']._take('export', partner.id)
        export = self.env['mobile.export']._export(
            partner, self._company(), Customer.of(partner).model_dump(mode='json'))
        return Response(wrap_file(request.httprequest.environ, export), content_type='application/json', headers={
            'Content-Disposition': 'attachment; filename="export.json"'}, direct_passthrough=True)
