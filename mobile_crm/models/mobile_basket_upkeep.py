import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..tools.racing import execute_racing
from .mobile_basket import LIVING

_logger = logging.getLogger(__name__)

# Baskets that one transaction gives up, or forgets.
BATCH = 100
# Of those that came to nothing, how many one transaction forgets.
GC_BATCH = 1000
# For how long a basket that came to nothing is kept, with its quotation.
KEPT = timedelta(days=30)


class MobileBasket(models.Model):
    """Baskets that nobody pays: they are given up in time, and forgotten later."""

    _inherit = 'mobile.basket'

    # === BUSINESS METHODS === #

    def _give_up(self, state):
        """End baskets that are open, and give back what they held: coupons, points, goods.

        :param str state: ``expired`` or ``cancelled``.
        :return: those that were ended by this call.
        :rtype: MobileBasket
        """
        ended = self._move_on(state, ('open',))
        ended._let_go()
        return ended

    def _let_go(self):
        """Cancel the quotations of baskets that have ended without a sale."""
        for basket in self:
            basket._release_goods()
            order = basket.order_id.with_context(tracking_disable=True)
            if order.state in ('draft', 'sent'):
                order._action_cancel()

    @api.model
    def _cron_expire(self):
        """Give up baskets that nobody has touched in time."""
        while done := self._expire_due(BATCH):
            if not self.env['ir.cron']._commit_progress(done, remaining=int(done == BATCH)):
                return

    @api.model
    def _expire_due(self, limit):
        """Give up some of the baskets that are due, each by one of several workers.

        One that is being paid is left to its payment.

        :return: how many.
        :rtype: int
        """
        self.flush_model()
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_basket SET state = 'expired', write_uid = %s, write_date = %s
                WHERE id IN (SELECT id FROM mobile_basket WHERE state = 'open' AND expires_at <= %s
                           ORDER BY expires_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id""", self.env.uid, now, now, limit))
        self.invalidate_model(flush=False)
        self.browse(sorted(row[0] for row in rows))._let_go()
        return len(rows)

    # === BUSINESS METHODS: what else becomes of them === #

    @api.autovacuum
    def _gc_ended(self):
        """Forget baskets that came to nothing long ago, with their quotations; where money came in, it explains it."""
        ended = self.search(Domain([
            ('state', 'in', ('expired', 'cancelled')), ('write_date', '<', fields.Datetime.now() - KEPT),
            ('order_id.state', '=', 'cancel'), ('order_id.mobile_cancelled_at', '=', False),
            ('order_id.invoice_ids', '=', False),
        ]) & ~Domain('order_id.transaction_ids.state', 'in', ('pending', 'authorized', 'done')), limit=GC_BATCH,
            order='id')
        done = 0
        for basket in ended:
            try:
                with self.env.cr.savepoint(), mute_logger('odoo.sql_db'):
                    basket.order_id.unlink()
                done += 1
            except (UserError, psycopg2.errors.ForeignKeyViolation):
                _logger.info("The quotation of basket %s is still needed; it stays.", basket.id)
        # Where all of them stay, so they do when asked at once again.
        return done, bool(done) and len(ended) == GC_BATCH

    @api.model
    def _give_up_all(self, partner, company=None):
        """End what a customer is still putting together or paying: they are being erased.

        :param company: ``res.company``; all of them without it.
        """
        domain = Domain([('partner_id', '=', partner.id), ('state', 'in', LIVING)])
        if company:
            domain &= Domain('company_id', '=', company.id)
        ended = self.search(domain)._move_on('cancelled', LIVING)
        ended.payment_ids._end('cancelled')
        ended._let_go()

    @api.model
    def _merge(self, sources, destination):
        """Make room for the baskets of contacts that are merged: one of each company goes on, the others are given up.

        One that is being paid comes first, then the destination's own.

        :param sources: ``res.partner`` that are merged into `destination`.
        :raise UserError: when two are being paid.
        """
        living = self.search([('partner_id', 'in', (sources + destination).ids), ('state', 'in', LIVING)], order='id')
        for baskets in living.grouped('company_id').values():
            _first, *others = baskets.sorted(lambda basket: (basket.state == 'open', basket.partner_id != destination))
            for basket in others:
                if not basket._give_up('cancelled'):
                    raise UserError(self.env._("Both customers are paying at this moment. Try again later."))
