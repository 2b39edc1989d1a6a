import re

from odoo import api, models
from odoo.tools import consteq, format_datetime, hmac

from ..tools import member_card, wallet_content
from ..tools.company_days import zone_of
from ..tools.problems import Problem
from ..tools.wallet_content import Content, Field

# The code of a member's pass: the key, the member, and the signature over what stands before it.
VERSION = 'MW1'
MEMBER_CODE = re.compile(rf'{VERSION}\.(?P<key>[\w-]{{8}})\.(?P<member>[A-Z2-7]{{26}})\.[\w-]{{86}}', re.ASCII)
# Cards with a balance that a pass has room for, beside the first one.
MORE_BALANCES = 2
# What a status of a coupon is on its pass.
STATES = {'redeemed': 'redeemed', 'expired': 'expired', 'withdrawn': 'expired'}


class MobileWallet(models.AbstractModel):
    """What customers keep in the wallet of their phone: the member card and coupons.

    A pass stays where it is for years and can be copied, so the code of a member's pass tells who somebody says they
    are, and opens nothing: it is another text than that of the card in the app, which proves it. A coupon's is the
    text of the coupon, which is worth something once.
    """

    _name = 'mobile.wallet'
    _description = "Wallet Pass"

    # === BUSINESS METHODS: which pass === #

    @api.model
    def _serial(self, app, partner, card=None):
        """Return the number of a customer's pass.

        :param card: ``loyalty.card``, or None for the member card.
        """
        member = member_card.member_id(self._wallet_secret(), app.company_id.id, partner.id)
        return wallet_content.serial(app.id, member, card.mobile_uuid if card else None)

    @api.model
    def _token(self, serial):
        """Return what a phone that has a pass proves it by: made of the number, and kept nowhere."""
        return hmac(self.env(su=True), 'mobile_crm.wallet', serial)

    @api.model
    def _is_token(self, serial, token):
        # Symbols of other alphabets cannot be compared so that it always takes as long.
        return token.isascii() and consteq(self._token(serial), token)

    @api.model
    def _find(self, serial):
        """Return whose pass a number is, elevated; or None when its app or its customer is gone.

        :param str serial: as it came from outside; whoever asks has shown its token.
        :return: ``mobile.app``, ``res.partner`` and ``loyalty.card``, which is empty for the member card.
        """
        read = wallet_content.read_serial(serial)
        if not read:
            return None
        app_id, member, uuid = read
        app = self.env['mobile.app'].sudo().search([('id', '=', app_id), ('kind', '=', 'phone')])
        # Whose it is stands beside it as well, and there it follows when contacts are merged.
        known = self.env['mobile.wallet.registration'].sudo().search([('serial', '=', serial)], limit=1)
        partner = known.partner_id or self.env['res.partner'].sudo().browse(member_card.partner_id(
            self._wallet_secret(), app.company_id.id, member) or ()).exists()
        if not app or not partner.active:
            return None
        card = self.env['loyalty.card'].sudo()
        if uuid:
            dashed = '-'.join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))
            card = card.with_context(active_test=False).search([('mobile_uuid', '=', dashed)])
            if not card:
                return None
        return app, partner, card

    # === BUSINESS METHODS: what it says === #

    @api.model
    def _content(self, app, partner, card=None, places=(), serial=None):
        """Return what a pass says, in the language of the environment.

        :param card: ``loyalty.card``, or None for the member card.
        :param places: see ``mobile.wallet.places``; without texts.
        :param str serial: of the pass that there is, which stays when its customer is merged with another contact.
        :rtype: Content
        """
        app, partner = app.with_env(self.env(su=True)), partner.with_env(self.env(su=True))
        if card:
            content = self._offer(app, partner, card.with_env(self.env(su=True)), places)
        else:
            content = self._member(app, partner, places)
        return content._replace(serial=serial) if serial else content

    @api.model
    def _member(self, app, partner, places):
        company = app.company_id
        balances = self.env['loyalty.card']._mobile_balances(partner, company, 100).filtered(
            lambda card: card.program_type in ('loyalty', 'ewallet'))[:1 + MORE_BALANCES].sorted('id')
        name = Field('member', self.env._("Member"), partner.name or '')
        lines = [Field(f'balance{card.id}', card.program_id.name, card.points_display) for card in balances]
        main, *more = [*lines, name]
        member = member_card.member_id(self._wallet_secret(), company.id, partner.id)
        return Content(
            serial=self._serial(app, partner), kind='member', state='active', issuer=company.name,
            title=self.env._("%s: member card", company.name), code=self._member_code(company, member), caption=member,
            main=main, fields=tuple(more), back=tuple(self._back(company, [Field(
                'about', self.env._("About this card"), self.env._(
                    "The code tells the till who you are, so that you get your points. It pays for nothing and takes "
                    "nothing: for that, the app shows another one."))])),
            starts_at=None, ends_at=None,
            places=tuple(place._replace(text=self.env._("Your card for %s", place.text)) for place in places))

    @api.model
    def _offer(self, app, partner, card, places):
        company, campaign = app.company_id, card.mobile_campaign_id
        title = campaign._title_of_coupon(card) if campaign else card.program_id.name
        reward = card.program_id.with_context(active_test=False).reward_ids[:1]
        ends_at = card._mobile_expiry()
        lines, zone = [], zone_of(company)
        if reward.description and reward.description != title:
            lines.append(Field('reward', self.env._("Your benefit"), reward.description))
        if ends_at:
            lines.append(Field('until', self.env._("Valid until"), format_datetime(
                self.env, ends_at, tz=str(zone), dt_format='short')))
        state = 'expired' if card.partner_id != partner else STATES.get(card.mobile_status, 'active')
        back = [Field('code', self.env._("Code"), card.code)]
        if campaign.terms:
            back.append(Field('terms', self.env._("Terms"), campaign.terms))
        return Content(
            serial=self._serial(app, partner, card), kind='offer', state=state, issuer=company.name, title=title,
            code=self.env['mobile.coupon.pass']._issue(card, company) or card.code, caption=card.code,
            main=Field('offer', company.name, title), fields=tuple(lines), back=tuple(self._back(company, back)),
            starts_at=card.mobile_valid_from or None, ends_at=ends_at, places=tuple(
                place._replace(text=self.env._("%(offer)s: %(store)s", offer=title, store=place.text))
                for place in places))

    @api.model
    def _back(self, company, lines):
        """Add how to reach the shop."""
        reached = (Field('phone', self.env._("Phone"), company.phone),
                   Field('website', self.env._("Website"), company.website))
        return [*lines, *(field for field in reached if field.value)]

    # === BUSINESS METHODS: the till's side === #

    @api.model
    def _member_code(self, company, member):
        key = self.env['mobile.member.card']._key(company)
        return key.seal(f'{VERSION}.{key.kid}.{member}')

    @api.model
    def _recognise(self, company, text):
        """Return whose pass was scanned at a company's till: who somebody says they are, which proves nothing.

        :param str text: as it was scanned.
        :return: the member's public id and the customer (``res.partner``, elevated).
        :raise Problem: 422.
        """
        match = self.env['mobile.member.card']._signed(company, MEMBER_CODE, text)
        partner = match and self.env['res.partner'].sudo().browse(
            member_card.partner_id(self._wallet_secret(), company.id, match['member']) or ()).exists()
        if not partner or not partner.active:
            raise Problem('card_invalid')
        return match['member'], partner

    @api.model
    def _wallet_secret(self):
        return self.env['ir.config_parameter'].sudo().get_param('database.secret')
