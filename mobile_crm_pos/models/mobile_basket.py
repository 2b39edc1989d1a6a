from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.mobile_crm.tools.problems import Problem, as_problem


class MobileBasket(models.Model):
    """Baskets that one of Odoo's own tills has taken over. The order's UUID is what they are known by there."""

    _inherit = 'mobile.basket'

    @api.model
    def _of_pos_order(self, company, uuid):
        return self.search([('till_reference', '=', uuid), ('company_id', '=', company.id)]) if uuid else self.browse()

    @api.model
    def _settle_on_pos(self, order):
        """Let the order of a till be the sale of the basket that it was made from. The sale stands in any case.

        :param order: ``pos.order``, elevated, paid in this transaction.
        """
        for basket in self._of_pos_order(order.company_id, order.uuid):
            why = self.env._("its status has changed since")
            try:
                with self.env.cr.savepoint():
                    if basket._sold_at_till(order.uuid, pos_order=order):
                        continue
            except (Problem, UserError) as exc:
                why = as_problem(exc).words(self.env)
            order.message_post(body=self.env._(
                "The customer's basket %(basket)s was not closed by this sale: %(why)s",
                basket=basket.order_id.name, why=why))

    @api.model
    def _release_pos(self, company, uuid):
        """Give the basket back to its customer whose order at a till is given up."""
        for basket in self._of_pos_order(company, uuid).filtered(lambda basket: basket.state == 'at_till'):
            basket._release_at_till()
