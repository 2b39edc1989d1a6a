import base64
import hashlib

from odoo import models, tools

from ..tools import app_icon
from .mobile_app_web import WEB_PATH


class MobileApp(models.Model):
    """The icons of a web app: of its own picture, else of the company's logo, else of its name."""

    _inherit = 'mobile.app'

    # === BUSINESS METHODS === #

    def _icon_paths(self):
        """Return where the icons are found; another look has another path, so browsers keep them for ever.

        :return: by kind and size, see ``app_icon.SIZES``
        :rtype: dict[tuple[str, int], str]
        """
        self.ensure_one()
        version = self._icon_version()
        return {(kind, size): f'{WEB_PATH}{self.client_id}/icon-{kind}-{size}.{version}.png'
                for kind, sizes in app_icon.SIZES.items() for size in sizes}

    def _icon_version(self):
        """Return what names the look of all icons."""
        self.ensure_one()
        # The pictures' checksums are kept; to read the pictures for each page would be a waste.
        attachments = self.env['ir.attachment'].sudo()._read_group([
            '|', '&', '&', ('res_model', '=', self._name), ('res_field', '=', 'web_icon'), ('res_id', '=', self.id),
            '&', '&', ('res_model', '=', 'res.partner'), ('res_field', '=', 'image_1920'),
            ('res_id', '=', self.company_id.partner_id.id),
        ], ['res_field', 'checksum'])
        # The same in each language, as the path is.
        facts = (
            app_icon.STYLE, self.with_context(lang='en_US').name, self._web_colours()['brand'],
            self.company_id.uses_default_logo, sorted(map(tuple, attachments)))
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    @tools.ormcache('self.id', 'version', 'kind', 'size')
    def _icon(self, version, kind, size):
        """Return an icon as PNG.

        :param str version: the present one
        :rtype: bytes
        """
        self.ensure_one()
        company = self.company_id
        logo = not company.uses_default_logo and company.logo
        picture = self.web_icon or logo
        return app_icon.draw(
            kind, size, self._web_colours()['brand'], self.with_context(lang='en_US').name,
            picture and base64.b64decode(picture), is_whole=bool(self.web_icon))
