"""The pages on which baskets are paid online. They are no part of the phone API: they open in a browser."""
import secrets

from odoo import http
from odoo.fields import Command
from odoo.http import request

from odoo.addons.payment.controllers.portal import PaymentPortal

from ..models.mobile_payment_link import PAID_PATH, PAY_PATH
from .links import page

# Providers bring scripts, frames and forms of their own, so those are not limited here. What the address of the page
# holds is for nobody else, but some providers want to know which site sends the customer.
HEADERS = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'strict-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'X-Robots-Tag': 'noindex',
}
# Where the browser keeps the secret by which it goes on with what it has begun.
BROWSER = 'mobile_crm_browser'
# Seconds between two looks at a payment that is under way.
LOOK_AGAIN = 3


class PayPage(PaymentPortal):

    @http.route(f'{PAY_PATH}<token>', type='http', auth='public', methods=['GET'], website=True, sitemap=False,
                multilang=False)
    def mobile_pay(self, token):
        """Show Odoo's own form of payments for one basket, and nothing else."""
        payment = self._linked_payment(token, 'pay')
        if not payment:
            return page('mobile_crm.unknown_link_page', status=404)
        payment._lapse()
        if not payment._is_payable():
            return request.redirect(payment._landing_path())
        response = request.render('mobile_crm.pay_page', self._pay_form_values(payment, token))
        response.headers.update(HEADERS)
        return response

    @http.route(f'{PAY_PATH}<token>/transaction', type='jsonrpc', auth='public', website=True, multilang=False)
    def mobile_pay_transaction(self, token, provider_id=None, payment_method_id=None, token_id=None, flow=None,
                               tokenization_requested=False, **_ignored):
        """Begin a transaction for one basket. How much is paid, and for what, is not the browser's to say.

        :return: what Odoo's form needs to go on, or words that it shows.
        :rtype: dict
        """
        ended = {'state': 'error', 'state_message': request.env._(
            "This payment has ended, or goes on in another window. Go back to the app to see how it stands.")}
        payment = self._linked_payment(token, 'pay')
        if not payment:
            return ended
        payment.basket_id._lock()
        values = self._pay_form_values(payment, token)
        is_token = flow == 'token'
        if not (
                provider_id in values['providers_sudo'].ids and flow in ('redirect', 'direct', 'token')
                and (token_id in values['tokens_sudo'].ids if is_token
                     else payment_method_id in values['payment_methods_sudo'].ids)):
            return {'state': 'error', 'state_message': request.env._("This way to pay is not offered here.")}
        browser = request.session.get(BROWSER)
        if not browser:
            browser = request.session[BROWSER] = secrets.token_urlsafe(32)
        if not payment._is_payable() or not payment._claim(browser):
            return ended
        # A method that was saved is charged below, when its transaction is known to the database.
        request.update_context(delay_token_charge=True)
        tx_sudo = self._create_transaction(
            provider_id=provider_id, payment_method_id=payment_method_id, token_id=token_id, flow=flow,
            tokenization_requested=bool(tokenization_requested), amount=payment.amount,
            currency_id=payment.currency_id.id, partner_id=payment.partner_id.id,
            landing_route=payment._landing_path(), sale_order_id=payment.order_id.id,
            custom_create_values={
                'sale_order_ids': [Command.set(payment.order_id.ids)], 'mobile_payment_id': payment.id})
        payment.transaction_id = tx_sudo
        if is_token:
            payment._keep()
            tx_sudo._charge_with_token()
            payment._keep()
        return tx_sudo._get_processing_values()

    @http.route(f'{PAID_PATH}<token>', type='http', auth='public', methods=['GET'], save_session=False)
    def mobile_paid(self, token):
        """Say how a payment stands, and lead back into the app when it has come to an end."""
        payment = self._linked_payment(token, 'paid')
        if not payment:
            return page('mobile_crm.unknown_link_page', status=404)
        payment._follow(is_page=True)
        status = payment._status()
        return page(
            'mobile_crm.paid_page', payment, payment=payment, outcome=status, link=payment._return_link(),
            look_again=LOOK_AGAIN if status in ('processing', 'action_required') else None)

    def _linked_payment(self, token, purpose):
        """Return the payment that a link is about (elevated), for its customer's language."""
        payment = request.env['mobile.payment']._of_token(token, purpose)
        if payment:
            request.update_context(lang=payment.partner_id.lang or request.env.lang)
        return payment.with_env(payment.env(context={**payment.env.context, 'lang': request.env.lang}))

    def _pay_form_values(self, payment, token):
        """Return what ``payment.form`` shows: as the portal does for an order, without the methods of who is signed in
        in this browser. The link alone opens the page, so it shows no saved method but the one that is being charged.
        """
        order, partner = payment.order_id, payment.partner_id
        report = {}
        terms = {'currency_id': payment.currency_id.id, 'sale_order_id': order.id}
        providers_sudo = request.env['payment.provider'].sudo()._get_compatible_providers(
            payment.company_id.id, partner.id, payment.amount, report=report, **terms)
        return {
            'payment': payment,
            'res_company': payment.company_id,
            'amount': payment.amount,
            'currency': payment.currency_id,
            'partner_id': partner.id,
            'reference_prefix': order.name,
            'providers_sudo': providers_sudo,
            'payment_methods_sudo': request.env['payment.method'].sudo()._get_compatible_payment_methods(
                providers_sudo.ids, partner.id, report=report, **terms),
            'tokens_sudo': payment.token_id.filtered(
                lambda saved: saved.active and saved.provider_id in providers_sudo),
            'availability_report': report,
            'show_tokenize_input_mapping': self._compute_show_tokenize_input_mapping(
                providers_sudo, sale_order_id=order.id),
            'transaction_route': f'{PAY_PATH}{token}/transaction',
            'landing_route': payment._landing_path(),
            'access_token': '',
        }
