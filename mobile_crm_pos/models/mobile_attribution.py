from odoo import api, fields, models
from odoo.tools import SQL

from .mobile_purchase import IS_SALE


class MobileAttribution(models.Model):
    """What is bought at Odoo's tills is put down to visits and campaigns as well."""

    _inherit = 'mobile.attribution'

    pos_order_id = fields.Many2one(
        string="Order at the Till", comodel_name='pos.order', readonly=True, index='btree_not_null',
        ondelete='cascade')

    # === SOURCES === #

    @api.model
    def _links(self):
        return {**super()._links(), 'pos_order_id': self._sources()['till']}

    @api.model
    def _sold_till(self, chosen):
        """Return the query of the orders of Odoo's tills."""
        return SQL(
            """SELECT %(kind)s AS kind, pos.id AS number, coalesce(pos.pos_reference, pos.name) AS name, pos.partner_id,
                      pos.company_id, config.mobile_store_id AS store_id, 'till' AS channel,
                      pos.date_order AS bought_at, worth.revenue, (%(redemption)s) AS redemption_id
                 FROM pos_order pos
                 JOIN pos_config config ON config.id = pos.config_id
                 JOIN LATERAL (%(worth)s) worth ON worth.sold > 0 AND (worth.before <= 0 OR worth.revenue > 0)
                WHERE %(is_sale)s AND pos.is_refund IS NOT TRUE AND pos.partner_id IS NOT NULL AND %(chosen)s""",
            kind=self._sources()['till'], is_sale=IS_SALE,
            worth=self.env['mobile.campaign.report']._till_worth(),
            redemption=self._redemption_of(SQL('redemption.pos_order_id = pos.id')),
            chosen=chosen.condition(
                SQL('pos.id'), SQL('pos.company_id'), SQL('pos.partner_id'), SQL('pos.date_order')))
