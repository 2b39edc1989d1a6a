from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, format_amount

from ..tools.offline import CLOCK_LEEWAY, REPORTED_WITHIN
from ..tools.problems import CouponRefused, Problem

# For how long a till holds a coupon.
HELD_FOR = timedelta(minutes=15)


class MobileRedemption(models.Model):
    """Coupons at tills, with the network and without."""

    _inherit = 'mobile.redemption'

    # === BUSINESS METHODS: finding === #

    @api.model
    def _scan(self, company, text):
        """Return the coupon of a company that a till has scanned or typed, and whether it was signed.

        Whoever shows the code or the QR code of a coupon at a till is taken for its holder, as with cash.

        :rtype: tuple[LoyaltyCard, bool]
        """
        signed = self.env['mobile.coupon.pass']._read(company, text)
        card = self.env['loyalty.card'].sudo()._mobile_find_by_code(signed or text)
        owners = (card.company_id, card.mobile_campaign_id.company_id)
        if any(owner and owner != company for owner in owners):
            card = card.browse()
        return card, bool(signed)

    @api.model
    def _at_till(self, company, uuid):
        """Return a redemption of a company's tills by its public id, or an empty recordset."""
        return self.search([('uuid', '=', uuid), ('company_id', '=', company.id), ('channel', '=', 'till')])

    @api.model
    def _check_store(self, company, store_id):
        """Return a company's store.

        :raise Problem: 422 when it is not one.
        """
        store = self.env['mobile.store'].sudo().search([('id', '=', store_id), ('company_id', '=', company.id)])
        if not store:
            raise Problem.invalid(['body', 'store_id'], self.env._("There is no such store."))
        return store

    # === BUSINESS METHODS: with the network === #

    @api.model
    def _hold_at_till(self, app, card, store, order_ref, amount=None):
        """Hold a coupon for a till. Who asks again for the same order gets what it has.

        :param app: ``mobile.app``, the till.
        :param float amount: what the order comes to without the coupon, in the company's currency, if the till says so.
        :return: the row, and whether it is new.
        :rtype: tuple[MobileRedemption, bool]
        :raise CouponRefused: when it cannot be used, or somebody was faster.
        """
        now = fields.Datetime.now()
        own = card.mobile_redemption_ids.filtered(
            lambda row: (row.app_id, row.store_id, row.order_ref) == (app, store, order_ref)
            and (row.state == 'confirmed' or row._is_held(now)))
        if own:
            return own[:1], False
        company = app.company_id
        held = self._reserve(
            card, company, 'till', order_ref, store=store, expires_at=now + HELD_FOR, app_id=app.id, amount=amount,
            points=card._mobile_reward().required_points)
        held._check_minimum(amount)
        return held, True

    def _check_minimum(self, amount):
        """Check that an order is large enough for the coupon.

        :param float amount: what it comes to without the coupon, or None where that is not known.
        :raise CouponRefused: when it is not.
        """
        self.ensure_one()
        minimum = self.card_id._mobile_minimum(self.company_id)
        if amount is not None and self.currency_id.compare_amounts(amount, minimum) < 0:
            raise CouponRefused('coupon_minimum_not_met', self.env._(
                "The coupon %(code)s is valid for purchases of %(minimum)s or more.",
                code=self.card_id._mobile_masked_code(),
                minimum=format_amount(self.env, minimum, self.currency_id)))

    def _worth(self):
        """Return what the coupon takes off the order that the till told of, or None when nobody can tell.

        :rtype: float | None
        """
        self.ensure_one()
        return self.card_id._mobile_discount(self.amount, self.company_id) if self.amount else None

    def _confirm_at_till(self, amount=None, discount=None):
        """Let a till's hold count; saying so again changes nothing.

        :param float amount: what the order came to without the coupon, in the company's currency.
        :param float discount: what the coupon took off; worked out where it is left out and can be.
        :raise Problem: when it is not held any longer.
        :raise CouponRefused: when the order is too small for it.
        """
        self.ensure_one()
        if self.state == 'confirmed':
            return
        if amount is None:
            amount = self.amount or None
        else:
            # It may have been held before anything was scanned.
            self._check_minimum(amount)
        if discount is None and amount is not None:
            discount = self.card_id._mobile_discount(amount, self.company_id)
        if amount is not None and discount is not None and discount > amount:
            raise Problem.invalid(['body', 'discount'], self.env._("No coupon takes more off than the order comes to."))
        self._move_at_till(lambda: self._confirm({self.id: {
            'amount': amount, 'discount': discount,
            'revenue': None if amount is None else amount - (discount or 0)}}), 'confirmed')

    def _void_at_till(self):
        """Give a coupon back that a till has held or redeemed; saying so again changes nothing.

        :raise Problem: when somebody else has changed it in the same moment.
        """
        self.ensure_one()
        if self.state in ('held', 'confirmed', 'conflict'):
            self._move_at_till(lambda: self._void('till'), 'void')

    def _move_at_till(self, move, state):
        try:
            moved = move()
        except psycopg2.errors.SerializationFailure:
            # Somebody was faster, as where there is nothing left to move.
            moved = None
        if not moved:
            raise self._moved_on(state)

    def _moved_on(self, wanted):
        """Return why a row was not moved to a state, as a transaction of its own sees it now.

        :rtype: Problem
        """
        with self.env.registry.cursor() as cr:
            fresh = self.with_env(self.env(cr=cr))
            if fresh.state == wanted:
                return Problem('conflict', fresh.env._("This was done in the same moment. Ask for it once more."))
            if fresh.state == 'held' or fresh.void_reason == 'expired':
                return Problem('redemption_expired', fresh.env._(
                    "The coupon was held until %s. Redeem it again.", fields.Datetime.to_string(fresh.expires_at)))
            return Problem('redemption_void', fresh.env._("The redemption for %s was undone.", fresh.order_ref))

    # === BUSINESS METHODS: without the network === #

    @api.model
    def _accept_from_till(self, app, card, is_signed, store, order_ref, accepted_at, amount=None, discount=None):
        """Write down what a till without the network has accepted.

        The money is gone, whatever we say. So a coupon that was good counts, and one that was not is a conflict, which
        staff are told of.

        :param bool is_signed: whether the till could check what it scanned.
        :param datetime accepted_at: naive UTC, by the till's clock.
        :return: the row, and whether it is new.
        :rtype: tuple[MobileRedemption, bool]
        :raise Problem: 422 when the till cannot have accepted it so.
        """
        if not is_signed:
            raise Problem.invalid(['body', 'qr'], self.env._(
                "Without the network a till accepts a signed qr alone, whose signature it has checked."))
        if not -CLOCK_LEEWAY <= fields.Datetime.now() - accepted_at <= REPORTED_WITHIN:
            raise Problem.invalid(['body', 'accepted_at'], self.env._(
                "Tell when it was accepted: not in the future, and within the last 30 days."))
        own = card.mobile_redemption_ids.filtered(
            lambda row: (row.app_id, row.store_id, row.order_ref) == (app, store, order_ref))
        if known := own.filtered(lambda row: row.accepted_at or row.state == 'confirmed'):
            return known[:1], False
        # The network may have gone after it was held.
        own.filtered(lambda row: row.state == 'held')._void('unused')
        company = app.company_id
        if discount is None and amount is not None:
            discount = card._mobile_discount(amount, company)
        values = {
            'partner_id': card.partner_id.id, 'company_id': company.id, 'channel': 'till', 'order_ref': order_ref,
            'store_id': store.id, 'app_id': app.id, 'accepted_at': accepted_at, 'confirmed_at': accepted_at,
            'amount': amount, 'discount': discount or 0,
            'revenue': None if amount is None else amount - (discount or 0)}
        try:
            with self.env.cr.savepoint():
                self._check_terms(card, card.partner_id, company, accepted_at, store, 'till')
                row = self._take(card, {
                    **values, 'state': 'confirmed', 'points': card._mobile_reward().required_points})
        except CouponRefused as refusal:
            return self._note_conflict(card, values, str(refusal)), True
        row._spend()
        return row, True

    def _spend(self):
        """Take the points of rows that count from the beginning."""
        self._flush_ledger()
        now = fields.Datetime.now()
        self.env.cr.execute(SQL(
            """WITH done AS (
                   SELECT id, card_id, channel, points, order_ref FROM mobile_redemption WHERE id IN %s
               ), %s
               SELECT""", tuple(self.ids), self._spend_sql(SQL.identifier('done'), now)))
        self._changed([(row_id,) for row_id in self.ids])

    @api.model
    def _note_conflict(self, card, values, reason):
        """Write down that a coupon was accepted that was not good, and ask a manager to look.

        :rtype: MobileRedemption
        """
        # With the one by which it was spent, if our transaction knows it; the reason names it in any case.
        other = card._mobile_spending_row()
        conflict = self.create({
            **values, 'card_id': card.id, 'state': 'conflict', 'points': 0, 'conflict_id': other.id,
            'conflict_reason': reason})
        conflict._tell_manager()
        return conflict

    def _tell_manager(self, summary=None):
        """Ask a manager of the company to look at a conflict.

        :param str summary: what it is about; a coupon that was spent twice when left out.
        """
        self.ensure_one()
        managers = self.env.ref('mobile_crm.group_mobile_crm_manager').sudo().all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids)
        if managers and not self.sudo().activity_ids:
            self.sudo().activity_schedule(
                'mail.mail_activity_data_todo', user_id=managers[-1:].id,
                summary=summary or self.env._("A coupon was spent twice"), note=self.conflict_reason)
