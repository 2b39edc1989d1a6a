import math
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from ..tools import geo

# How many stores one request looks at for those that are open.
MAX_SCANNED = 5_000
# What of the address can be entered with the store.
ADDRESS_FIELDS = ('street', 'street2', 'zip', 'city', 'state_id', 'country_id', 'phone')
# The index sorts by chords and we by great circles. Rounding can swap two stores whose chords differ by less than this
# (of the earth's radius; 6 micrometres), so the end of a list is known when the next chord is longer by this.
SAME_CHORD = 1e-12
# How many more than wanted are read to see that.
SPARE = 1
# What a list of stores is read from; the search itself sees to what it compares.
READ_FIELDS = ('name', 'active', 'company_id', 'partner_id', 'latitude', 'longitude', 'is_located', 'tz', 'calendar_id')
# The distance when nobody said from where.
NOWHERE = SQL('NULL::float8')


class NearStore(NamedTuple):
    """A store as a list of the nearest needs it, read in one query.

    :param float distance: metres along the great circle; None when one of the positions is not known.
    """

    id: int
    name: str
    latitude: float | None
    longitude: float | None
    phone: str | None
    street: str | None
    street2: str | None
    zip: str | None
    city: str | None
    country_code: str | None
    tz: str
    calendar_id: int | None
    has_image: bool
    company_id: int
    exception_ids: list[int]
    service_ids: list[int]
    chord: float | None
    distance: float | None

    @property
    def schedule_key(self):
        """What decides about the hours, for ``mobile.opening._schedules``."""
        return self.calendar_id, self.company_id, tuple(self.exception_ids)


