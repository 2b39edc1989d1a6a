from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing

# Baskets that one transaction gives up, or forgets.
BATCH = 100
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
