from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..tools.problems import Problem
from ..tools.racing import execute_racing

CHANNELS = ('push', 'sms', 'email')


class MobilePreference(models.Model):
    """What a customer wants to hear of, how often and when. Every campaign keeps to it."""

    _name = 'mobile.preference'
    _description = "Customer Preference"
    _order = 'id desc'
    _rec_name = 'partner_id'

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    quiet_hours_ids = fields.One2many(
        comodel_name='mobile.quiet.hours', inverse_name='preference_id', readonly=True)
    has_weekly_maximum = fields.Boolean(string="Limits Messages", readonly=True)
    max_messages_per_week = fields.Integer(
        string="Messages per Week", readonly=True, aggregator=None,
        help="No more within any seven days, over all campaigns.")
    # What is chosen is not deleted: of the last one's loss the customer would hear of everything.
    store_ids = fields.Many2many(
        string="Only These Stores", comodel_name='mobile.store', relation='mobile_preference_store_rel',
        column1='preference_id', column2='store_id', ondelete='restrict', readonly=True,
        context={'active_test': False}, help="Empty means all.")
    category_ids = fields.Many2many(
        string="Only These Categories", comodel_name='product.category', relation='mobile_preference_category_rel',
        column1='preference_id', column2='category_id', ondelete='restrict', readonly=True, help="Empty means all.")
    wants_push = fields.Boolean(string="Notifications", readonly=True, default=True)
    wants_sms = fields.Boolean(string="Text Messages", readonly=True, default=True)
    wants_email = fields.Boolean(string="Emails", readonly=True, default=True)
    tell_salesperson = fields.Boolean(
        string="Tell Their Salesperson", readonly=True,
        help="The salesperson is told when this customer comes to a store, if they want to hear of it, too.")
    told_at = fields.Datetime(string="Salesperson Told", readonly=True)

    _customer_unique = models.UniqueIndex('(company_id, partner_id)')
    _maximum_valid = models.Constraint(
        'CHECK (max_messages_per_week >= 0)', "The number of messages per week is not negative.")

    # === BUSINESS METHODS === #

    @api.model
    def _of(self, partner, company):
        """Return a customer's preference, or a new record with the defaults.

        :param partner: ``res.partner``, the caller's own.
        """
        return self.sudo().search([('partner_id', '=', partner.id), ('company_id', '=', company.id)]) or self.new()

    @api.model
    def _mobile_update(self, partner, company, values):
        """Write what a customer prefers; what is left out stays as it is.

        :param partner: ``res.partner``, the caller's own.
        :param dict values: ``quiet_hours`` (dicts of days and minutes), ``max_messages_per_week`` (None: no maximum),
            ``store_ids``, ``category_ids``, ``channels`` and ``tell_salesperson``.
        :rtype: MobilePreference
        :raise Problem: 422.
        """
        vals = {}
        if 'quiet_hours' in values:
            vals['quiet_hours_ids'] = [Command.clear(), *map(Command.create, values['quiet_hours'])]
        if 'max_messages_per_week' in values:
            maximum = values['max_messages_per_week']
            vals |= {'has_weekly_maximum': maximum is not None, 'max_messages_per_week': maximum or 0}
        if 'channels' in values:
            vals |= {f'wants_{channel}': channel in values['channels'] for channel in CHANNELS}
        if 'tell_salesperson' in values:
            vals['tell_salesperson'] = bool(values['tell_salesperson'])
        no_store, no_category = self.env._("There is no such store."), self.env._("There is no such category.")
        for field, model, domain, refusal in (
            ('store_ids', 'mobile.store', [('company_id', '=', company.id)], no_store),
            ('category_ids', 'product.category', [], no_category),
        ):
            if field in values:
                wanted = set(values[field])
                # An archived store that was chosen before may stay.
                known = self.env[model].sudo().with_context(active_test=False).search(
                    [('id', 'in', list(wanted)), *domain])
                kept = self._of(partner, company)[field]
                if 'active' in known._fields:
                    known = known.filtered(lambda record, kept=kept: record.active or record in kept)
                if len(known) != len(wanted):
                    raise Problem.invalid(['body', field], refusal)
                vals[field] = [Command.set(known.ids)]
        preference = self.sudo()._obtain(partner, company)
        # Of two at once the second starts anew. Odoo would log its own UPDATE as an error.
        execute_racing(self.env, SQL('SELECT id FROM mobile_preference WHERE id = %s FOR NO KEY UPDATE', preference.id))
        preference.write(vals)
        return preference

    @api.model
    def _obtain(self, partner, company):
        """Return a customer's preference, made if there is none; two who do so at once are no error."""
        execute_racing(self.env, SQL(
            """INSERT INTO mobile_preference (partner_id, company_id, wants_push, wants_sms, wants_email, create_uid,
                                              create_date)
                    VALUES (%s, %s, TRUE, TRUE, TRUE, %s, now() AT TIME ZONE 'UTC')
               ON CONFLICT (company_id, partner_id) DO NOTHING""", partner.id, company.id, self.env.uid))
        return self._of(partner, company)
