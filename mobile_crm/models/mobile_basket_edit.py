from odoo import api, models
from odoo.fields import Command
from odoo.tools import float_compare

from ..tools.problems import Problem
from .mobile_basket_intake import MOST_LINES


class MobileBasket(models.Model):
    """What a customer does with their basket. Each change is of a version that they have seen, and makes a new one."""

    _inherit = 'mobile.basket'

    # === BUSINESS METHODS === #

    def _edit(self, shopper, device, version, values):
        """Change a basket; what is left out stays as it is, at the prices of now.

        :param Shopper shopper: the caller, whose basket it is.
        :param device: ``mobile.device`` by which they do it.
        :param int version: that they have seen.
        :param dict values: ``lines`` in place of all (see ``_items``), ``offer_ids`` and ``rewards`` (see
            ``_set_rewards``) likewise.
        :raise Problem: 409, 412, 428, see ``_check_version``; 422 for what cannot be had.
        """
        self._check_version(version)
        basket = self.with_company(self.company_id)
        before, touched = basket._seen(), set()
        basket.device_id = device
        if values.get('lines') is not None:
            touched = basket._replace_lines(basket._items(shopper, values['lines'], ['body', 'lines']))
        changes = basket._settle()
        if values.get('offer_ids') is not None:
            basket._set_offers(shopper, values['offer_ids'], ['body', 'offer_ids'])
        if values.get('rewards') is not None:
            basket._set_rewards(values['rewards'], ['body', 'rewards'])
        basket._edited(before, changes, touched)

    def _add(self, shopper, device, version, lines):
        """Put more into a basket: what is in it already becomes more.

        :param lines: see ``_items``.
        :raise Problem: see ``_edit``.
        """
        self._check_version(version)
        basket = self.with_company(self.company_id)
        before = basket._seen()
        basket.device_id = device
        touched = basket._put(basket._items(shopper, lines, ['body', 'lines']))
        basket._edited(before, basket._settle(), touched)

    def _leave(self, version):
        """Give a basket up, as its customer says.

        :raise Problem: see ``_edit``.
        """
        self._check_version(version)
        self._give_up('cancelled')

    def _edited(self, before, changes, touched):
        """Conclude a change of the customer's."""
        self.expires_at = self._next_expiry(self.company_id)
        self._show(before, changes, touched)
        self._note_prices(self.order_id.order_line.filtered(lambda line: line.id in touched))

    # === BUSINESS METHODS: lines === #

    def _put(self, items):
        """Put items into the basket; return the ids of the lines that have changed.

        :param list[Item] items: each of another product or unit.
        """
        order = self._quotation()
        own = {(line.product_id, line.product_uom_id): line for line in self._goods(order)}
        noted, commands = [], []
        for item in items:
            line = own.get((item.product, item.unit))
            if line:
                more = item._replace(quantity=item.quantity + line.product_uom_qty)
                self._check_sum(more)
                noted.append((line, item))
                commands.append(Command.update(line.id, {
                    'product_uom_qty': self._line_values(more)['product_uom_qty']}))
            else:
                commands.append(Command.create(self._line_values(item)))
        if len(own) + len(commands) - len(noted) > MOST_LINES:
            raise Problem.invalid(['body', 'lines'], self.env._("A basket has %s lines at most.", MOST_LINES))
        known = order.order_line
        order.write({'order_line': commands})
        fresh = (order.order_line - known).sorted('id')
        noted += zip(fresh, [item for item in items if (item.product, item.unit) not in own], strict=True)
        self._note_items(noted)
        return {line.id for line, _item in noted}

    def _replace_lines(self, items):
        """Put these items into the basket in place of all; return the ids of the lines that have changed."""
        order = self._quotation()
        wanted = {(item.product, item.unit): item for item in items}
        touched, gone, fresh = set(), order.order_line.browse(), dict(wanted)
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        for line in self._goods(order):
            item = wanted.get((line.product_id, line.product_uom_id))
            if not item:
                gone |= line
                touched.add(line.id)
                continue
            del fresh[line.product_id, line.product_uom_id]
            if float_compare(item.quantity, line.product_uom_qty, precision_digits=digits):
                line.product_uom_qty = self._line_values(item)['product_uom_qty']
                touched.add(line.id)
        gone.unlink()
        return touched | (self._put(list(fresh.values())) if fresh else set())

    @api.model
    def _check_sum(self, item):
        problem = self._quantity_problem(item)
        if problem:
            raise Problem.invalid(['body', 'lines', 0, 'quantity'], problem)

    def _note_items(self, pairs):
        """Remember what barcodes said of lines, beside how much it is.

        :param pairs: (``sale.order.line``, ``Item``) each.
        """
        noted = dict(self.scanned or {})
        for line, item in pairs:
            entry = dict(noted.get(str(line.id), {}))
            for name, value in item.said.items():
                entry[f'{name}s'] = sorted({*entry.get(f'{name}s', ()), value})
            noted[str(line.id)] = entry
        self.scanned = noted

    def _note_prices(self, lines):
        """Remember what one of each of these lines costs now, and forget lines that are gone."""
        living = {str(line_id) for line_id in self.order_id.order_line.ids}
        noted = {key: entry for key, entry in (self.scanned or {}).items() if key in living}
        for line in self._goods(self.order_id) & lines:
            noted[str(line.id)] = {**noted.get(str(line.id), {}), 'price': self._price_of_one(line)}
        if noted != (self.scanned or {}):
            self.scanned = noted
