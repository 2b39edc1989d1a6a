import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tools import SQL, mute_logger

from ..tools.racing import execute_racing

_logger = logging.getLogger(__name__)

# Customers whose data one run erases before it says how far it is.
BATCH = 20


class MobileErasure(models.Model):
    """The wish of a customer to be forgotten, or staff's on their behalf, and what became of it.

    Once it is done nothing here says who it was.
    """

    _name = 'mobile.erasure'
    _description = "Erasure of a Customer"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'due_at desc, id desc'

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', readonly=True, index='btree_not_null', ondelete='set null')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    source = fields.Selection(
        string="Asked By", selection=[('app', "The Customer, in the App"), ('staff', "Staff")], required=True,
        readonly=True)
    requested_by_id = fields.Many2one(
        string="Member of Staff", comodel_name='res.users', readonly=True, ondelete='set null')
    requested_at = fields.Datetime(string="Requested", required=True, readonly=True)
    due_at = fields.Datetime(string="Erased After", required=True, readonly=True, index=True)
    done_at = fields.Datetime(string="Done", readonly=True)
    state = fields.Selection(
        selection=[('pending', "Pending"), ('done', "Done"), ('cancelled', "Cancelled")],
        required=True, readonly=True, default='pending', index=True)
    tries = fields.Integer(string="Failed Attempts", readonly=True)
    kept = fields.Char(readonly=True, help="The kinds of records that the law keeps; they name nobody's phone.")

    _pending_unique = models.UniqueIndex(
        "(partner_id, company_id) WHERE state = 'pending'", "This customer's erasure is requested already.")

    # === COMPUTE METHODS === #

    @api.depends('partner_id')
    def _compute_display_name(self):
        for erasure in self:
            name = erasure.partner_id.display_name
            erasure.display_name = self.env._("Erasure of %s", name) if name else self.env._("Erasure")

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The list of erasures is kept."))

    # === ACTION METHODS === #

    def action_cancel(self):
        """Keep these customers after all."""
        self.check_access('read')
        self._check_manager()
        self.sudo()._cancel()

    # === BUSINESS METHODS === #

    @api.model
    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group('mobile_crm.group_mobile_crm_manager'):
            raise AccessError(self.env._("Managers of Mobile CRM erase customers."))

    @api.model
    def _request(self, partner, company, source):
        """Ask for a customer's erasure: sessions end and queued messages die now, the rest goes after the grace.

        :param partner: ``res.partner``.
        :param company: ``res.company``, whose customer they no longer want to be.
        :param str source: ``app`` or ``staff``.
        :return: the request, new or the one that is pending.
        :rtype: MobileErasure
        """
        erasures, now = self.sudo(), fields.Datetime.now()
        if source == 'staff':
            self.env['mobile.eraser']._check_person(self.env['mobile.trace'].sudo()._subject(partner))
        due_at = now + timedelta(days=company.sudo().mobile_erasure_days)
        self.flush_model()
        execute_racing(self.env, SQL(
            """INSERT INTO mobile_erasure (partner_id, company_id, source, requested_by_id, requested_at, due_at, state,
                                           tries, create_uid, create_date, write_uid, write_date)
               VALUES (%(partner)s, %(company)s, %(source)s, %(staff)s, %(now)s, %(due)s, 'pending',
                       0, %(uid)s, %(now)s, %(uid)s, %(now)s)
               ON CONFLICT (partner_id, company_id) WHERE state = 'pending' DO NOTHING""",
            partner=partner.id, company=company.id, source=source, now=now, due=due_at, uid=self.env.uid,
            staff=self.env.uid if source == 'staff' else None))
        erasure = erasures.search([
            ('partner_id', '=', partner.id), ('company_id', '=', company.id), ('state', '=', 'pending')])
        erasure._silence()
        return erasure

    def _silence(self):
        """End the customer's sessions, let no push reach their phones, and cancel what is on its way to them."""
        self.ensure_one()
        devices = self.env['mobile.device'].sudo().with_context(active_test=False).search([
            ('partner_id', '=', self.partner_id.id), ('company_id', '=', self.company_id.id)])
        # Whose the phones were is still needed, to erase them.
        self.env['mobile.token'].sudo()._revoke([('device_id', 'in', devices.ids)])
        devices.write({'push_provider': False, 'push_address': False})
        self.env['mobile.message'].sudo()._cancel_for_good(self.partner_id, self.company_id)

    @api.model
    def _cancel_for(self, partner, company):
        """The customer has come back in time."""
        self.sudo().search([
            ('partner_id', '=', partner.id), ('company_id', '=', company.id), ('state', '=', 'pending')])._cancel()

    def _cancel(self):
        pending = self.filtered(lambda erasure: erasure.state == 'pending')
        pending.write({'state': 'cancelled', 'done_at': fields.Datetime.now()})
        pending.activity_unlink(['mail.mail_activity_data_todo'])

    @api.model
    def _pending_sql(self, partner, company):
        """Return whether a customer has asked a company to forget them.

        :param SQL partner, company: ids, in the statement around.
        :rtype: SQL
        """
        return SQL(
            """EXISTS (SELECT FROM mobile_erasure
                        WHERE partner_id = %s AND company_id = %s AND state = 'pending')""", partner, company)

    @api.model
    def _cron_erase(self):
        """Erase the customers whose time has come, each in a transaction of its own."""
        due = self.search([('state', '=', 'pending'), ('due_at', '<=', fields.Datetime.now())], order='due_at, id')
        self.env['ir.cron']._commit_progress(remaining=len(due))
        for erasure in due:
            erasure._erase_now()
            if not self.env['ir.cron']._commit_progress(1):
                return

    def _erase_now(self):
        """Erase one customer. What fails is undone, told to staff, and tried again at the next run."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint(), mute_logger('odoo.sql_db'):
                erasure = self.try_lock_for_update().filtered(lambda locked: locked.state == 'pending')
                if not erasure:
                    return
                # Whoever holds a record of this customer for longer does not hold up the others.
                self.env.cr.execute("SET LOCAL lock_timeout = '10s'")
                kept = []
                if erasure.partner_id:
                    kept = self.env['mobile.eraser']._erase(erasure.partner_id, erasure.company_id)
                erasure.write({
                    'state': 'done', 'done_at': fields.Datetime.now(), 'partner_id': False,
                    'kept': ', '.join(kept) or False})
                erasure.activity_unlink(['mail.mail_activity_data_todo'])
        except (psycopg2.Error, UserError, ConcurrencyError) as exc:
            self._tell_staff(exc)

    def _tell_staff(self, exc):
        """Log that an erasure failed, and ask somebody to look; neither says who it is about."""
        _logger.warning("Erasure %s failed: %s", self.id, type(exc).__name__)
        self.invalidate_recordset()
        self.tries += 1
        if not self.activity_ids:
            staff = self.env.ref('mobile_crm.group_mobile_crm_manager').all_user_ids.filtered(
                lambda user: self.company_id in user.company_ids and user.id != api.SUPERUSER_ID)
            self.activity_schedule(
                'mail.mail_activity_data_todo', user_id=(self.requested_by_id or staff[:1]).id or self.env.uid,
                summary=self.env._("A customer could not be erased"),
                note=str(exc) if isinstance(exc, UserError) else self.env._("See Odoo's log."))
