"""What the handlers share."""
from odoo import http
from odoo.http import request


class MobileController(http.Controller):
    """A controller of the phone API: it parses, calls one model method and serialises."""

    @property
    def app(self):
        """The app that sends the request (``mobile.app``, elevated)."""
        app_id = getattr(request, 'mobile_app_id', None) or request.mobile_caller.app_id
        return self.env['mobile.app'].sudo().browse(app_id)

    @property
    def device(self):
        """The device that sends the request (``mobile.device``, elevated)."""
        return self.env['mobile.device'].sudo().browse(request.mobile_caller.device_id)

    @property
    def company(self):
        """The company whose app it is (``res.company``, elevated)."""
        if caller := getattr(request, 'mobile_caller', None):
            return self.env['res.company'].sudo().browse(caller.company_id)
        return self.app.company_id

    @property
    def partner(self):
        """The signed-in customer (``res.partner``, with their own rights)."""
        return self.env.user.partner_id
