from odoo import api, models
from odoo.exceptions import UserError

from ..tools.geocoding_services import GeocodingError
from .mobile_geocoder import INTERACTIVE_PATIENCE, Later


class BaseGeocoder(models.AbstractModel):
    """Odoo's geolocation of contacts by our services: Odoo calls ``_call_<technical name of the provider>``."""

    _inherit = 'base.geocoder'

    @api.model
    def _call_mobile_nominatim(self, addr, **kw):
        return self._mobile_call('mobile_nominatim', addr)

    @api.model
    def _call_mobile_photon(self, addr, **kw):
        return self._mobile_call('mobile_photon', addr)

    @api.model
    def _call_mobile_pelias(self, addr, **kw):
        return self._mobile_call('mobile_pelias', addr)

    @api.model
    def _call_mobile_google(self, addr, **kw):
        return self._mobile_call('mobile_google', addr)

    @api.model
    def _call_mobile_mapbox(self, addr, **kw):
        return self._mobile_call('mobile_mapbox', addr)

    @api.model
    def _call_mobile_here(self, addr, **kw):
        return self._mobile_call('mobile_here', addr)

    @api.model
    def _geo_query_address_mobile_google(self, *address):
        return self._geo_query_address_googlemap(*address)

    @api.model
    def _mobile_call(self, tech_name, address):
        """Return the position of an address. It may be a customer's home, so nothing of it is kept.

        :param str tech_name: of the provider.
        :rtype: tuple[float, float] | None
        :raise UserError: when the service does not answer; Odoo shows that to who asked.
        """
        geocoder = self.env['mobile.geocoder']
        provider = self.env['base.geo_provider'].sudo().search([('tech_name', '=', tech_name)], limit=1)
        missing = provider._mobile_missing()
        if missing:
            raise UserError(missing)
        if not address:
            return None
        try:
            places = geocoder._find(provider, address, patience=INTERACTIVE_PATIENCE, cached=False)
        except Later:
            raise UserError(geocoder._standstill(provider)) from None
        except GeocodingError as error:
            raise UserError(geocoder._explain(provider, error.kind)) from None
        return (places[0].latitude, places[0].longitude) if places else None
