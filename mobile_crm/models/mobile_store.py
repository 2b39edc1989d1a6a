from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, escape_psql

from ..tools import geo

# How many stores one request looks at for those that are open.
MAX_SCANNED = 5_000
# What of the address can be entered with the store.
ADDRESS_FIELDS = ('street', 'street2', 'zip', 'city', 'state_id', 'country_id', 'phone')


class NearStore(NamedTuple):
    """A store as a list of the nearest needs it, read in one query."""

    id: int
    name: str
    latitude: float
    longitude: float
    phone: str | None
    street: str | None
    street2: str | None
    zip: str | None
    city: str | None
    country_code: str | None
    tz: str
    calendar_id: int | None
    has_image: bool
    chord: float | None
    company_id: int
    exception_ids: list[int]
    service_ids: list[int]

    @property
    def schedule_key(self):
        """What decides about the hours, for ``mobile.opening._schedules``."""
        return self.calendar_id, self.company_id, tuple(self.exception_ids)


class MobileStore(models.Model):
    """A shop that customers can find and walk into."""

    _name = 'mobile.store'
    _description = "Store"
    _inherit = ['mail.thread', 'image.mixin', 'mobile.opening']
    _order = 'name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        string="Address", comodel_name='res.partner', required=True, check_company=True, index=True,
        ondelete='restrict', help="The contact with the store's address. A new one is made when you name none.")
    street = fields.Char(related='partner_id.street', readonly=False)
    street2 = fields.Char(related='partner_id.street2', readonly=False)
    zip = fields.Char(related='partner_id.zip', readonly=False)
    city = fields.Char(related='partner_id.city', readonly=False)
    state_id = fields.Many2one(
        related='partner_id.state_id', readonly=False, domain="[('country_id', '=?', country_id)]")
    country_id = fields.Many2one(related='partner_id.country_id', readonly=False)
    phone = fields.Char(string="Phone Number", related='partner_id.phone', readonly=False)
    latitude = fields.Float(
        compute='_compute_position', store=True, readonly=False, precompute=True, tracking=True,
        help="Degrees north of the equator (WGS 84), -90 to 90.")
    longitude = fields.Float(
        compute='_compute_position', store=True, readonly=False, precompute=True, tracking=True,
        help="Degrees east of Greenwich (WGS 84), -180 to 180.")
    service_ids = fields.Many2many(
        string="Services", comodel_name='mobile.store.service', relation='mobile_store_service_rel',
        column1='store_id', column2='service_id', help="What customers find here, such as parking or repairs.")
    user_id = fields.Many2one(string="Salesperson", comodel_name='res.users', check_company=True, tracking=True)
    geofence_ids = fields.One2many(comodel_name='mobile.geofence', inverse_name='store_id')
    geofence_count = fields.Integer(string="Fences", compute='_compute_geofence_count')
    visit_count = fields.Integer(
        string="Visits", compute='_compute_visit_count', groups='mobile_crm.group_mobile_crm_user',
        help="How often customers' phones have reported that they came near.")

    _position_valid = models.Constraint(
        f'CHECK ({geo.VALID_POSITION})', "A latitude is between -90 and 90 degrees, a longitude between -180 and 180.")

    def init(self):
        geo.add_sphere_column(self.env.cr, self._table)

    # === COMPUTE METHODS === #

    @api.depends('partner_id')
    def _compute_position(self):
        for store in self:
            if not store.latitude and not store.longitude:
                store.latitude = store.partner_id.partner_latitude
                store.longitude = store.partner_id.partner_longitude

    def _compute_geofence_count(self):
        counts = dict(self.env['mobile.geofence']._read_group(
            [('store_id', 'in', self.ids)], ['store_id'], ['__count']))
        for store in self:
            store.geofence_count = counts.get(store, 0)

    def _compute_visit_count(self):
        counts = dict(self.env['mobile.event']._read_group(
            [('store_id', 'in', self.ids), ('type', '=', 'enter')], ['store_id'], ['__count']))
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
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_event_action')
        return {**action, 'domain': [('store_id', '=', self.id), ('type', '=', 'enter')], 'context': {}}

    def action_view_map(self):
        """Show the store's position on OpenStreetMap, in a window of its own."""
        self.ensure_one()
        place = f'mlat={self.latitude:.6f}&mlon={self.longitude:.6f}#map=17/{self.latitude:.6f}/{self.longitude:.6f}'
        return {'type': 'ir.actions.act_url', 'url': f'https://www.openstreetmap.org/?{place}', 'target': 'new'}

    # === BUSINESS METHODS: finding === #

    @api.model
    def _nearest(self, company, latitude=None, longitude=None, *, radius=None, text=None, services=(), after=None,
                 limit=None, ids=None):
        """Return stores of a company, nearest first, in one query that runs under the caller's own rights.

        :param company: ``res.company``.
        :param latitude, longitude: degrees; without them the order is by name and ``chord`` is None.
        :param radius: metres, or None for the whole globe.
        :param str text: part of the name or the city.
        :param services: codes of ``mobile.store.service``; a store has all of them.
        :param tuple after: the sort key of the last store that was given: (chord, id), or (name, id).
        :param int limit: how many at most.
        :param ids: only these.
        :rtype: list[NearStore]
        """
        domain = [('company_id', '=', company.id)]
        if text:
            text = escape_psql(text)
            domain += ['|', ('name', 'ilike', text), ('partner_id.city', 'ilike', text)]
        if services:
            ids_by_code = {code: number for number, (code, _name) in self.env['mobile.store.service']._names().items()}
            domain += [('service_ids', 'in', [ids_by_code.get(code, 0)]) for code in services]
        if ids is not None:
            domain += [('id', 'in', ids)]
        self.flush_model()
        query = self._search(domain)
        store = SQL.identifier(query.table)
        if latitude is None:
            chord = SQL('NULL::float8')
            sort_key = query.order = self._field_to_sql(query.table, 'name', query)
        else:
            point = geo.sphere_point(latitude, longitude)
            chord = sort_key = SQL('%s.sphere <-> %s', store, point)
            # The index gives the nearest by distance alone: before PostgreSQL 17, a second sort key would make it
            # compute and sort all distances. Those as far as the last one come along (WITH TIES), and ids decide among
            # them.
            query.order = 'chord'
            if radius is not None:
                # The box lets the index leave out what is farther away, the chord leaves out the box's corners.
                reach = geo.metres_to_chord(radius)
                query.add_where(SQL('%s.sphere <@ cube_enlarge(%s, %s, 3)', store, point, reach))
                query.add_where(SQL('%s <= %s', chord, reach))
        if after:
            query.add_where(SQL('(%s, %s.id) > %s', sort_key, store, after))
        name = self._field_to_sql('store', 'name')
        rows = self.env.execute_query(SQL(
            """SELECT store.id, %(name)s, store.latitude, store.longitude, partner.phone, partner.street,
                      partner.street2, partner.zip, partner.city, country.code, store.tz, store.calendar_id,
                      EXISTS (SELECT FROM ir_attachment
                               WHERE res_model = 'mobile.store' AND res_field = 'image_512' AND res_id = store.id),
                      store.chord, store.company_id, %(exceptions)s, %(services)s
                 FROM (%(stores)s %(first)s) store
                 JOIN res_partner partner ON partner.id = store.partner_id
            LEFT JOIN res_country country ON country.id = partner.country_id
             ORDER BY %(order)s, store.id
                %(limit)s""",
            name=name, order=name if latitude is None else SQL('store.chord'),
            exceptions=self._exceptions_sql(SQL('store.id')),
            services=self.env['mobile.store.service']._of_store_sql(SQL('store.id')),
            stores=query.select(SQL('%s.*', store), SQL('%s AS chord', chord)),
            first=SQL('FETCH FIRST %s ROWS WITH TIES', limit) if limit else SQL(),
            limit=SQL('LIMIT %s', limit) if limit else SQL()))
        return [NearStore(*row) for row in rows]

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
            after = (chunk[-1].name if latitude is None else chunk[-1].chord, chunk[-1].id)
        return found, chunk[-1]

    @api.model
    def _openings(self, stores, now):
        """Tell of each store whether it is open, and when that changes.

        :param stores: list of ``NearStore``
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
