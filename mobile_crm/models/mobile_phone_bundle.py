import gzip
import hashlib
import json
from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools.translate import code_translations

from ..tools.web_language import LANGUAGES
from .mobile_app_web import WEB_PATH

ASSETS_PATH = '/mobile/assets/'
#: The files that the web app consists of, by name, and the bundle of the manifest that each is made of. What is not
#: part of the first load is fetched when it is needed.
BUNDLES = {
    'early.js': 'mobile_crm.assets_phone_early',
    'libraries.js': 'mobile_crm.assets_phone_libraries',
    'core.js': 'mobile_crm.assets_phone_core',
    'app.js': 'mobile_crm.assets_phone',
    'app.css': 'mobile_crm.assets_phone',
    'shop.js': 'mobile_crm.assets_phone_shop',
    'for_you.js': 'mobile_crm.assets_phone_for_you',
    'me.js': 'mobile_crm.assets_phone_me',
    'map.js': 'mobile_crm.assets_phone_map',
    'map.css': 'mobile_crm.assets_phone_map',
    'scanner.js': 'mobile_crm.assets_phone_scanner',
    'codes.js': 'mobile_crm.assets_phone_codes',
    'preview.js': 'mobile_crm.assets_phone_preview',
    'worker.js': 'mobile_crm.assets_phone_worker',
}
#: What the service worker keeps from the beginning, so that every page works without the network: all pages, and what
#: draws the codes on them. The map and the reader of barcodes it keeps once they were used.
OFFLINE = ('early.js', 'libraries.js', 'core.js', 'app.js', 'app.css', 'shop.js', 'for_you.js', 'me.js', 'codes.js')
KINDS = {'js': 'text/javascript; charset=utf-8', 'css': 'text/css; charset=utf-8', 'json': 'application/json'}


class PhoneFile(NamedTuple):
    """A file as it is sent.

    :ivar bytes content: compressed by gzip, which every browser takes that can run the app
    :ivar str digest: of what was compressed: hosts with different versions of zlib compress differently
    """

    content: bytes
    content_type: str
    digest: str


class MobilePhoneBundle(models.AbstractModel):
    """The web app's scripts, styles and texts, compressed. They are made of the manifest's bundles, so other addons
    can add to them, and kept in memory until a module changes.
    """

    _name = 'mobile.phone.bundle'
    _description = "Files of the Web App"

    @api.model
    @tools.ormcache(cache='assets')
    def _version(self):
        """Return what names this state of all files: another one has other names, so browsers may keep them for ever.

        :rtype: str
        """
        digest = hashlib.sha256()
        for name in self._names():
            digest.update(self._file(name).digest.encode())
        return digest.hexdigest()[:20]

    @api.model
    def _names(self):
        return [*BUNDLES, *(f'texts.{code}.json' for code in LANGUAGES)]

    @api.model
    @tools.ormcache(cache='assets')
    def _worker(self):
        """Return the service worker, compressed. It begins with the version and the files to keep, so it is
        another one whenever any of the files is.

        :rtype: bytes
        """
        version = self._version()
        facts = json.dumps({
            'version': version, 'assetsPath': ASSETS_PATH, 'assets': f'{ASSETS_PATH}{version}/', 'app': WEB_PATH,
            'first': [*OFFLINE, *(name for name in self._names() if name.startswith('texts.'))]})
        script = gzip.decompress(self._file('worker.js').content)
        return gzip.compress(f'self.PHONE={facts};\n'.encode() + script, mtime=0)

    @api.model
    def _file(self, name):
        """Return one of the files, or None when there is none of this name.

        :rtype: PhoneFile | None
        """
        # Names that anybody makes up would drive all else out of the cache.
        return self._made(name) if name in self._names() else None

    @api.model
    @tools.ormcache('name', cache='assets')
    def _made(self, name):
        kind = name.rpartition('.')[2]
        text = self._texts(name.split('.')[1]) if kind == 'json' else self._bundle(BUNDLES[name], kind)
        content = text.encode()
        return PhoneFile(gzip.compress(content, mtime=0), KINDS[kind], hashlib.sha256(content).hexdigest())

    @api.model
    def _bundle(self, name, kind):
        # Without what depends on who asks: with a website each would have its own assets, and the app has none.
        bundle = self.env['ir.qweb'].sudo()._get_asset_bundle(
            name, css=kind == 'css', js=kind == 'js', assets_params={})
        if kind == 'css':
            return '\n'.join(asset.minify() for asset in bundle.stylesheets)
        return ';\n'.join(asset.minify() for asset in bundle.javascripts)

    @api.model
    def _texts(self, language):
        """Return the translations of the app's texts, from the addons that make it, as JSON."""
        terms = {}
        installed = self.env['ir.module.module']._installed()
        for addon in sorted(name for name in installed if name.startswith('mobile_crm')):
            messages = code_translations.get_web_translations(addon, language)['messages']
            terms.update((message['id'], message['string']) for message in messages)
        return json.dumps(terms, ensure_ascii=False, separators=(',', ':'), sort_keys=True)
