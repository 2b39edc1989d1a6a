from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html


class MobileEnquiry(models.Model):
    _inherit = 'mobile.enquiry'

    @api.model
    def _make_demo(self):
        """Let two demo customers ask something, and answer the first."""
        company, colleague = self.env.ref('base.main_company'), self.env.ref('base.user_demo')
        Enquiry = self.sudo().with_company(company)
        tomorrow = (fields.Datetime.now() + timedelta(days=1)).replace(hour=14, minute=30, second=0)
        asked = Enquiry.browse()
        for customer, store, product, subject, text, callback in (
            ('mobile_crm.partner_thibault_lemmens', 'mobile_crm.store_brussels_dansaert', 'mobile_crm.product_skillet',
             "Skillet on an induction hob",
             "Hello, does the cast-iron skillet work on induction? And can I pick one up on Saturday?", None),
            ('mobile_crm.partner_noor_dewaele', 'mobile_crm.store_ghent', 'mobile_crm.product_hand_grinder',
             "Hand grinder for a gift",
             "I would like to give a grinder to a friend who drinks espresso. Could somebody call me back about it?",
             (tomorrow, '+32470123456')),
        ):
            asked += Enquiry._open(
                self.env.ref(customer), company, subject, text, store=self.env.ref(store),
                product=self.env.ref(product), callback=callback)
        asked[0].lead_id.with_user(colleague).message_post(
            body=plaintext2html(
                "Hello Thibault,\nyes, it does, on gas and on an open fire too. I have put one aside for you until "
                "Saturday evening."),
            message_type='comment', subtype_xmlid='mail.mt_comment')
        # What Odoo has of its own goes when the demo goes.
        self.env['ir.model.data']._update_xmlids([{
            'xml_id': f'mobile_crm.demo_lead_{enquiry.lead_id.id}', 'record': enquiry.lead_id, 'noupdate': True,
        } for enquiry in asked])
        # Nobody is sent an email about customers who do not exist.
        self.env['mail.mail'].search([('mail_message_id', 'in', asked.lead_id.message_ids.ids)]).unlink()
