from odoo import api, fields, models
from odoo.tools import hmac

from ..tools import order_id
from .mobile_payment import LIVING

# Where a customer pays, and where they come back to from their provider.
PAY_PATH, PAID_PATH = '/mobile/pay/', '/mobile/paid/'
# What a link is good for. None is good for another.
PURPOSES = {'pay': 1, 'paid': 2}


class MobilePayment(models.Model):
    """The links of a payment: to the page on which it is made, and to the one that leads back into the app.

    Both name the payment by an enciphered and authenticated number (``tools/order_id.py``, 128 bits), each for one
    purpose. The first is good for as long as the payment lives and its time is not up; the second only tells how it
    went, and is stored with the transaction, where staff can read it.
    """

    _inherit = 'mobile.payment'

    # === BUSINESS METHODS === #

    @api.model
    def _link_key(self):
        return bytes.fromhex(hmac(self.env(su=True), 'mobile_crm.payment', ''))

    def _token(self, purpose):
        self.ensure_one()
        return order_id.encode(self._link_key(), PURPOSES[purpose], self.id)

    @api.model
    def _of_token(self, token, purpose):
        """Return the payment that a link is about (elevated), or an empty recordset.

        :param str token: as it came from outside.
        :param str purpose: ``pay`` or ``paid``.
        """
        kind, number = order_id.decode(self._link_key(), token) or (None, 0)
        return self.sudo().browse(number if kind == PURPOSES[purpose] else ()).exists()

    def _page_url(self):
        """Return the absolute address of the page on which this is paid."""
        return f'{self.company_id.get_base_url().rstrip("/")}{PAY_PATH}{self._token("pay")}'

    def _landing_path(self):
        """Return the path to which a provider leads back."""
        return f'{PAID_PATH}{self._token("paid")}'

    def _is_payable(self):
        """Tell whether the page can still be used."""
        self.ensure_one()
        return (
            self.state in LIVING and self.method != 'at_till' and self.expires_at > fields.Datetime.now()
            and not self.is_charging and not self._under_way())

    def _return_link(self):
        """Return the address that opens the app again, or None; it tells the order and how the payment stands."""
        self.ensure_one()
        return self.basket_id.app_id._return_link(
            self.device_id.platform,
            order_id=self.basket_id._public_id(), payment_id=self.uuid, status=self._status())

    def _status(self):
        """Return how the payment stands, as phones are told; see ``PaymentStatus``."""
        self.ensure_one()
        if self.state in LIVING and self.method == 'at_till':
            return 'waiting'
        if self.state in LIVING and self._is_payable():
            return 'action_required'
        return {'begun': 'processing', 'returned': 'refund_due'}.get(self.state, self.state)
