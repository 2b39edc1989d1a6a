from ..tools.problems import Problem
from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.exits import Exit, ExitPass, ExitReport


class Exits(MobileController):

    @mobile_route('/orders/<order_id>/exit-pass', methods=['GET'], auth='mobile', readonly=True,
                  problems=('pass_used', 'pass_expired'))
    def get_exit_pass(self, order_id: str) -> ExitPass:
        """Show the exit pass of a basket that was paid with the phone, good for 15 minutes from the payment.

        It is the same each time. One that is over is replaced by a member of staff alone.
        """
        basket = self.env['mobile.basket']._mobile_find(self._partner(), self._company(), order_id)
        shown = self.env['mobile.exit.pass'].sudo()._of_basket(basket)
        return Answer(ExitPass.of(shown), headers={'Cache-Control': 'no-store'})

    @mobile_route('/till/exits', methods=['POST'], auth='mobile_till', readonly=False, problems=('pass_invalid',))
    def report_exit(self, body: ExitReport) -> Exit:
        """Report an exit pass that a gate has seen, now or, with `seen_at`, while it was without the network.

        A pass lets its customer out once: the second showing is `repeated`. The same gate gets the same answer for the
        same `seen_at`. A text that this shop has not signed, or whose customer was erased, answers `pass_invalid`.
        """
        store = self.env['mobile.redemption'].sudo()._check_store(self._company(), body.store_id)
        shown = self.env['mobile.exit.pass'].sudo()._read(self._company(), body.qr)
        if not shown:
            raise Problem('pass_invalid')
        return Exit.of(shown._report(self._app(), store, body.seen_at))
