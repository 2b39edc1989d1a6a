from datetime import timedelta

from odoo import api, fields, models

from ..controllers.schemas.offers import discount
from ..tools import web_language
from .mobile_campaign_text import TEXTS


class MobileCampaign(models.Model):
    """What a campaign's coupon looks like in the web app, while it is being written."""

    _inherit = 'mobile.campaign'

    web_preview = fields.Json(
        compute='_compute_web_preview', help="What the app beside the form shows while it is edited.")

    # === COMPUTE METHODS === #

    @api.depends(
        'app_id', 'company_id', 'coupon_days', 'image_1920', 'preview_lang', 'preview_partner_id', 'preview_variant_id',
        'program_id', 'store_ids', 'terms', 'trigger', 'variant_ids.message_title', 'variant_ids.message_body', *TEXTS)
    @api.depends_context('lang')
    def _compute_web_preview(self):
        for campaign in self:
            app = (campaign.app_id or self.env['mobile.app'].search(
                [('company_id', '=', campaign.company_id.id), ('kind', '=', 'phone')], order='id')).filtered(
                    lambda app: app._has_web_app())[:1]
            campaign.web_preview = app and {
                **app.web_preview, 'path': '/offer', 'offer': campaign._preview_offer(),
                'language': web_language.nearest(campaign.preview_lang),
            }

    # === BUSINESS METHODS === #

    def _preview_offer(self):
        """Return what the preview says of the coupon, as the phone API would: see ``Offer``."""
        self.ensure_one()
        reward = self.program_id.reward_ids[:1]
        end = self.coupon_days and fields.Datetime.now() + timedelta(days=self.coupon_days)
        picture = self.image_1920 and self._origin.id
        return {
            'title': self.preview_title or self.env._("Title"),
            'description': self.preview_reward or None,
            'terms': self.terms or None,
            'image_url': f'/web/image/mobile.campaign/{self._origin.id}/image_512' if picture else None,
            # To the hour, so that looking again changes nothing.
            'expires_at': f'{end:%Y-%m-%dT%H:00:00Z}' if end else None,
            **({'discount': discount(reward).model_dump()} if reward else {}),
        }
