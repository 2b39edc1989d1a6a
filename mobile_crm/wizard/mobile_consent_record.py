from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.mobile_consent import PURPOSES
from ..tools.problems import Problem


class MobileConsentRecord(models.TransientModel):
    """What a customer told a member of staff: a consent, or its withdrawal."""

    _name = 'mobile.consent.record'
    _description = "Record Consent"

    partner_id = fields.Many2one(string="Customer", comodel_name='res.partner', required=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)
    purpose = fields.Selection(selection=PURPOSES, required=True)
    granted = fields.Selection(
        string="Decision", selection=[('yes', "The customer agrees"), ('no', "The customer refuses or withdraws")],
        required=True)
    text = fields.Text(string="Read This to the Customer", compute='_compute_text')
    note = fields.Char(
        string="How It Was Told", required=True,
        help="Such as: on a form at the counter. This stays for good: write no names, numbers or addresses.")

    # === COMPUTE METHODS === #

    @api.depends('partner_id', 'company_id', 'purpose')
    def _compute_text(self):
        for record in self:
            state = record._states().get(record.purpose)
            record.text = state and state.text

    # === ACTION METHODS === #

    def action_record(self):
        self.ensure_one()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You work for another company."))
        self.env['mobile.consent'].check_access('create')
        self.partner_id.check_access('read')
        if self.granted == 'yes' and self.purpose == 'email' and not self.partner_id.email_normalized:
            raise UserError(self.env._("Enter the customer's email address first."))
        Consent = self.env['mobile.consent'].with_context(lang=self.partner_id.lang)
        try:
            Consent._append(
                self.partner_id, self.company_id, {self.purpose: self.granted == 'yes'}, 'staff',
                note=self.note, user_id=self.env.uid)
        except Problem as problem:
            raise UserError(str(problem.title)) from problem

    # === BUSINESS METHODS === #

    def _states(self):
        """Return what the customer would be shown, in their own language."""
        Consent = self.env['mobile.consent'].with_context(lang=self.partner_id.lang or self.env.lang)
        return Consent._states(self.partner_id, self.company_id)
