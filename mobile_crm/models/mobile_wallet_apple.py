import base64
import json
from datetime import UTC

from odoo import api, models

from ..tools import wallet_apple, wallet_images
from ..tools.problems import Problem

# Below our own address; Apple's phones add "/v1/" and what they want.
SERVICE_PATH = '/mobile/wallet'
# Metres from a store within which a phone shows a pass by itself. Apple's own limit for these passes is about as much.
NEAR = 500
# What Wallet calls languages that it does not know by their code alone.
LANGUAGES = {'zh_CN': 'zh-Hans', 'zh_SG': 'zh-Hans', 'zh_TW': 'zh-Hant', 'zh_HK': 'zh-Hant'}


class MobileWalletApple(models.AbstractModel):
    """Passes for Apple Wallet."""

    _name = 'mobile.wallet.apple'
    _description = "Apple Wallet Pass"

    # === BUSINESS METHODS === #

    @api.model
    def _pass(self, app, partner, card=None, serial=None):
        """Return a customer's pass, signed and packed.

        :param app: ``mobile.app``.
        :param partner: ``res.partner``; callers have seen to it that the card is theirs, or was when they got it.
        :param card: ``loyalty.card``, or None for the member card.
        :param str serial: of the pass that the phone has; left out for one that it has not.
        :rtype: bytes
        :raise Problem: when the app has no certificate that is good.
        """
        account = app._wallet_apple()
        if account is None:
            raise Problem('wallet_unavailable')
        content, languages = self._in_languages(app, partner, card)
        content = content._replace(serial=serial or content.serial)
        files = {
            'pass.json': json.dumps(self._described(app, account, content), ensure_ascii=False, indent=1).encode(),
            **self._pictures(app, card)}
        for language, texts in languages.items():
            files[f'{language}.lproj/pass.strings'] = wallet_apple.strings(texts)
        return account.package(files)

    @api.model
    def _in_languages(self, app, partner, card):
        """Return what a pass says in the language of the environment, and how other languages say it.

        :rtype: tuple[Content, dict[str, dict[str, str]]]
        """
        Wallet = self.env['mobile.wallet']
        places = Wallet._places(app, partner, card)
        content = Wallet._content(app, partner, card, places)
        installed = [code for code, _name in self.env['res.lang'].get_installed()]
        own, languages = self.env.lang or 'en_US', {}
        # The own one last: of two variants of a language, it is the one that counts.
        for code in [*(code for code in installed if code != own), own] if len(installed) > 1 else ():
            translated = Wallet.with_context(lang=code)._content(app, partner, card, places).texts()
            languages[LANGUAGES.get(code, code.partition('_')[0].partition('@')[0])] = {
                text: translated[where] for where, text in content.texts().items() if text and where in translated}
        return content, languages

    @api.model
    def _described(self, app, account, content):
        """Return ``pass.json``.

        :rtype: dict
        """
        background, foreground = map(wallet_images.rgb, app._wallet_colours())
        is_card = content.kind == 'member'
        front = [self._field(field) for field in content.fields]
        described = {
            'formatVersion': 1,
            'passTypeIdentifier': account.pass_type,
            'teamIdentifier': account.team,
            'serialNumber': content.serial,
            'organizationName': content.issuer,
            'description': content.title,
            'logoText': content.issuer,
            'backgroundColor': background,
            'foregroundColor': foreground,
            'labelColor': foreground,
            'sharingProhibited': True,
            'barcodes': [{
                'format': 'PKBarcodeFormatQR', 'message': content.code, 'messageEncoding': 'iso-8859-1',
                'altText': content.caption}],
            'storeCard' if is_card else 'coupon': {
                'primaryFields': [self._field(content.main)],
                'secondaryFields': front[:2],
                'auxiliaryFields': front[2:],
                'backFields': [self._field(field) for field in content.back],
            },
        }
        if content.state != 'active':
            described['voided'] = True
        if content.ends_at:
            described['expirationDate'] = content.ends_at.replace(tzinfo=UTC).strftime('%Y-%m-%dT%H:%M:%SZ')
        if content.places and content.state == 'active':
            described['maxDistance'] = NEAR
            described['locations'] = [
                {'latitude': place.latitude, 'longitude': place.longitude, 'relevantText': place.text}
                for place in content.places]
        base = app.company_id.get_base_url()
        if base.startswith('https://'):
            # Phones take no other; without it a pass stays as it is.
            described['webServiceURL'] = base.rstrip('/') + SERVICE_PATH
            described['authenticationToken'] = self.env['mobile.wallet']._token(content.serial)
        return described

    @api.model
    def _field(self, field):
        described = {'key': field.key, 'label': field.label, 'value': field.value}
        if field.key.startswith('balance'):
            described['changeMessage'] = f'{field.label}: %@'
        return described

    @api.model
    def _pictures(self, app, card):
        app = app.sudo().with_context(bin_size=False)
        campaign = card.mobile_campaign_id.with_context(bin_size=False) if card else None
        return wallet_images.pictures(
            base64.b64decode(app.wallet_logo or app.company_id.logo or b''),
            base64.b64decode(campaign.image_1024 or b'') if campaign else None, *app._wallet_colours())
