from contextlib import suppress

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import placeholders
from .mobile_campaign_occasion import PLACE_TRIGGERS
from .mobile_campaign_text import TEXTS
from .mobile_placeholder import OPTIONAL, WITHOUT_PRODUCT

# Longer ones are cut on the lock screens of most phones (characters).
MAX_TITLE, MAX_BODY = 65, 240


class MobileCampaign(models.Model):
    """What a campaign's message looks like to one customer, while it is being written."""

    _inherit = 'mobile.campaign'

    preview_partner_id = fields.Many2one(
        string="As Seen By", comodel_name='res.partner', compute='_compute_preview_partner_id', store=False,
        readonly=False, domain=[('mobile_device_ids', '!=', False)])
    preview_lang = fields.Selection(
        string="Language", selection=lambda self: self.env['res.lang'].get_installed(), compute='_compute_preview_lang',
        store=False, readonly=False)
    preview_variant_id = fields.Many2one(
        string="Variant Shown", comodel_name='mobile.campaign.variant', compute='_compute_preview_variant_id',
        store=False, readonly=False, domain="[('campaign_id', '=', id)]")
    preview_title = fields.Char(compute='_compute_preview')
    preview_body = fields.Text(compute='_compute_preview')
    preview_reward = fields.Char(compute='_compute_preview')
    preview_expiry = fields.Char(compute='_compute_preview')
    message_hints = fields.Text(
        string="Worth a Look", compute='_compute_message_hints', help="What could be better about the texts.")
    has_languages = fields.Boolean(compute='_compute_has_languages')

    # === COMPUTE METHODS === #

    @api.depends('audience_domain', 'company_id')
    @api.depends_context('uid')
    def _compute_preview_partner_id(self):
        for campaign in self:
            partner = self.env['res.partner']
            # What is wrong with the audience is told beside it; the form opens all the same.
            with suppress(UserError, ValueError, psycopg2.errors.QueryCanceled), campaign._reading_audience():
                partner = campaign._audience_partners().search(
                    Domain('mobile_device_ids.company_id', '=', campaign.company_id._origin.id)
                    & campaign._audience(), order='id', limit=1)
            campaign.preview_partner_id = partner.id

    @api.depends_context('lang')
    def _compute_preview_lang(self):
        # What is being written shows at once, whatever the customer speaks.
        self.preview_lang = self.env.lang or 'en_US'

    @api.depends('variant_ids')
    def _compute_preview_variant_id(self):
        for campaign in self:
            campaign.preview_variant_id = campaign.variant_ids[:1]

    def _compute_has_languages(self):
        self.has_languages = len(self.env['res.lang'].get_installed()) > 1

    @api.depends(
        'app_id', 'company_id', 'coupon_days', 'program_id', 'store_ids', 'trigger', *TEXTS,
        'preview_lang', 'preview_partner_id', 'preview_variant_id', 'variant_ids.message_title',
        'variant_ids.message_body')
    @api.depends_context('lang')
    def _compute_preview(self):
        for campaign in self:
            source = campaign._preview_source()
            lang = source._text_lang(campaign.preview_lang or self.env.lang)
            localized = campaign.with_context(lang=lang)
            if lang != self.env.lang:
                # What is being written is in one's own language; others are as they are stored.
                source = source.with_context(lang=lang)
            title, body, expiry = localized._preview_texts(source, localized._example_decision())
            campaign.preview_title, campaign.preview_body, campaign.preview_expiry = title, body, expiry
            campaign.preview_reward = localized.reward_summary

    @api.depends('preview_title', 'preview_body', 'trigger', 'store_ids', 'program_id')
    def _compute_message_hints(self):
        for campaign in self:
            campaign.message_hints = '\n'.join(campaign._message_hints()) or False

    # === BUSINESS METHODS === #

    def _example_decision(self):
        """Return a decision that could be taken for the customer of the preview; it is nowhere stored."""
        self.ensure_one()
        Store, Product = self.env['mobile.store'], self.env['product.product']
        company = self.company_id._origin
        store = self.store_ids._origin[:1] or Store.search([('company_id', '=', company.id)], limit=1)
        product = self.env['mobile.placeholder']._rewarded_product(self) or Product.search(
            [('sale_ok', '=', True),
             ('company_id', 'in', [False, *self.env['mobile.catalogue']._companies(company.id)])],
            order='list_price desc', limit=1)
        return self.env['mobile.decision'].new({
            'campaign_id': self.id,
            'partner_id': self.preview_partner_id._origin.id,
            'company_id': company.id,
            'store_id': store.id if self.trigger in PLACE_TRIGGERS else False,
            'product_id': product.id if self.trigger not in WITHOUT_PRODUCT else False,
        })

    def _preview_source(self):
        """Return the text that is shown, as it is being written: the chosen variant's, or the campaign's own."""
        self.ensure_one()
        chosen = self.preview_variant_id._origin
        return self.variant_ids.filtered(lambda variant: variant._origin == chosen)[:1] if chosen else self

    def _preview_texts(self, source, decision):
        """Return the title, the text and the last day of the coupon for the customer of a decision.

        :param source: whose texts they are, in the language in which they are written.
        """
        self.ensure_one()
        Placeholder = self.env['mobile.placeholder']
        known = Placeholder._known()
        names = {name for field in TEXTS for name in placeholders.names(source[field], known)}
        values, = Placeholder._values(decision, names | {'expires'})
        title, body = (placeholders.fill(placeholders.parse(source[field] or '', known), values, OPTIONAL)
                       for field in TEXTS)
        return title or (source.message_title and self.reward_summary), body, values['expires']

    def _message_hints(self):
        """Return what could be better about the texts, in sentences for staff.

        :rtype: list[str]
        """
        self.ensure_one()
        Placeholder = self.env['mobile.placeholder']
        known, sure, never = Placeholder._known(), Placeholder._sure(self), Placeholder._never(self)
        hints = []
        for source in (self.variant_ids or self):
            bare = {name for said in source._said() for name in placeholders.without_fallback(said, known)}
            for name in sorted(bare - sure - OPTIONAL):
                fallback = known[name].fallback and known[name].fallback._translate(self.env.lang or 'en_US')
                terms = {'name': f'{{{name}}}', 'example': f'{{{name}|{fallback or "…"}}}'}
                hints.append(self.env._(
                    "%(name)s is never known here: the sentence is left out. Take it away, or write %(example)s.",
                    **terms,
                ) if name in never else self.env._(
                    "%(name)s is not always known: the sentence is left out then. Write %(example)s to keep it.",
                    **terms))
        if len(self.preview_title or '') > MAX_TITLE:
            hints.append(self.env._("The title has %(count)s characters. Phones cut it after about %(limit)s.",
                                    count=len(self.preview_title), limit=MAX_TITLE))
        if len(self.preview_body or '') > MAX_BODY:
            hints.append(self.env._("The text has %(count)s characters. Phones cut it after about %(limit)s.",
                                    count=len(self.preview_body), limit=MAX_BODY))
        if missing := self._missing_languages():
            hints.append(self.env._(
                "Not translated yet: %s. Press the language beside a text to translate it.", ', '.join(missing)))
        return list(dict.fromkeys(hints))

    def _missing_languages(self):
        """Return the names of the languages in which there is no title.

        :rtype: list[str]
        """
        self.ensure_one()
        translated = self._stored_texts()
        return [name for code, name in self.env['res.lang'].get_installed() if translated and code not in translated]
