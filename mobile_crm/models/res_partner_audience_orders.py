from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import audience
from ..tools.audience import NOTHING, TRUE
from ..tools.company_days import start_of
from .res_partner_audience import MANAGER, Days, searched_by

YEAR = 365
# What "in the last days" can mean; None is ever.
WINDOWS = {'': None, '_30': 30, '_90': 90, '_365': YEAR}
SEGMENTS = [
    ('best', "Best"), ('loyal', "Loyal"), ('occasional', "Occasional"), ('at_risk', "At Risk"), ('lost', "Lost")]


class ResPartner(models.Model):
    """What customers bought: by the confirmed sales orders in the contact's own name."""

    _inherit = 'res.partner'

    mobile_days_since_order = Days(
        string="Days Since Last Order", compute='_compute_mobile_orders', search='_search_mobile_days_since_order',
        groups=MANAGER, aggregator=None,
        help="Calendar days since the last confirmed order. Customers without an order match no number.")
    mobile_order_count_365 = fields.Integer(
        string="Orders (365 Days)", compute='_compute_mobile_orders', search='_search_mobile_order_count_365',
        groups=MANAGER, aggregator=None, help="Confirmed orders of the last 365 days.")
    mobile_spent_365 = fields.Float(
        string="Spent (365 Days)", compute='_compute_mobile_orders', search='_search_mobile_spent_365',
        groups=MANAGER, digits=(16, 2), aggregator=None,
        help="Confirmed orders of the last 365 days without taxes, less what was credited of them, in the company's "
             "currency.")
    # RFM with fixed limits instead of quintiles: who belongs where does not depend on the other customers, so it can be
    # told for one customer at once, and explained to them. J. R. Miglautsch, "Thoughts on RFM scoring", Journal of
    # Database Marketing 8 (2000), compares the two; the dimensions are A. M. Hughes', "Strategic Database Marketing".
    mobile_segment = fields.Selection(
        string="Customer Segment", selection=SEGMENTS, compute='_compute_mobile_segment',
        search='_search_mobile_segment', groups=MANAGER,
        help="By recency, frequency and value of the orders. Best: recent, often and much; Loyal: recent and often; "
             "Occasional: recent; At Risk: not recent; Lost: long ago. The settings say what that means. Who never "
             "ordered is in none.")
    mobile_bought_category_ids = fields.Many2many(
        string="Bought Category", comodel_name='product.category', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_category', ''), groups=MANAGER,
        help="Ever, with the categories below. “Is not in” finds those who never bought any of them.")
    mobile_bought_category_30_ids = fields.Many2many(
        string="Bought Category (30 Days)", comodel_name='product.category', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_category', '_30'), groups=MANAGER)
    mobile_bought_category_90_ids = fields.Many2many(
        string="Bought Category (90 Days)", comodel_name='product.category', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_category', '_90'), groups=MANAGER)
    mobile_bought_category_365_ids = fields.Many2many(
        string="Bought Category (365 Days)", comodel_name='product.category', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_category', '_365'), groups=MANAGER)
    mobile_bought_product_ids = fields.Many2many(
        string="Bought Product", comodel_name='product.product', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_product', ''), groups=MANAGER,
        help="Ever. “Is not in” finds those who never bought any of them, “is not set” those who never bought "
             "anything.")
    mobile_bought_product_30_ids = fields.Many2many(
        string="Bought Product (30 Days)", comodel_name='product.product', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_product', '_30'), groups=MANAGER)
    mobile_bought_product_90_ids = fields.Many2many(
        string="Bought Product (90 Days)", comodel_name='product.product', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_product', '_90'), groups=MANAGER)
    mobile_bought_product_365_ids = fields.Many2many(
        string="Bought Product (365 Days)", comodel_name='product.product', compute='_compute_mobile_bought',
        search=searched_by('_mobile_bought_product', '_365'), groups=MANAGER)

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_mobile_orders(self):
        zone, today = self._mobile_calendar()
        partner = SQL('partner.id')
        self._mobile_flush_orders()
        self._mobile_set_figures(
            mobile_days_since_order=SQL(
                "greatest(0, %s - (%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)", today,
                self._mobile_order_moment_sql(partner, is_last=True), zone.key),
            mobile_order_count_365=SQL('(%s)', self._mobile_order_count_sql(partner)),
            mobile_spent_365=SQL('(%s)', self._mobile_spent_sql(partner)))

    @api.depends_context('company')
    def _compute_mobile_segment(self):
        self._mobile_flush_orders()
        self._mobile_set_figures(mobile_segment=self._mobile_segment_case(SQL('partner.id')))

    @api.depends_context('company')
    def _compute_mobile_bought(self):
        self._mobile_flush_orders()
        partner = SQL('partner.id')
        expressions = {}
        for window, days in WINDOWS.items():
            expressions[f'mobile_bought_product{window}_ids'] = SQL(
                '(SELECT array_agg(DISTINCT bought.product_id) FROM (%s) bought)',
                self._mobile_bought_sql(partner, SQL(), days))
            expressions[f'mobile_bought_category{window}_ids'] = SQL(
                """(SELECT array_agg(DISTINCT template.categ_id) FROM (%s) bought
                      JOIN product_product product ON product.id = bought.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id)""",
                self._mobile_bought_sql(partner, SQL(), days))
        self._mobile_set_figures(**expressions)

    # === SEARCH METHODS === #

    @api.model
    def _search_mobile_days_since_order(self, operator, value):
        zone, today = self._mobile_calendar()
        self._mobile_flush_orders()
        return self._mobile_block('mobile_days_since_order', operator, lambda partner: audience.days_since(
            lambda when: self._mobile_ordered_sql(partner, when), operator, value, today, zone))

    @api.model
    def _search_mobile_order_count_365(self, operator, value):
        self._mobile_flush_orders()
        return self._mobile_block('mobile_order_count_365', operator, lambda partner: self._mobile_pruned(
            partner, audience.compared(SQL('(%s)', self._mobile_order_count_sql(partner)), operator, value),
            audience.matches(0, operator, value)))

    @api.model
    def _search_mobile_spent_365(self, operator, value):
        self._mobile_flush_orders()
        return self._mobile_block('mobile_spent_365', operator, lambda partner: self._mobile_pruned(
            partner, audience.compared(SQL('(%s)', self._mobile_spent_sql(partner)), operator, value),
            audience.matches(0, operator, value)))

    @api.model
    def _search_mobile_segment(self, operator, value):
        self._mobile_flush_orders()
        if operator == 'in' and (unknown := set(value) - {False, *dict(SEGMENTS)}):
            raise ValueError(f"{unknown.pop()!r} is not a customer segment")
        return self._mobile_block('mobile_segment', operator, lambda partner: audience.any_of(
            self._mobile_segment_sql(partner)[segment] for segment in value), ('in',))

    @api.model
    def _mobile_bought_category(self, window, operator, value):
        self._mobile_flush_orders()
        return self._mobile_related_block(
            f'mobile_bought_category{window}_ids', operator, value,
            lambda partner, chosen: SQL('EXISTS (%s)', self._mobile_bought_sql(
                partner, chosen and self._mobile_of_category_sql(chosen), WINDOWS[window])))

    @api.model
    def _mobile_bought_product(self, window, operator, value):
        self._mobile_flush_orders()
        return self._mobile_related_block(
            f'mobile_bought_product{window}_ids', operator, value,
            lambda partner, chosen: SQL('EXISTS (%s)', self._mobile_bought_sql(partner, chosen, WINDOWS[window])))

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_of_category_sql(self, chosen):
        """Return a condition for the id of a product: that it is in some categories, or below them.

        :param SQL chosen: a condition for the id of the category.
        """
        # As an array: PostgreSQL expects far fewer products of a category than there are, and would look each up.
        return SQL(
            """= ANY (ARRAY(
                   SELECT product.id FROM product_product product
                     JOIN product_template template ON template.id = product.product_tmpl_id
                     JOIN product_category category ON category.id = template.categ_id
                    WHERE EXISTS (SELECT FROM product_category above WHERE above.id %s
                                     AND starts_with(category.parent_path, above.parent_path))))""", chosen)

    @api.model
    def _mobile_flush_orders(self):
        self.env['sale.order'].flush_model()
        self.env['sale.order.line'].flush_model()
        self.env['account.move.line'].flush_model()

    @api.model
    def _mobile_orders_sql(self, partner, columns, condition=TRUE):
        """Return a query of a customer's confirmed orders.

        :param SQL partner: the id of a ``res_partner``.
        """
        return SQL(
            """SELECT %s FROM sale_order WHERE partner_id = %s AND company_id = %s AND state = 'sale' AND %s""",
            columns, partner, self.env.company.id, condition)

    @api.model
    def _mobile_ordered_sql(self, partner, when=NOTHING):
        """Return the condition that a customer has ordered.

        :param SQL when: a comparison for the instant of the order, or empty.
        """
        return SQL('EXISTS (%s)', self._mobile_orders_sql(
            partner, SQL(), SQL('date_order %s', when) if when else TRUE))

    @api.model
    def _mobile_order_moment_sql(self, partner, *, is_last):
        """Return the instant of a customer's last order, or of the first one; NULL for none."""
        return SQL('(%s)', self._mobile_orders_sql(partner, SQL('max(date_order)' if is_last else 'min(date_order)')))

    @api.model
    def _mobile_since(self, days):
        """Return the instant at which the first of the last days began."""
        zone, today = self._mobile_calendar()
        return start_of(today - timedelta(days=days), zone)

    @api.model
    def _mobile_order_count_sql(self, partner):
        return self._mobile_orders_sql(partner, SQL('count(*)'), SQL('date_order >= %s', self._mobile_since(YEAR)))

    @api.model
    def _mobile_spent_sql(self, partner):
        # Few orders are ever credited: whether the one who was invoiced has a credit note at all is told by a small
        # index; only then its lines are looked up.
        credited = SQL(
            """CASE WHEN EXISTS (SELECT FROM account_move refund
                                  WHERE refund.partner_id = sale_order.partner_invoice_id
                                    AND refund.move_type = 'out_refund' AND refund.state = 'posted')
                    THEN (SELECT coalesce(sum(credit.balance), 0)
                            FROM sale_order_line line
                            JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
                            JOIN account_move_line credit ON credit.id = link.invoice_line_id
                            JOIN account_move refund ON refund.id = credit.move_id
                           WHERE line.order_id = sale_order.id AND refund.move_type = 'out_refund'
                             AND refund.state = 'posted')
                    ELSE 0 END""")
        return self._mobile_orders_sql(
            partner,
            SQL('coalesce(sum(amount_untaxed / coalesce(nullif(currency_rate, 0), 1)::numeric - %s), 0)', credited),
            SQL('date_order >= %s', self._mobile_since(YEAR)))

    @api.model
    def _mobile_pruned(self, partner, condition, is_true_without_orders):
        """Return a condition on the orders of a year such that PostgreSQL works out figures of those alone who have
        ordered in that year."""
        if is_true_without_orders:
            return condition
        return SQL('(%s AND %s)', self._mobile_ordered_sql(partner, SQL('>= %s', self._mobile_since(YEAR))), condition)

    @api.model
    def _mobile_segment_sql(self, partner):
        """Return the condition of each segment; each customer meets one of them.

        :rtype: dict[str | bool, SQL]
        """
        company = self.env.company.sudo()
        recent = self._mobile_since(company.mobile_segment_recent_days)
        lost = self._mobile_since(company.mobile_segment_lost_days)

        def ordered(instant):
            return self._mobile_ordered_sql(partner, SQL('>= %s', instant))

        is_loyal = SQL('(%s) >= %s', self._mobile_order_count_sql(partner), company.mobile_segment_orders)
        is_best = SQL('(%s) >= %s', self._mobile_spent_sql(partner), company.mobile_segment_value)
        return {
            'best': SQL('(%s AND %s AND %s)', ordered(recent), is_loyal, is_best),
            'loyal': SQL('(%s AND %s AND NOT %s)', ordered(recent), is_loyal, is_best),
            'occasional': SQL('(%s AND NOT %s)', ordered(recent), is_loyal),
            'at_risk': SQL('(%s AND NOT %s)', ordered(lost), ordered(recent)),
            'lost': SQL('(%s AND NOT %s)', self._mobile_ordered_sql(partner), ordered(lost)),
            False: SQL('NOT %s', self._mobile_ordered_sql(partner)),
        }

    @api.model
    def _mobile_segment_case(self, partner):
        """Return which segment a customer is in, NULL for none."""
        conditions = self._mobile_segment_sql(partner)
        return SQL('CASE %s END', SQL(' ').join(
            SQL('WHEN %s THEN %s', conditions[segment], segment) for segment, _label in SEGMENTS))

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override to group and sort by segment."""
        if field_expr == 'mobile_segment':
            self._check_field_access(self._fields[field_expr], 'read')
            self._mobile_flush_orders()
            return self._mobile_segment_case(SQL.identifier(alias, 'id'))
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _mobile_bought_sql(self, partner, chosen, days):
        """Return a query of the products that a customer bought: not what a reward added, nor what went back.

        :param SQL chosen: a condition for the id of the product, or empty.
        :param days: within so many days, or None.
        """
        return SQL(
            """SELECT line.product_id FROM sale_order_line line
                WHERE line.order_partner_id = %s AND line.company_id = %s AND line.state = 'sale'
                  AND line.product_uom_qty > 0 AND line.reward_id IS NULL
                  AND line.product_id %s AND %s""",
            partner, self.env.company.id, chosen or SQL('IS NOT NULL'),
            SQL("""EXISTS (SELECT FROM sale_order WHERE sale_order.id = line.order_id
                                AND sale_order.date_order >= %s)""", self._mobile_since(days)) if days else TRUE)


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # A customer's orders by time, and what an audience asks of them, without the wide rows themselves.
    _mobile_customer_idx = models.Index(
        """(partner_id, company_id, date_order) INCLUDE (amount_untaxed, currency_rate, partner_invoice_id)
           WHERE state = 'sale'""")


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    _mobile_bought_idx = models.Index(
        """(order_partner_id, company_id, product_id, order_id)
           WHERE state = 'sale' AND product_uom_qty > 0 AND reward_id IS NULL""")


class AccountMove(models.Model):
    _inherit = 'account.move'

    _mobile_credited_idx = models.Index("(partner_id) WHERE move_type = 'out_refund' AND state = 'posted'")
