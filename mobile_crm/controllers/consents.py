from .base import MobileController
from .routing import mobile_route
from .schemas.consents import Consent, ConsentChoices, Consents


class ConsentsController(MobileController):

    @mobile_route('/me/consents', methods=['GET'], auth='mobile', readonly=True)
    def get_consents(self) -> Consents:
        """List what the customer has agreed to and what there is to agree to."""
        return all_consents(self.env, self._partner(), self._company())

    @mobile_route('/me/consents', methods=['PUT'], auth='mobile', readonly=False,
                  problems=('wording_changed', 'too_many_requests'))
    def update_consents(self, body: ConsentChoices) -> Consents:
        """Agree, refuse or withdraw.

        Purposes that are left out stay as they are. A withdrawal takes effect at once: what waits to be sent is not
        sent any more.
        """
        self.env['mobile.consent'].sudo()._decide(
            self._partner(), self._company(), self._device(), body.choices(), body.shown())
        return all_consents(self.env, self._partner(), self._company())


def all_consents(env, partner, company):
    """Return what a customer (``res.partner``, the caller's own) has agreed to and what there is to agree to."""
    states = env['mobile.consent'].sudo()._states(partner, company)
    is_pending = env['mobile.opt.in'].sudo()._is_pending(partner, company)
    return Consents([Consent.of(state, is_pending and purpose == 'email') for purpose, state in states.items()])
