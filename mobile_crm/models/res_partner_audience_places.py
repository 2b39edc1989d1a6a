from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import audience
from ..tools.audience import NOTHING, TRUE
from .res_partner_audience import MANAGER, Days, Distance, searched_by
from .res_partner_audience_orders import WINDOWS

RADII = (2, 5, 10, 25, 50)
# Says in the cursor's cache that contacts were searched by the stores that they visited.
LOOKS = 'mobile_crm.visited'
LATITUDE, LONGITUDE = SQL('lives.partner_latitude'), SQL('lives.partner_longitude')


class ResPartner(models.Model):
    """Where customers go and live.

    Visits count once they are over: whoever composes an audience need not see who is in a store now. To see who visited
    a certain store is to look at their movements, and is remembered as such (see ``mobile.look``). Where somebody lives
    is the contact's address. The positions that phones report are no part of any audience: a few searches with
    different distances would tell them to people who may not see them.
    """

    _inherit = 'res.partner'

    mobile_days_since_visit = Days(
        string="Days Since Last Visit", compute='_compute_mobile_days_since_visit',
        search='_search_mobile_days_since_visit', groups=MANAGER, aggregator=None,
        help="Calendar days since the customer came to one of the stores. Customers without a visit match no number.")
    mobile_visited_store_ids = fields.Many2many(
        string="Visited Store", comodel_name='mobile.store', compute='_compute_mobile_visited',
        search=searched_by('_mobile_visited', ''), groups=MANAGER, help="Ever.")
    mobile_visited_store_30_ids = fields.Many2many(
        string="Visited Store (30 Days)", comodel_name='mobile.store', compute='_compute_mobile_visited',
        search=searched_by('_mobile_visited', '_30'), groups=MANAGER)
    mobile_visited_store_90_ids = fields.Many2many(
        string="Visited Store (90 Days)", comodel_name='mobile.store', compute='_compute_mobile_visited',
        search=searched_by('_mobile_visited', '_90'), groups=MANAGER)
    mobile_visited_store_365_ids = fields.Many2many(
        string="Visited Store (365 Days)", comodel_name='mobile.store', compute='_compute_mobile_visited',
        search=searched_by('_mobile_visited', '_365'), groups=MANAGER)
    mobile_store_distance = Distance(
        string="Distance to Nearest Store (km)", compute='_compute_mobile_near', search='_search_mobile_store_distance',
        groups=MANAGER, digits=(16, 1), aggregator=None,
        help="From the contact's address, on the great circle. Contacts whose address is not located match no number.")
    mobile_near_2_store_ids = fields.Many2many(
        string="Lives Within 2 km of Store", comodel_name='mobile.store', compute='_compute_mobile_near',
        search=searched_by('_mobile_near', 2), groups=MANAGER)
    mobile_near_5_store_ids = fields.Many2many(
        string="Lives Within 5 km of Store", comodel_name='mobile.store', compute='_compute_mobile_near',
        search=searched_by('_mobile_near', 5), groups=MANAGER)
    mobile_near_10_store_ids = fields.Many2many(
        string="Lives Within 10 km of Store", comodel_name='mobile.store', compute='_compute_mobile_near',
        search=searched_by('_mobile_near', 10), groups=MANAGER)
    mobile_near_25_store_ids = fields.Many2many(
        string="Lives Within 25 km of Store", comodel_name='mobile.store', compute='_compute_mobile_near',
        search=searched_by('_mobile_near', 25), groups=MANAGER)
    mobile_near_50_store_ids = fields.Many2many(
        string="Lives Within 50 km of Store", comodel_name='mobile.store', compute='_compute_mobile_near',
        search=searched_by('_mobile_near', 50), groups=MANAGER)

    # Who lives around a store is found from the store.
    _mobile_home_idx = models.Index('(partner_latitude) WHERE partner_latitude <> 0 OR partner_longitude <> 0')

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_mobile_days_since_visit(self):
        zone, today = self._mobile_calendar()
        self.env['mobile.visit'].flush_model()
        self._mobile_set_figures(mobile_days_since_visit=SQL(
            "greatest(0, %s - ((%s) AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)", today,
            self._mobile_visits_sql(SQL('partner.id'), SQL('max(entered_at)')), zone.key))

    @api.depends_context('company')
    def _compute_mobile_visited(self):
        self.env['mobile.visit'].flush_model()
        self._mobile_set_figures(**{
            f'mobile_visited_store{window}_ids': SQL('(%s)', self._mobile_visits_sql(
                SQL('partner.id'), SQL('array_agg(DISTINCT store_id)'), self._mobile_within(days)))
            for window, days in WINDOWS.items()})
        self._mobile_log_look('read')

    @api.depends_context('company')
    @api.depends('partner_latitude', 'partner_longitude')
    def _compute_mobile_near(self):
        self.env['mobile.store'].flush_model()
        self.flush_model(['partner_latitude', 'partner_longitude'])
        distance = audience.home_distance(LATITUDE, LONGITUDE, SQL('store'))
        self._mobile_set_figures(
            mobile_store_distance=SQL(
                '(%s)', self._mobile_homes_sql(SQL('partner.id'), SQL('min(%s) / 1000', distance))),
            **{f'mobile_near_{radius}_store_ids': SQL('(%s)', self._mobile_homes_sql(
                SQL('partner.id'), SQL('array_agg(store.id)'),
                audience.within_sql(LATITUDE, LONGITUDE, SQL('store'), radius))) for radius in RADII})

    # === SEARCH METHODS === #

    @api.model
    def _search_mobile_days_since_visit(self, operator, value):
        zone, today = self._mobile_calendar()
        self.env['mobile.visit'].flush_model()
        return self._mobile_block('mobile_days_since_visit', operator, lambda partner: audience.days_since(
            lambda when: SQL('EXISTS (%s)', self._mobile_visits_sql(
                partner, SQL(), SQL('entered_at %s', when) if when else TRUE)),
            operator, value, today, zone))

    @api.model
    def _mobile_visited(self, window, operator, value):
        if self._mobile_is_look():
            # Whoever is shown next in this transaction has been picked by it.
            self.env.cr.cache[LOOKS] = True
        self.env['mobile.visit'].flush_model()
        within = self._mobile_within(WINDOWS[window])
        return self._mobile_related_block(
            f'mobile_visited_store{window}_ids', operator, value,
            lambda partner, chosen: SQL('EXISTS (%s)', self._mobile_visits_sql(
                partner, SQL(), SQL('%s AND store_id %s', within, chosen or SQL('IS NOT NULL')))))

    @api.model
    def _search_mobile_store_distance(self, operator, value):
        def condition(partner):
            if operator == 'in':
                return SQL('NOT %s', self._mobile_near_sql(partner))
            if operator in ('<', '<='):
                return self._mobile_near_sql(partner, kilometres=value)
            # Farther than that from all of them: they live somewhere, and no store is within it.
            return SQL('(%s AND NOT %s)', self._mobile_near_sql(partner), self._mobile_near_sql(
                partner, kilometres=value))

        self._mobile_flush_places()
        if operator == 'in' and set(value) != {False}:
            raise ValueError("a distance is compared by < and >; no two are equal")
        return self._mobile_block('mobile_store_distance', operator, condition)

    @api.model
    def _mobile_near(self, radius, operator, value):
        self._mobile_flush_places()
        return self._mobile_related_block(
            f'mobile_near_{radius}_store_ids', operator, value,
            lambda partner, chosen: self._mobile_near_sql(partner, chosen, radius))

    # === CRUD METHODS === #

    def _read_format(self, fnames, load='_classic_read'):
        """Override: whatever shows contacts to a user reads them here."""
        res = super()._read_format(fnames, load)
        if self.env.cr.cache.get(LOOKS):
            self._mobile_log_look('read')
        return res

    def export_data(self, fields_to_export):
        """Override: an export does not read as a screen does."""
        res = super().export_data(fields_to_export)
        if self.env.cr.cache.get(LOOKS):
            self._mobile_log_look('export')
        return res

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_is_look(self):
        """Tell whether a member of staff asks, and not the system: the decision about an offer is no look."""
        return not self.env.su and self.env.user._is_internal()

    def _mobile_log_look(self, method):
        """Remember that the current user sees these customers' visits to stores, of those who have any."""
        ids = tuple(self._origin.ids)
        if not ids or not self._mobile_is_look():
            return
        visits = SQL('(SELECT id FROM mobile_visit WHERE partner_id IN %s AND company_id = %s AND left_at IS NOT NULL)',
                     ids, self.env.company.id)
        if self.env.cr.readonly:
            with self.env.registry.cursor() as cr:
                env = self.env(cr=cr)
                env['mobile.look']._log(method, env['mobile.visit'], visits, False)
        else:
            self.env['mobile.look']._log(method, self.env['mobile.visit'], visits, False)

    @api.model
    def _mobile_flush_places(self):
        self.env['mobile.store'].flush_model()
        self.flush_model(['partner_latitude', 'partner_longitude'])

    @api.model
    def _mobile_within(self, days):
        return SQL('entered_at >= %s', self._mobile_since(days)) if days else TRUE

    @api.model
    def _mobile_visits_sql(self, partner, columns, condition=TRUE):
        """Return a query of a customer's visits that are over."""
        return SQL(
            """SELECT %s FROM mobile_visit WHERE partner_id = %s AND company_id = %s AND left_at IS NOT NULL AND %s""",
            columns, partner, self.env.company.id, condition)

    @api.model
    def _mobile_homes_sql(self, partner, columns, condition=TRUE):
        """Return a query of where a customer lives (``lives``), with each ``store`` of the company.

        An address at 0/0 is Odoo's way of saying that it was not located.
        """
        return SQL(
            """SELECT %s FROM res_partner lives
                 JOIN mobile_store store ON store.company_id = %s AND store.active AND store.is_located
                WHERE lives.id = %s AND (lives.partner_latitude <> 0 OR lives.partner_longitude <> 0) AND %s""",
            columns, self.env.company.id, partner, condition)

    @api.model
    def _mobile_near_sql(self, partner, chosen=NOTHING, kilometres=None):
        """Return the condition that a customer lives near one of some stores.

        :param SQL chosen: a condition for the store's id; empty for any of the company.
        :param kilometres: None for at any distance.
        """
        conditions = [SQL('TRUE')]
        if chosen:
            conditions.append(SQL('store.id %s', chosen))
        if kilometres is not None:
            conditions.append(audience.within_sql(LATITUDE, LONGITUDE, SQL('store'), kilometres))
        return SQL('EXISTS (%s)', self._mobile_homes_sql(partner, SQL(), SQL(' AND ').join(conditions)))
