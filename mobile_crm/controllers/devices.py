from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.devices import Device, DeviceRegistration, DeviceTokens, DeviceUpdate


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
