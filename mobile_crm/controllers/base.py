"""What the handlers share."""
from odoo import http
from odoo.http import request


class MobileController(http.Controller):
    """A controller of the phone API: it parses, calls one model method and serialises.

    What it knows of the caller are methods, not properties: Odoo looks at each attribute while it collects routes.
    """

    def _app(self):
        """The app that sends the request (``mobile.app``, elevated)."""
        app_id = getattr(request, 'mobile_app_id', None) or request.mobile_caller.app_id
        return self.env['mobile.app'].sudo().browse(app_id)

    def _device(self):
        """The device that sends the request (``mobile.device``, elevated)."""
        return self.env['mobile.device'].sudo().browse(request.mobile_caller.device_id)

    def _company(self):
        """The company whose app it is (``res.company``, elevated)."""
        if caller := getattr(request, 'mobile_caller', None):
            return self.env['res.company'].sudo().browse(caller.company_id)
        return self._app().company_id

    def _partner(self):
        """The signed-in customer (``res.partner``, elevated as the partner of ``env.user`` would be)."""
        return self.env['res.partner'].sudo().browse(request.mobile_caller.partner_id)
