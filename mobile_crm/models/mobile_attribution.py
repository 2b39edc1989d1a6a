from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing
from .mobile_purchase import Scope

# What a row says, beside whose purchase it is and which.
SAID = ('partner_id', 'company_id', 'store_id', 'channel', 'name', 'bought_at', 'revenue', 'visit_id', 'touch',
        'campaign_id', 'decision_id')


class Chosen(NamedTuple):
    """Which purchases are looked at: of these ids, or of a customer around a moment.

    :ivar str source: of `ids`; None is all
    :ivar ids: of the source's records
    :ivar Scope scope:
    """

    source: str | None = None
    ids: tuple | list = ()
    scope: Scope | None = None

    def condition(self, number, company, partner, bought_at):
        """Return the condition for these columns.

        :rtype: SQL
        """
        if self.scope:
            return self.scope.condition(company, partner, bought_at)
        return SQL('%s = ANY(%s)', number, list(self.ids))


class MobileAttribution(models.Model):
    """To what a purchase is put down: the visit in which it happened, and the campaign that brought it.

    There is a row for each purchase of which one of them is known, or that was made in a store; what was returned
    altogether or cancelled has none. It follows from the purchase, so it is worked out anew whenever something of it
    changes, any number of times.

    - **Visit**: what was bought in a store belongs to the customer's visit of that store; a visit that has just ended
      counts, as phones notice late. Where no store is known, it is the last one before the purchase, within a day.
    - **Campaign**: that of the coupon; of several, the one that took most off. Without one it is the campaign whose
      message the customer has opened last, if it was sent within the campaign's days for purchases: those that the
      comparison with the control group counts.
    """

    _name = 'mobile.attribution'
    _description = "Attributed Purchase"
    _inherit = ['mobile.looked']
    _order = 'bought_at desc, id desc'
    _log_access = False
    # A store alone is on the order as well; the visit says since when somebody was there.
    _look_fields = frozenset(['visit_id'])

    kind = fields.Integer(required=True, readonly=True, aggregator=None, help="Of what the number is.")
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    name = fields.Char(string="Purchase", required=True, readonly=True)
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, index='btree_not_null', ondelete='cascade')
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    store_id = fields.Many2one(comodel_name='mobile.store', readonly=True, index='btree_not_null', ondelete='set null')
    channel = fields.Selection(
        selection=[('phone', "Paid by Phone"), ('sale', "Sales Order"), ('shop', "Online Shop"), ('till', "Till")],
        string="Bought By", required=True, readonly=True)
    bought_at = fields.Datetime(string="When", required=True, readonly=True)
    revenue = fields.Monetary(readonly=True, help="Without taxes, less what was returned.")
    visit_id = fields.Many2one(
        comodel_name='mobile.visit', readonly=True, index='btree_not_null', ondelete='set null')
    touch = fields.Selection(
        selection=[('coupon', "Coupon"), ('message', "Opened Message")], string="Brought By", readonly=True)
    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', readonly=True, index='btree_not_null', ondelete='set null')
    decision_id = fields.Many2one(
        string="Offer", comodel_name='mobile.decision', readonly=True, index='btree_not_null', ondelete='set null')

    _purchase_unique = models.UniqueIndex('(kind, number)')
    _customer_idx = models.Index('(partner_id, company_id, bought_at)')

    # === BUSINESS METHODS === #

    @api.model
    def _is_movement(self):
        return SQL('visit_id IS NOT NULL')

    @api.model
    def _follow_orders(self, orders):
        """Put sales orders down to visits and campaigns, after anything of them has changed.

        :param orders: ``sale.order``.
        """
        if orders:
            self._follow(Chosen('sale', orders.ids))

    @api.model
    def _follow_around(self, partner, company, since, before):
        """Look again at what a customer bought in a time: a visit has become known, or another one nearer.

        :param partner: ``res.partner``.
        :param company: ``res.company``.
        :param datetime since, before: naive UTC; `before` is not included.
        """
        self._follow(Chosen(scope=Scope(company, partner.ids, since, before)))

    @api.model
    def _follow(self, chosen):
        """Work out anew to what purchases are put down; only what differs is written.

        :param Chosen chosen:
        """
        self._flush_sources()
        changed = execute_racing(self.env, SQL(
            """WITH sold AS MATERIALIZED (%(sold)s),
                    placed AS MATERIALIZED (%(placed)s),
                    before AS MATERIALIZED (SELECT * FROM mobile_attribution known WHERE %(known)s),
                    gone AS (
                        DELETE FROM mobile_attribution WHERE id IN (
                               SELECT before.id FROM before LEFT JOIN placed USING (kind, number)
                                WHERE placed.number IS NULL)
                     RETURNING visit_id),
                    written AS (
                        INSERT INTO mobile_attribution AS old (kind, number, %(links)s, %(said)s)
                        SELECT kind, number, %(link_values)s, %(said)s FROM placed
                   ON CONFLICT (kind, number) DO UPDATE SET (%(said)s) = ROW (%(excluded)s)
                         WHERE (%(old)s) IS DISTINCT FROM (%(excluded)s)
                     RETURNING kind, number, visit_id)
               SELECT visit_id FROM gone UNION SELECT visit_id FROM written
                UNION SELECT before.visit_id FROM before JOIN written USING (kind, number)""",
            sold=SQL(' UNION ALL ').join(
                getattr(self, f'_sold_{source}')(chosen) for source in self._sources()
                if chosen.source in (None, source)),
            placed=self._placed_sql(),
            known=self._known_sql(chosen),
            links=self._columns('%s', self._links()),
            link_values=SQL(', ').join(
                SQL('CASE WHEN kind = %s THEN number END', kind) for kind in self._links().values()),
            said=self._columns('%s', SAID), excluded=self._columns('excluded.%s', SAID),
            old=self._columns('old.%s', SAID)))
        if changed:
            self.invalidate_model(flush=False)
            self.env['mobile.visit']._count_purchases([visit_id for visit_id, in changed if visit_id])

    @api.model
    def _known_sql(self, chosen):
        """Return the condition of the rows (``known``) of these purchases."""
        condition = chosen.condition(
            SQL('known.number'), SQL('known.company_id'), SQL('known.partner_id'), SQL('known.bought_at'))
        return SQL('known.kind = %s AND %s', self._sources()[chosen.source], condition) if chosen.source else condition

    @api.model
    def _columns(self, pattern, names):
        prefix, dot, _name = pattern.rpartition('.')
        return SQL(', ').join(SQL.identifier(*([prefix] if dot else []), name) for name in names)

    @api.model
    def _placed_sql(self):
        """Return the query of purchases (``sold``) with their visit and their campaign.

        Those of which there is nothing to say, such as an order that a colleague types for somebody who was in no store
        and got no offer, are left out.
        """
        return SQL(
            """SELECT sold.kind, sold.number, sold.name, sold.partner_id, sold.company_id, sold.store_id, sold.channel,
                      sold.bought_at, round(sold.revenue::numeric, currency.decimal_places) AS revenue,
                      visit.id AS visit_id,
                      CASE WHEN used.id IS NOT NULL THEN 'coupon' WHEN opened.id IS NOT NULL THEN 'message'
                           END AS touch,
                      coalesce(used.campaign_id, opened.campaign_id) AS campaign_id,
                      coalesce(issued.id, opened.id) AS decision_id
                 FROM sold
                 JOIN res_company company ON company.id = sold.company_id
                 JOIN res_currency currency ON currency.id = company.currency_id
            LEFT JOIN LATERAL (%(visit)s) visit ON TRUE
            LEFT JOIN mobile_redemption used ON used.id = sold.redemption_id
            LEFT JOIN LATERAL (
                      SELECT decision.id FROM mobile_decision decision
                       WHERE decision.card_id = used.card_id AND decision.outcome = 'sent'
                    ORDER BY decision.id LIMIT 1) issued ON TRUE
            LEFT JOIN LATERAL (%(opened)s) opened ON used.id IS NULL
                WHERE sold.store_id IS NOT NULL OR sold.channel = 'phone' OR visit.id IS NOT NULL
                   OR used.id IS NOT NULL OR opened.id IS NOT NULL""",
            visit=self.env['mobile.visit']._visit_of_sql(), opened=self._opened_sql())

    @api.model
    def _opened_sql(self):
        """Return the query of the offer that the customer of ``sold`` opened last, of those that still counted."""
        return SQL(
            """SELECT decision.id, decision.campaign_id
                 FROM mobile_decision decision
                 JOIN mobile_campaign campaign ON campaign.id = decision.campaign_id
                 JOIN mobile_message message ON message.id = decision.message_id
                WHERE decision.partner_id = sold.partner_id AND decision.company_id = sold.company_id
                  AND decision.outcome = 'sent' AND decision.decided_at < sold.bought_at
                  AND sold.bought_at <= decision.decided_at + campaign.purchase_days * interval '1 day'
                  AND message.opened_at <= sold.bought_at
             ORDER BY message.opened_at DESC, decision.id DESC LIMIT 1""")
