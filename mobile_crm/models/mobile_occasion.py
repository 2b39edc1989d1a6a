from odoo import fields, models

from .mobile_campaign_occasion import OCCASION_TRIGGERS


class MobileOccasion(models.Model):
    """Something that happened in Odoo and that campaigns answer soon: written in the transaction of its cause, so that
    no campaign keeps an order waiting or breaks it.
    """

    _name = 'mobile.occasion'
    _description = "Occasion of Campaigns"
    _order = 'id'
    _log_access = False

    trigger = fields.Selection(
        selection=[(trigger, trigger) for trigger in OCCASION_TRIGGERS], required=True, readonly=True)
    cause = fields.Char(required=True, readonly=True, help="See the cause of a decision.")
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    store_id = fields.Many2one(comodel_name='mobile.store', readonly=True, ondelete='set null')
    occurred_at = fields.Datetime(string="Occurred", required=True, readonly=True, default=fields.Datetime.now)

    _cause_unique = models.UniqueIndex('(company_id, partner_id, trigger, cause)')
