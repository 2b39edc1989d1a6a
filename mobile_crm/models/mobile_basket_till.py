import secrets
from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

from ..tools import member_card, order_id, till_code
from ..tools.problems import Problem, as_problem
from ..tools.racing import execute_racing

# How long a customer can show a code, and how long a till has time once it has scanned it.
SHOWN_FOR = timedelta(minutes=15)
CLAIMED_FOR = timedelta(minutes=30)
# How many baskets a worker takes back before it commits.
BATCH = 100


class TillFacts(NamedTuple):
    """What a till is told of a basket; all records elevated.

    :ivar basket: ``mobile.basket``
    :ivar str member_id: the customer's public id in this shop
    :ivar lines: ``sale.order.line``, without sections and notes
    :ivar coupons: ``mobile.redemption``, by which the order has its coupons
    :ivar dict titles: of each coupon's ``loyalty.card``, in the language of the request
    :ivar list[Tax] taxes: see ``mobile_purchase_detail``
    """

    basket: models.BaseModel
    member_id: str
    lines: models.BaseModel
    coupons: models.BaseModel
    titles: dict
    taxes: list


class MobileBasket(models.Model):
    """Baskets that are paid at a till.

    The customer shows a code, a till takes the basket over (it claims it), and sells it or lets it go. Nothing of the
    basket changes while it is at the till. Until a till has claimed it, the customer can take it back; from then on the
    till can, or the clock: a claim is good for half an hour.

    Whose books the sale is in: a till outside of Odoo has the money and says so, and Odoo has the order. It is
    confirmed with a remark how it was paid, so goods, coupons and points go as on any order, and nobody invoices it
    from here. In Odoo's own point of sale its order is the sale, and the quotation is cancelled.

    Each move is one UPDATE that asks for what it comes from, as in ``mobile.moving``; of a till that sells, a customer
    who takes the basket back and the clock, the row lets one pass. The others fail to serialise, and are asked again.
    """

    _inherit = 'mobile.basket'

    till_salt = fields.Char(readonly=True, copy=False, groups='base.group_system')
    till_hash = fields.Char(readonly=True, copy=False, groups='base.group_system')
    till_version = fields.Integer(
        readonly=True, copy=False, aggregator=None, groups='base.group_system',
        help="Of the basket as the till has seen it.")
    till_until = fields.Datetime(
        string="At the Till Until", readonly=True, copy=False,
        help="When the basket is the customer's again, unless a till sells it before.")
    till_claimed_at = fields.Datetime(
        string="Scanned at the Till", readonly=True, copy=False, help="Since when a till has the basket.")
    till_id = fields.Many2one(
        comodel_name='mobile.app', readonly=True, copy=False, index='btree_not_null', ondelete='set null',
        help="Which has the basket, or had it.")
    till_reference = fields.Char(
        string="Order at the Till", readonly=True, copy=False, index='btree_not_null',
        help="What the till calls its sale of this basket.")

    _till_unique = models.UniqueIndex("(company_id, till_hash) WHERE state = 'at_till'", "Ask for another code.")
    _till_due_idx = models.Index("(till_until) WHERE state = 'at_till'")

    # === BUSINESS METHODS: the phone's side === #

    def _hand_to_till(self, version):
        """Let tills take the basket over, by a code that its customer shows.

        :param int version: which the customer has seen.
        :return: the code, as people read it; None when there was nothing to pay, and it is sold.
        :rtype: str | None
        :raise Problem: when it is not open any more, has changed, or needs staff; see ``_begin``.
        """
        self.ensure_one()
        self._begin('at_till', version)
        if self.state != 'at_till':
            # There was nothing to pay.
            return None
        secret, salt = self._till_secret(), secrets.token_urlsafe(16)
        self.sudo().write({
            'till_salt': salt, 'till_hash': till_code.hashed(secret, till_code.derive(secret, salt)),
            'till_version': self.version, 'till_until': fields.Datetime.now() + SHOWN_FOR,
            'till_claimed_at': False, 'till_id': False, 'till_reference': False})
        self.flush_recordset()
        return self._till_code()

    def _till_code(self):
        """Return the code that the customer shows, or None where there is nothing to show any more."""
        self.ensure_one()
        salt = self.sudo().till_salt
        is_shown = self.state == 'at_till' and salt and not self.till_claimed_at
        return till_code.derive(self._till_secret(), salt) if is_shown else None

    def _take_back(self):
        """Give a basket back to its customer that no till has scanned yet.

        :raise Problem: when a till has.
        """
        self.ensure_one()
        if not self._free_from_till(SQL('till_claimed_at IS NULL OR till_until <= %s', fields.Datetime.now())):
            if self.state == 'at_till':
                raise Problem('basket_locked', self.env._("The till has your basket. It can give it back to you."))
            raise Problem('basket_ended')

    # === BUSINESS METHODS: the till's side === #

    @api.model
    def _claim_at_till(self, code, company, store, till=None, reference=None):
        """Take a basket over whose code a till has scanned.

        Who claims again what it has gets it once more. Coupons are held for as long as the claim.

        :param str code: in any spelling, or the text of its QR code.
        :param store: ``mobile.store`` where the till stands, or None where that is not known.
        :param till: ``mobile.app``; None for Odoo's own point of sale, which says by `reference` which one it is.
        :param str reference: what the till calls its order, if it knows that already.
        :return: the basket (elevated), or an empty recordset when no basket waits under this code.
        :rtype: MobileBasket
        :raise Problem: when another till has it, or it is another store's.
        """
        Basket = self.sudo()
        wanted = till_code.normalize(code)
        found = wanted and Basket.search([
            ('company_id', '=', company.id), ('till_hash', '=', till_code.hashed(self._till_secret(), wanted)),
            ('state', '=', 'at_till')])
        if not found:
            return Basket.browse()
        if store and found.store_id != store:
            raise Problem('basket_wrong_store', self.env._("The basket is of the store %s.", found.store_id.name))
        now = fields.Datetime.now()
        if not found._set_at_till(
            SQL("""till_until > %(now)s AND (till_claimed_at IS NULL
                        OR till_id IS NOT DISTINCT FROM %(till)s AND (till_reference IS NULL OR %(reference)s IS NULL
                                                                      OR till_reference = %(reference)s))""",
                now=now, till=till.id if till else None, reference=reference),
            till_claimed_at=found.till_claimed_at or now, till_until=now + CLAIMED_FOR,
            till_id=till.id if till else None, till_reference=reference or found.till_reference or None):
            if found.till_until > now:
                raise Problem('basket_claimed')
            return Basket.browse()
        found._hold_coupons_at_till()
        return found

    @api.model
    def _of_till(self, company, public_id, till):
        """Return the basket that a till has, or had last (elevated).

        :raise Problem: 404, or 409 when it is another till's.
        """
        Purchase = self.env['mobile.purchase']
        kind, number = order_id.decode(Purchase._key(), public_id) or (None, 0)
        found = self.sudo().browse()
        if kind == Purchase._sources()['sale']:
            found = found.search([('company_id', '=', company.id), ('order_id', '=', number)])
        if not found or not (found.till_claimed_at or found.till_id):
            # That an order exists which no till has scanned is not for tills to find out.
            raise Problem('not_found')
        if found.till_id != till:
            raise Problem('basket_claimed')
        return found

    def _till_facts(self):
        """Return what a till is told of the basket.

        :rtype: TillFacts
        """
        self.ensure_one()
        order = self.order_id.with_company(self.company_id)
        coupons = self.env['mobile.redemption'].sudo().search([
            ('order_id', '=', order.id), ('state', 'in', ('held', 'confirmed'))], order='id')
        return TillFacts(
            self,
            member_card.member_id(self._till_secret(), self.company_id.id, self.partner_id.id),
            order.order_line.filtered(lambda line: not line.display_type),
            coupons,
            {card: card.mobile_campaign_id._title_of_coupon(card) if card.mobile_campaign_id else card.program_id.name
             for card in coupons.card_id},
            self.env['mobile.purchase']._taxes(order.tax_totals))

    def _release_at_till(self):
        """Give a basket back to its customer, as the till says which has it; saying so again changes nothing.

        :raise Problem: when it was sold.
        """
        self.ensure_one()
        if not self._free_from_till(SQL('TRUE')) and self.state != 'open':
            raise Problem('basket_ended')

    def _sell_at_till(self, reference, amount, payments=''):
        """Confirm the order of a basket that a till outside of Odoo has sold. Saying so again changes nothing.

        A refusal is told to staff as well: the till may have the customer's money already. So it is returned, and what
        it has written stays.

        :param str reference: what the till calls its order.
        :param float amount: what was paid there, in the order's currency.
        :param str payments: how, in words for staff.
        :return: None, or why not.
        :rtype: Problem | None
        """
        self.ensure_one()
        if self._is_sold_as(reference):
            return None
        refusal = self._till_refusal(reference, amount)
        if not refusal:
            try:
                with self.env.cr.savepoint():
                    if not self._take_for_sale(reference):
                        refusal = Problem('basket_ended')
                    else:
                        self._confirm_at_till(payments)
                        return None
            except psycopg2.errors.SerializationFailure:
                raise
            except (Problem, UserError) as exc:
                refusal = as_problem(exc)
        self._tell_of_till_money(reference, amount, refusal)
        return refusal

    @api.model
    def _sold_at_till(self, reference, pos_order=None):
        """Note that the baskets were sold by an order of Odoo's point of sale, which takes the quotation's place.

        :param str reference: of the sale, as the receipt has it.
        :param pos_order: the order, for what extends this; without it the quotation itself becomes the sale.
        :return: those that are sold by it; the others have gone on meanwhile, and are not touched.
        :rtype: MobileBasket
        """
        sold = self.browse()
        for basket in self.sudo():
            if basket._is_sold_as(reference):
                sold += basket
            elif basket._take_for_sale(reference):
                if pos_order:
                    basket._give_way(pos_order)
                else:
                    basket._confirm_at_till()
                sold += basket
        return sold

    # === BUSINESS METHODS: the clock === #

    @api.model
    def _cron_lapse_at_till(self):
        """Give baskets back that no till has sold in time."""
        while True:
            due = self.sudo().search(
                [('state', '=', 'at_till'), ('till_until', '<=', fields.Datetime.now())], limit=BATCH)
            due._lapse_at_till()
            if not self.env['ir.cron']._commit_progress(len(due), remaining=0) or len(due) < BATCH:
                return

    def _lapse(self):
        """Override for those whose time at the till is up."""
        res = super()._lapse()
        self._lapse_at_till()
        return res

    def _lapse_at_till(self):
        """Give those of the baskets back to their customers whose time at the till is up."""
        now = fields.Datetime.now()
        for basket in self.filtered(lambda basket: basket.state == 'at_till' and basket.till_until <= now):
            basket._free_from_till(SQL('till_until <= %s', now), 'expired')

    # === BUSINESS METHODS: within === #

    def _till_secret(self):
        return self.env['ir.config_parameter'].sudo().get_param('database.secret')

    def _set_at_till(self, condition, states=('at_till',), **values):
        """Write columns of a basket in one statement, if it is at a till and as the condition says.

        :return: whether it was.
        """
        self.flush_model()
        rows = execute_racing(self.env, SQL(
            'UPDATE mobile_basket SET %s WHERE id = %s AND state IN %s AND (%s) RETURNING id',
            SQL(', ').join(SQL('%s = %s', SQL.identifier(name), value) for name, value in values.items()),
            self.id, states, condition))
        self.invalidate_recordset(flush=False)
        return bool(rows)

    def _free_from_till(self, condition, outcome='cancelled'):
        """Let a basket be open again; whose it was last stays known, for a till that is late.

        :param str outcome: of its payment, see ``_resume``.
        :return: whether it was at a till, and as the condition says.
        """
        if not self._set_at_till(condition, till_hash=None, till_salt=None, till_until=None, till_claimed_at=None):
            return False
        self._resume(outcome)
        return True

    def _is_sold_as(self, reference):
        """Tell whether a till has sold the basket under this number; one that it gave back may be sold by others."""
        self.ensure_one()
        return bool(self.state == 'sold' and self.till_reference == reference and self.till_claimed_at
                    and not self.transaction_id)

    def _is_tills(self):
        """Tell whether a till sells the basket, or has sold it; not one that it gave back, nor one paid by phone."""
        self.ensure_one()
        return bool(self.till_reference and self.till_claimed_at and not self.transaction_id)

    @api.model
    def _is_tills_sql(self, alias):
        """Return the same of a row, as a condition.

        :param SQL alias: of ``mobile_basket``.
        """
        return SQL(
            """(%(basket)s.till_reference IS NOT NULL AND %(basket)s.till_claimed_at IS NOT NULL
                AND %(basket)s.transaction_id IS NULL)""", basket=alias)

    def _till_refusal(self, reference, amount):
        """Return why the sale of a till cannot be this basket's, as far as can be told beforehand; or None."""
        order = self.order_id
        if self.state not in ('at_till', 'open'):
            return Problem('basket_ended')
        if self.till_reference and self.till_reference != reference:
            return Problem('basket_claimed', self.env._("The till has it under another number."))
        if self.version != self.till_version:
            return Problem('basket_changed')
        if order.currency_id.compare_amounts(amount, order.amount_total):
            return Problem('amount_differs', self.env._(
                "The basket comes to %s.", format_amount(self.env, order.amount_total, order.currency_id)))
        return None

    def _take_for_sale(self, reference):
        """Keep everybody else from a basket that a till has sold: it is at the till, or was, and has not changed since.

        :return: whether it can be sold so.
        """
        return self._set_at_till(
            SQL('version = till_version AND (till_reference IS NULL OR till_reference = %s)', reference),
            states=('at_till', 'open'), state='at_till', till_reference=reference, till_hash=None, till_salt=None,
            till_claimed_at=self.till_claimed_at or fields.Datetime.now(), till_until=None)

    def _confirm_at_till(self, payments=''):
        """Confirm the order that a till has sold."""
        order = self.order_id.with_company(self.company_id)
        order.action_confirm()
        order.message_post(body=self.env._(
            "Paid at the till %(till)s, order %(reference)s. %(payments)s", till=self.till_id.name or '',
            reference=self.till_reference, payments=payments))
        self._finish()

    def _give_way(self, pos_order):
        """Let an order of Odoo's point of sale be the sale: the quotation is cancelled, and its goods are let go."""
        self._move_on('sold', ('at_till',), sold_at=fields.Datetime.now())
        self._release_goods()
        self.order_id._action_cancel()
        self.order_id.message_post(body=self.env._("Sold at the till by %s.", pos_order.display_name))
        self._after_sale()

    def _hold_coupons_at_till(self):
        """Hold the coupons on a basket for as long as the till has it.

        :raise CouponRefused: when one was redeemed elsewhere meanwhile.
        """
        for card in self.order_id._mobile_cards():
            self.env['mobile.redemption'].sudo()._hold_for_payment(self.order_id, card, self.till_until)

    def _tell_of_till_money(self, reference, amount, refusal):
        """Ask somebody to look after a sale that a till has made, and that is not the basket's."""
        order = self.order_id
        note = self.env._(
            "The till %(till)s reports %(amount)s under %(reference)s. The order was not confirmed by that: %(why)s",
            till=self.till_id.name or '', amount=format_amount(self.env, amount, order.currency_id),
            reference=reference, why=refusal.words(self.env))
        order.message_post(body=note)
        responsible = self.env['mobile.reconciliation']._responsible(self.company_id)
        summary = self.env._("A till reports a sale of a basket that it cannot have sold")
        if responsible and summary not in order.activity_ids.mapped('summary'):
            order.activity_schedule(
                'mail.mail_activity_data_todo', user_id=responsible.id, summary=summary, note=note)
