from odoo import api, models
from odoo.tools import hmac

from ..tools import order_id
from ..tools.problems import Problem


class MobilePayment(models.Model):
    """The methods that customers have saved while they paid on the page: Odoo's ``payment.token``.

    Phones know them by an enciphered number, as they know orders.
    """

    _inherit = 'mobile.payment'

    # === BUSINESS METHODS === #

    @api.model
    def _saved_methods(self, partner, company, order=None):
        """Return what a customer has saved with the providers of a company that are in use (elevated).

        :param partner: ``res.partner``, the caller's own.
        :param order: ``sale.order`` of theirs; with it only what it can be paid by.
        :rtype: payment.token
        """
        terms = {'currency_id': order.currency_id.id, 'sale_order_id': order.id} if order else {}
        providers = self.env['payment.provider'].sudo()._get_compatible_providers(
            company.id, partner.id, order.amount_total if order else 0.0, **terms)
        return self.env['payment.token'].sudo()._get_available_tokens(providers.ids, partner.id, **terms)

    @api.model
    def _saved_method(self, basket, method_id, loc):
        """Return a saved method of the caller by which their basket can be paid.

        :param str method_id: as phones know it.
        :param list loc: where it stands in the request.
        :raise Problem: 422 when they have none of this name.
        """
        found = self._find_method(
            self._saved_methods(basket.partner_id, basket.company_id, basket.order_id), method_id)
        if not found:
            raise Problem.invalid(loc, self.env._("This saved payment method cannot be used here."))
        return found

    @api.model
    def _forget_method(self, partner, company, method_id):
        """Archive a saved method of the caller, as Odoo's portal does.

        :raise Problem: 404.
        """
        found = self._find_method(self._saved_methods(partner, company), method_id)
        if not found:
            raise Problem('not_found')
        found.active = False

    @api.model
    def _find_method(self, tokens, method_id):
        _kind, number = order_id.decode(self._method_key(), method_id) or (None, 0)
        return tokens.filtered(lambda token: token.id == number)

    @api.model
    def _method_id(self, token):
        """Return the id by which phones know a saved method."""
        return order_id.encode(self._method_key(), 1, token.id)

    @api.model
    def _method_key(self):
        return bytes.fromhex(hmac(self.env(su=True), 'mobile_crm.payment.method', ''))
