from contextlib import suppress
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, formatLang

from ..tools import placeholders
from ..tools.click import OPEN, PATHS, STOP, TOKEN_LENGTH
from ..tools.sms_parts import is_gsm, measure
from .mobile_campaign_audience import COUNT_LIMIT
from .mobile_campaign_text import TEXTS
from .mobile_placeholder import OPTIONAL

# How long the values of placeholders are taken to be at least: hardly any is longer (symbols).
LONG_VALUES = {
    'first_name': 12, 'name': 26, 'product': 40, 'price': 10, 'points': 6, 'open_until': 8, 'reward': 20, 'expires': 12}
# Of people's names one knows not which letters they have. This one makes any text travel as UCS-2.
RARE_LETTER = 'ë'
CULPRITS = 3


class Longest(NamedTuple):
    """The longest text message that a campaign sends.

    :ivar Size size: of it.
    :ivar str culprits: symbols for which it cannot travel in GSM's alphabet.
    :ivar int parts_with_rare_name: how many parts it has for a customer whose name has such a symbol.
    """

    size: object
    culprits: str
    parts_with_rare_name: int


class MobileCampaign(models.Model):
    """How long a campaign's text messages are, and what they would cost."""

    _inherit = 'mobile.campaign'

    sends_sms = fields.Boolean(string="Sends Text Messages", compute='_compute_sms')
    sms_parts = fields.Integer(
        string="Parts of a Text Message", compute='_compute_sms', help="As so many text messages each one is paid.")
    sms_length = fields.Char(string="Length of a Text Message", compute='_compute_sms')
    sms_hint = fields.Char(compute='_compute_sms')
    sms_cost = fields.Char(string="Cost of the Text Messages", compute='_compute_sms_cost')

    # === COMPUTE METHODS === #

    @api.depends(
        *TEXTS, 'message_link', 'channel_ids.channel', 'company_id.mobile_sms_number', 'company_id.name', 'program_id',
        'store_ids', 'trigger', 'coupon_days', 'preview_partner_id', 'variant_ids.message_title',
        'variant_ids.message_body')
    @api.depends_context('lang')
    def _compute_sms(self):
        for campaign in self:
            campaign.sends_sms = 'sms' in campaign.channel_ids.mapped('channel')
            campaign.sms_parts, campaign.sms_length, campaign.sms_hint = 0, False, False
            if campaign.sends_sms and campaign.message_title:
                longest = campaign._longest_sms()
                campaign.sms_parts = longest.size.parts
                campaign.sms_length = campaign._sms_length(longest)
                campaign.sms_hint = campaign._sms_hint(longest)

    @api.depends(
        'sms_parts', 'audience_domain', 'app_id', 'company_id.mobile_sms_price', 'channel_ids.channel',
        'channel_ids.sequence', 'trigger', 'user_id')
    @api.depends_context('lang', 'uid')
    def _compute_sms_cost(self):
        for campaign in self:
            count = campaign._count_sms_customers() if campaign.sms_parts else None
            campaign.sms_cost = campaign._sms_cost(count) if count is not None else False

    # === BUSINESS METHODS: length === #

    def _longest_sms(self):
        """Return what the longest text message of this campaign is, of all variants and languages.

        :rtype: Longest
        """
        self.ensure_one()
        here = self.env.lang or 'en_US'
        longest = None
        for source in self.variant_ids or self:
            # What is being written is in one's own language; others are as they are stored.
            langs = {here: source} | {
                lang: source.with_context(lang=lang) for lang in source._stored_texts() if lang != here}
            for lang, text in langs.items():
                if not text.message_title:
                    continue
                found = self.with_context(lang=lang)._measure_sms(text)
                if not longest or (found.size.parts, found.size.units) > (longest.size.parts, longest.size.units):
                    longest = found
        return longest or self._measure_sms(self)

    def _measure_sms(self, source):
        """Return the length of a text with long values, in the language of the environment.

        :rtype: Longest
        """
        Placeholder = self.env['mobile.placeholder']
        known = Placeholder._known()
        parsed = [placeholders.parse(source[field] or '', known) for field in TEXTS]
        names = {name for field in TEXTS for name in placeholders.names(source[field], known)}
        values = self._long_values(names)
        company = (self.company_id._origin or self.env.company).with_env(self.env)
        base = company.get_base_url().rstrip('/')
        open_link, stop_link = (base + PATHS[purpose] + 'x' * TOKEN_LENGTH for purpose in (OPEN, STOP))

        def text(**others):
            title, body = (placeholders.fill(part, {**values, **others}, OPTIONAL) for part in parsed)
            return self.env['mobile.provider.sms']._body(company, title, body, open_link, stop_link)

        longest = text()
        # As people's names are not known, so are their letters not.
        rare = {name: RARE_LETTER + values[name][1:] for name in names & OPTIONAL}
        culprits = dict.fromkeys(symbol for symbol in longest if not is_gsm(symbol))
        return Longest(measure(longest), ' '.join(list(culprits)[:CULPRITS]), measure(text(**rare)).parts)

    def _long_values(self, names):
        """Return for each of these placeholders a value as long as they come.

        :rtype: dict[str, str]
        """
        decision = self._example_decision()
        example, = self.env['mobile.placeholder']._values(decision, names)
        company = self.company_id._origin
        stores = self.store_ids._origin or self.env['mobile.store'].search([('company_id', '=', company.id)])
        longest = {
            'store': max(stores.mapped('name'), key=len, default=''),
            'store_street': max(stores.mapped(lambda store: store.street or ''), key=len, default=''),
            'store_city': max(stores.mapped(lambda store: store.city or ''), key=len, default=''),
        }
        values = {}
        for name in names:
            value = longest.get(name) or example[name] or ''
            if name in OPTIONAL:
                # The one in the preview is not everybody.
                value = ''
            values[name] = placeholders.clean(value.ljust(LONG_VALUES.get(name, 0), 'n'))
        return values

    def _sms_length(self, longest):
        """Return in words how long the text messages are."""
        size = longest.size
        facts = {'units': size.units, 'room': size.room, 'parts': size.parts}
        if size.parts == 1:
            return self.env._("Up to %(units)s of %(room)s characters: one text message for each customer.", **facts)
        return self.env._(
            "Up to %(units)s of %(room)s characters: %(parts)s text messages for each customer.", **facts)

    def _sms_hint(self, longest):
        """Return in words why the text messages are as long as that, or longer for some; False where they are not."""
        if longest.culprits:
            return self.env._(
                "For %s the text travels as Unicode, with room for 70 characters instead of 160.", longest.culprits)
        if longest.parts_with_rare_name > longest.size.parts:
            return self.env._(
                "For customers whose name has a letter such as “%(letter)s” it takes %(parts)s.",
                letter=RARE_LETTER, parts=longest.parts_with_rare_name)
        return False

    # === BUSINESS METHODS: cost === #

    def _count_sms_customers(self):
        """Return how many customers of the audience can get text messages; None where that cannot be counted.

        :rtype: int | None
        """
        self.ensure_one()
        company, granted = SQL('%s', self.company_id._origin.id), self.env['mobile.consent']._granted_sql
        needed = [granted(SQL('partner.id'), company, purpose) for purpose in (*self._purposes_or_none(), 'sms')]
        with suppress(UserError, ValueError, psycopg2.errors.QueryCanceled), self._reading_audience():
            query = self._audience_partners()._search(
                self._has_its_app() & self._audience(), limit=COUNT_LIMIT + 1)
            self.env.cr.execute(SQL(
                """WITH member AS MATERIALIZED (%s)
                   SELECT count(*)
                     FROM member
                     JOIN res_partner partner ON partner.id = member.id
                     LEFT JOIN mobile_preference preference
                       ON preference.partner_id = partner.id AND preference.company_id = %s
                    WHERE coalesce(partner.mobile_verified_phone, partner.phone_sanitized) IS NOT NULL
                      AND coalesce(preference.wants_sms, TRUE) AND %s""",
                query.select(), company, SQL(' AND ').join(needed)), log_exceptions=False)
            return self.env.cr.fetchone()[0]
        return None

    def _purposes_or_none(self):
        """Return what customers must have agreed to beside the channel; nothing where the audience cannot be read."""
        with suppress(ValueError):
            return self._purposes()
        return []

    def _sms_cost(self, count):
        """Return in words what so many customers would cost.

        :param int count: who can get a text message; all beyond ``COUNT_LIMIT`` were not counted.
        """
        self.ensure_one()
        company, texts = self.company_id, count * self.sms_parts
        counts = self.env._(
            "customers: %(customers)s, text messages: %(texts)s",
            customers=formatLang(self.env, count, digits=0), texts=formatLang(self.env, texts, digits=0))
        if not company.mobile_sms_price:
            return self.env._("Unknown (%s): your settings have no price of a text message.", counts)
        amount = format_amount(self.env, texts * company.mobile_sms_price, company.currency_id)
        if count > COUNT_LIMIT:
            return self.env._("More than %(amount)s (%(counts)s)", amount=amount, counts=counts)
        if self._channels()[:1] == ['sms']:
            return self.env._("%(amount)s (%(counts)s)", amount=amount, counts=counts)
        # Another way comes first.
        return self.env._("At most %(amount)s (%(counts)s)", amount=amount, counts=counts)
