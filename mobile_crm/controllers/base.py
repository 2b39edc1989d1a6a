"""What the handlers share."""
from odoo import http
from odoo.http import request


class of_request(property):
    """A property that is None outside a request, where Odoo looks through a controller's members for routes."""

    def __get__(self, instance, owner=None):
        return super().__get__(instance, owner) if request else None


class MobileController(http.Controller):
    """A controller of the phone API: it parses, calls one model method and serialises."""

    @of_request
    def app(self):
        """The app that sends the request (``mobile.app``, elevated)."""
        app_id = getattr(request, 'mobile_app_id', None) or request.mobile_caller.app_id
        return self.env['mobile.app'].sudo().browse(app_id)

    @of_request
    def device(self):
        """The device that sends the request (``mobile.device``, elevated)."""
        return self.env['mobile.device'].sudo().browse(request.mobile_caller.device_id)

    @of_request
    def company(self):
        """The company whose app it is (``res.company``, elevated)."""
        if caller := getattr(request, 'mobile_caller', None):
            return self.env['res.company'].sudo().browse(caller.company_id)
        return self.app.company_id

    @of_request
    def partner(self):
        """The signed-in customer (``res.partner``, with their own rights)."""
        return self.env.user.partner_id
