from datetime import timedelta

from odoo import api, fields, models

# What the customer looked at so long before they asked.
LOOKED_WITHIN = timedelta(days=7)
LOOKS = 10


class CrmLead(models.Model):
    """Leads that customers open from the app."""

    _inherit = 'crm.lead'

    mobile_enquiry_ids = fields.One2many(
        string="Enquiries from the App", comodel_name='mobile.enquiry', inverse_name='lead_id', readonly=True)
    mobile_store_id = fields.Many2one(
        string="Store", comodel_name='mobile.store', check_company=True, index='btree_not_null', ondelete='set null',
        help="Which store the customer asked.")
    mobile_product_id = fields.Many2one(
        string="Product", comodel_name='product.product', check_company=True, index='btree_not_null',
        ondelete='set null', help="What the customer asked about.")
    mobile_callback_at = fields.Datetime(string="Call Back", compute='_compute_mobile_callback')
    mobile_callback_phone = fields.Char(string="Number to Call", compute='_compute_mobile_callback')
    mobile_answer_hint = fields.Char(string="Who Reads the Answer", compute='_compute_mobile_answer_hint')
    mobile_device_ids = fields.Many2many(
        string="Phones", comodel_name='mobile.device', compute='_compute_mobile_looked',
        exportable=False, groups='mobile_crm.group_mobile_crm_user')
    mobile_looked_event_ids = fields.Many2many(
        string="What They Looked At", comodel_name='mobile.event', compute='_compute_mobile_looked',
        exportable=False, groups='mobile_crm.group_mobile_crm_user')
    mobile_looked_visit_ids = fields.Many2many(
        string="Where They Were", comodel_name='mobile.visit', compute='_compute_mobile_looked',
        exportable=False, groups='mobile_crm.group_mobile_crm_user')
    mobile_may_look = fields.Boolean(
        string="Agreed to Be Known", compute='_compute_mobile_looked', groups='mobile_crm.group_mobile_crm_user')

    # === COMPUTE METHODS === #

    @api.depends('mobile_enquiry_ids.callback_at')
    def _compute_mobile_callback(self):
        for lead in self:
            latest = lead.mobile_enquiry_ids.filtered('callback_at')[:1]
            lead.mobile_callback_at, lead.mobile_callback_phone = latest.callback_at, latest.callback_phone

    @api.depends('mobile_enquiry_ids', 'partner_id')
    def _compute_mobile_answer_hint(self):
        for lead in self:
            lead.mobile_answer_hint = lead.partner_id and lead.partner_id in lead.mobile_enquiry_ids.partner_id \
                and self.env._("%s also reads this in the app.", lead.partner_id.name)

    @api.depends('mobile_enquiry_ids', 'partner_id')
    def _compute_mobile_looked(self):
        """Find what the customer looked at before they asked, as far as they agreed and the user may see it.

        It is looked up each time, and never copied into the lead: there it would outlive the consent, and be seen by
        those who may not see it.
        """
        Consent = self.env['mobile.consent'].sudo()
        for lead in self:
            enquiry = lead.mobile_enquiry_ids.filtered_domain([('partner_id', '=', lead.partner_id.id)])[:1]
            company = enquiry.company_id.sudo()
            of_customer = [('partner_id', '=', enquiry.partner_id.id), ('company_id', '=', company.id)]
            lead.mobile_device_ids = enquiry and self.env['mobile.device'].search(of_customer)
            lead.mobile_may_look = enquiry and Consent._is_granted(enquiry.partner_id, company, 'profiling')
            lead.mobile_looked_event_ids = lead.mobile_looked_visit_ids = False
            if not lead.mobile_may_look:
                continue
            since = enquiry.create_date - LOOKED_WITHIN
            lead.mobile_looked_event_ids = self.env['mobile.event'].search([
                *of_customer, ('type', 'in', ['scan', 'search', 'view']), ('occurred_at', '>', since),
                ('occurred_at', '<=', enquiry.asked_at)], limit=LOOKS)
            if Consent._is_granted(enquiry.partner_id, company, 'location'):
                lead.mobile_looked_visit_ids = self.env['mobile.visit'].search([
                    *of_customer, ('entered_at', '>', since), ('entered_at', '<=', enquiry.asked_at)], limit=LOOKS)

    # === CRUD METHODS === #

    def web_read(self, specification):
        """Override: the form shows what the customer looked at, and who sees that is written down.

        It only says so: else Odoo calls this on a replica first, fails there and calls it again.
        """
        return super().web_read(specification)

    web_read._readonly = False

    # === ACTION METHODS === #

    def action_mobile_customer(self):
        """Show all that the customer's phones have reported."""
        self.ensure_one()
        return self.partner_id.action_view_mobile_events()

    # === BUSINESS METHODS === #

    def _merge_dependences(self, opportunities):
        """Override: a merged lead's enquiries are answered on the lead that stays."""
        res = super()._merge_dependences(opportunities)
        opportunities.sudo().mobile_enquiry_ids.lead_id = self
        return res

    def _merge_get_fields(self):
        """Override to keep what the customer asked about."""
        return [*super()._merge_get_fields(), 'mobile_store_id', 'mobile_product_id']

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """Override to bring an answer to the customer's phone, as soon as it is sent to anybody."""
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        # Odoo puts off only what it tells somebody.
        if not recipients or not self._is_notification_scheduled(kwargs.get('scheduled_date')):
            self.env['mobile.enquiry']._follow_comment(self, message, recipients)
        return recipients
