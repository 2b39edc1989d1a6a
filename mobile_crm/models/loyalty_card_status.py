from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.racing import execute_racing

STATUS = [
    ('available', "Available"),
    ('upcoming', "Not Valid Yet"),
    ('reserved', "Reserved"),
    ('redeemed', "Redeemed"),
    ('expired', "Expired"),
    ('withdrawn', "Withdrawn"),
]
# The states of a redemption that has spent the coupon: one of a till that had no network has, whoever else had it.
SPENT = ('confirmed', 'conflict')


class LoyaltyCard(models.Model):
    """How it stands with a coupon, how that came about, and taking it back.

    A coupon changes with the clock, so its status is stored nowhere. The same rules stand here twice: in Python for one
    coupon, in SQL for a list of a million.
    """

    _inherit = 'loyalty.card'

    mobile_status = fields.Selection(
        string="Status", selection=STATUS, compute='_compute_mobile_status', search='_search_mobile_status')
    mobile_history = fields.Html(
        string="What Happened", compute='_compute_mobile_history', sanitize=False,
        help="Told from the facts themselves: nothing changes when somebody edits it.")

    # === COMPUTE METHODS === #

    @api.depends(
        'mobile_redemption_ids.state', 'mobile_redemption_ids.expires_at', 'mobile_expires_at', 'expiration_date',
        'mobile_valid_from',
        'mobile_withdrawn_at', 'points', 'active', 'program_id.active')
    def _compute_mobile_status(self):
        now = fields.Datetime.now()
        for card in self:
            spent = card._mobile_spending_row()
            if spent.state == 'held':
                card.mobile_status = 'reserved'
            elif spent or card.points <= 0:
                card.mobile_status = 'redeemed'
            elif card.mobile_withdrawn_at:
                card.mobile_status = 'withdrawn'
            elif not card._mobile_is_good(now):
                card.mobile_status = 'expired'
            elif card.mobile_valid_from and card.mobile_valid_from > now:
                card.mobile_status = 'upcoming'
            else:
                card.mobile_status = 'available'

    @api.model
    def _search_mobile_status(self, operator, value):
        if operator != 'in':
            return NotImplemented
        wanted = set(value)
        return Domain.custom(
            to_sql=lambda model, alias, query: model._mobile_status_is(alias, wanted),
            predicate=lambda card: card.mobile_status in wanted)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override so that lists can be sorted and grouped by status."""
        if field_expr != 'mobile_status':
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields['mobile_status'], 'read')
        parts = self._mobile_status_parts(alias)
        return SQL(
            """CASE WHEN %(held)s THEN 'reserved' WHEN %(confirmed)s OR %(spent)s THEN 'redeemed'
                    WHEN %(withdrawn)s THEN 'withdrawn' WHEN NOT %(good)s THEN 'expired'
                    WHEN %(early)s THEN 'upcoming' ELSE 'available' END""", **parts)

    @api.model
    def _mobile_status_parts(self, alias):
        """Return the conditions (SQL) of which a status is made, for a row of `alias`."""
        self.env['mobile.redemption'].flush_model(['card_id', 'state', 'expires_at'])
        self.env['loyalty.program'].flush_model(['active'])
        self.env['res.company'].flush_model(['partner_id'])
        self.env['res.partner'].flush_model(['tz'])
        self.flush_model()

        def living(condition):
            return SQL(
                'EXISTS (SELECT FROM mobile_redemption WHERE card_id = %s AND %s)', SQL.identifier(alias, 'id'),
                condition)

        return {
            'held': living(self._mobile_held_sql()),
            'confirmed': living(SQL('state IN %s', SPENT)),
            'living': living(self._mobile_living_sql()),
            'spent': SQL('COALESCE(%s, 0) <= 0', SQL.identifier(alias, 'points')),
            'withdrawn': SQL('%s IS NOT NULL', SQL.identifier(alias, 'mobile_withdrawn_at')),
            'early': SQL('COALESCE(%s > %s, FALSE)', SQL.identifier(alias, 'mobile_valid_from'), fields.Datetime.now()),
            'good': self._mobile_good_sql(alias),
        }

    @api.model
    def _mobile_held_sql(self):
        """Return the condition that a row of ``mobile_redemption`` holds its coupon now."""
        return SQL("state = 'held' AND (expires_at IS NULL OR expires_at > %s)", fields.Datetime.now())

    @api.model
    def _mobile_living_sql(self):
        """Return the condition that a row of ``mobile_redemption`` holds or has spent its coupon now."""
        return SQL('(%s OR state IN %s)', self._mobile_held_sql(), SPENT)

    @api.model
    def _mobile_good_sql(self, alias):
        """Return ``_mobile_is_good`` of this moment as SQL."""
        # A day ends by the company's clock; most coupons know the instant, and ask no company.
        return SQL(
            """(%(card)s.active AND EXISTS (
                   SELECT FROM loyalty_program program WHERE program.id = %(card)s.program_id AND program.active)
               AND CASE WHEN %(card)s.mobile_expires_at IS NOT NULL THEN %(card)s.mobile_expires_at > %(now)s
                        WHEN %(card)s.expiration_date IS NULL THEN TRUE
                        ELSE (%(card)s.expiration_date + 1)::timestamp > %(now)s AT TIME ZONE 'UTC' AT TIME ZONE
                             COALESCE((SELECT address.tz FROM res_company company
                                         JOIN res_partner address ON address.id = company.partner_id
                                        WHERE company.id = %(card)s.company_id), 'UTC') END)""",
            card=SQL.identifier(alias), now=SQL('%s::timestamp', fields.Datetime.now()))

    @api.model
    def _mobile_status_is(self, alias, wanted):
        """Return the condition (SQL) that a row of `alias` has one of these statuses.

        Each status has a condition of its own that begins with what few coupons have: so the rare ones are found by
        their index, and the frequent ones by stopping early.
        """
        parts = self._mobile_status_parts(alias)
        card_id = SQL.identifier(alias, 'id')
        unused = SQL('(NOT %(spent)s AND NOT %(living)s)', **parts)

        conditions = {
            'reserved': SQL('%s IN (SELECT card_id FROM mobile_redemption WHERE %s)', card_id, self._mobile_held_sql()),
            'redeemed': SQL(
                """%(card)s IN (SELECT card_id FROM mobile_redemption WHERE state IN %(states)s UNION ALL
                                SELECT id FROM loyalty_card spent WHERE COALESCE(points, 0) <= 0) AND NOT %(held)s""",
                card=card_id, states=SPENT, held=parts['held']),
            'withdrawn': SQL('(%s AND %s)', parts['withdrawn'], unused),
            'expired': SQL('(NOT %s AND NOT %s AND %s)', parts['withdrawn'], parts['good'], unused),
            'upcoming': SQL('(%s AND NOT %s AND %s AND %s)',
                            parts['early'], parts['withdrawn'], parts['good'], unused),
            'available': SQL('(NOT %s AND NOT %s AND %s AND %s)',
                             parts['early'], parts['withdrawn'], parts['good'], unused),
        }
        found = [condition for status, condition in conditions.items() if status in wanted]
        return SQL('(%s)', SQL(' OR ').join(found)) if found else SQL('FALSE')

    @api.depends('mobile_status', 'mobile_redemption_ids')
    def _compute_mobile_history(self):
        for card in self:
            card.mobile_history = card._origin.id and self.env['ir.qweb']._render(
                'mobile_crm.coupon_history', {'steps': card._mobile_history()})

    # === ACTION METHODS === #

    def action_mobile_withdraw(self):
        """Take coupons back that nobody has used, so that they are worth nothing until they are given again."""
        return self._mobile_mark(
            'withdrawn', SQL('mobile_withdrawn_at IS NULL AND points > 0'), SQL('%s', fields.Datetime.now()))

    def action_mobile_give_back(self):
        """Give coupons back that were withdrawn."""
        return self._mobile_mark('restored', SQL('mobile_withdrawn_at IS NOT NULL'), SQL('NULL'))

    # === BUSINESS METHODS === #

    def _mobile_mark(self, kind, condition, withdrawn_at):
        """Withdraw coupons or give them back, and write down who did.

        One that is reserved at this moment stays reserved: whoever came first keeps it, and it is withdrawn as soon as
        the reservation is given up.

        :param str kind: of the step.
        :param SQL condition: which of them can be.
        :param SQL withdrawn_at: what becomes of the column.
        """
        if not self.env.user.has_group('mobile_crm.group_mobile_crm_manager'):
            raise AccessError(self.env._("Only managers of Mobile CRM withdraw coupons and give them back."))
        self.check_access('read')
        self.flush_recordset()
        self.env['mobile.redemption'].flush_model(['card_id', 'state', 'expires_at'])
        rows = execute_racing(self.env, SQL(
            """UPDATE loyalty_card SET mobile_withdrawn_at = %s, write_uid = %s, write_date = %s
                WHERE id = ANY(%s) AND mobile_uuid IS NOT NULL AND %s AND NOT EXISTS (
                      SELECT FROM mobile_redemption WHERE card_id = loyalty_card.id AND %s)
            RETURNING id""",
            withdrawn_at, self.env.uid, fields.Datetime.now(), self.ids, condition,
            self._mobile_living_sql()))
        self.invalidate_recordset()
        if not rows:
            raise UserError(
                self.env._("None of these coupons can be withdrawn: they are used, reserved, or not from this app.")
                if kind == 'withdrawn' else self.env._("None of these coupons was withdrawn."))
        changed = self.browse(row[0] for row in rows)
        self.env['mobile.coupon.step'].sudo()._log(changed, kind)
        return True

    def _mobile_history(self, for_holder=False):
        """Return what happened to a coupon, the oldest first.

        :param bool for_holder: only what its customer should know: no names of staff, no other's orders.
        :return: ``{'at': datetime, 'kind': str, 'text': str, 'who': str, 'where': str}`` each.
        :rtype: list[dict]
        """
        self.ensure_one()
        card = self.sudo()
        steps = [{'at': card.create_date, 'kind': 'issued', 'who': card.create_uid.name,
                  'where': card.mobile_campaign_id.name or card.order_id.name or card.program_id.name}]
        for step in card.env['mobile.coupon.step'].search([('card_id', '=', card.id)]):
            steps.append({'at': step.happened_at, 'kind': step.kind, 'who': step.user_id.name, 'where': step.note})
        reasons = dict(self.env['mobile.redemption']._fields['void_reason']._description_selection(self.env))
        for redemption in card.mobile_redemption_ids:
            where = redemption.store_id.name or redemption.order_ref
            if for_holder and redemption.partner_id != card.partner_id:
                # A colleague's purchase is the colleague's.
                where = ''
            who = redemption.create_uid.name
            if redemption.state == 'conflict':
                steps.append({'at': redemption.confirmed_at or redemption.create_date, 'kind': 'conflict', 'who': who,
                              'where': where})
                continue
            # A till without the network has reserved nothing.
            reserved_at = None if redemption.accepted_at else redemption.create_date
            reason = reasons.get(redemption.void_reason, '')
            for kind, at, detail in (
                    ('reserved', reserved_at, where), ('redeemed', redemption.confirmed_at, where),
                    ('returned', redemption.voided_at, reason)):
                if at:
                    steps.append({'at': at, 'kind': kind, 'who': who, 'where': detail})
        if card.mobile_status == 'expired' and (expiry := card._mobile_expiry()) and expiry <= fields.Datetime.now():
            steps.append({'at': expiry, 'kind': 'expired', 'who': '', 'where': ''})
        if for_holder:
            steps = [{**step, 'who': '', 'where': step['where'] if step['kind'] in ('reserved', 'redeemed') else ''}
                     for step in steps if step['kind'] not in ('imported', 'printed', 'exported', 'conflict')]
        texts = self._mobile_step_texts()
        order = list(texts)
        # Odoo writes its own columns to the microsecond and other fields to the second, cut off.
        return [{**step, 'text': texts[step['kind']]} for step in sorted(
            steps, key=lambda step: (step['at'].replace(microsecond=0), order.index(step['kind'])))]

    @api.model
    def _mobile_step_texts(self):
        """Return the words for each kind of step, in the order in which they follow each other within an instant."""
        kinds = dict(self.env['mobile.coupon.step']._fields['kind']._description_selection(self.env))
        return {
            'issued': self.env._("Given out"),
            **kinds,
            'reserved': self.env._("Reserved"),
            'redeemed': self.env._("Redeemed"),
            'returned': self.env._("Given back"),
            'conflict': self.env._("Accepted by a till without the network, and not good"),
            'expired': self.env._("Expired"),
        }
