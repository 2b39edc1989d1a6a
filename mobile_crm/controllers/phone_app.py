"""The web app: an installable page that speaks the phone API. It is no part of that API."""
import base64
import hashlib
import json
import re

from markupsafe import Markup

from odoo import http
from odoo.http import request

from ..models.mobile_app_shell import MANIFEST, WORKER_PATH
from ..models.mobile_app_web import WEB_PATH
from ..models.mobile_phone_bundle import ASSETS_PATH
from ..tools import app_icon, web_language
from .links import page

#: A file's address changes with its content.
FOR_EVER = 'public, max-age=31536000, immutable'
SAFE = [('X-Content-Type-Options', 'nosniff'), ('Cross-Origin-Resource-Policy', 'same-origin')]
PERMISSIONS = 'camera=(self), geolocation=(self), microphone=()'
ICON = re.compile(r'icon-([a-z]+)-(\d{2,3})\.([0-9a-f]{16})\.png')


class PhoneApp(http.Controller):

    @http.route([f'{WEB_PATH}<client_id>', f'{WEB_PATH}<client_id>/<path:inside>'], type='http', auth='public',
                methods=['GET'], readonly=True, save_session=False)
    def mobile_web_app(self, client_id, inside='', **_query):
        """Show the app. What is inside of it is found by its own script."""
        app = request.env['mobile.app']._find_web_app(client_id)
        if not app:
            request.update_context(lang=request.env['ir.http']._mobile_lang() or 'en_US')
            return page('mobile_crm.no_web_app_page', status=404)
        language = web_language.best(request.httprequest.accept_languages)
        app = app._in_web_language(language)
        if inside == MANIFEST:
            return self._json(app._web_manifest(language), 'application/manifest+json')
        if icon := ICON.fullmatch(inside):
            return self._icon(app, icon[1], int(icon[2]), icon[3])
        return shell(app, app._web_config(language))

    @http.route(f'{ASSETS_PATH}<version>/<name>', type='http', auth='none', methods=['GET'], readonly=True,
                save_session=False)
    def mobile_web_asset(self, version, name):
        """Send a file of the app."""
        bundle = request.env['mobile.phone.bundle']
        file = bundle._file(name) if version == bundle._version() else None
        if not file:
            return request.make_response('', status=404, headers=[('Cache-Control', 'no-store')])
        return request.make_response(file.content, headers=[
            ('Content-Type', file.content_type), ('Content-Encoding', 'gzip'), ('Cache-Control', FOR_EVER), *SAFE])

    @http.route(WORKER_PATH, type='http', auth='none', methods=['GET'], readonly=True, save_session=False)
    def mobile_web_worker(self):
        """Send the service worker, which is one for all apps of this server."""
        bundle = request.env['mobile.phone.bundle']
        return _conditional(request.make_response(bundle._worker(), headers=[
            ('Content-Type', 'text/javascript; charset=utf-8'), ('Content-Encoding', 'gzip'),
            ('Cache-Control', 'no-cache'), ('Service-Worker-Allowed', '/mobile/'),
            ('Content-Security-Policy', "default-src 'none'; script-src 'self'; connect-src 'self'"), *SAFE]))

    def _json(self, values, content_type):
        return _conditional(request.make_response(json.dumps(values, ensure_ascii=False), headers=[
            ('Content-Type', content_type), ('Cache-Control', 'no-cache'), ('Vary', 'Accept-Language'), *SAFE]))

    def _icon(self, app, kind, size, version):
        if size not in app_icon.SIZES.get(kind, ()):
            return request.make_response('', status=404)
        present = app._icon_version()
        # An app that was installed when it looked otherwise gets the present look.
        kept = FOR_EVER if version == present else 'no-cache'
        return _conditional(request.make_response(app._icon(present, kind, size), headers=[
            ('Content-Type', 'image/png'), ('Cache-Control', kept), *SAFE]))


def shell(app, config, permissions=PERMISSIONS, **policy):
    """Return the page in which the app runs.

    :param app: in the language of the page
    :param dict config: see ``_web_config``
    :param str permissions: what the app may ask the browser for
    :param policy: directives of the Content-Security-Policy that differ, with underscores
    """
    language = config['language']
    colours = app._web_colours()
    theme = ':root{' + ''.join(f'--{name}:{value};' for name, value in colours.items()) + '}'
    html = request.env['ir.qweb'].sudo()._render('mobile_crm.phone_shell', {
        'app': app, 'config': config, 'theme': Markup(theme), 'colours': colours, 'language': language,
        'direction': web_language.direction(language),
        'manifest': not config.get('preview') and f'{config["base"]}/{MANIFEST}',
        'texts': app._web_texts(language), 'icons': app._icon_paths(),
        # A less-than sign could end the script that it stands in.
        'config_json': Markup(json.dumps(config, ensure_ascii=False).replace('<', '\\u003c')),
    })
    tile_hosts = app._web_tile_hosts()
    return _conditional(request.make_response(f'<!DOCTYPE html>\n{html}', headers=[
        ('Content-Type', 'text/html; charset=utf-8'),
        ('Content-Security-Policy', _policy(theme, tile_hosts, **policy)),
        ('Cross-Origin-Opener-Policy', 'same-origin'),
        # Servers of tiles want to know which site shows them, not which page.
        ('Referrer-Policy', 'strict-origin-when-cross-origin' if tile_hosts else 'same-origin'),
        ('Permissions-Policy', permissions),
        ('Cache-Control', 'no-cache'), ('Vary', 'Accept-Language'), *SAFE]))


def _policy(theme, tile_hosts, **directives):
    """Return the Content-Security-Policy: this server's own, and the one style that stands in the page."""
    digest = base64.b64encode(hashlib.sha256(theme.encode()).digest()).decode()
    policy = {
        'default_src': "'none'", 'script_src': "'self'", 'style_src': f"'self' 'sha256-{digest}'",
        'img_src': ' '.join(["'self'", 'data:', 'blob:', *tile_hosts]), 'connect_src': "'self'",
        'media_src': "'self' blob:", 'manifest_src': "'self'", 'worker_src': "'self'", 'form_action': "'none'",
        'base_uri': "'none'", 'frame_ancestors': "'none'", **directives}
    return '; '.join(f'{name.replace("_", "-")} {value}' for name, value in policy.items())


def _conditional(response):
    """Let a browser that has this very answer keep it."""
    response.add_etag()
    response.make_conditional(request.httprequest)
    # The server writes its own.
    response.headers.pop('Date', None)
    return response
