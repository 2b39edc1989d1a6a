import re
from urllib.parse import urlsplit

from odoo import models
from odoo.tools import LazyTranslate

from ..tools import web_language
from .mobile_app_web import WEB_PATH
from .mobile_phone_bundle import ASSETS_PATH

_lt = LazyTranslate(__name__)

WORKER_PATH = '/mobile/service-worker.js'
MANIFEST = 'app.webmanifest'
#: The ground of the app's pages, which the phone shows while the app is opened; see static/src/phone/base.css.
GROUND = '#f4f5f7'
#: Characters of a name below an icon on the home screen; longer ones are cut by the phone.
SHORT = 12
#: Leaflet asks these servers in turn, where the address of the tiles has {s} in it.
SUBDOMAINS = 'abc'
HOST = re.compile(r'[A-Za-z0-9.-]+(:\d{1,5})?')
DESCRIPTION = _lt("Stores near you, offers and purchases of %s")
NO_SCRIPT = _lt("This page needs JavaScript. Please switch it on in the settings of your browser.")
SHORTCUTS = {
    'scan': _lt("Scan"),
    'offers': _lt("Offers"),
    'me/card': _lt("Member card"),
}


class MobileApp(models.Model):
    """What a browser is told about a web app."""

    _inherit = 'mobile.app'

    # === BUSINESS METHODS === #

    def _in_web_language(self, language):
        """Return this app in one of the web app's own languages, as far as it is installed.

        :param str language: see ``web_language.LANGUAGES``
        """
        return self.with_context(lang=self.env['mobile.device'].sudo()._nearest_lang(language) or 'en_US')

    def _web_texts(self, language):
        """Return what is said before the app's script says anything, in one of its own languages."""
        return {
            'description': DESCRIPTION._translate(language) % self.company_id.name,
            'no_script': NO_SCRIPT._translate(language),
        }

    def _web_base(self):
        self.ensure_one()
        return f'{WEB_PATH}{self.client_id}'

    def _web_config(self, language):
        """Return what the app's script has to know (``env.config``).

        :param str language: the browser's; see ``web_language.LANGUAGES``
        """
        self.ensure_one()
        version = self.env['mobile.phone.bundle']._version()
        assets, icons = f'{ASSETS_PATH}{version}/', self._icon_paths()
        return {
            'client_id': self.client_id,
            'base': self._web_base(),
            'name': self.name,
            'company': self.company_id.name,
            'start': f'/{self.web_start_page}',
            'version': version,
            'assets': assets,
            'worker': WORKER_PATH,
            'icon': icons['any', 192],
            'badge': icons['badge', 96],
            'language': language,
            'languages': [{
                'code': code, 'name': name, 'texts': f'{assets}texts.{code}.json',
                'direction': web_language.direction(code),
            } for code, name in web_language.LANGUAGES.items()],
            'location_mode': self.location_mode,
            # The unit that goes without saying.
            'piece': self.env.ref('uom.product_uom_unit').sudo().name,
            'tiles': self.company_id._mobile_tiles() if self._web_tile_hosts() else None,
        }

    def _web_tile_hosts(self):
        """Return the origins that the background of maps comes from, as a Content-Security-Policy names them.

        :rtype: list[str]
        """
        parts = urlsplit(self.company_id.mobile_tile_url or '')
        hosts = [parts.netloc.replace('{s}', letter) for letter in SUBDOMAINS[:3 if '{s}' in parts.netloc else 1]]
        # Anything else could say more than a host in the policy.
        return [f'{parts.scheme}://{host}' for host in hosts if HOST.fullmatch(host)]

    def _web_manifest(self, language):
        """Return the web app manifest (W3C), by which a browser installs the app.

        :param str language: see ``web_language.LANGUAGES``
        """
        self.ensure_one()
        base, icons = self._web_base(), self._icon_paths()
        return {
            'id': base,
            'name': self.name,
            'short_name': short_name(self.name),
            'description': self._web_texts(language)['description'],
            'lang': language,
            'dir': web_language.direction(language),
            'start_url': base,
            'scope': base,
            'display': 'standalone',
            'background_color': GROUND,
            'theme_color': self._web_colours()['brand'],
            'categories': ['shopping', 'lifestyle'],
            'prefer_related_applications': False,
            'icons': [
                {'src': icons[purpose, size], 'sizes': f'{size}x{size}', 'type': 'image/png',
                 'purpose': purpose}
                for purpose in ('any', 'maskable') for size in (192, 512)],
            'shortcuts': [{
                'name': name._translate(language), 'url': f'{base}/{path}',
                'icons': [{'src': icons['any', 192], 'sizes': '192x192', 'type': 'image/png'}],
            } for path, name in SHORTCUTS.items()],
        }


def short_name(name):
    """Return as much of a name as is shown below an icon: whole words, if the first one fits."""
    short = ''
    for word in name.split():
        longer = f'{short} {word}'.strip()
        if len(longer) > SHORT:
            break
        short = longer
    # Not an "&" that joins nothing.
    return re.sub(r'[\W_]+$', '', short) or name.strip()[:SHORT]
