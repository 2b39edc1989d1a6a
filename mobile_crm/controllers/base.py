"""What the handlers share."""
from odoo import http
from odoo.http import request

from ..models.mobile_catalogue import Shopper
from ..tools import afterwards
from ..tools.problems import Problem


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

    def _shopper(self):
        """For whom products are shown (``mobile_catalogue.Shopper``)."""
        partner_id = request.mobile_caller.partner_id
        return Shopper(self._company(), self._app(), self.env['res.partner'].sudo().browse(partner_id or ()))

    def _note(self, kind, place=None, **subject):
        """Let the company learn what is asked, after the answer was sent and if it is one of success.

        :param str kind: ``search``, ``scan`` or ``view``.
        :param place: the query, a schema with ``lat`` and ``lon``, or None.
        :param subject: what it is about, as ``mobile.catalogue._learn`` takes it.
        """
        caller = request.mobile_caller
        position = (place.lat, place.lon) if place and place.lat is not None else None

        def learn(env):
            env['mobile.catalogue']._learn(
                env['mobile.device'].browse(caller.device_id), env['res.partner'].browse(caller.partner_id or ()), kind,
                subject, position)

        request.dispatcher.afterwards.append(afterwards.write(self.env, learn))

    def _host(self):
        """The address from which the request comes."""
        return request.httprequest.remote_addr

    def _positions_stay_on_phone(self):
        """Whether this app promises its customers that the server never learns where they are."""
        return self.env['mobile.app']._location_mode(self._app().id) == 'on_device'

    def _refuse_position(self, query):
        """Raise 422 when a position comes where none is wanted.

        :param query: a schema with ``lat`` and ``lon``.
        """
        given = [field for field in ('lat', 'lon') if getattr(query, field) is not None]
        if given and self._positions_stay_on_phone():
            message = "This app keeps positions on the phone"
            raise Problem('invalid_request', errors=[
                {'loc': ['query', field], 'msg': message, 'type': 'position_not_accepted'} for field in given])
