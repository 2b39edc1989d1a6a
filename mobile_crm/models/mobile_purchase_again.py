from typing import NamedTuple
from uuid import uuid4

from odoo import api, models


class Again(NamedTuple):
    """A product of an earlier order that can be bought again.

    :ivar ProductAnswer answer: as it is sold now
    :ivar float quantity: in the product's own unit
    :ivar float price_then: of one, with taxes
    :ivar currency: ``res.currency``, of that price
    """

    answer: tuple
    quantity: float
    price_then: float
    currency: models.BaseModel


class Missing(NamedTuple):
    """A product of an earlier order that cannot be bought again.

    :ivar str reason: ``not_sold``, or ``choose`` for what is put together anew each time
    :ivar str text: the reason, for the customer
    """

    name: str
    reason: str
    text: str


class MobilePurchase(models.AbstractModel):
    """Buying the same once more."""

    _inherit = 'mobile.purchase'

    # === BUSINESS METHODS === #

    @api.model
    def _again(self, shopper, head, list_uuid=None):
        """Return what of a purchase can be bought again, as it is sold now, and what cannot.

        What went back is left out, and so are rewards and deliveries.

        :param Shopper shopper: the caller, whose order it is.
        :param list_uuid: of a shopping list of theirs, on which it is put.
        :rtype: tuple[list[Again], list[Missing]]
        """
        [facts] = self._facts(shopper, [head])
        quantities, paid, missing = {}, {}, {}
        for line in facts.lines:
            quantity = line.quantity - line.returned
            if line.type != 'product' or quantity <= 0:
                continue
            product = self.env['product.product'].sudo().browse(line.product_id or ())
            if not product or product.id not in facts.visible:
                details = facts.details.get(line.product_id)
                name = details.name if details else line.name
                missing[name] = Missing(name, 'not_sold', self.env._("It is not sold here any more."))
            elif product.type == 'combo':
                missing[product.id] = Missing(
                    facts.details[product.id].name, 'choose', self.env._("Put it together anew, please."))
            else:
                unit = self.env['uom.uom'].sudo().browse(line.uom_id or product.uom_id.id)
                own = unit._compute_quantity(quantity, product.uom_id, round=False)
                quantities[product.id] = quantities.get(product.id, 0.0) + own
                paid[product.id] = paid.get(product.id, 0.0) + line.total * quantity / line.quantity
        products = self.env['product.product'].sudo().browse(quantities)
        again = [
            Again(answer, quantities[answer.product.id], paid[answer.product.id] / quantities[answer.product.id],
                  facts.currency)
            for answer in self.env['mobile.catalogue']._answers(shopper, products)]
        if list_uuid:
            self._note_down(shopper, again, list_uuid)
        return again, list(missing.values())

    @api.model
    def _note_down(self, shopper, again, list_uuid):
        """Put products on a shopping list of the caller.

        :raise Problem: 404 when they have none with this id, 422 when it is full.
        """
        shopping_list = self.env['mobile.list']._find(shopper, list_uuid)
        if again:
            shopping_list._add_lines(shopper, [{
                'id': uuid4(), 'product_id': one.answer.product.id, 'text': one.answer.details.name,
                # Of less than a list can say, as little as it can.
                'quantity': max(round(one.quantity, 3), 0.001),
                'unit': None, 'note': None, 'done': False, 'position': None,
            } for one in again], ['body', 'list_id'])
