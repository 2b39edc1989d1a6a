from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.mobile_crm.tools.problems import Problem, as_problem


class MobileBasket(models.Model):
    """Baskets that one of Odoo's own tills has taken over. The order's UUID is what they are known by there."""

    _inherit = 'mobile.basket'

    @api.model
    def _of_pos_order(self, company, uuid):
        return self.search([
            ('till_reference', '=', uuid), ('company_id', '=', company.id),
            # The tills of others name their orders as they like.
            ('till_id', '=', False)]) if uuid else self.browse()

    @api.model
    def _settle_on_pos(self, order):
        """Let the order of a till be the sale of the basket that it was made from. The sale stands in any case.

        :param order: ``pos.order``, elevated, paid in this transaction.
        """
        for basket in self._of_pos_order(order.company_id, order.uuid):
            if basket.state == 'at_till' and not basket._is_sold_with(order):
                basket._release_at_till()
                continue
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
            if basket.state in ('paying', 'sold') and basket._is_sold_with(order):
                # The phone has paid it, or is about to.
                basket._tell_of_till_money(
                    order.pos_reference or order.name, order.amount_total, Problem('basket_ended'))

    @api.model
    def _release_pos(self, company, uuid):
        """Give the basket back to its customer whose order at a till is given up."""
        for basket in self._of_pos_order(company, uuid).filtered(lambda basket: basket.state == 'at_till'):
            basket._release_at_till()

    def _is_sold_with(self, order):
        """Tell whether an order of a till has any of the basket's goods; a cashier may have emptied it, and used it for
        somebody else."""
        self.ensure_one()
        goods = self.order_id.order_line.filtered(lambda line: not line.is_reward_line).product_id
        return bool(goods & order.lines.filtered(lambda line: not line.is_reward_line).product_id)
