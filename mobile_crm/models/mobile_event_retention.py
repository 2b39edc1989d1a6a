from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import geo
from .mobile_looked import POSITION_FIELDS

# Exact positions are of use while somebody is there.
EXACT_FOR = timedelta(hours=24)
NO_POSITION = SQL('latitude = NULL, longitude = NULL, accuracy = NULL, is_coarse = NULL, track = NULL')
# Rows that one statement changes or deletes.
BATCH = 10_000


class MobileEvent(models.Model):
    """Facts and their positions are kept no longer and no finer than is needed."""

    _inherit = 'mobile.event'

    # === REPORTS === #

    @api.model
    def _cron_prune(self):
        """Delete the facts that are older than their company keeps them; what followed from them stays."""
        now = fields.Datetime.now()
        for company in self.env['res.company'].search([('active', 'in', [True, False])]):
            before, done_until = now - timedelta(days=company.mobile_event_days), None
            while True:
                done, done_until = self._prune(company, before, done_until)
                if done and not self.env['ir.cron']._commit_progress(done):
                    return
                if done < BATCH:
                    break

    @api.model
    def _prune(self, company, before, after=None):
        """Delete a batch of a company's oldest facts.

        :param datetime before: what happened then stays.
        :param datetime after: what happened before is known to be deleted: what other companies keep longer lies
            there, and is not looked at again.
        :return: how many, and when the last of them happened.
        :rtype: tuple[int, datetime | None]
        """
        deleted = self.env.execute_query(SQL(
            """DELETE FROM mobile_event WHERE id IN (
                      SELECT id FROM mobile_event
                       WHERE company_id = %s AND occurred_at < %s %s ORDER BY occurred_at LIMIT %s)
            RETURNING occurred_at""",
            company.id, before, SQL('AND occurred_at >= %s', after) if after else SQL(), BATCH))
        self.invalidate_model()
        return len(deleted), max((row[0] for row in deleted), default=after)

    # === POSITIONS === #

    @api.model
    def _cron_forget_positions(self):
        """Erase the positions whose days are over, then move those that are older than a day to a grid."""
        for work in (self._erase_positions, self._coarsen_positions):
            while done := work(BATCH):
                if not self.env['ir.cron']._commit_progress(done):
                    return

    @api.model
    def _erase_positions(self, limit):
        """Erase positions that are older than their company keeps them; the fact stays.

        :return: how many.
        """
        return self._change_positions(NO_POSITION, SQL(
            """SELECT event.id FROM mobile_event event JOIN res_company company ON company.id = event.company_id
                WHERE event.latitude IS NOT NULL
                  -- Of none is it time yet that is later than this: the index ends there.
                  AND event.occurred_at < %(now)s - interval '1 day' * (
                      SELECT min(mobile_position_days) FROM res_company)
                  AND event.occurred_at < %(now)s - company.mobile_position_days * interval '1 day' LIMIT %(limit)s""",
            now=fields.Datetime.now(), limit=limit))

    @api.model
    def _coarsen_positions(self, limit):
        """Move positions that are older than a day to the middle of their square of about 1 km, each once.

        :return: how many.
        """
        return self._change_positions(
            SQL('(latitude, longitude, accuracy, is_coarse) = (SELECT %s, %s, coalesce(accuracy, 0) + %s, TRUE)',
                *geo.coarse(SQL('latitude'), SQL('longitude')), geo.COARSE_REACH),
            SQL("""SELECT id FROM mobile_event
                     WHERE latitude IS NOT NULL AND is_coarse IS NOT TRUE AND occurred_at < %s LIMIT %s""",
                fields.Datetime.now() - EXACT_FOR, limit))

    @api.model
    def _forget_positions_of(self, partner, company):
        """Erase the positions of a customer who does not consent to them any more; the facts stay."""
        self._change_positions(NO_POSITION, SQL(
            'SELECT id FROM mobile_event WHERE partner_id = %s AND company_id = %s AND latitude IS NOT NULL',
            partner.id, company.id))

    @api.model
    def _change_positions(self, assignments, wanted):
        """Change positions, the one thing of a fact that ever changes: it gets coarser, then it goes.

        :param SQL assignments: of an UPDATE.
        :param SQL wanted: a query of ids.
        """
        self.flush_model()
        self.env.cr.execute(SQL('UPDATE mobile_event SET %s WHERE id IN (%s)', assignments, wanted))
        self.invalidate_model([*POSITION_FIELDS, 'is_coarse'])
        return self.env.cr.rowcount
