from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import geo
from ..tools.geocoding_services import GeocodingError
from ..tools.racing import execute_apart, execute_racing
from .mobile_geocoder import Asked, Later

# How long a worker waits for the service's next slot; for a later one the cron is woken.
CRON_PATIENCE = timedelta(seconds=5)
# A store whose address made the service fail is tried again after so long each time, and then given up.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
# How far a store may be from the middle of its city's stores (metres).
FAR = 50_000
GROUP = 'mobile_crm.group_mobile_crm_user'
# What staff have to look at.
TO_CHECK = ('doubtful', 'not_found', 'failed')


class MobileStore(models.Model):
    """How a store gets its position from its address.

    Stores in the state ``waiting`` are the queue. A worker takes one by moving ``geocode_due_at`` to when it would be
    somebody else's turn, in a transaction of its own; so no lock is held while a service is asked, several workers
    share the queue, and who is killed loses one question. The answer is written only if the store is still the
    worker's: who moves the store or its address meanwhile wins.
    """

    _inherit = 'mobile.store'

    geocode_address = fields.Char(
        string="Address Looked For", compute='_compute_geocode', store=True, groups=GROUP,
        help="The address in one line, as the geocoding service is asked for it.")
    geocode_state = fields.Selection(
        string="Position From",
        selection=[
            ('none', "No Position"),
            ('waiting', "Waiting"),
            ('found', "Address"),
            ('doubtful', "Doubtful"),
            ('not_found', "Not Found"),
            ('failed', "Failed"),
            ('manual', "By Hand"),
        ],
        compute='_compute_geocode', store=True, copy=False, groups=GROUP,
        help="How the store came to its position. What was entered by hand is never overwritten.")
    geocode_confidence = fields.Float(
        string="Confidence", readonly=True, copy=False, aggregator='avg', groups=GROUP,
        help="How far the place that was found can be trusted to be the address, 0 to 1.")
    geocode_matched = fields.Char(
        string="Place Found", readonly=True, copy=False, groups=GROUP,
        help="The address of the place that was found, as the geocoding service writes it.")
    geocode_latitude = fields.Float(readonly=True, copy=False, groups=GROUP)
    geocode_longitude = fields.Float(readonly=True, copy=False, groups=GROUP)
    geocode_message = fields.Char(
        string="Remark on Position", compute='_compute_geocode', store=True, copy=False, groups=GROUP)
    geocoded_at = fields.Datetime(string="Located", readonly=True, copy=False, groups=GROUP)
    geocode_due_at = fields.Datetime(
        compute='_compute_geocode', store=True, copy=False, groups=GROUP,
        help="When the store may be asked for, or asked for again.")
    geocode_attempts = fields.Integer(compute='_compute_geocode', store=True, copy=False, groups=GROUP)
    geocode_check = fields.Boolean(
        string="Position to Check", compute='_compute_geocode_reason', search='_search_geocode_check', groups=GROUP)
    geocode_reason = fields.Char(
        string="Reason", compute='_compute_geocode_reason', groups=GROUP,
        help="Why somebody should look at this position.")

    _geocode_queue_idx = models.Index("(geocode_due_at, id) WHERE geocode_state = 'waiting'")

    # === COMPUTE METHODS === #

    @api.depends(
        'is_located', 'partner_id.street', 'partner_id.zip', 'partner_id.city', 'partner_id.state_id',
        'partner_id.country_id')
    def _compute_geocode(self):
        """Put stores into the queue whose address is new, unless somebody has entered their position."""
        geocoder = self.env['mobile.geocoder']
        now, waiting = geocoder._now(), False
        for store in self:
            text, state = geocoder._address(store.partner_id).text, store.geocode_state
            values = {'geocode_address': text, 'geocode_state': state, 'geocode_message': store.geocode_message,
                      'geocode_due_at': store.geocode_due_at, 'geocode_attempts': store.geocode_attempts}
            is_new = text != (store.geocode_address or '')
            if store.is_located and state in (False, 'none', 'waiting') and not store.geocoded_at:
                # Entered here, or on the contact.
                values['geocode_state'] = 'manual'
            elif state == 'manual':
                if is_new and store.geocode_address:
                    values['geocode_message'] = self.env._("The address has changed since the position was entered.")
            elif not state or is_new:
                values.update(self._queue_values(text, now))
                waiting = waiting or bool(text)
            store.update(values)
        if waiting:
            self._wake_geocoder()

    @api.depends_context('lang')
    @api.depends('geocode_state', 'geocode_message', 'latitude', 'longitude')
    def _compute_geocode_reason(self):
        far, shared = self._ids_far(self.ids), self._ids_at_one_place(self.ids)
        for store in self:
            reasons = []
            if store.geocode_state in TO_CHECK or (store.geocode_state == 'manual' and store.geocode_message):
                reasons.append(store.geocode_message or '')
            if store.id in far:
                reasons.append(self.env._("It is far from the city's other stores."))
            if store.id in shared:
                reasons.append(self.env._("Another store has the same position."))
            store.geocode_reason = ' '.join(filter(None, reasons))
            store.geocode_check = bool(reasons)

    def _search_geocode_check(self, operator, value):
        if operator != 'in':
            return NotImplemented
        doubtful = Domain('geocode_state', 'in', TO_CHECK) | (
            Domain('geocode_state', '=', 'manual') & Domain('geocode_message', '!=', False))
        to_check = doubtful | Domain('id', 'in', list(self._ids_far() | self._ids_at_one_place()))
        return to_check if True in value else ~to_check

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {'latitude', 'longitude', 'is_located'} & vals.keys() and 'geocode_state' not in vals:
            self._positioned_by_hand()
        return result

    def _positioned_by_hand(self):
        """Note that somebody has entered the position of these stores, or taken it away."""
        # What hangs on the address first: it would put a store back into the queue.
        self.mapped('geocode_state')
        placed = self.filtered('is_located')
        placed.write({
            'geocode_state': 'manual', 'geocode_message': False, 'geocode_matched': False, 'geocode_confidence': 0.0,
            'geocode_latitude': 0.0, 'geocode_longitude': 0.0, 'geocoded_at': False})
        (self - placed).filtered(lambda store: store.geocode_state in ('found', 'manual')).write(
            {'geocode_state': 'none', 'geocode_message': False, 'geocode_matched': False, 'geocode_confidence': 0.0})

    # === ACTION METHODS === #

    def action_geocode(self):
        """Ask for the positions of these stores: for one at once, several are put into the queue.

        Of several, those that somebody has placed are left out. A single one is asked for whatever it has: who presses
        the button in its form wants that.

        :raise UserError: when there is no address to ask for, no service, or no answer.
        """
        geocoder = self.env['mobile.geocoder']
        geocoder._check_manager()
        self.check_access('write')
        provider = geocoder._provider()
        stores = self.filtered('geocode_address')
        if not stores:
            raise UserError(self.env._("Enter a city or a postcode first: there is no address to look for."))
        if len(self) == 1:
            return self._geocode_now(provider)
        stores = stores.filtered(lambda store: store.geocode_state != 'manual')
        now = geocoder._now()
        for store in stores:
            store.write(self._queue_values(store.geocode_address, now))
        self._wake_geocoder()
        return self._notification('info', self.env._("%s stores wait to be located.", len(stores)))

    def action_geocode_accept(self):
        """Take doubtful positions as they are: from now on they are this person's."""
        self.env['mobile.geocoder']._check_manager()
        self.check_access('write')
        for store in self.filtered(lambda store: store.geocode_state == 'doubtful'):
            matched = store.geocode_matched
            store.write({'latitude': store.geocode_latitude, 'longitude': store.geocode_longitude})
            store.geocode_matched = matched
            store.message_post(body=self.env._("The doubtful position was accepted: %s", matched))

    def action_geocode_confirm(self):
        """Say that a position was looked at and is right."""
        self.env['mobile.geocoder']._check_manager()
        self.check_access('write')
        self.filtered(lambda store: store.is_located and store.geocode_state != 'doubtful').write(
            {'geocode_state': 'manual', 'geocode_message': False})

    def action_view_geocode_place(self):
        """Show the doubtful position on the map of all stores."""
        self.ensure_one()
        return self._show_on_map(self.geocode_latitude, self.geocode_longitude, 16)

    def _notification(self, kind, message):
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {'type': kind, 'message': message,
                       'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'}},
        }

    def _geocode_now(self, provider):
        """Ask for one store while somebody waits, and tell what came of it.

        :rtype: dict
        :raise UserError: when the service does not answer; the store waits as before.
        """
        geocoder = self.env['mobile.geocoder']
        try:
            found = geocoder._locate(geocoder._address(self.partner_id), CRON_PATIENCE)
        except Later:
            raise UserError(geocoder._standstill(provider)) from None
        except GeocodingError as error:
            raise UserError(geocoder._explain(provider, error.kind)) from None
        self.write(self._verdict(found))
        kind = {'found': 'success', 'doubtful': 'warning'}.get(self.geocode_state, 'danger')
        return self._notification(kind, self.geocode_message or self.env._("Found: %s", self.geocode_matched))

    # === BUSINESS METHODS: the queue === #

    @api.model
    def _cron_geocode(self):
        """Ask for the stores that wait, one after the other, until the cron's time is up or the service's slots are.

        Records of this cron may be copied: their workers share the queue.
        """
        geocoder, cron = self.env['mobile.geocoder'], self.env['ir.cron']
        provider, missing = geocoder._chosen()
        if missing:
            return
        now = geocoder._now()
        cron._commit_progress(remaining=self.search_count(
            [('geocode_state', '=', 'waiting'), ('geocode_due_at', '<=', now)]))
        while claim := self._claim_next(provider, geocoder._now()):
            try:
                self._geocode_claimed(*claim)
            except Asked as asked:
                self._give_back(*claim, asked.at)
            except Later as later:
                self._give_back(*claim, geocoder._now())
                self._come_back(later.at)
                return
            except TransactionRollbackError:
                # Somebody has written the store in this moment: it is not ours any more.
                self.env.cr.rollback()
            if not cron._commit_progress(1):
                # Other crons have their turn. What is left undone in a run is taken up after a minute; a trigger, at
                # once.
                self._come_back(geocoder._now())
                return
        self._come_back(self._next_due())

    def _come_back(self, at):
        """End this run of the cron, to come back at a moment (naive UTC, None: when somebody wakes it)."""
        if at:
            cron = self.env.ref('mobile_crm.mobile_store_geocode_cron')
            if at <= self.env['mobile.geocoder']._now():
                cron._trigger()
            else:
                # The cron's clock has whole seconds: a moment that is cut would come too early, and find nothing.
                cron._trigger(at=at.replace(microsecond=0) + timedelta(seconds=1))
        self.env['ir.cron']._commit_progress(remaining=0)

    @api.model
    def _claim_next(self, provider, now):
        """Take the next store from the queue.

        :param datetime now: naive UTC.
        :return: the store's id and when it is somebody else's turn; that moment is the claim. None: nobody waits.
        :rtype: tuple[int, datetime] | None
        """
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_store SET geocode_due_at = %s
                WHERE id = (SELECT id FROM mobile_store
                             WHERE geocode_state = 'waiting' AND active AND geocode_due_at <= %s
                             ORDER BY geocode_due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id, geocode_due_at""",
            now + self.env['mobile.geocoder']._lease(provider), now))
        return rows[0] if rows else None

    def _give_back(self, store_id, claim, due_at):
        """Put a claimed store back into the queue."""
        execute_apart(self.env, SQL(
            """UPDATE mobile_store SET geocode_due_at = %s
                WHERE id = %s AND geocode_state = 'waiting' AND geocode_due_at = %s""", due_at, store_id, claim))

    @api.model
    def _next_due(self):
        """Return when the next store is due that waits, naive UTC, or None."""
        return execute_apart(self.env, SQL(
            "SELECT min(geocode_due_at) FROM mobile_store WHERE geocode_state = 'waiting' AND active"))[0][0]

    def _geocode_claimed(self, store_id, claim):
        """Ask for a store that was claimed, and write what came of it.

        :raise Later: when the service must not be asked now.
        """
        geocoder = self.env['mobile.geocoder']
        store = self.browse(store_id)
        address = geocoder._address(store.partner_id)
        # The question may take seconds: what is open meanwhile would be old.
        self.env['ir.cron']._commit_progress()
        try:
            values = self._verdict(geocoder._locate(address, CRON_PATIENCE))
        except GeocodingError as error:
            values = store._failure(geocoder, error)
        is_ours = execute_racing(self.env, SQL(
            """SELECT id FROM mobile_store WHERE id = %s AND geocode_state = 'waiting' AND geocode_due_at = %s
                  FOR NO KEY UPDATE""", store_id, claim))
        if is_ours:
            store.with_context(tracking_disable=True).write(values)

    def _failure(self, geocoder, error):
        """Return what to write for a store whose question was not answered."""
        now = geocoder._now()
        if error.kind in ('refused', 'misplaced', 'quota', 'busy'):
            # It is not the store's fault, and costs it no attempt.
            return {'geocode_due_at': now}
        attempts = self.geocode_attempts + 1
        message = geocoder._explain(geocoder._provider(), error.kind)
        if error.kind == 'invalid' or attempts > len(RETRIES):
            return {'geocode_state': 'failed', 'geocode_message': message, 'geocode_attempts': attempts,
                    'geocoded_at': now}
        return {'geocode_due_at': now + RETRIES[attempts - 1], 'geocode_message': message,
                'geocode_attempts': attempts}

    @api.model
    def _verdict(self, found):
        """Return what to write for a store whose question was answered.

        A doubtful position is kept apart until somebody accepts it: customers would be sent to the wrong place.

        :param found: the place and its rating, or None.
        """
        values = {'geocoded_at': self.env['mobile.geocoder']._now(), 'geocode_attempts': 0, 'geocode_message': False,
                  'geocode_latitude': 0.0, 'geocode_longitude': 0.0}
        if not found:
            return {**values, 'geocode_state': 'not_found', 'geocode_matched': False, 'geocode_confidence': 0.0,
                    'geocode_message': self.env._("The geocoding service does not know this address.")}
        place, rating = found
        values.update(geocode_matched=place.name, geocode_confidence=rating.confidence)
        if rating.confidence >= self.env['mobile.geocoder']._threshold():
            return {**values, 'geocode_state': 'found', 'latitude': place.latitude, 'longitude': place.longitude}
        return {**values, 'geocode_state': 'doubtful', 'geocode_latitude': place.latitude,
                'geocode_longitude': place.longitude, 'geocode_message': self._doubts(place, rating)}

    def _doubts(self, place, rating):
        """Return why a place is doubtful, in words for staff."""
        levels = {
            'street': self.env._("Only the street was found."),
            'postcode': self.env._("Only the postcode was found."),
            'city': self.env._("Only the city was found."),
            'region': self.env._("Only the region was found."),
            'country': self.env._("Only the country was found."),
        }
        words = {
            'level': levels.get(place.level),
            'country': self.env._("It is in another country."),
            'city': self.env._("It is in another city."),
            'postcode': self.env._("It has another postcode."),
            'number': self.env._("It has another house number."),
            'score': self.env._("The service itself is not sure."),
        }
        return ' '.join(words[doubt] for doubt in rating.doubts)

    @api.model
    def _queue_values(self, text, now):
        """Return what puts a store with this address into the queue."""
        return {'geocode_state': 'waiting' if text else 'none', 'geocode_message': False, 'geocode_attempts': 0,
                'geocode_due_at': now if text else False}

    @api.model
    def _wake_geocoder(self):
        """Let the cron look at the queue once this transaction is committed."""
        precommit = self.env.cr.precommit
        if precommit.data.get('mobile_crm.geocoder') or self.env['mobile.geocoder']._chosen()[1]:
            return
        precommit.data['mobile_crm.geocoder'] = True

        def wake():
            precommit.data.pop('mobile_crm.geocoder', None)
            cron = self.env(su=True).ref('mobile_crm.mobile_store_geocode_cron', raise_if_not_found=False)
            if cron:
                cron._trigger()

        precommit.add(wake)

    # === BUSINESS METHODS: what is odd === #

    @api.model
    def _ids_far(self, ids=None):
        """Return the ids of stores that are far from the middle of their company's stores in the same city.

        The middle is the median of the points on the sphere, so one store that is wrong does not move it.

        :param ids: only these; None for all.
        """
        self._flush_positions()
        among = SQL('TRUE') if ids is None else SQL(
            """(store.company_id, lower(partner.city)) IN (
                   SELECT wanted.company_id, lower(address.city)
                     FROM mobile_store wanted JOIN res_partner address ON address.id = wanted.partner_id
                    WHERE wanted.id = ANY(%s))""", list(ids))
        rows = self.env.execute_query(SQL(
            """WITH placed AS (
                   SELECT store.id, store.sphere, store.company_id, partner.country_id, lower(partner.city) AS city
                     FROM mobile_store store
                     JOIN res_partner partner ON partner.id = store.partner_id
                    WHERE store.active AND partner.city <> '' AND store.is_located AND %s),
               middle AS (
                   SELECT company_id, country_id, city, cube(ARRAY[
                              percentile_cont(0.5) WITHIN GROUP (ORDER BY cube_ll_coord(sphere, 1)),
                              percentile_cont(0.5) WITHIN GROUP (ORDER BY cube_ll_coord(sphere, 2)),
                              percentile_cont(0.5) WITHIN GROUP (ORDER BY cube_ll_coord(sphere, 3))]) AS point
                     FROM placed GROUP BY company_id, country_id, city HAVING count(*) > 1)
               SELECT placed.id
                 FROM placed
                 JOIN middle ON middle.company_id = placed.company_id AND middle.city = placed.city
                            AND middle.country_id IS NOT DISTINCT FROM placed.country_id
                WHERE placed.sphere <-> middle.point > %s""",
            among, geo.metres_to_chord(FAR)))
        return {store_id for store_id, in rows}

    @api.model
    def _ids_at_one_place(self, ids=None):
        """Return the ids of stores that share their position, to a metre, with another one of their company.

        :param ids: only these; None for all.
        """
        self._flush_positions()
        rows = self.env.execute_query(SQL(
            """SELECT store.id
                 FROM mobile_store store
                WHERE store.active AND store.is_located AND %s
                  AND EXISTS (SELECT FROM mobile_store other
                               WHERE other.sphere <@ cube_enlarge(store.sphere, %s, 3) AND other.id <> store.id
                                 AND other.company_id = store.company_id AND other.active AND other.is_located)""",
            SQL('TRUE') if ids is None else SQL('store.id = ANY(%s)', list(ids)),
            geo.metres_to_chord(1)))
        return {store_id for store_id, in rows}

    @api.model
    def _flush_positions(self):
        self.flush_model(['active', 'company_id', 'is_located', 'latitude', 'longitude', 'partner_id'])
        self.env['res.partner'].flush_model(['city', 'country_id'])
