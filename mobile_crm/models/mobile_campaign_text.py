from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import click, placeholders

# What placeholders can stand in.
TEXTS = ('message_title', 'message_body')


class MobileCampaignText(models.AbstractModel):
    """What a campaign, or a variant of it, says."""

    _name = 'mobile.campaign.text'
    _description = "Text of a Campaign"

    message_title = fields.Char(string="Title", required=True, translate=True)
    message_body = fields.Text(string="Text", translate=True)
    message_link = fields.Char(string="Link", help="Where the message leads in the app. Empty means the coupon.")
    placeholders = fields.Json(compute='_compute_placeholders')

    # === COMPUTE METHODS === #

    @api.depends_context('lang')
    def _compute_placeholders(self):
        Placeholder = self.env['mobile.placeholder']
        lang = self.env.lang or 'en_US'
        for text in self:
            campaign = text._campaign()
            sure, never = Placeholder._sure(campaign), Placeholder._never(campaign)
            text.placeholders = [{
                'label': known.label._translate(lang),
                'text': f'{{{name}}}' if name in sure or not known.fallback
                        else f'{{{name}|{known.fallback._translate(lang)}}}',
            } for name, known in Placeholder._known().items() if name not in never]

    # === CONSTRAINT METHODS === #

    @api.constrains(*TEXTS)
    def _check_placeholders(self):
        known = self.env['mobile.placeholder']._known()
        for text in self:
            for said in text._said():
                if faults := placeholders.faults(said, known):
                    raise ValidationError(self.env._(
                        "%(fault)s is no placeholder, in “%(text)s”. There are: %(known)s. Braces have no other use.",
                        fault=faults[0], text=said, known=', '.join(f'{{{name}}}' for name in known)))

    @api.constrains('message_link')
    def _check_message_link(self):
        for text in self:
            if text.message_link and not click.kind_of(text.message_link):
                raise ValidationError(self.env._(
                    "“%s” is no link for a message. It begins with https:// (a page), with / (a page of your website) "
                    "or with what your app calls its own, as in myshop://coupons.", text.message_link))

    # === CRUD METHODS === #

    def update_field_translations(self, field_name, translations, source_lang=''):
        res = super().update_field_translations(field_name, translations, source_lang)
        if field_name in TEXTS:
            # Odoo writes them past its own constraints.
            self._check_placeholders()
        return res

    # === BUSINESS METHODS === #

    def _campaign(self):
        """Return the campaign whose text this is."""
        self.ensure_one()
        return self if self._name == 'mobile.campaign' else self.campaign_id

    def _said(self):
        """Return the texts in every language that is in use.

        :rtype: set[str]
        """
        self.ensure_one()
        langs = [code for code, _name in self.env['res.lang'].get_installed()]
        return {self.with_context(lang=lang)[field] for lang in langs for field in TEXTS} - {False}

    def _placeholder_names(self):
        """Return which placeholders are used, in whatever language.

        :rtype: set[str]
        """
        self.ensure_one()
        known = self.env['mobile.placeholder']._known()
        return {name for said in self._said() for name in placeholders.names(said, known)}

    def _stored_texts(self):
        """Return the title in each language, or the text where that alone is translated.

        English is always there, as Odoo keeps texts.

        :rtype: dict[str, str]
        """
        self.ensure_one()
        if not self._origin:
            return {}
        rows = self.env.execute_query(SQL(
            'SELECT message_title, message_body FROM %s WHERE id = %s', SQL.identifier(self._table), self._origin.id))
        return next(({**(bodies or {}), **(titles or {})} for titles, bodies in rows), {})

    def _text_lang(self, lang):
        """Return the language of the text that is shown to whoever speaks `lang`, so that its dates speak it too.

        Without a translation that is the one in which the text was written.
        """
        titles = self._stored_texts()
        if lang in titles:
            return lang
        written = [code for code, title in titles.items() if title == titles.get('en_US') and code != 'en_US']
        return next(iter(written), 'en_US') if titles else self.env.lang
