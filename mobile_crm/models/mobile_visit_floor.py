from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.racing import execute_racing

# Who stays in the list "In the Store Now" is not logged again each time that it reloads.
LOOK_COUNTS_FOR = timedelta(hours=1)
# An account manager hears of who is there, not of who was.
TOLD_WITHIN = timedelta(minutes=15)
# Two phones, or two stores side by side, are one coming.
TOLD_ONCE_IN = timedelta(minutes=30)


class MobileVisit(models.Model):
    """What staff on the floor see of a visit while it lasts, and who of them is told."""

    _inherit = 'mobile.visit'

    salesperson_id = fields.Many2one(
        comodel_name='res.users', compute='_compute_salesperson_id',
        help="Who looks after the customer, or else the store's salesperson.")
    offer_count = fields.Integer(
        string="Open Offers", compute='_compute_offer_count', help="Coupons that the customer can still redeem.")

    visitor = fields.Selection(
        selection=[('new', "New"), ('returning', "Returning")], compute='_compute_visitor', search='_search_visitor',
        help="Whether the customer has visited a store of the company before.")

    # === COMPUTE METHODS === #

    @api.depends('is_returning')
    def _compute_visitor(self):
        for visit in self:
            visit.visitor = 'returning' if visit.is_returning else 'new'

    @api.model
    def _search_visitor(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return Domain('is_returning', 'in', [kind == 'returning' for kind in value])

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Override to group by words where reports would show true and false; no column holds them."""
        if groupby_spec == 'visitor':
            return SQL("CASE WHEN %s THEN 'returning' ELSE 'new' END", self._field_to_sql(alias, 'is_returning', query))
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.depends('partner_id.user_id', 'store_id.user_id')
    def _compute_salesperson_id(self):
        for visit in self:
            visit.salesperson_id = visit.partner_id.user_id or visit.store_id.user_id

    def _compute_offer_count(self):
        cards = self.env['loyalty.card'].sudo().search([
            ('partner_id', 'in', self.partner_id.ids), ('mobile_campaign_id.company_id', 'in', self.company_id.ids),
            ('points', '>', 0), '|', ('mobile_expires_at', '=', False), ('mobile_expires_at', '>', 'now')])
        available = cards.filtered(lambda card: card.mobile_status == 'available')
        counts = available.grouped(lambda card: (card.partner_id, card.mobile_campaign_id.company_id))
        for visit in self:
            visit.offer_count = len(counts.get((visit.partner_id.sudo(), visit.company_id.sudo()), ()))

    # === ACTION METHODS === #

    def action_view_customer(self):
        """Open the contact of who is there."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'res.partner', 'res_id': self.partner_id.id,
            'views': [(False, 'form')]}

    # === LOOKS === #

    @api.model
    def _write_look(self, method, ids, field_names):
        """Override: a list that reloads with everybody who comes or goes is one look at each who is there, not many."""
        if method == 'read':
            ids = SQL(
                """(SELECT visit.id FROM mobile_visit visit
                     WHERE visit.id IN %s AND (visit.left_at IS NOT NULL OR NOT EXISTS (
                           SELECT FROM mobile_look look
                            WHERE look.partner_id = visit.partner_id AND look.company_id = visit.company_id
                              AND look.user_id = %s
                              AND look.looked_at >= GREATEST(visit.entered_at, %s::timestamp))))""",
                ids, self.env.uid, fields.Datetime.now() - LOOK_COUNTS_FOR)
        return super()._write_look(method, ids, field_names)

    # === TELLING THE ACCOUNT MANAGER === #

    @api.model
    def _write_visits(self, new, updated, gone, zones, device_id, partner_id, company_id):
        """Override to tell of visits that have just begun."""
        created = super()._write_visits(new, updated, gone, zones, device_id, partner_id, company_id)
        since = fields.Datetime.now() - TOLD_WITHIN
        if any(not visit.left_at and visit.entered_at > since for visit in new):
            self.browse(created)._tell_salesperson()
            # What is not yet known of them must not be remembered.
            self.invalidate_model()
        return created

    def _tell_salesperson(self):
        """Tell account managers that their customers have just come in, where both want it.

        :return: the visits of which somebody was told.
        :rtype: MobileVisit
        """
        told = self.browse()
        for visit_id, user_id in self._find_to_tell():
            visit, user = self.browse(visit_id).sudo(), self.env['res.users'].sudo().browse(user_id)
            # Who may not see it in the list is not told either.
            if user.has_group('mobile_crm.group_mobile_crm_floor') and visit._claim_telling():
                visit._tell(user)
                told += visit
        return told.with_env(self.env)

    def _find_to_tell(self):
        """Return which of these visits are news, and the account managers who may and want to hear of them.

        :rtype: list[tuple[int, int]]
        """
        if not self or not self.env['res.users']._mobile_tellable():
            return []
        for model in ('mobile.visit', 'res.users', 'res.partner', 'mobile.store', 'mobile.preference'):
            self.env[model].flush_model()
        return self.env.execute_query(SQL(
            """SELECT visit.id, manager.id
                 FROM mobile_visit visit
                 JOIN mobile_preference preference ON preference.partner_id = visit.partner_id
                      AND preference.company_id = visit.company_id AND preference.tell_salesperson
                 JOIN res_partner customer ON customer.id = visit.partner_id
                 JOIN mobile_store store ON store.id = visit.store_id
                 JOIN res_users manager ON manager.id = COALESCE(customer.user_id, store.user_id)
                      AND manager.active AND NOT manager.share AND manager.mobile_tell_visits
                 JOIN res_company_users_rel may ON may.user_id = manager.id AND may.cid = visit.company_id
                WHERE visit.id IN %(ids)s AND visit.left_at IS NULL AND visit.entered_at > %(since)s
                  AND %(consented)s
             ORDER BY visit.entered_at, visit.id""",
            ids=tuple(self.ids), since=fields.Datetime.now() - TOLD_WITHIN,
            consented=self.env['mobile.consent']._granted_sql(
                SQL('visit.partner_id'), SQL('visit.company_id'), 'location')))

    def _claim_telling(self):
        """Tell whether this customer's coming is told here; of two phones at once, and soon after, one is."""
        self.ensure_one()
        now = fields.Datetime.now()
        return bool(execute_racing(self.env, SQL(
            """UPDATE mobile_preference SET told_at = %s
                WHERE partner_id = %s AND company_id = %s AND (told_at IS NULL OR told_at <= %s) RETURNING id""",
            now, self.partner_id.id, self.company_id.id, now - TOLD_ONCE_IN)))

    def _tell(self, user):
        """Notify one colleague, in Odoo or by e-mail as they like it, and on the screen that they have open."""
        self.ensure_one()
        visit = self.with_context(lang=user.lang)
        words = {'customer': visit.partner_id.name, 'store': visit.store_id.name}
        title = visit.env._("%(customer)s is in %(store)s", **words)
        since = fields.Datetime.context_timestamp(visit.with_context(tz=visit.store_id.tz), visit.entered_at)
        body = visit.env._(
            "%(customer)s came in at %(time)s. You are told because you both want it: you in your preferences, "
            "%(customer)s in the app.", time=since.strftime('%H:%M'), **words)
        visit.partner_id.message_notify(
            author_id=self.env.ref('base.partner_root').id, partner_ids=user.partner_id.ids,
            subject=title, body=body,
            # The phone that reports does not wait for a mail server.
            force_send=False)
        user.partner_id._bus_send('simple_notification', {'type': 'info', 'title': title, 'message': body})
