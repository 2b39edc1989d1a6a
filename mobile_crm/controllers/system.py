from odoo.http import Response

from . import openapi
from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.system import Health


class System(MobileController):

    @mobile_route('/health', methods=['GET'], auth='none', readonly=True)
    def health(self) -> Health:
        """Tell that the server answers and reaches its database."""
        self.env.cr.execute('SELECT 1')
        return Health(status='ok')

    @mobile_route('/openapi.json', methods=['GET'], auth='none', readonly=True)
    def openapi(self) -> dict:
        """Describe this API in OpenAPI 3.1."""
        return Answer(openapi.document(self._addons()))

    @mobile_route('/docs', methods=['GET'], auth='none', readonly=True)
    def docs(self) -> str:
        """Describe this API for people."""
        return Response(openapi.page(self._addons()), content_type='text/html; charset=utf-8', headers={
            'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'"})

    def _addons(self):
        """The addons that this database has, of all that the server has loaded."""
        return self.env.registry._init_modules