class MobileStore(models.Model):
    """A shop that customers can find and walk into."""

    _name = 'mobile.store'
    _description = "Store"
    _inherit = ['mail.thread', 'image.mixin', 'mobile.located', 'mobile.opening']
    _order = 'name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True, index='trigram')
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        string="Address", comodel_name='res.partner', required=True, check_company=True, index=True,
        ondelete='restrict', help="The contact with the store's address. A new one is made when you name none.")
    street = fields.Char(related='partner_id.street', readonly=False)
    street2 = fields.Char(related='partner_id.street2', readonly=False)
    zip = fields.Char(related='partner_id.zip', readonly=False)
    # Stored, so that stores are searched by it without a look at all contacts.
    city = fields.Char(related='partner_id.city', readonly=False, store=True, index='trigram')
    state_id = fields.Many2one(
        related='partner_id.state_id', readonly=False, domain="[('country_id', '=?', country_id)]")
    country_id = fields.Many2one(related='partner_id.country_id', readonly=False)
    phone = fields.Char(string="Phone Number", related='partner_id.phone', readonly=False)
    latitude = fields.Float(tracking=True)
    longitude = fields.Float(tracking=True)
    service_ids = fields.Many2many(
        string="Services", comodel_name='mobile.store.service', relation='mobile_store_service_rel',
        column1='store_id', column2='service_id', help="What customers find here, such as parking or repairs.")
    user_id = fields.Many2one(string="Salesperson", comodel_name='res.users', check_company=True, tracking=True)
    geofence_ids = fields.One2many(comodel_name='mobile.geofence', inverse_name='store_id')
    geofence_count = fields.Integer(string="Fences", compute='_compute_geofence_count')
    visit_count = fields.Integer(
        string="Visits", compute='_compute_visit_count', groups='mobile_crm.group_mobile_crm_user',
        help="How often customers have been here, as their phones tell.")

    def init(self):
        geo.add_sphere_column(self.env.cr, self._table)
        self._index_names()

    @api.model
    def _index_names(self):
        """Let an index sort the stores by name in each language that is in use."""
        for code, _name in self.env['res.lang'].get_installed():
            name = f'mobile_store_name_{code}'.lower().replace('@', '_')
            self.env.cr.execute(SQL(
                'CREATE INDEX IF NOT EXISTS %s ON mobile_store (company_id, (%s), id)',
                SQL.identifier(name), self.with_context(lang=code)._field_to_sql(self._table, 'name')))

    # === COMPUTE METHODS === #

    @api.depends('partner_id.partner_latitude', 'partner_id.partner_longitude')
    def _compute_position(self):
        for store in self:
            if not store.is_located:
                # Odoo's own geolocation writes 0 and 0 for an address that it has not found.
                address = store.partner_id
                store.latitude, store.longitude = address.partner_latitude, address.partner_longitude
                store.is_located = bool(store.latitude or store.longitude)

    def _compute_geofence_count(self):
        counts = dict(self.env['mobile.geofence']._read_group(
            [('store_id', 'in', self.ids)], ['store_id'], ['__count']))
        for store in self:
            store.geofence_count = counts.get(store, 0)

    def _compute_visit_count(self):
        counts = dict(self.env['mobile.visit']._read_group(
            [('store_id', 'in', self.ids)], ['store_id'], ['__count']))
        for store in self:
            store.visit_count = counts.get(store, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        without = [vals for vals in vals_list if not vals.get('partner_id')]
        partners = self.env['res.partner'].create([{
            'name': vals.get('name'),
            'is_company': True,
            'company_id': vals.get('company_id') or self.env.company.id,
            **{name: vals.pop(name) for name in ADDRESS_FIELDS if name in vals},
        } for vals in without])
        for vals, partner in zip(without, partners, strict=True):
            vals['partner_id'] = partner.id
        return super().create(vals_list)

    def write(self, vals):
        address = {name: vals[name] for name in ADDRESS_FIELDS if name in vals}
        res = super().write({name: value for name, value in vals.items() if name not in address})
        if address:
            # At once, and only what is new: each write of a contact is dear, and an import writes thousands.
            for partner in self.partner_id:
                values = partner._convert_to_write({name: partner[name] for name in address})
                if changed := {name: value for name, value in address.items() if (value or False) != values[name]}:
                    partner.write(changed)
        return res

    @api.model
    def get_import_templates(self):
        return [{
            'label': self.env._("Import Template for Stores"),
            'template': '/mobile_crm/static/xls/mobile_store.xlsx',
        }]

    # === ACTION METHODS === #

    def action_view_visits(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Visits"), 'res_model': 'mobile.visit',
            'view_mode': 'list,form', 'domain': [('store_id', '=', self.id)]}

    def action_view_map(self):
        """Show the store on the map of all stores, among its neighbours."""
        self.ensure_one()
        return self._show_on_map(self.latitude, self.longitude, 14)

    @api.model
    def _show_on_map(self, latitude, longitude, zoom):
        """Return an action that shows a place (degrees) on the map of all stores."""
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_store_map_action')
        sight = {'latitude': latitude, 'longitude': longitude, 'zoom': zoom}
        return {**action, 'context': {'mobile_map_sight': sight}}

    # === BUSINESS METHODS: finding === #

    @api.model
    def _nearest(self, company, latitude=None, longitude=None, *, radius=None, text=None, services=(), after=None,
                 limit=None, ids=None):
        """Return stores of a company, nearest first, in one query that runs under the caller's own rights.

        :param company: ``res.company``.
        :param latitude, longitude: degrees; without them the order is by name and ``distance`` is None.
        :param radius: metres, or None for the whole globe.
        :param str text: part of the name or the city.
        :param services: codes of ``mobile.store.service``; a store has all of them.
        :param tuple after: the sort key of the last store that was given: (distance, id), or (name, id).
        :param int limit: how many at most.
        :param ids: only these, also those whose position is not known.
        :rtype: list[NearStore]
        """
        self.flush_model(READ_FIELDS)
        name, where = self._visible(company.id)
        if text or services or ids is not None or where is None:
            where = self._visible_where(company.id, text, services, ids)
        if latitude is None:
            if after:
                where = SQL('%s AND (%s, mobile_store.id) > %s', where, name, after)
            return [NearStore(*row, None) for row in self._read_near(
                name, where, NOWHERE, SQL('%s, mobile_store.id', name), limit)]
        point = geo.sphere_point(latitude, longitude)
        chord = SQL('mobile_store.sphere <-> %s', point)
        where = self._and_near(where, latitude, longitude, point, radius, after, is_listed=ids is None)
        look = limit and limit + SPARE
        while True:
            # The index gives the nearest by chords alone: before PostgreSQL 17, a second sort key would make it compute
            # and sort all of them.
            found = sorted((
                NearStore(*row, None if row[2] is None else geo.distance(latitude, longitude, row[2], row[3]))
                for row in self._read_near(name, where, chord, chord, look)
            ), key=lambda store: (math.inf if store.distance is None else store.distance, store.id))
            if limit is None or len(found) < look or (
                    max(store.chord for store in found) > found[limit - 1].chord + SAME_CHORD):
                return found[:limit]
            look *= 2

    @api.model
    def _visible(self, company_id):
        """Return how SQL calls a store's name, and which stores of a company the caller may see.

        Odoo takes longer to write that down than PostgreSQL to find the stores, so it is written once for all callers
        with the same rules, if these compare columns of the store with values; None for other ones.

        :rtype: tuple[SQL, SQL | None]
        """
        self.browse().check_access('read')
        rules = Domain.TRUE if self.env.su else self.env['ir.rule']._compute_domain(self._name)
        return self._visible_by(company_id, repr(rules), rules)

    @api.model
    @tools.ormcache('company_id', 'rules_key', 'self.env.lang', "self.env.context.get('active_test', True)")
    def _visible_by(self, company_id, rules_key, rules):
        is_plain = all(
            condition.operator in ('in', 'not in', '=', '!=', '<', '>', '<=', '>=')
            and (field := self._fields.get(condition.field_expr)) and field.store and field.column_type
            for condition in rules.iter_conditions())
        return self._field_to_sql(self._table, 'name'), self._visible_where(company_id) if is_plain else None

    @api.model
    def _visible_where(self, company_id, text=None, services=(), ids=None):
        """Return the condition for stores of a company that the caller may see."""
        domain = Domain('company_id', '=', company_id)
        if text:
            text = escape_psql(text)
            domain &= Domain('name', 'ilike', text) | Domain('city', 'ilike', text)
        if services:
            ids_by_code = {code: number for number, (code, _name) in self.env['mobile.store.service']._names().items()}
            domain &= Domain.AND(Domain('service_ids', 'in', [ids_by_code.get(code, 0)]) for code in services)
        if ids is not None:
            domain &= Domain('id', 'in', ids)
        query = self._search(domain)
        if query.from_clause.code == f'"{self._table}"':
            return query.where_clause
        return SQL('mobile_store.id IN %s', query.subselect())

    @api.model
    def _and_near(self, where, latitude, longitude, point, radius, after, *, is_listed):
        """Return a condition for the stores around a place, and after another one."""
        if is_listed:
            where = SQL('%s AND mobile_store.sphere IS NOT NULL', where)
        if radius is None and not after:
            return where
        distance = geo.distance_sql(
            SQL('%s::float8', latitude), SQL('%s::float8', longitude), SQL('mobile_store.latitude'),
            SQL('mobile_store.longitude'))
        if radius is not None:
            # The box lets the index leave out what is farther away, the distance leaves out the box's corners.
            where = SQL('%s AND mobile_store.sphere <@ %s AND %s <= %s',
                        where, geo.sphere_box(point, radius), distance, radius)
        if after:
            where = SQL('%s AND (%s, mobile_store.id) > %s', where, distance, after)
        return where

    @api.model
    def _read_near(self, name, where, chord, order, limit):
        """Return rows of what ``NearStore`` begins with, in one query."""
        return self.env.execute_query(SQL(
            """SELECT mobile_store.id, %(name)s, CASE WHEN is_located THEN latitude END,
                      CASE WHEN is_located THEN longitude END, partner.phone, partner.street, partner.street2,
                      partner.zip, partner.city, country.code, mobile_store.tz, calendar_id,
                      EXISTS (SELECT FROM ir_attachment
                               WHERE res_model = 'mobile.store' AND res_field = 'image_512'
                                 AND res_id = mobile_store.id),
                      mobile_store.company_id, %(exceptions)s, %(services)s, %(chord)s
                 FROM mobile_store
                 JOIN res_partner partner ON partner.id = mobile_store.partner_id
            LEFT JOIN res_country country ON country.id = partner.country_id
                WHERE %(where)s
             ORDER BY %(order)s
                LIMIT %(limit)s""", name=name, where=where, chord=chord, order=order, limit=limit,
            exceptions=self._exceptions_sql(SQL('mobile_store.id')),
            services=self.env['mobile.store.service']._of_store_sql(SQL('mobile_store.id'))))

    @api.model
    def _find_page(self, company, latitude, longitude, *, open_now=None, after=None, limit=20, **filters):
        """Return one page of stores, and the store after which the next page begins (None: there is none).

        Whether a store is open is worked out here and not in SQL, so a filter on it reads on until the page is full;
        after ``MAX_SCANNED`` stores it hands out what it has.

        :param bool open_now: True for open ones, False for closed ones, None for all. Stores whose hours are not
            known are neither.
        :rtype: tuple[list[NearStore], NearStore | None]
        """
        if open_now is None:
            stores = self._nearest(company, latitude, longitude, after=after, limit=limit + 1, **filters)
            return stores[:limit], stores[limit - 1] if len(stores) > limit else None
        now, found, scanned, chunk_size = fields.Datetime.now(), [], 0, 5 * limit
        while scanned < MAX_SCANNED:
            chunk = self._nearest(company, latitude, longitude, after=after, limit=chunk_size, **filters)
            for store, (is_open, _change) in zip(chunk, self._openings(chunk, now), strict=True):
                if is_open is open_now:
                    found.append(store)
                    if len(found) == limit:
                        return found, store
            if len(chunk) < chunk_size:
                return found, None
            scanned += len(chunk)
            after = (chunk[-1].name if latitude is None else chunk[-1].distance, chunk[-1].id)
        return found, chunk[-1]

    @api.model
    def _openings(self, stores, now):
        """Tell of each store whether it is open, and when that changes.

        :param stores: list of ``NearStore``, or of what else has its ``schedule_key`` and ``tz``
        :param datetime now: naive UTC
        :return: for each one: open now (None: not known), and the naive UTC instant of the next change or None
        :rtype: list[tuple[bool | None, datetime | None]]
        """
        schedules = self._schedules({store.schedule_key for store in stores})
        found = []
        for store in stores:
            schedule = schedules[store.schedule_key]
            found.append(schedule.opening(store.tz, now) if schedule else (None, None))
        return found
