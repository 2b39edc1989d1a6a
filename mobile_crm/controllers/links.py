"""The web pages behind the links in messages. They are no part of the phone API: they open in a browser."""
from odoo import http
from odoo.http import request

from ..tools.click import OPEN, PATHS, STOP, is_person
from .opt_in import HEADERS

LEADING = {name: HEADERS[name] for name in ('Cache-Control', 'Referrer-Policy', 'X-Robots-Tag')}


class Links(http.Controller):

    @http.route(f'{PATHS[OPEN]}<token>', type='http', auth='public', methods=['GET'], readonly=False,
                save_session=False)
    def follow(self, token):
        """Lead to where the message leads, and nowhere else; note that it was opened."""
        message = request.env['mobile.message']._of_link(token, OPEN)
        if not message:
            return page('mobile_crm.unknown_link_page', status=404)
        if is_person(request.httprequest.method, request.httprequest.headers):
            message._note_click()
        kind, target = message._target()
        if kind == 'web':
            response = request.redirect(target, code=302, local=False)
            response.headers.update(LEADING)
            return response
        # Mail clients and messengers make no link of an app's own scheme, and browsers follow none from a redirect.
        return page('mobile_crm.app_link_page', message, target=target)

    @http.route(f'{PATHS[STOP]}<token>', type='http', auth='public', methods=['GET'], readonly=True,
                save_session=False)
    def ask(self, token):
        """Ask for the click. Opening the page stops nothing: mail scanners open links too."""
        return self._stop_page(self._of_stop_link(token))

    # The token is what nobody else can know. Mail programs post without having opened anything (RFC 8058).
    @http.route(f'{PATHS[STOP]}<token>', type='http', auth='public', methods=['POST'], readonly=False, csrf=False,
                save_session=False)
    def stop(self, token, **_form):
        """Withdraw the consent to messages of this kind."""
        message = self._of_stop_link(token)
        if message:
            message._stop_channel('link')
        return self._stop_page(message, is_stopped=True)

    def _of_stop_link(self, token):
        message = request.env['mobile.message']._of_link(token, STOP)
        return message.filtered(lambda message: message.channel in ('sms', 'email'))

    def _stop_page(self, message, is_stopped=False):
        if not message:
            return page('mobile_crm.unknown_link_page', status=404)
        return page('mobile_crm.stop_page', message, channel=message.channel, is_stopped=is_stopped)


def page(template, message=None, status=200, **values):
    """Return a page in the language of its customer, that stands alone: it loads nothing.

    :param message: ``mobile.message``, or what else is a customer's in a company; elevated.
    """
    if message:
        request.update_context(lang=message.partner_id.lang or request.env.lang)
    lang = request.env['res.lang']._lang_get(request.env.lang)
    html = request.env['ir.qweb'].sudo()._render(template, {
        'company': message.company_id if message else None,
        'page_lang': (lang.code or 'en').replace('_', '-'),
        'direction': lang.direction or 'ltr',
        **values,
    })
    headers = {'Content-Type': 'text/html; charset=utf-8', **HEADERS}
    return request.make_response(f'<!DOCTYPE html>\n{html}', headers=list(headers.items()), status=status)
