from odoo import http

from odoo.addons.mobile_crm.controllers.base import MobileController
from odoo.addons.mobile_crm.controllers.routing import mobile_route
from odoo.addons.mobile_crm.controllers.schemas.base import Latitude, Longitude, Output, PageQuery
from odoo.addons.mobile_crm.controllers.schemas.events import EventBatch


class Query(PageQuery):
    """As much to validate as GET /stores has."""

    lat: Latitude
    lon: Longitude
    q: str | None = None


class Constant(Output):
    """The smallest answer."""

    ok: bool


class Benchmark(MobileController):

    @http.route('/mobile_crm_benchmark/empty', type='http', auth='none', methods=['GET'], readonly=True,
                save_session=False)
    def empty(self):
        """Answer as cheaply as a route of Odoo's own can."""
        return http.request.make_response('{"ok":true}', [('Content-Type', 'application/json')])

    @mobile_route('/benchmark/constant', methods=['GET'], auth='mobile', readonly=True)
    def constant(self, query: Query) -> Constant:
        """Answer a validated, authenticated request without any work."""
        return Constant(ok=True)

    @mobile_route('/benchmark/nothing', methods=['POST'], auth='mobile_device', readonly=False)
    def nothing(self, body: EventBatch) -> Constant:
        """Answer a validated, authenticated POST without any work."""
        return Constant(ok=True)
