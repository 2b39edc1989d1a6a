"""The web app as a picture, for staff who make it or write what it shows."""
from odoo import http
from odoo.http import request

from ..models.mobile_app_shell import ASSETS_PATH
from ..tools import web_language
from .links import page
from .phone_app import shell

PREVIEW_PATH = '/mobile_crm/apps/'


class PhonePreview(http.Controller):

    # Not below /mobile/, where the service worker of a customer's own app would answer.
    @http.route([f'{PREVIEW_PATH}<int:app_id>/preview', f'{PREVIEW_PATH}<int:app_id>/preview/<path:inside>'],
                type='http', auth='user', methods=['GET'], readonly=True, save_session=False)
    def mobile_app_preview(self, app_id, inside='', language=None, **_query):
        """Show the app with examples. It can ask the API for nothing and the browser for no permission."""
        App = request.env['mobile.app']
        app = App.search([('id', '=', app_id)]).sudo() if App.has_access('read') else App
        if not app._has_web_app():
            return page('mobile_crm.no_web_app_page', status=404)
        if language not in web_language.LANGUAGES:
            language = web_language.nearest(request.env.lang)
        app = app._in_web_language(language)
        config = {
            **app._web_config(language),
            'base': f'{PREVIEW_PATH}{app.id}/preview',
            # Its database in the browser is nobody's.
            'client_id': f'preview-{app.id}',
            'preview': True,
            'worker': None,
        }
        host = request.httprequest.host_url.rstrip('/')
        answer = shell(
            app, config, frame_ancestors="'self'", connect_src=f'{host}{ASSETS_PATH}', worker_src="'none'",
            manifest_src="'none'", permissions='camera=(), geolocation=(), microphone=()')
        # It is not for everybody who shares a cache.
        answer.headers['Cache-Control'] = 'private, no-cache'
        return answer
