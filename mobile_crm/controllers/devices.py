from ..tools.problems import Problem
from .base import MobileController
from .cursor import Cursor, Id, Instant
from .routing import Answer, mobile_route
from .schemas.base import PageQuery, Uuid
from .schemas.devices import CustomerDevice, Device, DevicePage, DeviceRegistration, DeviceTokens, DeviceUpdate

LATEST_FIRST = Cursor(Instant, Id)


class Devices(MobileController):

    @mobile_route('/devices', methods=['POST'], auth='mobile_app', readonly=False, status=201,
                  limits=('register_ip',))
    def register_device(self, body: DeviceRegistration) -> DeviceTokens:
        """Register this install.

        The same install again gets 200 and new tokens; its old ones are dead and it is signed out.
        """
        device, is_new = self.env['mobile.device'].sudo()._register_install(
            self._app(), str(body.install_id), body.to_values(self.env))
        tokens = self.env['mobile.token'].sudo()._issue(device)
        return Answer(DeviceTokens(device_id=device.uuid, **tokens), 201 if is_new else 200)

    @mobile_route('/devices/current', methods=['PATCH'], auth='mobile_device', readonly=False)
    def update_device(self, body: DeviceUpdate) -> Device:
        """Tell what has changed on this install."""
        device = self._device()
        device._update_report(body.to_values(self.env))
        return Device.of(device)

    @mobile_route('/devices/current', methods=['DELETE'], auth='mobile_device', readonly=False, status=204)
    def delete_device(self) -> None:
        """Forget this install: its sessions end and no push reaches it any more."""
        self._device()._forget()

    @mobile_route('/me/devices', methods=['GET'], auth='mobile', readonly=True)
    def list_devices(self, query: PageQuery) -> DevicePage:
        """List the devices on which the customer is signed in, the latest sign-in first."""
        current = self._device()
        found = current._find_page(
            self.env.user, self._company(), query.limit + 1, LATEST_FIRST.decode(query.cursor))
        devices, next_cursor = LATEST_FIRST.cut(found, query.limit, 'signed_in_at', 'id')
        return DevicePage(items=[CustomerDevice.of(device, current) for device in devices], next_cursor=next_cursor)

    @mobile_route('/me/devices/<uuid:device_id>', methods=['DELETE'], auth='mobile', readonly=False, status=204)
    def sign_out_device(self, device_id: Uuid) -> None:
        """Sign the customer out on one of their devices."""
        device = self.env['mobile.device'].sudo().search([
            ('uuid', '=', str(device_id)), ('user_id', '=', self.env.user.id),
            ('company_id', '=', self._company().id)])
        if not device:
            raise Problem('not_found')
        device._sign_out()
