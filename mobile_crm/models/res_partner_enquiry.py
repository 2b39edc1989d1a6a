from odoo import api, fields, models


class ResPartner(models.Model):
    """What customers write, and answers on the contact."""

    _inherit = 'res.partner'

    mobile_enquiry_ids = fields.One2many(
        string="Enquiries", comodel_name='mobile.enquiry', inverse_name='partner_id', readonly=True,
        groups='sales_team.group_sale_salesman')
    mobile_enquiry_count = fields.Integer(
        string="Enquiry Count", compute='_compute_mobile_enquiry_count', groups='sales_team.group_sale_salesman')
    mobile_answer_hint = fields.Char(
        string="Who Reads the Answer", compute='_compute_mobile_answer_hint',
        groups='sales_team.group_sale_salesman')

    # === COMPUTE METHODS === #

    @api.depends('mobile_enquiry_ids')
    def _compute_mobile_enquiry_count(self):
        counts = dict(self.env['mobile.enquiry']._read_group(
            [('partner_id', 'in', self.ids)], ['partner_id'], ['__count']))
        for partner in self:
            partner.mobile_enquiry_count = counts.get(partner, 0)

    @api.depends('mobile_enquiry_ids')
    def _compute_mobile_answer_hint(self):
        for partner in self:
            partner.mobile_answer_hint = any(partner.mobile_enquiry_ids.mapped('is_on_contact')) \
                and self.env._("%s also reads this in the app.", partner.name)

    # === ACTION METHODS === #

    def action_view_mobile_enquiries(self):
        return self._mobile_action('mobile_crm.mobile_enquiry_action')

    # === BUSINESS METHODS === #

    def _mobile_reply(self, company, text, channel, message=None):
        """Bring to a person what a customer answers to a message of ours.

        An answer to an answer goes on with that conversation, and so does a second one to the same message. A reply to
        a campaign's message is a lead, for somebody is interested. Another goes to the chatter of the contact if it has
        a salesperson who reads it there, and else is a lead, so that it is somebody's.

        :param company: ``res.company`` whose message it was.
        :param str text: plain text, not empty.
        :param str channel: ``app``, ``sms`` or ``email``; how the customer wrote.
        :param message: ``mobile.message`` of this customer that it answers; None when that is not known: then it
            belongs to the conversation in which something was said last, if that was within a week.
        :return: the line of the conversation.
        :rtype: MobileEnquiryMessage
        """
        self.ensure_one()
        partner, company = self.sudo(), company.sudo()
        message = message.sudo() if message else self.env['mobile.message']
        Enquiry = self.env['mobile.enquiry'].sudo().with_company(company)
        enquiry = Enquiry._replied_to(partner, company, message)
        if enquiry:
            return enquiry._hear(text, channel, quoted=None if message.enquiry_id else message)
        subject = self.env._("Re: %s", message.title) if message else self.env._("Message from %s", partner.name)
        has_salesperson = Enquiry.new({'company_id': company.id})._may_answer(partner.user_id)
        enquiry = Enquiry._open(
            partner, company, ' '.join(subject.split()), text, channel=channel, message=message,
            on_contact=has_salesperson and not message.campaign_id)
        return enquiry.line_ids[-1:]

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """Override to bring an answer to the customer's phone, as soon as it is sent to anybody."""
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        # Odoo puts off only what it tells somebody.
        if not recipients or not self._is_notification_scheduled(kwargs.get('scheduled_date')):
            self.env['mobile.enquiry']._follow_comment(self, message, recipients)
        return recipients
