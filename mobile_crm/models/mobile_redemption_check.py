from odoo import api, models
from odoo.tools import SQL


class MobileRedemption(models.Model):
    """Whether the ledger, the coupons' points, their histories and the sales orders say the same."""

    _inherit = 'mobile.redemption'

    # === ACTION METHODS === #

    @api.model
    def action_check_ledger(self):
        """Tell whether everything adds up, or show the coupons that do not."""
        self.check_access('read')
        # Only what the reader may see: the check itself asks past the rules.
        found = self.env['loyalty.card'].search([
            ('id', 'in', [card_id for card_id, _code in self.sudo()._differences(self.env.companies)])])
        if found:
            action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_coupon_action')
            return {**action, 'name': self.env._("Coupons That Do Not Add Up"), 'domain': [('id', 'in', found.ids)],
                    'context': {}}
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {'type': 'success', 'message': self.env._(
                "The ledger adds up: orders, coupons and their points say the same.")},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _differences(self, companies):
        """Return the coupons with which something is wrong, and what.

        - ``points``: the history of the card does not show what its redemptions took;
        - ``negative``: more was taken than there was;
        - ``cancelled``: it counts for an order that is not confirmed;
        - ``unbooked``: a confirmed order has its reward, and no row of the ledger.

        :param companies: ``res.company``.
        :return: ``(card id, code)`` pairs.
        :rtype: list[tuple[int, str]]
        """
        self.env.flush_all()
        return self.env.execute_query(SQL(
            """WITH booked AS (
                   SELECT card_id, sum(redemption.points) FILTER (WHERE state = 'confirmed') AS points
                     FROM mobile_redemption redemption
                     JOIN loyalty_card card ON card.id = card_id
                    WHERE redemption.company_id IN %(companies)s AND card.mobile_uuid IS NOT NULL
                 GROUP BY card_id
               ), told AS (
                   SELECT history.card_id, sum(history.used) AS points
                     FROM loyalty_history history
                     JOIN booked ON booked.card_id = history.card_id
                    WHERE history.order_model IN ('sale.order', 'mobile.redemption')
                 GROUP BY history.card_id
               )
               SELECT booked.card_id, 'points'
                 FROM booked LEFT JOIN told ON told.card_id = booked.card_id
                WHERE abs(coalesce(booked.points, 0) - coalesce(told.points, 0)) > 0.005
                UNION
               SELECT card.id, 'negative'
                 FROM loyalty_card card JOIN booked ON booked.card_id = card.id
                WHERE card.points < -0.005
                UNION
               SELECT redemption.card_id, 'cancelled'
                 FROM mobile_redemption redemption
                 JOIN sale_order sale ON sale.id = redemption.order_id
                WHERE redemption.state = 'confirmed' AND sale.state <> 'sale'
                  AND redemption.company_id IN %(companies)s
                UNION
               SELECT line.coupon_id, 'unbooked'
                 FROM sale_order_line line
                 JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
                 JOIN loyalty_card card ON card.id = line.coupon_id AND card.mobile_uuid IS NOT NULL
                WHERE sale.company_id IN %(companies)s
                  AND NOT EXISTS (
                          SELECT FROM mobile_redemption redemption
                           WHERE redemption.card_id = card.id AND redemption.order_id = sale.id
                             AND redemption.state IN ('confirmed', 'returned', 'conflict'))
             ORDER BY 1, 2""", companies=tuple(companies.ids) or (0,)))
