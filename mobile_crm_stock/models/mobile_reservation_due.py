import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from .mobile_reservation import LIVING

_logger = logging.getLogger(__name__)

# Reservations that one transaction looks at.
BATCH = 100


class MobileReservation(models.Model):
    """What time brings: the reminder, and the end."""

    _inherit = 'mobile.reservation'

    # === BUSINESS METHODS === #

    def _wake(self):
        """See that the worker comes when something is due."""
        self.ensure_one()
        cron = self.env.ref('mobile_crm_stock.mobile_reservation_cron')
        cron._trigger(at=[moment for moment in (self.remind_at, self.expires_at) if moment])

    @api.model
    def _cron_follow(self):
        """Remind customers of what is put aside for them, and put back what they have not collected."""
        for domain, follow in (('expires_at', '_expire'), ('remind_at', '_remind')):
            after = 0
            while due := self._due(SQL.identifier(domain), after):
                for reservation in due:
                    reservation._follow_one(follow)
                after = due[-1].id
                if not self.env['ir.cron']._commit_progress(len(due)):
                    return

    @api.model
    def _due(self, column, after):
        """Return some living reservations of which this is due, in the order of their ids.

        :param SQL column: of an instant.
        :param int after: the id of the last one that was looked at.
        """
        return self.browse(row[0] for row in self.env.execute_query(SQL(
            'SELECT id FROM mobile_reservation WHERE state IN %s AND %s <= %s AND id > %s ORDER BY id LIMIT %s',
            LIVING, column, fields.Datetime.now(), after, BATCH)))

    def _follow_one(self, follow):
        """Do what is due for one reservation; what fails is tried again by the next run, and keeps nobody up."""
        try:
            with self.env.cr.savepoint():
                getattr(self, follow)()
        except psycopg2.errors.SerializationFailure:
            # The customer or the staff have been faster.
            self.invalidate_recordset(flush=False)
        except Exception as exc:  # noqa: BLE001 (whatever another addon makes of a delivery)
            # Without the trace: its message may name the customer.
            _logger.error("Reservation %s could not be followed: %s", self.id, type(exc).__name__)  # noqa: TRY400

    def _expire(self):
        self._end('expired')

    def _remind(self):
        """Remind the customer once."""
        for reservation in self._move_on(self.state, (self.state,), remind_at=None):
            customer = reservation._for_customer()
            reservation._notify(
                customer.env._("Still waiting for you at %s", reservation.store_id.name),
                customer.env._("%(goods)s until %(time)s.", goods=customer._describe_goods(),
                               time=customer._until_text()))
