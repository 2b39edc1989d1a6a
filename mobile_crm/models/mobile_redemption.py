from datetime import timedelta
from uuid import uuid4

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..tools import ledger_guard
from ..tools.problems import CouponRefused
from ..tools.racing import execute_racing

# What a coupon is spent by.
LIVING = ('held', 'confirmed')
# The first number of the advisory locks of coupons; the second is the coupon's id.
LOCK = 0x6D6372  # "mcr"
# For how long an expired coupon is good again that is given back all the same.
RENEWED_FOR = timedelta(days=14)
# How many holds a worker ends before it commits.
BATCH = 1000


class MobileRedemption(models.Model):
    """The ledger of what coupons were worth. A coupon has one living row at most; PostgreSQL sees to it.

    Each move from state to state is one statement that asks for the state it comes from. Who brings a row to life takes
    the coupon's advisory lock as well, which is never waited for: so who comes second is told at once, however long the
    first one's transaction goes on, and a worker that is killed leaves nothing behind.
    """

    _name = 'mobile.redemption'
    _description = "Coupon Redemption"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _rec_name = 'order_ref'

    uuid = fields.Char(string="Public ID", required=True, readonly=True, default=lambda self: str(uuid4()))
    card_id = fields.Many2one(
        string="Coupon", comodel_name='loyalty.card', required=True, readonly=True, ondelete='restrict', index=True)
    campaign_id = fields.Many2one(
        string="Campaign", related='card_id.mobile_campaign_id', store=True, index='btree_not_null', readonly=True)
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', readonly=True, index='btree_not_null', ondelete='set null')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    state = fields.Selection(
        selection=[
            ('held', "Held"),
            ('confirmed', "Confirmed"),
            ('void', "Void"),
            ('returned', "Returned"),
            ('conflict', "Conflict"),
        ],
        required=True, readonly=True, index=True,
        help="Held for an order, confirmed with it, void when the order did not come to be, returned when it was "
             "refunded. A conflict is a coupon that a till without the network has accepted, and that was not good.")
    channel = fields.Selection(
        selection=[('sale', "Sales"), ('phone', "Phone"), ('till', "Till")],
        required=True, readonly=True, default='sale', help="Who redeemed it: staff, the customer, or a till.")
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, index='btree_not_null', ondelete='set null')
    order_ref = fields.Char(string="Order", readonly=True, required=True)
    app_id = fields.Many2one(
        string="Till", comodel_name='mobile.app', readonly=True, index='btree_not_null', ondelete='set null')
    store_id = fields.Many2one(comodel_name='mobile.store', readonly=True, index='btree_not_null', ondelete='set null')
    points = fields.Float(readonly=True, help="What was taken from the coupon.")
    amount = fields.Monetary(
        string="Before Discount", readonly=True, help="What the order came to before the coupon, as the till said.")
    discount = fields.Monetary(
        readonly=True, help="What the coupon took off the order, without taxes, when it was confirmed.")
    revenue = fields.Monetary(
        readonly=True, help="Untaxed total of the order, after the discount, when it was confirmed.")
    expires_at = fields.Datetime(
        string="Held Until", readonly=True, help="From then on others can redeem the coupon.")
    confirmed_at = fields.Datetime(string="Confirmed", readonly=True)
    accepted_at = fields.Datetime(
        readonly=True, help="When a till without the network accepted the coupon, by the till's clock.")
    voided_at = fields.Datetime(string="Given Back", readonly=True)
    void_reason = fields.Selection(
        selection=[
            ('expired', "Not confirmed in time"),
            ('unused', "The order went on without it"),
            ('cancelled', "The order was cancelled"),
            ('till', "The till took it back"),
            ('refunded', "The order was refunded"),
        ],
        string="Why", readonly=True)
    conflict_reason = fields.Char(readonly=True, help="Why the coupon was not good when the till accepted it.")
    conflict_id = fields.Many2one(
        string="In Conflict With", comodel_name='mobile.redemption', readonly=True, index='btree_not_null',
        ondelete='set null')

    _uuid_unique = models.UniqueIndex('(uuid)')
    # The key that decides every race for a coupon.
    _living_unique = models.UniqueIndex(
        "(card_id) WHERE state IN ('held', 'confirmed')", "This coupon is already redeemed.")
    _held_idx = models.Index("(expires_at) WHERE state = 'held'")

    def init(self):
        ledger_guard.protect(self.env.cr)

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The ledger of redemptions is kept. A redemption can be voided by its order."))

    # === BUSINESS METHODS: to life === #

    @api.model
    def _reserve(self, card, company, channel, reference, store=None, expires_at=None, partner=None, at=None,
                 **values):
        """Take a coupon, before anybody else can.

        :param card: ``loyalty.card``.
        :param company: ``res.company`` that sells.
        :param str channel: ``sale``, ``phone`` or ``till``.
        :param str reference: what people call the order.
        :param store: ``mobile.store`` where it is used, when that is known.
        :param datetime expires_at: naive UTC, from when on others can have it; None for a hold that lasts until this
            transaction confirms or voids it.
        :param partner: ``res.partner`` who uses it; its holder when left out.
        :param datetime at: naive UTC instant at which its terms must be met; now when left out.
        :param values: further columns, such as ``order_id``.
        :return: the row that holds it.
        :rtype: MobileRedemption
        :raise CouponRefused: at once, when it cannot be used or somebody was faster.
        """
        card = card.sudo()
        self._check_terms(card, partner or card.partner_id, company, at, store, channel)
        return self._take(card, {
            'partner_id': (partner or card.partner_id).id, 'company_id': company.id, 'channel': channel,
            'order_ref': reference, 'store_id': store.id if store else None, 'expires_at': expires_at,
            'state': 'held', **values})

    @api.model
    def _check_terms(self, card, partner, company, at=None, store=None, channel='sale'):
        """Raise ``CouponRefused`` when a coupon cannot be used so (see ``loyalty.card._mobile_refusal``)."""
        if words := card._mobile_refusal(partner, company, at=at, store=store, channel=channel):
            raise CouponRefused(card._mobile_refusal_code(at, store), words)
        if channel == 'till' and (refusal := card._mobile_program_refusal(company, at or fields.Datetime.now())):
            raise CouponRefused(*refusal)

    @api.model
    def _take(self, card, values):
        """Write a coupon's living row, if it has none: its hold that has expired makes room in the same statement.

        Of two at once, both REPEATABLE READ, A before B:

        - A has not committed: B does not get the lock. It does not wait for A, nor ask the unique key, which would.
        - A has committed before B's snapshot was taken: B sees the row, and asks for no lock.
        - A has committed after it: A's lock is gone, and B does not see the row, but its insert meets it and fails to
          serialise. That B has lost is certain, so Odoo need not begin it anew; a fresh look tells why.
        - A has failed, or its worker was killed: PostgreSQL has taken the row and the lock back, and B goes on.

        :param dict values: columns of the row, its ``state`` among them.
        :rtype: MobileRedemption
        :raise CouponRefused: when somebody was faster.
        """
        self._flush_ledger()
        now = fields.Datetime.now()
        values = {
            'uuid': str(uuid4()), 'card_id': card.id,
            'create_uid': self.env.uid, 'create_date': now, 'write_uid': self.env.uid, 'write_date': now,
            **{name: None if value is False else value for name, value in values.items()}}
        query = SQL(
            """WITH door AS MATERIALIZED (
                   SELECT pg_try_advisory_xact_lock(%(lock)s, %(card)s) AS is_mine
                    WHERE NOT EXISTS (
                              SELECT FROM mobile_redemption
                               WHERE card_id = %(card)s
                                 AND (state IN ('confirmed', 'conflict')
                                      OR state = 'held' AND (expires_at IS NULL OR expires_at > %(now)s)))
               ), expired AS (
                   UPDATE mobile_redemption
                      SET state = 'void', void_reason = 'expired', voided_at = %(now)s, write_date = %(now)s
                    WHERE card_id = %(card)s AND state = 'held' AND (SELECT is_mine FROM door)
                RETURNING id
               )
               INSERT INTO mobile_redemption (campaign_id, %(columns)s)
               SELECT card.mobile_campaign_id, %(values)s
                 FROM door, (SELECT count(*) FROM expired) room, loyalty_card card
                WHERE is_mine AND card.id = %(card)s
          ON CONFLICT (card_id) WHERE state IN ('held', 'confirmed') DO NOTHING
            RETURNING id""",
            lock=LOCK, card=card.id, now=now, columns=SQL(', ').join(map(SQL.identifier, values)),
            values=SQL(', ').join(SQL('%s', value) for value in values.values()))
        try:
            rows = execute_racing(self.env, query)
        except psycopg2.errors.SerializationFailure:
            rows = []
        if not rows:
            raise self._told_why(card)
        return self._changed(rows)

    @api.model
    def _told_why(self, card):
        """Return why a coupon cannot be had, as it is now: seen by a transaction of its own, for ours is too old.

        :rtype: CouponRefused
        """
        with self.env.registry.cursor() as cr:
            fresh = card.with_env(self.env(cr=cr))
            code = fresh._mobile_refusal_code()
            return CouponRefused(
                code if code in ('coupon_redeemed', 'coupon_held') else 'coupon_held',
                fresh._mobile_spent_words() or fresh.env._(
                    "The coupon %s is being redeemed at this very moment. Try again if that comes to nothing.",
                    fresh._mobile_masked_code()))

    # === BUSINESS METHODS: from state to state === #

    def _confirm(self, amounts=None):
        """Make holds that have not expired count.

        :param dict amounts: by id: ``discount``, ``revenue`` and ``points``, in the company's currency; None leaves
            them as they are.
        :return: those that were held until now.
        :rtype: MobileRedemption
        """
        self._flush_ledger()
        now = fields.Datetime.now()
        done = []
        for redemption in self:
            given = {name: value for name, value in ((amounts or {}).get(redemption.id) or {}).items()
                     if value is not None}
            done += execute_racing(self.env, SQL(
                """WITH done AS (
                       UPDATE mobile_redemption
                          SET state = 'confirmed', confirmed_at = %(now)s, write_date = %(now)s, write_uid = %(uid)s
                              %(given)s
                        WHERE id = %(id)s AND state = 'held' AND (expires_at IS NULL OR expires_at > %(now)s)
                    RETURNING id, card_id, channel, points, order_ref
                   ), %(spent)s
                   SELECT id FROM done""",
                now=now, uid=self.env.uid, id=redemption.id, spent=self._spend_sql(SQL.identifier('done'), now),
                given=SQL().join(SQL(', %s = %s', SQL.identifier(name), value) for name, value in given.items())))
        return self._changed(done)

    def _void(self, reason='cancelled'):
        """Undo redemptions; their coupons can be used again.

        :param str reason: a value of ``void_reason``.
        :return: those that were living until now, or in conflict.
        :rtype: MobileRedemption
        """
        return self._give_back('void', ('held', 'confirmed', 'conflict'), reason)

    def _return(self):
        """Give the coupons of orders back that were refunded.

        :return: those that were confirmed until now.
        :rtype: MobileRedemption
        """
        return self._give_back('returned', ('confirmed',), 'refunded')

    def _give_back(self, state, states, reason):
        self._flush_ledger()
        now = fields.Datetime.now()
        return self._changed(execute_racing(self.env, SQL(
            """WITH gone AS (
                   UPDATE mobile_redemption
                      SET state = %(state)s, void_reason = %(reason)s, voided_at = %(now)s, write_date = %(now)s,
                          write_uid = %(uid)s
                    WHERE id IN %(ids)s AND state IN %(states)s
                RETURNING id, card_id, channel, points, confirmed_at
               ), story AS (
                   DELETE FROM loyalty_history
                    WHERE order_model = 'mobile.redemption' AND order_id IN (SELECT id FROM gone)
               ), refund AS (
                   -- What the ledger has taken: staff may edit the history, and a conflict has taken no points.
                   UPDATE loyalty_card card SET points = card.points + taken.points
                     FROM (SELECT card_id, sum(points) AS points FROM gone
                            WHERE channel = 'till' AND confirmed_at IS NOT NULL GROUP BY card_id) taken
                    WHERE taken.card_id = card.id
               )
               SELECT id FROM gone""",
            state=state, reason=reason, now=now, uid=self.env.uid, ids=tuple(self.ids) or (0,), states=states)))

    @api.model
    def _spend_sql(self, done, now):
        """Return the part of a statement that takes the points of a till's redemptions and writes the card's history.

        Those of sales orders Odoo takes itself, with the order.

        :param SQL done: the name of a part whose rows have ``id, card_id, channel, points, order_ref``.
        """
        return SQL(
            """spent AS (
                   UPDATE loyalty_card card SET points = card.points - done.points
                     FROM %(done)s done WHERE done.card_id = card.id AND done.channel = 'till'
               ), story AS (
                   INSERT INTO loyalty_history (card_id, description, used, issued, order_model, order_id,
                                                create_uid, create_date, write_uid, write_date)
                   SELECT done.card_id, %(till)s || ' ' || done.order_ref, done.points, 0, 'mobile.redemption', done.id,
                          %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM %(done)s done WHERE done.channel = 'till'
               )""", done=done, till=self.env._("Till"), uid=self.env.uid, now=now)

    @api.model
    def _changed(self, rows):
        """Make the next look at the ledger and its coupons see what SQL has just written.

        :param list rows: their first columns are the ids of redemptions.
        :rtype: MobileRedemption
        """
        # Flushed before the statement, and read again by whoever needs it: this costs no query.
        self.invalidate_model(flush=False)
        self.env['loyalty.card'].invalidate_model(
            ['points', 'history_ids', 'mobile_redemption_ids', 'mobile_status'], flush=False)
        self.env['mobile.campaign'].invalidate_model(['redemption_ids'], flush=False)
        return self.browse(row[0] for row in rows)

    def _flush_ledger(self):
        """Send what is pending of the tables that a statement is about to change."""
        self.flush_model()
        self.env['loyalty.card'].flush_model(['points', 'mobile_campaign_id'])

    @api.model
    def _cron_expire(self):
        """Write down that holds have expired. They do not block anybody before that either."""
        while True:
            now = fields.Datetime.now()
            self.env.cr.execute(SQL(
                """UPDATE mobile_redemption
                      SET state = 'void', void_reason = 'expired', voided_at = %(now)s, write_date = %(now)s
                    WHERE id IN (SELECT id FROM mobile_redemption
                                  WHERE state = 'held' AND expires_at <= %(now)s
                                  LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED)""", now=now, batch=BATCH))
            count = self.env.cr.rowcount
            self.env.invalidate_all()
            if not self.env['ir.cron']._commit_progress(count, remaining=0) or count < BATCH:
                return

    @api.model
    def _held_domain(self):
        """Return the domain of holds that keep others from a coupon now."""
        return Domain('state', '=', 'held') & (
            Domain('expires_at', '=', False) | Domain('expires_at', '>', fields.Datetime.now()))

    def _is_held(self, now):
        """Tell whether this keeps others from its coupon at a moment (naive UTC)."""
        self.ensure_one()
        return self.state == 'held' and (not self.expires_at or self.expires_at > now)

    def _local_date(self):
        """Return the day of the redemption as the reader writes dates."""
        self.ensure_one()
        moment = self.confirmed_at or self.create_date
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment).date())
