import logging

from ..tools.problems import Problem
from ..tools.vault import NoKeyError
from .base import MobileController
from .routing import mobile_route
from .schemas.push import PushKey, PushTest

_logger = logging.getLogger(__name__)


class Push(MobileController):

    # The app's first browser has the key made.
    @mobile_route('/push/key', methods=['GET'], auth='mobile_device', readonly=False,
                  problems=('not_found', 'unavailable'))
    def get_push_key(self) -> PushKey:
        """Get the key with which this app's browsers subscribe to pushes.

        404 when the shop does not use web push. Ask before each subscription: the key can change, and a browser that
        has subscribed with another one gets nothing.
        """
        try:
            key = self._app()._webpush_key()
        except NoKeyError as exc:
            _logger.warning('No key for web push can be made: %s', exc)
            raise Problem('unavailable') from exc
        if not key:
            raise Problem('not_found')
        return PushKey(provider='webpush', public_key=key)

    @mobile_route('/push/test', methods=['POST'], auth='mobile', readonly=False, status=202,
                  problems=('no_push_address', 'too_many_requests', 'unavailable'))
    def test_push(self) -> PushTest:
        """Send a notification to this device, so that its customer sees that they come.

        It needs no consent, knows no quiet hours, counts as no message of a campaign, and stands in the inbox as well.
        """
        device = self._device()
        self.env['mobile.limit']._take('push_test', device.id)
        return PushTest(id=self.env['mobile.message'].sudo()._post_trial(device).uuid)
