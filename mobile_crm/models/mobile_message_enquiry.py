from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.problems import Problem


class MobileMessage(models.Model):
    """Which conversation an answer belongs to."""

    _inherit = 'mobile.message'

    enquiry_id = fields.Many2one(
        comodel_name='mobile.enquiry', readonly=True, index='btree_not_null', ondelete='set null')

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_find(self, partner, company, uuid):
        """Return one message of a customer's inbox, under the caller's own rights.

        :param partner: ``res.partner``, the caller's own.
        :raise Problem: 404.
        """
        message = self.search(Domain([
            ('uuid', '=', uuid), ('partner_id', '=', partner.id), ('company_id', '=', company.id),
            ('channel', '=', 'inbox'), ('sent_at', '!=', False)]))
        if not message:
            raise Problem('not_found')
        return message
