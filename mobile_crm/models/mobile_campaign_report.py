from odoo import api, fields, models
from odoo.tools import SQL

# What each row counts, and what is made of it: a share of the offers that were sent, in percent.
RATES = {'opened_rate': 'opened', 'visited_rate': 'visited', 'redemption_rate': 'used'}


class MobileCampaignReport(models.Model):
    """What campaigns have done and earned: a row for each decision and for each redemption.

    A decision counts on the day it was made, with what followed from it; a redemption on the day it was confirmed.
    Customers are not named: who was there is another list, with its own rights.
    """

    _name = 'mobile.campaign.report'
    _description = "Campaign Results"
    _auto = False
    _order = 'date desc, id desc'
    _rec_name = 'campaign_id'

    date = fields.Datetime(readonly=True, help="When it was decided or redeemed.")
    campaign_id = fields.Many2one(comodel_name='mobile.campaign', readonly=True)
    variant_id = fields.Many2one(comodel_name='mobile.campaign.variant', readonly=True)
    store_id = fields.Many2one(
        comodel_name='mobile.store', readonly=True,
        help="Where the offer came from. A redemption counts for the store where it happened, where that is known.")
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    outcome = fields.Selection(selection=[('sent', "Sent"), ('withheld', "Withheld")], readonly=True)
    reason = fields.Selection(selection='_selection_reason', readonly=True)

    decided = fields.Integer(readonly=True)
    sent = fields.Integer(readonly=True)
    delivered = fields.Integer(
        readonly=True, help="The phone or the provider has told that the message arrived, or the customer has opened "
                            "it. What waits in the app's inbox to be opened does not count.")
    opened = fields.Integer(readonly=True)
    visited = fields.Integer(
        readonly=True, help="The customer came to one of the campaign's stores within its hours for a visit.")
    redeemed = fields.Integer(readonly=True)
    used = fields.Integer(
        readonly=True, help="Of the offers that were sent, those whose coupon was redeemed, whenever that was.")
    conflicts = fields.Integer(readonly=True, help="Coupons that a till took offline, and that were used already.")
    opened_rate = fields.Float(string="Opened (%)", readonly=True, aggregator='avg')
    visited_rate = fields.Float(string="Visited (%)", readonly=True, aggregator='avg')
    redemption_rate = fields.Float(
        string="Redeemed (%)", readonly=True, aggregator='avg',
        help="Of the offers that were sent, those whose coupon was redeemed, whenever that was. What was redeemed in a "
             "month may have been sent in the month before.")
    revenue = fields.Monetary(
        readonly=True,
        help="Of the orders with a coupon, without taxes: what was invoiced less what was credited, or the order as "
             "long as there is no invoice. An order with several coupons counts in equal parts.")
    discount = fields.Monetary(
        string="Discounts", readonly=True, help="What coupons took off, without taxes. The revenue is net of it.")
    cost = fields.Monetary(
        string="Cost of Goods", readonly=True, groups='mobile_crm.group_mobile_crm_manager',
        help="Of the same orders. Sales at tills without an order in Odoo have none.")
    margin = fields.Monetary(
        readonly=True, groups='mobile_crm.group_mobile_crm_manager',
        help="Revenue less the cost of the goods. Sales at tills without an order in Odoo have none, as nobody knows "
             "what was sold.")

    _depends = {
        'account.move': ['move_type', 'reversed_entry_id', 'state'],
        'account.move.line': [
            'balance', 'display_type', 'move_id', 'parent_state', 'product_id', 'product_uom_id', 'quantity',
            'sale_line_ids'],
        'mobile.campaign': ['store_ids', 'visit_hours'],
        'mobile.decision': [
            'campaign_id', 'card_id', 'company_id', 'decided_at', 'message_id', 'outcome', 'partner_id', 'reason',
            'store_id', 'variant_id'],
        'mobile.message': ['delivered_at', 'opened_at'],
        'mobile.redemption': [
            'campaign_id', 'card_id', 'company_id', 'confirmed_at', 'discount', 'order_id', 'revenue', 'state',
            'store_id'],
        'mobile.visit': ['company_id', 'entered_at', 'partner_id', 'store_id'],
        'product.product': ['product_tmpl_id', 'standard_price'],
        'product.template': ['uom_id'],
        'sale.order': ['amount_untaxed', 'currency_rate'],
        'sale.order.line': [
            'coupon_id', 'display_type', 'is_downpayment', 'order_id', 'product_id', 'product_uom_id',
            'product_uom_qty'],
        'uom.uom': ['factor'],
    }

    @api.model
    def _selection_reason(self):
        return self.env['mobile.decision']._fields['reason']._description_selection(self.env)

    # === SQL === #

    @property
    def _table_query(self):
        return SQL('%s UNION ALL %s', self._decisions(), self._redemptions())

    def _read_group_select(self, aggregate_spec, query):
        """Override: a rate is one of sums, whatever rows they come from."""
        field, __, aggregate = aggregate_spec.partition(':')
        if field in RATES and aggregate == 'avg':
            return SQL(
                '100.0 * SUM(%s) / NULLIF(SUM(%s), 0)', self._field_to_sql(self._table, RATES[field], query),
                self._field_to_sql(self._table, 'sent', query))
        return super()._read_group_select(aggregate_spec, query)

    @api.model
    def _decisions(self):
        """Return the query of the rows that decisions make; PostgreSQL skips the joins that are not asked for."""
        return SQL(
            """SELECT decision.id, decision.decided_at AS date, decision.campaign_id, decision.variant_id,
                      decision.store_id, decision.company_id, decision.outcome, decision.reason, 1 AS decided,
                      CASE WHEN decision.outcome = 'sent' THEN 1 ELSE 0 END AS sent,
                      CASE WHEN message.delivered_at IS NOT NULL OR message.opened_at IS NOT NULL
                           THEN 1 ELSE 0 END AS delivered,
                      CASE WHEN message.opened_at IS NOT NULL THEN 1 ELSE 0 END AS opened,
                      CASE WHEN visit.decision_id IS NOT NULL THEN 1 ELSE 0 END AS visited,
                      0 AS redeemed,
                      CASE WHEN decision.outcome = 'sent' AND EXISTS (
                                SELECT FROM mobile_redemption redemption
                                 WHERE redemption.card_id = decision.card_id AND redemption.state = 'confirmed')
                           THEN 1 ELSE 0 END AS used,
                      0 AS conflicts, NULL::float AS opened_rate, NULL::float AS visited_rate,
                      NULL::float AS redemption_rate, 0::numeric AS revenue, 0::numeric AS discount, 0::numeric AS cost,
                      0::numeric AS margin
                 FROM mobile_decision decision
            LEFT JOIN mobile_message message ON message.id = decision.message_id
            LEFT JOIN (%s) visit ON visit.campaign_id = decision.campaign_id AND visit.decision_id = decision.id""",
            self._visits())

    @api.model
    def _visits(self):
        """Return the query of offers (``campaign_id``, ``decision_id``) that a visit followed in time."""
        return SQL(
            """SELECT DISTINCT decision.campaign_id, decision.id AS decision_id
                 FROM mobile_decision decision
                 JOIN mobile_campaign campaign ON campaign.id = decision.campaign_id
                 JOIN mobile_visit visit
                   ON visit.partner_id = decision.partner_id AND visit.company_id = decision.company_id
                  AND visit.entered_at > decision.decided_at
                  AND visit.entered_at <= decision.decided_at + campaign.visit_hours * interval '1 hour'
                WHERE decision.outcome = 'sent'
                  AND (NOT EXISTS (SELECT FROM mobile_campaign_store_rel WHERE campaign_id = campaign.id)
                       OR EXISTS (SELECT FROM mobile_campaign_store_rel
                                   WHERE campaign_id = campaign.id AND store_id = visit.store_id))""")

    @api.model
    def _redemptions(self):
        """Return the query of the rows that redemptions make.

        What a conflict took off is a cost; its sale stands with the redemption that was first.
        """
        order_id, card_id = SQL('redemption.order_id'), SQL('redemption.card_id')
        return SQL(
            """SELECT -redemption.id, coalesce(redemption.confirmed_at, redemption.create_date), redemption.campaign_id,
                      (SELECT variant_id FROM mobile_decision WHERE card_id = redemption.card_id LIMIT 1),
                      coalesce(redemption.store_id,
                               (SELECT store_id FROM mobile_decision WHERE card_id = redemption.card_id LIMIT 1)),
                      redemption.company_id, 'sent', 'passed', 0, 0, 0, 0, 0,
                      CASE WHEN redemption.state = 'confirmed' THEN 1 ELSE 0 END, 0,
                      CASE WHEN redemption.state = 'conflict' THEN 1 ELSE 0 END, NULL::float, NULL::float, NULL::float,
                      CASE WHEN redemption.state = 'confirmed' THEN coalesce(sold.revenue / sold.parts,
                                                                             redemption.revenue, 0) ELSE 0 END,
                      coalesce(CASE WHEN redemption.state = 'confirmed' THEN (%(discount)s) END,
                               redemption.discount, 0),
                      CASE WHEN redemption.state = 'confirmed' THEN coalesce(sold.cost / sold.parts, 0) ELSE 0 END,
                      CASE WHEN redemption.state = 'confirmed'
                           THEN coalesce((sold.revenue - sold.cost) / sold.parts, 0) ELSE 0 END
                 FROM mobile_redemption redemption
            LEFT JOIN LATERAL (
                      SELECT (%(revenue)s) AS revenue, (%(cost)s) AS cost,
                             (SELECT count(*) FROM mobile_redemption part
                               WHERE part.order_id = redemption.order_id AND part.state = 'confirmed') AS parts
                      ) sold ON redemption.order_id IS NOT NULL AND redemption.state = 'confirmed'
                WHERE redemption.campaign_id IS NOT NULL AND redemption.state IN ('confirmed', 'conflict')""",
            revenue=self._order_revenue(order_id), cost=self._order_cost(order_id),
            discount=self._order_discount(order_id, card_id))

    @api.model
    def _count_decisions(self, campaign):
        """Count the decisions of a campaign, of which there may be a million.

        The same as a group of this model's rows. PostgreSQL knows how many groups there will be as long as redemptions
        are not added, and need not sort.

        :return: of each store, variant and reason not to send (False for what was sent) the sums of the rows' counts.
        :rtype: list[tuple[MobileStore, MobileCampaignVariant, str | bool, dict]]
        """
        self.env.flush_all()
        # A table of a million messages to look them up in does not fit into PostgreSQL's default of 4 MB.
        self.env.cr.execute("SET LOCAL work_mem = '96MB'")
        rows = self.env.execute_query(SQL(
            """SELECT store_id, variant_id, CASE WHEN outcome = 'withheld' THEN reason END, sum(decided), sum(sent),
                      sum(delivered), sum(opened), sum(visited), sum(used)
                 FROM (%s) decision WHERE campaign_id = %s GROUP BY 1, 2, 3""", self._decisions(), campaign.id))
        self.env.cr.execute('SET LOCAL work_mem TO DEFAULT')
        names = ('decided', 'sent', 'delivered', 'opened', 'visited', 'used')
        return [(
            self.env['mobile.store'].browse(store_id), self.env['mobile.campaign.variant'].browse(variant_id),
            reason or False, dict(zip(names, counts, strict=True)))
            for store_id, variant_id, reason, *counts in rows]

    # === SQL: what an order was worth === #

    @api.model
    def _order_revenue(self, order_id):
        """Return a query of an order's revenue without taxes, in the currency of its company.

        What was invoiced and posted, less what was credited; as long as there is no invoice, the order. What a credit
        note takes off beside the lines of the invoice is shared by the orders of that invoice.

        :param SQL order_id: an expression.
        """
        return SQL(
            """SELECT coalesce(
                      (SELECT -sum(line.balance) FROM account_move_line line
                        WHERE line.id IN (%(lines)s) AND %(posted)s)
                      - coalesce((
                          SELECT sum(line.balance / (
                                     SELECT count(DISTINCT sold.order_id) FROM account_move_line whole
                                       JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = whole.id
                                       JOIN sale_order_line sold ON sold.id = link.order_line_id
                                      WHERE whole.move_id = note.reversed_entry_id))
                            FROM account_move note JOIN account_move_line line ON line.move_id = note.id
                           WHERE note.reversed_entry_id IN (
                                     SELECT move_id FROM account_move_line WHERE id IN (%(lines)s))
                             AND %(posted)s
                             AND NOT EXISTS (
                                 SELECT FROM sale_order_line_invoice_rel WHERE invoice_line_id = line.id)), 0),
                      (SELECT amount_untaxed / coalesce(NULLIF(currency_rate, 0), 1) FROM sale_order
                        WHERE id = %(order_id)s))""",
            lines=self._invoice_lines(order_id), posted=self._is_posted(), order_id=order_id)

    @api.model
    def _purchases(self):
        """Return a query of what customers have bought: ``partner_id``, ``company_id``, ``bought_at`` and ``revenue``.

        A bridge adds what is sold elsewhere. What only those can do who have a coupon is no purchase here, or customers
        with and without an offer could not be compared.
        """
        return SQL(
            """SELECT sale.partner_id, sale.company_id, sale.date_order AS bought_at, (%s) AS revenue
                 FROM sale_order sale WHERE sale.state = 'sale'""", self._order_revenue(SQL('sale.id')))

    @api.model
    def _order_cost(self, order_id):
        """Return a query of what the goods of an order cost, counted where its revenue is.

        :param SQL order_id: an expression.
        """
        invoiced = self._unit_cost(SQL('line.product_uom_id'), SQL('line.company_id'))
        ordered = self._unit_cost(SQL('sold.product_uom_id'), SQL('sold.company_id'))
        return SQL(
            """SELECT coalesce(
                      (SELECT sum(line.quantity * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                                  * coalesce(%(invoiced)s, 0))
                         FROM account_move_line line
                         JOIN account_move move ON move.id = line.move_id
                    LEFT JOIN LATERAL (
                              SELECT sold.* FROM sale_order_line_invoice_rel link
                                JOIN sale_order_line sold ON sold.id = link.order_line_id
                               WHERE link.invoice_line_id = line.id LIMIT 1) sold ON TRUE
                    LEFT JOIN product_product product ON product.id = line.product_id
                        WHERE line.id IN (%(lines)s) AND %(posted)s),
                      (SELECT sum(sold.product_uom_qty * coalesce(%(ordered)s, 0))
                         FROM sale_order_line sold LEFT JOIN product_product product ON product.id = sold.product_id
                        WHERE sold.order_id = %(order_id)s AND sold.display_type IS NULL
                          AND sold.is_downpayment IS NOT TRUE), 0)""",
            invoiced=invoiced, ordered=ordered, lines=self._invoice_lines(order_id), posted=self._is_posted(),
            order_id=order_id)

    @api.model
    def _order_discount(self, order_id, card_id):
        """Return a query of what a coupon took off an order's invoices, less what was credited; NULL as long as its
        line is not invoiced. A coupon for goods takes nothing off: the ledger says what they were worth.

        :param SQL order_id: an expression.
        :param SQL card_id: an expression.
        """
        return SQL(
            """SELECT sum(line.balance) FROM account_move_line line
                WHERE line.balance <> 0 AND %(posted)s AND line.id IN (
                      SELECT link.invoice_line_id FROM sale_order_line sold
                        JOIN sale_order_line_invoice_rel link ON link.order_line_id = sold.id
                       WHERE sold.order_id = %(order_id)s AND sold.coupon_id = %(card_id)s)""",
            posted=self._is_posted(), order_id=order_id, card_id=card_id)

    @api.model
    def _invoice_lines(self, order_id):
        return SQL(
            """SELECT link.invoice_line_id FROM sale_order_line sold
                 JOIN sale_order_line_invoice_rel link ON link.order_line_id = sold.id WHERE sold.order_id = %s""",
            order_id)

    @api.model
    def _is_posted(self):
        return SQL("line.parent_state = 'posted' AND line.display_type = 'product'")

    @api.model
    def _unit_cost(self, uom_id, company_id):
        """Return what one unit of ``product`` costs in the company's currency; of ``sold``, where `sale_margin` has
        written down what it was.

        :param SQL uom_id: the unit that is counted in.
        :param SQL company_id: whose cost it is.
        """
        cost = SQL(
            """(product.standard_price->>%s::text)::numeric * coalesce(
                   (SELECT counted.factor / NULLIF(base.factor, 0)
                      FROM uom_uom counted, product_template template JOIN uom_uom base ON base.id = template.uom_id
                     WHERE counted.id = %s AND template.id = product.product_tmpl_id), 1)""", company_id, uom_id)
        if not self._knows_costs():
            return cost
        return SQL(
            """coalesce(
                   sold.purchase_price * coalesce(
                       (SELECT counted.factor / NULLIF(base.factor, 0) FROM uom_uom counted, uom_uom base
                         WHERE counted.id = %s AND base.id = sold.product_uom_id), 1)
                   / (SELECT coalesce(NULLIF(currency_rate, 0), 1) FROM sale_order WHERE id = sold.order_id), %s)""",
            uom_id, cost)

    @api.model
    def _knows_costs(self):
        return 'purchase_price' in self.env['sale.order.line']._fields
