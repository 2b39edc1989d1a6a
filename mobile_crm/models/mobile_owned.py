from odoo import api, models
from odoo.fields import Domain

from ..tools.keyset import newest_first
from ..tools.problems import Problem


class MobileOwned(models.AbstractModel):
    """What a customer has with a company, and their phone knows by a public id.

    Whoever inherits it has the fields `partner_id`, `company_id` and `uuid`.
    """

    _name = 'mobile.owned'
    _description = "Something of a Customer"

    # === BUSINESS METHODS === #

    @api.model
    def _of(self, partner, company):
        """Return the domain of what a customer has with a company."""
        return Domain([('partner_id', '=', partner.id), ('company_id', '=', company.id)])

    @api.model
    def _mobile_page(self, partner, company, limit, after=None):
        """Return one page of what a customer has, the newest first; elevated.

        :param partner: ``res.partner``, the caller's own.
        :param tuple after: (create_date, id) of the last one that was given.
        """
        return self.sudo().search(
            self._of(partner, company) & newest_first('create_date', after), limit=limit,
            order='create_date desc, id desc')

    @api.model
    def _mobile_find(self, partner, company, uuid):
        """Return one thing of a customer; elevated.

        :param partner: ``res.partner``, the caller's own.
        :raise Problem: 404.
        """
        found = self.sudo().search(self._of(partner, company) & Domain('uuid', '=', uuid))
        if not found:
            raise Problem('not_found')
        return found
