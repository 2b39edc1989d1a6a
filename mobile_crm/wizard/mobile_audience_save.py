from odoo import fields, models


class MobileAudienceSave(models.TransientModel):
    """Keep the audience of a campaign under a name, as a favourite of the contacts."""

    _name = 'mobile.audience.save'
    _description = "Save the Audience"

    campaign_id = fields.Many2one(comodel_name='mobile.campaign', required=True, readonly=True, ondelete='cascade')
    name = fields.Char(required=True)
    is_shared = fields.Boolean(
        string="For Everybody", help="Colleagues find it, too, in Mobile CRM. Else it is yours alone, in all lists of "
                                     "contacts.")

    # === ACTION METHODS === #

    def action_save(self):
        self.ensure_one()
        self.campaign_id.check_access('read')
        # What is shared stays where everybody may see its fields.
        action = self.env.ref('mobile_crm.mobile_customer_action')
        self.env['ir.filters'].create_filter({
            'name': self.name,
            'model_id': 'res.partner',
            'domain': self.campaign_id.audience_domain,
            'user_ids': [] if self.is_shared else self.env.user.ids,
            'action_id': action.id if self.is_shared else False,
        })
        return {'type': 'ir.actions.act_window_close'}
