import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.fields import Command, Domain
from odoo.tools import SQL, email_normalize

from ..tools.problems import Problem
from ..tools.racing import execute_racing

VERIFIED_FIELDS = {'sms': 'mobile_verified_phone', 'email': 'mobile_verified_email'}
CONTESTED_FIELDS = {'sms': 'mobile_contested_phone', 'email': 'mobile_contested_email'}
FOUND_FIELDS = {'sms': 'phone_sanitized', 'email': 'email_normalized'}


class ResPartner(models.Model):
    _inherit = 'res.partner'

    # Odoo shows contacts of the same company to each other in the portal: each field here says that it is for staff.
    mobile_verified_phone = fields.Char(
        string="Verified Phone", readonly=True, copy=False, groups='base.group_user',
        help="The number (E.164) by which this customer signs in. They have proved that it is theirs.",
    )
    mobile_verified_email = fields.Char(
        string="Verified Email", readonly=True, copy=False, groups='base.group_user',
        help="The address by which this customer signs in. They have proved that it is theirs.",
    )
    mobile_contested_phone = fields.Char(
        string="Contested Phone", readonly=True, copy=False, groups='base.group_user',
        help="A number that this customer has proved to be theirs as well, but by which another contact signs in.")
    mobile_contested_email = fields.Char(
        string="Contested Email", readonly=True, copy=False, groups='base.group_user',
        help="An address that this customer has proved to be theirs as well, but by which another contact signs in.")
    mobile_birthdate = fields.Date(string="Birthdate", groups='base.group_user')
    mobile_favourite_store_ids = fields.Many2many(
        string="Favourite Stores", comodel_name='mobile.store', relation='mobile_store_favourite_rel',
        groups='base.group_user')
    mobile_device_ids = fields.One2many(
        string="Phones", comodel_name='mobile.device', inverse_name='partner_id',
        groups='mobile_crm.group_mobile_crm_user')
    mobile_decision_ids = fields.One2many(
        string="Why Messages Came or Didn't", comodel_name='mobile.decision', inverse_name='partner_id',
        groups='mobile_crm.group_mobile_crm_user')
    mobile_message_ids = fields.One2many(
        string="Phone Messages", comodel_name='mobile.message', inverse_name='partner_id',
        domain=[('channel', '=', 'inbox')], groups='mobile_crm.group_mobile_crm_user')
    mobile_consent_ids = fields.One2many(
        string="Consents", comodel_name='mobile.consent', inverse_name='subject_id', readonly=True,
        groups='mobile_crm.group_mobile_crm_user')
    mobile_current_consent_ids = fields.One2many(
        string="Consents in Force", comodel_name='mobile.consent', compute='_compute_mobile_current_consent_ids',
        groups='mobile_crm.group_mobile_crm_user')
    mobile_preference_ids = fields.One2many(
        string="Preferences", comodel_name='mobile.preference', inverse_name='partner_id', readonly=True,
        groups='mobile_crm.group_mobile_crm_user')
    mobile_device_count = fields.Integer(
        string="Phone Count", compute='_compute_mobile_counts', groups='mobile_crm.group_mobile_crm_user')
    mobile_event_count = fields.Integer(
        string="Event Count", compute='_compute_mobile_counts', groups='mobile_crm.group_mobile_crm_user')
    mobile_visit_count = fields.Integer(
        string="Visit Count", compute='_compute_mobile_visits', groups='mobile_crm.group_mobile_crm_user')
    mobile_last_visit = fields.Date(
        string="Last Visit", compute='_compute_mobile_visits', groups='mobile_crm.group_mobile_crm_user')
    mobile_coupon_count = fields.Integer(
        string="Coupon Count", compute='_compute_mobile_counts', groups='mobile_crm.group_mobile_crm_user')
    mobile_basket_count = fields.Integer(
        string="Basket Count", compute='_compute_mobile_counts', groups='mobile_crm.group_mobile_crm_user')
    mobile_look_count = fields.Integer(
        string="Look Count", compute='_compute_mobile_look_count', groups='mobile_crm.group_mobile_crm_manager')
    mobile_erasure_due_at = fields.Datetime(
        string="Erased After", compute='_compute_mobile_erasure_due_at',
        groups='mobile_crm.group_mobile_crm_manager')

    # Two contacts cannot both have proved that the same number is theirs; that also decides a race of two sign-ins.
    _mobile_verified_phone_unique = models.UniqueIndex(
        '(mobile_verified_phone) WHERE mobile_verified_phone IS NOT NULL',
        "Another contact has verified this phone number.")
    _mobile_verified_email_unique = models.UniqueIndex(
        '(mobile_verified_email) WHERE mobile_verified_email IS NOT NULL',
        "Another contact has verified this email address.")

    # Who signs in is looked for by these, among all contacts.
    _mobile_phone_sanitized_idx = models.Index('(phone_sanitized) WHERE phone_sanitized IS NOT NULL')
    _mobile_email_normalized_idx = models.Index('(email_normalized) WHERE email_normalized IS NOT NULL')

    # === COMPUTE METHODS === #

    def _compute_mobile_counts(self):
        for model, field, domain in (
            ('mobile.device', 'mobile_device_count', []),
            ('mobile.event', 'mobile_event_count', []),
            ('loyalty.card', 'mobile_coupon_count', [('mobile_campaign_id', '!=', False)]),
            ('mobile.basket', 'mobile_basket_count', []),
        ):
            counts = dict(self.env[model].sudo()._read_group(
                [('partner_id', 'in', self.ids), *domain], ['partner_id'], ['__count']))
            for partner in self:
                partner[field] = counts.get(partner, 0)

    @api.depends_context('uid', 'allowed_company_ids', 'tz')
    def _compute_mobile_visits(self):
        # How many and on which day, without the store: no look, so no rows of the log. The rules hold all the same.
        Visit = self.env['mobile.visit']
        domain = Domain(self.env['ir.rule']._compute_domain('mobile.visit', 'read'))
        visits = {partner: numbers for partner, *numbers in Visit.sudo()._read_group(
            Domain('partner_id', 'in', self.ids) & domain, ['partner_id'], ['__count', 'entered_at:max'])}
        for partner in self:
            partner.mobile_visit_count, last = visits.get(partner, (0, False))
            partner.mobile_last_visit = last and fields.Datetime.context_timestamp(self, last).date()

    @api.depends('mobile_consent_ids')
    def _compute_mobile_current_consent_ids(self):
        current = self.env['mobile.consent'].search([('subject_id', 'in', self.ids), ('is_current', '=', True)])
        by_subject = current.grouped('subject_id')
        for partner in self:
            partner.mobile_current_consent_ids = by_subject.get(partner.id, current.browse())

    def _compute_mobile_look_count(self):
        counts = dict(self.env['mobile.look']._read_group(
            [('partner_id', 'in', self.ids)], ['partner_id'], ['__count']))
        for partner in self:
            partner.mobile_look_count = counts.get(partner, 0)

    def _compute_mobile_erasure_due_at(self):
        due = dict(self.env['mobile.erasure']._read_group(
            [('partner_id', 'in', self.ids), ('state', '=', 'pending')], ['partner_id'], ['due_at:min']))
        for partner in self:
            partner.mobile_erasure_due_at = due.get(partner, False)

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if 'lang' in vals and self.env['res.company'].sudo().search_count([('partner_id', 'in', self.ids)], limit=1):
            # The language of companies is read from the cache (see mobile.device._company_lang).
            self.env.registry.clear_cache()
        return res

    # === ACTION METHODS === #

    def action_view_mobile_devices(self):
        return self._mobile_action('mobile_crm.mobile_device_action')

    def action_mobile_sign_out(self):
        """End the sessions of these customers on all phones that the member of staff sees."""
        self.mobile_device_ids.action_sign_out()

    def action_view_mobile_events(self):
        return self._mobile_action('mobile_crm.mobile_event_action')

    def action_view_mobile_visits(self):
        return self._mobile_action('mobile_crm.mobile_visit_action')

    def action_view_mobile_baskets(self):
        return self._mobile_action('mobile_crm.mobile_basket_action')

    def action_view_mobile_coupons(self):
        action = self._mobile_action('mobile_crm.mobile_coupon_action')
        action['domain'] = Domain('mobile_campaign_id', '!=', False) & Domain(action['domain'])
        return action

    def action_view_mobile_looks(self):
        return self._mobile_action('mobile_crm.mobile_look_action')

    def action_mobile_erase(self):
        """Let this customer be forgotten, because they asked for it by another way than the app."""
        self.ensure_one()
        self.check_access('write')
        self.env['mobile.erasure']._check_manager()
        self.env['mobile.erasure']._request(self, self.env.company, 'staff')

    def action_privacy_lookup(self):
        """Override to look for the phone number as well."""
        action = super().action_privacy_lookup()
        phone = self.sudo().mobile_verified_phone or self.phone
        return {**action, 'context': {**action['context'], 'default_phone': phone}}

    def _mobile_action(self, xmlid):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(xmlid)
        return {**action, 'domain': [('partner_id', '=', self.id)], 'context': {}}

    # === BUSINESS METHODS === #

    def _mobile_update(self, values, company):
        """Write what a customer tells of themselves, elevated but only to their own contact.

        :param dict values: of ``name``, ``email``, ``language``, ``birthdate`` and ``favourite_store_ids``.
        :param company: ``res.company``; favourite stores are stores of it.
        :raise Problem: 422.
        """
        self.ensure_one()
        if self != self.env.user.partner_id:
            raise AccessError(self.env._("Customers change their own contact only."))
        partner, vals = self.sudo(), {}
        if 'name' in values:
            if not values['name']:
                raise Problem.invalid(['body', 'name'], self.env._("A name cannot be empty."))
            # A line break would be one in the headers of what is mailed to the staff.
            vals['name'] = ' '.join(values['name'].split())
        if 'email' in values:
            email = values['email'] and email_normalize(values['email'])
            if values['email'] and not email:
                raise Problem.invalid(['body', 'email'], self.env._("This is not an email address."))
            vals['email'] = email
        if 'language' in values:
            vals['lang'] = self.env['mobile.device']._nearest_lang(values['language'])
            if not vals['lang']:
                raise Problem.invalid(['body', 'language'], self.env._("This language is not available."))
        if 'birthdate' in values:
            if values['birthdate'] and values['birthdate'] > fields.Date.context_today(self):
                raise Problem.invalid(['body', 'birthdate'], self.env._("This day is still to come."))
            vals['mobile_birthdate'] = values['birthdate']
        if 'favourite_store_ids' in values:
            wanted = set(values['favourite_store_ids'] or ())
            stores = self.env['mobile.store'].search([('id', 'in', list(wanted)), ('company_id', '=', company.id)])
            if len(stores) != len(wanted):
                raise Problem.invalid(['body', 'favourite_store_ids'], self.env._("There is no such store."))
            elsewhere = partner.mobile_favourite_store_ids.filtered(lambda store: store.company_id != company)
            vals['mobile_favourite_store_ids'] = [Command.set((stores + elsewhere).ids)]
        email_before = partner.email_normalized
        partner.write(vals)
        self.env['mobile.opt.in'].sudo()._follow_address(partner, email_before)

    @api.model
    def _mobile_find_verified(self, channel, address):
        """Return the contact that has proved this address to be theirs, or an empty recordset.

        :param str channel: ``sms`` or ``email``.
        :param str address: normalized (E.164 or lower-case e-mail).
        """
        return self.with_context(active_test=False).search(
            [(VERIFIED_FIELDS[channel], '=', address)], limit=1).with_env(self.env)

    def _mobile_claim_address(self, channel, address):
        """Write that this contact has proved an address to be theirs.

        :raise ConcurrencyError: when another sign-in with the address was faster. Odoo then runs the request again,
            which finds the other's contact.
        """
        self.ensure_one()
        self.flush_recordset()
        field = VERIFIED_FIELDS[channel]
        try:
            execute_racing(self.env, SQL(
                'UPDATE res_partner SET %s = %s WHERE id = %s', SQL.identifier(field), address, self.id))
        except psycopg2.errors.UniqueViolation as exc:
            raise ConcurrencyError(self.env._("Another contact has just verified this address.")) from exc
        self.invalidate_recordset([field])

    @api.model
    def _mobile_find_unclaimed(self, channel, address, company):
        """Return the one contact that merely has this address, or an empty recordset.

        Somebody who has just proved that the address is theirs may take such a contact over, unless it has a user of
        its own: that user could have written there an address that is not theirs. Of two contacts none is taken, nor
        an address of another contact (a delivery's neighbour has no business with the order), nor another company's.

        :param company: ``res.company`` whose app it is.
        """
        # With archived users: who was blocked does not come back through a contact, nor a former member of staff.
        candidates = self.with_context(active_test=False).search([
            (FOUND_FIELDS[channel], '=', address), (VERIFIED_FIELDS[channel], '=', False),
            ('active', '=', True), ('is_company', '=', False), ('user_ids', '=', False), ('name', '!=', False),
            ('type', '=', 'contact'), ('parent_id', '=', False), ('company_id', 'in', [False, company.id]),
        ], limit=2)
        return candidates.with_env(self.env) if len(candidates) == 1 else self.browse()
