from odoo import api, fields, models

from .mobile_message import PROVIDERS


class MobileSender(models.Model):
    """What one provider does for one app, or for a company: how fast it may be asked, and whether it answers."""

    _name = 'mobile.sender'
    _description = "Message Sender"
    _order = 'company_id, provider, app_id, id'
    _rec_name = 'provider'

    provider = fields.Selection(selection=PROVIDERS, required=True, readonly=True)
    app_id = fields.Many2one(
        comodel_name='mobile.app', readonly=True, index='btree_not_null', ondelete='cascade',
        help="Whose credentials are used. Text messages and emails go out for the company.")
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True, ondelete='cascade')

    _sender_unique = models.UniqueIndex('(provider, company_id, coalesce(app_id, 0))')

    # === BUSINESS METHODS === #

    @api.model
    def _ensure(self, provider, company, app=None):
        """Return the sender of a provider for an app, or for a company, made where there is none yet.

        :rtype: MobileSender
        """
        values = {'provider': provider, 'company_id': company.id, 'app_id': app.id if app else False}
        return self.search([(name, '=', value) for name, value in values.items()]) or self.create(values)
