from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.audience import NOTHING
from .res_partner_audience import MANAGER


class ResPartner(models.Model):
    """What customers did with our coupons."""

    _inherit = 'res.partner'

    mobile_has_coupon = fields.Boolean(
        string="Has an Unused Coupon", compute='_compute_mobile_coupons', search='_search_mobile_has_coupon',
        groups=MANAGER, help="Of a campaign; it has not expired, and nobody is redeeming it at the moment.")
    mobile_got_campaign_ids = fields.Many2many(
        string="Got Campaign", comodel_name='mobile.campaign', compute='_compute_mobile_coupons',
        search='_search_mobile_got_campaign_ids', groups=MANAGER, help="Was given a coupon of the campaign.")
    mobile_redeemed_campaign_ids = fields.Many2many(
        string="Redeemed Campaign", comodel_name='mobile.campaign', compute='_compute_mobile_coupons',
        search='_search_mobile_redeemed_campaign_ids', groups=MANAGER)
    mobile_unredeemed_campaign_ids = fields.Many2many(
        string="Got, but Did Not Redeem Campaign", comodel_name='mobile.campaign', compute='_compute_mobile_coupons',
        search='_search_mobile_unredeemed_campaign_ids', groups=MANAGER,
        help="Was given a coupon of the campaign and has redeemed none of it, expired ones included.")

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_mobile_coupons(self):
        self._mobile_flush_coupons()
        partner, columns = SQL('partner.id'), SQL('array_agg(DISTINCT given.campaign_id)')
        self._mobile_set_figures(
            mobile_has_coupon=self._mobile_unused_sql(partner),
            mobile_got_campaign_ids=SQL('(SELECT %s FROM (%s) given)', columns, self._mobile_given_sql(partner)),
            mobile_redeemed_campaign_ids=SQL(
                '(SELECT %s FROM (%s) given)', columns, self._mobile_redeemed_sql(partner)),
            mobile_unredeemed_campaign_ids=SQL(
                '(SELECT %s FROM (%s) given)', columns, self._mobile_unredeemed_sql(partner)))

    # === SEARCH METHODS === #

    @api.model
    def _search_mobile_has_coupon(self, operator, value):
        self._mobile_flush_coupons()
        return self._mobile_boolean_block('mobile_has_coupon', operator, self._mobile_unused_sql)

    @api.model
    def _search_mobile_got_campaign_ids(self, operator, value):
        return self._mobile_campaigns('mobile_got_campaign_ids', operator, value, self._mobile_given_sql)

    @api.model
    def _search_mobile_redeemed_campaign_ids(self, operator, value):
        return self._mobile_campaigns('mobile_redeemed_campaign_ids', operator, value, self._mobile_redeemed_sql)

    @api.model
    def _search_mobile_unredeemed_campaign_ids(self, operator, value):
        return self._mobile_campaigns('mobile_unredeemed_campaign_ids', operator, value, self._mobile_unredeemed_sql)

    @api.model
    def _mobile_campaigns(self, name, operator, value, query):
        self._mobile_flush_coupons()
        return self._mobile_related_block(
            name, operator, value, lambda partner, chosen: SQL('EXISTS (%s)', query(partner, chosen)))

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_flush_coupons(self):
        self.env['loyalty.card'].flush_model()
        self.env['mobile.redemption'].flush_model()
        self.env['mobile.campaign'].flush_model(['company_id'])

    @api.model
    def _mobile_unused_sql(self, partner):
        return SQL(
            """EXISTS (SELECT FROM loyalty_card card
                         JOIN mobile_campaign campaign ON campaign.id = card.mobile_campaign_id
                        WHERE card.partner_id = %s AND campaign.company_id = %s AND card.active AND card.points > 0
                          AND (card.mobile_expires_at IS NULL OR card.mobile_expires_at > %s)
                          AND NOT EXISTS (SELECT FROM mobile_redemption redemption
                                           WHERE redemption.card_id = card.id
                                             AND redemption.state IN ('held', 'confirmed')))""",
            partner, self.env.company.id, fields.Datetime.now())

    @api.model
    def _mobile_given_sql(self, partner, chosen=NOTHING):
        """Return a query of the campaigns (``campaign_id``) of which a customer has a coupon.

        :param SQL chosen: a condition for the campaign's id, or empty.
        """
        # Coupons that were taken out of use were given all the same.
        return SQL(
            """SELECT card.mobile_campaign_id AS campaign_id
                 FROM loyalty_card card JOIN mobile_campaign campaign ON campaign.id = card.mobile_campaign_id
                WHERE card.partner_id = %s AND card.mobile_campaign_id %s AND campaign.company_id = %s""",
            partner, chosen or SQL('IS NOT NULL'), self.env.company.id)

    @api.model
    def _mobile_redeemed_sql(self, partner, chosen=NOTHING):
        return SQL(
            """SELECT redemption.campaign_id FROM mobile_redemption redemption
                WHERE redemption.partner_id = %s AND redemption.campaign_id %s AND redemption.company_id = %s
                  AND redemption.state = 'confirmed'""",
            partner, chosen or SQL('IS NOT NULL'), self.env.company.id)

    @api.model
    def _mobile_unredeemed_sql(self, partner, chosen=NOTHING):
        return SQL(
            """%s AND NOT EXISTS (SELECT FROM mobile_redemption redemption
                                   WHERE redemption.partner_id = card.partner_id AND redemption.state = 'confirmed'
                                     AND redemption.campaign_id = card.mobile_campaign_id)""",
            self._mobile_given_sql(partner, chosen))
