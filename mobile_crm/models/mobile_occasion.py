import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools.racing import execute_racing

_logger = logging.getLogger(__name__)

# Occasions that one transaction answers.
BATCH = 200
# What could not be answered so long after it was due is not answered any more: its moment is over.
LATE = timedelta(days=1)
# How often one that fails is tried, and how long it rests before the next time.
ATTEMPTS = 5
REST = timedelta(minutes=10)


class MobileOccasion(models.Model):
    """Something that happened in Odoo and that a campaign answers soon: written in the transaction of its cause, so
    that no campaign keeps an order waiting or breaks it.

    It is deleted in the transaction that answers it.
    """

    _name = 'mobile.occasion'
    _description = "Occasion of a Campaign"
    _order = 'due_at, id'
    _rec_name = 'cause'
    _log_access = False

    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', required=True, readonly=True, ondelete='cascade')
    cause = fields.Char(required=True, readonly=True, help="See the cause of a decision.")
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='set null')
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, index='btree_not_null', ondelete='cascade')
    occurred_at = fields.Datetime(string="Occurred", required=True, readonly=True, default=fields.Datetime.now)
    due_at = fields.Datetime(
        string="Due", required=True, readonly=True, index=True, default=fields.Datetime.now,
        help="When the campaign answers.")
    attempts = fields.Integer(readonly=True, help="How often the answer has failed.")

    _cause_unique = models.UniqueIndex('(campaign_id, partner_id, cause)')

    # === BUSINESS METHODS: what happens === #

    @api.model
    def _note_sign_in(self, device, partner):
        """Remember that a customer signs in for the first time.

        :param device: ``mobile.device`` on which they do.
        """
        app = device.app_id
        if (app.company_id.id, 'sign_in') in self.env['mobile.campaign']._waiting():
            self._note('sign_in', SQL(
                """SELECT %s AS company_id, %s AS partner_id, %s AS device_id, NULL::integer AS order_id,
                          'sign_in' AS cause""", app.company_id.id, partner.id, device.id), SQL(
                '(campaign.app_id IS NULL OR campaign.app_id = %s)', app.id))

    @api.model
    def _note_purchases(self, orders):
        """Remember that these orders were confirmed.

        :param orders: ``sale.order``.
        """
        waiting = self.env['mobile.campaign']._waiting()
        orders = orders.filtered(lambda order: (order.company_id.id, 'purchase') in waiting)
        if orders:
            orders.flush_recordset(['company_id', 'partner_id'])
            self._note('purchase', SQL(
                """SELECT company_id, partner_id, NULL::integer AS device_id, id AS order_id, 'order:' || id AS cause
                     FROM sale_order WHERE id IN %s""", tuple(orders.ids)),
                self.env['mobile.campaign']._has_phone_sql(SQL('happened.partner_id')))

    @api.model
    def _note_carts(self):
        """Remember the carts that were left behind since the last look."""
        Campaign = self.env['mobile.campaign']
        if Campaign._is_any_waiting('cart'):
            self.env.flush_all()
            self._note('cart', self.env['sale.order']._mobile_open_carts_sql(), SQL(
                """%s AND %s AND NOT EXISTS (
                       SELECT FROM mobile_decision answer
                        WHERE answer.campaign_id = campaign.id AND answer.partner_id = happened.partner_id
                          AND answer.cause = happened.cause)""",
                Campaign._has_phone_sql(SQL('happened.partner_id')),
                SQL('EXISTS (%s)', Campaign._ordered_sql(SQL('happened.order_id'), fields.Datetime.now()))))

    @api.model
    def _note(self, trigger, happened, condition):
        """Write an occasion for each running campaign that waits for this, and wake who answers.

        :param SQL happened: a query of ``company_id``, ``partner_id``, ``device_id``, ``order_id`` and ``cause``.
        :param SQL condition: which of the campaigns (``campaign``) it concerns.
        """
        self.env['mobile.campaign'].flush_model()
        now = fields.Datetime.now()
        due = execute_racing(self.env, SQL(
            """INSERT INTO mobile_occasion (campaign_id, company_id, partner_id, device_id, order_id, cause,
                                            occurred_at, due_at, attempts)
               SELECT campaign.id, campaign.company_id, happened.partner_id, happened.device_id, happened.order_id,
                      happened.cause, %(now)s,
                      %(now)s + CASE WHEN campaign.trigger = 'cart' THEN interval '0'
                                     ELSE campaign.delay * ('1 ' || campaign.delay_unit)::interval END, 0
                 FROM (%(happened)s) happened
                 JOIN mobile_campaign campaign ON campaign.company_id = happened.company_id
                WHERE campaign.trigger = %(trigger)s AND campaign.active AND campaign.state = 'running'
                  AND (%(condition)s)
                   ON CONFLICT DO NOTHING
            RETURNING due_at""", now=now, happened=happened, trigger=trigger, condition=condition))
        if due:
            self._wake({at for at, in due})

    @api.model
    def _wake(self, moments):
        """Let the cron look at these moments (naive UTC); its clock has whole seconds."""
        if cron := self.env(su=True).ref('mobile_crm.ir_cron_mobile_occasion', raise_if_not_found=False):
            cron._trigger(at=[at.replace(microsecond=0) + timedelta(seconds=1) for at in moments])

    # === BUSINESS METHODS: what follows === #

    @api.model
    def _cron_answer(self):
        """Answer what is due, and look for carts that were left behind."""
        self._note_carts()
        self.env['ir.cron']._commit_progress()
        while done := self._answer_due(BATCH):
            if not self.env['ir.cron']._commit_progress(done, remaining=int(done == BATCH)):
                return

    @api.model
    def _answer_due(self, limit):
        """Decide about some occasions that are due, each by one of several workers.

        :return: how many were dealt with.
        :rtype: int
        """
        now = fields.Datetime.now()
        occasions = self.browse()
        try:
            with self.env.cr.savepoint():
                occasions = self.browse(row[0] for row in execute_racing(self.env, SQL(
                    """SELECT id FROM mobile_occasion WHERE due_at <= %s
                     ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED""", now, limit)))
                occasions._answer(now)
            return len(occasions)
        except (psycopg2.errors.SerializationFailure, ConcurrencyError):
            # Somebody else was faster; a new transaction sees what they did.
            self._wake([now])
            return 0
        except Exception:
            # One customer's trouble is not all customers'.
            _logger.info("Some of %d occasions fail: each is answered alone.", len(occasions), exc_info=True)
            for occasion in occasions:
                occasion._answer_alone(now)
            return len(occasions)

    def _answer_alone(self, now):
        """Decide about one occasion whose neighbours should not suffer from it."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._answer(now)
        except (psycopg2.errors.SerializationFailure, ConcurrencyError):
            self._wake([now])
        except Exception:
            _logger.exception("Occasion %s of campaign %s could not be answered.", self.id, self.campaign_id.id)
            if self.attempts + 1 >= ATTEMPTS:
                self.unlink()
            else:
                self.write({'attempts': self.attempts + 1, 'due_at': now + REST})

    def _answer(self, now):
        """Decide about these occasions and forget them."""
        campaigns = self.campaign_id.filtered(lambda campaign: campaign.active and campaign.state == 'running')
        if campaigns:
            self.env['mobile.decision']._decide(self._candidates(now), campaigns)
        self.unlink()

    def _candidates(self, now):
        """Return which of these occasions still hold, as candidates of a decision.

        An order that was cancelled meanwhile brings nothing, and neither does a cart that was bought or touched.

        :return: see ``mobile.decision._decide``.
        :rtype: SQL
        """
        Campaign = self.env['mobile.campaign']
        return SQL(
            """SELECT campaign.id AS campaign_id, occasion.partner_id, NULL::integer AS event_id, occasion.device_id,
                      NULL::integer AS store_id, ordered.product_id, %(now)s::timestamp AS occurred_at, occasion.cause,
                      NULL::integer AS run_id
                 FROM mobile_occasion occasion
                 JOIN mobile_campaign campaign ON campaign.id = occasion.campaign_id
            LEFT JOIN LATERAL (%(ordered)s) ordered ON TRUE
                WHERE occasion.id IN %(ids)s AND campaign.active AND campaign.state = 'running'
                  AND occasion.due_at > %(now)s::timestamp - %(late)s AND %(has_phone)s
                  AND (occasion.order_id IS NULL
                       OR ordered.product_id IS NOT NULL AND ordered.partner_id = occasion.partner_id)""",
            now=now, ids=tuple(self.ids), late=LATE, ordered=Campaign._ordered_sql(SQL('occasion.order_id'), now),
            has_phone=Campaign._has_phone_sql(SQL('occasion.partner_id')))
