from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_datetime, format_time

from odoo.addons.mobile_crm.tools.opening import local_date


class MobileReservation(models.Model):
    """What the staff do with reservations, and what they and the customers are told."""

    _inherit = 'mobile.reservation'

    # === ACTION METHODS === #

    def action_ready(self):
        """Note that the goods are off the shelf, and tell the customers."""
        self._check_reads()
        now = fields.Datetime.now()
        for reservation in self.sudo()._move_on('ready', ('held',), ready_at=now):
            reservation.activity_unlink(['mail.mail_activity_data_todo'])
            customer = reservation._for_customer()
            reservation._notify(
                customer.env._("Ready for you at %s", reservation.store_id.name),
                customer.env._("%(goods)s until %(time)s. Show the code %(code)s.", goods=customer._describe_goods(),
                               time=customer._until_text(), code=reservation.code))

    def action_collected(self):
        """Note that the customers have the goods."""
        self._check_reads()
        if len(self._end('collected')) < len(self):
            raise UserError(self.env._("This is not put aside any more."))

    def action_cancel(self):
        """Put the goods back on the shelf, and tell the customers."""
        self._check_reads()
        for reservation in self._end('cancelled'):
            customer = reservation._for_customer()
            reservation._notify(
                customer.env._("Your reservation at %s was cancelled", reservation.store_id.name),
                customer._describe_goods())

    def action_sell(self):
        """Make a quotation of what is put aside, or open the one that there is. Confirmed, it takes the goods."""
        self.ensure_one()
        self._check_reads()
        if not self.order_id:
            order = self.env['sale.order'].create({
                'partner_id': self.partner_id.id,
                'company_id': self.company_id.id,
                'warehouse_id': self.store_id.warehouse_id.id,
                'origin': self.name,
                'order_line': [Command.create({
                    'product_id': line.product_id.id, 'product_uom_qty': line.quantity}) for line in self.line_ids],
            })
            self.sudo().order_id = order
        return {
            'type': 'ir.actions.act_window', 'res_model': 'sale.order', 'res_id': self.order_id.id,
            'views': [(False, 'form')]}

    def _check_reads(self):
        """See that the caller is one of the staff who see these reservations: customers have no rights on any."""
        self.check_access('read')

    # === BUSINESS METHODS: telling === #

    def _tell_staff(self):
        """Give whoever is in charge of the store something to do."""
        self.ensure_one()
        user = self.store_id.user_id
        if not user.active or user.share or self.company_id not in user.company_ids:
            return
        # Their list of activities counts it at once; an email would come too late for something of two hours.
        staff = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        staff.activity_schedule(
            'mail.mail_activity_data_todo', local_date(self._tz(), self.expires_at), user_id=user.id,
            summary=staff.env._("Put aside until %s", staff._until_text()), note=staff._describe_goods())

    def _for_customer(self):
        """Return the reservation in its customer's language."""
        return self.with_context(lang=self.partner_id.lang)

    def _notify(self, title, body):
        """Tell the customer how it stands with what they have asked for: in the inbox, and by a notification.

        :param str title, body: in the customer's language.
        """
        self.ensure_one()
        self.env['mobile.message'].sudo()._post([{
            'partner_id': self.partner_id.id,
            'company_id': self.company_id.id,
            'title': title,
            'body': body,
            'link': f'/reservations/{self.uuid}',
            'collapse_key': f'reservation:{self.uuid}',
            # What is over when the phone is switched on again is no news.
            'expires_at': max(self.expires_at, fields.Datetime.add(fields.Datetime.now(), minutes=15)),
            'is_service': True,
        }], channels=('push',))

    def _tz(self):
        return self.store_id.tz or 'UTC'

    def _until_text(self):
        """Return until when it is put aside, by the store's clock and in the reader's language."""
        tz = self._tz()
        if local_date(tz, self.expires_at) == local_date(tz, fields.Datetime.now()):
            return format_time(self.env, self.expires_at, tz=tz, time_format='short')
        return format_datetime(self.env, self.expires_at, tz=tz, dt_format='short')
