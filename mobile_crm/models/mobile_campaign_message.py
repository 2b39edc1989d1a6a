from odoo import fields, models


class MobileCampaign(models.Model):
    """What a campaign says."""

    _inherit = 'mobile.campaign'

    message_title = fields.Char(required=True, translate=True)
    message_body = fields.Text(translate=True)
    message_link = fields.Char(string="Link", help="Where the message leads in the app. Empty means the coupon.")
    terms = fields.Text(translate=True, help="What the customer should know before using the coupon.")

    variant_ids = fields.One2many(
        string="Variants", comodel_name='mobile.campaign.variant', inverse_name='campaign_id', copy=True,
        help="Several messages to try. Without any, everybody gets the one above.")

    # === BUSINESS METHODS === #

    def _has_placeholders(self, source):
        """Tell whether a text says something else to each customer, in whatever language.

        :param source: this campaign, or one of its variants.
        """
        self.ensure_one()
        return False

    def _render_messages(self, decisions):
        """Return what to say to the customer of each decision, in the customer's own language.

        :param decisions: ``mobile.decision``, of this campaign.
        :return: ``title``, ``body`` and ``link`` of each, in this order.
        :rtype: list[dict[str, str | bool]]
        """
        self.ensure_one()
        return [{
            'title': source.message_title,
            'body': source.message_body,
            'link': source.message_link,
        } for decision in decisions
            for source in (decision.variant_id or self).with_context(lang=decision.partner_id.lang)]
