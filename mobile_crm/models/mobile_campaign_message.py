import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mimetypes import guess_mimetype
from odoo.tools.misc import limited_field_access_token

from ..tools import placeholders
from .mobile_campaign_text import TEXTS
from .mobile_placeholder import OPTIONAL

# What every phone and every push provider shows.
PICTURE_TYPES = ('image/png', 'image/jpeg', 'image/gif', 'image/webp')
# As phones and providers get it: enough for the width of a phone.
PICTURE_FIELD = 'image_1024'


class MobileCampaign(models.Model):
    """What a campaign says."""

    _name = 'mobile.campaign'
    _inherit = ['mobile.campaign', 'mobile.campaign.text', 'image.mixin']

    terms = fields.Text(translate=True, help="What the customer should know before using the coupon.")
    image_1920 = fields.Image(string="Picture")
    image_url = fields.Char(
        string="Address of the Picture", compute='_compute_image_url', compute_sudo=True,
        help="Where phones and providers of pushes get the picture without signing in. Nobody can guess it.")

    variant_ids = fields.One2many(
        string="Variants", comodel_name='mobile.campaign.variant', inverse_name='campaign_id', copy=True,
        help="Several messages to try. Without any, everybody gets the one above.")

    # === COMPUTE METHODS === #

    @api.depends('trigger', 'store_ids', 'program_id.reward_ids.reward_product_id')
    def _compute_placeholders(self):
        return super()._compute_placeholders()

    @api.depends(PICTURE_FIELD)
    def _compute_image_url(self):
        pictures = self.env['ir.attachment'].sudo().search([
            ('res_model', '=', self._name), ('res_field', '=', PICTURE_FIELD), ('res_id', 'in', self._origin.ids)])
        checksums = {picture.res_id: picture.checksum for picture in pictures}
        for campaign in self:
            checksum = checksums.get(campaign._origin.id)
            # The address changes with the picture, so that a phone can keep what it has. Its token is Odoo's: it is
            # good for two weeks at least, and is a new one each time that a phone asks for its messages after that.
            campaign.image_url = checksum and (
                f'/web/image/{self._name}/{campaign._origin.id}/{PICTURE_FIELD}?unique={checksum[:12]}&access_token='
                + limited_field_access_token(campaign._origin, PICTURE_FIELD, scope='binary'))

    # === CONSTRAINT METHODS === #

    @api.constrains('image_1920')
    def _check_picture(self):
        for campaign in self.with_context(bin_size=False):
            content = base64.b64decode(campaign.image_1920 or b'')
            if content and guess_mimetype(content) not in PICTURE_TYPES:
                raise ValidationError(self.env._("Phones show pictures in the formats PNG, JPEG, GIF and WebP."))

    # === BUSINESS METHODS === #

    def _has_placeholders(self, source):
        """Tell whether a text says something else to each customer, in whatever language.

        :param source: this campaign, or one of its variants.
        """
        self.ensure_one()
        return bool(source._placeholder_names())

    def _render_messages(self, decisions):
        """Return what to say to the customer of each decision, in the customer's own language.

        :param decisions: ``mobile.decision``, of this campaign; their coupons tell when they expire.
        :return: ``title``, ``body`` and ``link`` of each, in this order.
        :rtype: list[dict[str, str | bool]]
        """
        self.ensure_one()
        rendered = {}
        groups = decisions.grouped(lambda decision: (decision.variant_id or self, decision.partner_id.lang))
        for (source, customers_lang), group in groups.items():
            lang = source._text_lang(customers_lang)
            texts = self.with_context(lang=lang)._render(
                source.with_context(lang=lang), group.with_context(lang=lang))
            rendered |= zip(group._ids, texts, strict=True)
        return [rendered[decision_id] for decision_id in decisions._ids]

    def _render(self, source, decisions):
        """Return what a text says to the customer of each decision, all in the language of the environment.

        :param source: this campaign, or one of its variants.
        :rtype: list[dict[str, str | bool]]
        """
        Placeholder = self.env['mobile.placeholder']
        known = Placeholder._known()
        names = {name for field in TEXTS for name in placeholders.names(source[field], known)}
        if not names:
            texts = {'title': source.message_title, 'body': source.message_body, 'link': source.message_link}
            return [texts.copy() for _decision in decisions]
        title, body = (placeholders.parse(source[field] or '', known) for field in TEXTS)
        return [{
            # Something has to be in the title, whatever is not known.
            'title': placeholders.fill(title, values, OPTIONAL) or self.reward_summary or self.company_id.name,
            'body': placeholders.fill(body, values, OPTIONAL) or False,
            'link': source.message_link,
        } for values in Placeholder._values(decisions, names)]

    def _title_of_coupon(self, card):
        """Return what a coupon is called: as its message said, where not all messages say the same.

        :param card: ``loyalty.card`` of this campaign.
        """
        self.ensure_one()
        known = self.env['mobile.placeholder']._known()
        if not self.variant_ids and not placeholders.names(self.message_title, known):
            return self.message_title
        message = self.env['mobile.message'].sudo().search([('card_id', '=', card.id)], limit=1)
        return message.title or self._plain_title()

    def _plain_title(self):
        """Return the title without what it would say to one customer."""
        self.ensure_one()
        known = self.env['mobile.placeholder']._known()
        return placeholders.fill(placeholders.parse(self.message_title, known), {}, OPTIONAL) or self.reward_summary
