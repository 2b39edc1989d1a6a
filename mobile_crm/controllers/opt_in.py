"""The web page behind the link of a double opt-in. It is no part of the phone API: it opens in a browser."""
from odoo import http
from odoo.http import request

from ..models.mobile_opt_in import PATH

HEADERS = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    # The address of the page holds the token.
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex',
}


class OptIn(http.Controller):

    @http.route(PATH, type='http', auth='public', methods=['GET'], readonly=True, save_session=False)
    def show(self, token=''):
        """Ask for the click. Opening the page confirms nothing: mail scanners open links too."""
        return self._page(self._find(token), token)

    # The token is what nobody else can know; a browser that has just opened the link need not take a cookie for it.
    @http.route(PATH, type='http', auth='public', methods=['POST'], readonly=False, csrf=False, save_session=False)
    def confirm(self, token=''):
        """Take the consent."""
        opt_in = self._find(token)
        if opt_in:
            opt_in._confirm()
        return self._page(opt_in, token)

    def _find(self, token):
        # Whoever has the link was meant to; the token is all that is looked for. (A form may send a file.)
        opt_in = request.env['mobile.opt.in'].sudo()._find(token if isinstance(token, str) else '')
        if opt_in:
            request.update_context(lang=opt_in.lang)
        return opt_in.with_env(opt_in.env(context={**opt_in.env.context, 'lang': request.env.lang}))

    def _page(self, opt_in, token):
        html = request.env['ir.qweb'].sudo()._render(
            'mobile_crm.opt_in_page', {'opt_in': opt_in, 'company': opt_in.company_id, 'token': token, 'path': PATH})
        headers = {'Content-Type': 'text/html; charset=utf-8', **HEADERS}
        return request.make_response(
            f'<!DOCTYPE html>\n{html}', headers=list(headers.items()), status=200 if opt_in else 404)
