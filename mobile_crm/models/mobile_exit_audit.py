import secrets
from collections import defaultdict
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from .mobile_exit_pass import KEPT_DAYS

# Chances are drawn in hundredths of a percent.
HUNDRED_PERCENT = 10_000


class Goods(NamedTuple):
    """What of one product was paid.

    :ivar product: ``product.product``
    :ivar uom: ``uom.uom`` in which the quantity is
    :ivar int pieces: how many the customer carries
    """

    product: Any
    uom: Any
    quantity: float
    pieces: int


class MobileExitPass(models.Model):
    """Whose goods are counted on the way out, and what came of it."""

    _inherit = 'mobile.exit.pass'

    # === BUSINESS METHODS: whose === #

    @api.model
    def _draw_audit(self, basket):
        """Decide whether a colleague counts the goods of a sale, in a way that nobody foresees.

        :param basket: ``mobile.basket``, sold.
        :return: the reason, as `audit_reason` has it, or False.
        """
        company, order = basket.company_id.sudo(), basket.order_id
        if company.mobile_audit_first and not self.env['mobile.basket'].sudo().search_count([
                ('partner_id', '=', basket.partner_id.id), ('company_id', '=', company.id), ('state', '=', 'sold'),
                ('id', '!=', basket.id)], limit=1):
            return 'first'
        total = order.currency_id._convert(
            order.amount_total, company.currency_id, company, fields.Date.context_today(order))
        if company.mobile_audit_amount and company.currency_id.compare_amounts(
                total, company.mobile_audit_amount) >= 0:
            return 'amount'
        percent = basket.store_id.audit_percent
        has_failed = company.mobile_audit_failed_percent > percent and self.sudo().search_count([
            ('partner_id', '=', basket.partner_id.id), ('company_id', '=', company.id),
            ('audit_result', '=', 'failed'),
            ('issued_at', '>=', fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS))], limit=1)
        # One draw, so that who is counted more often is counted in any case where others would be.
        draw = secrets.randbelow(HUNDRED_PERCENT)
        if draw < percent * 100:
            return 'random'
        return 'failed' if has_failed and draw < company.mobile_audit_failed_percent * 100 else False

    # === BUSINESS METHODS: counting === #

    @api.model
    def _goods(self, order):
        """Return what of an order the customer carries, a row for each product and unit, in the order's own order.

        Services, such as a discount's own product, are nothing to carry; a free product of a reward is.

        :rtype: list[Goods]
        """
        sums = defaultdict(float)
        for line in order.order_line:
            if not line.display_type and line.product_id.type == 'consu' and line.product_uom_qty > 0:
                sums[line.product_id, line.product_uom_id] += line.product_uom_qty
        return [Goods(product, uom, quantity, self._pieces(product, quantity))
                for (product, uom), quantity in sums.items()]

    @api.model
    def _pieces(self, product, quantity):
        """Return as how many things a quantity is counted; what is weighed or measured is one."""
        is_counted = quantity == int(quantity) and not product.product_tmpl_id._mobile_staff_needs().is_weighed
        return int(quantity) if is_counted else 1

    def _close_audit(self, user, store, found, note=None):
        """Compare what a colleague has found with what was paid, and let the customer go.

        Whatever came of it, the pass is used: what is wrong is settled between people.

        :param user: ``res.users`` who has counted.
        :param store: ``mobile.store`` where.
        :param dict found: the pieces, by id of the product.
        :param str note: in the colleague's words.
        :rtype: MobileExit
        :raise UserError: when somebody has let the customer out meanwhile.
        """
        self.ensure_one()
        paid = defaultdict(int)
        for goods in self._goods(self.order_id):
            paid[goods.product.id] += goods.pieces
        missing = {key: count - found.get(key, 0) for key, count in paid.items() if found.get(key, 0) < count}
        extra = {key: count - paid.get(key, 0) for key, count in found.items() if count > paid.get(key, 0)}
        result = 'failed' if missing or extra else 'passed'
        now = fields.Datetime.now()
        if not self._move_on('left', ('open',), left_at=now, audit_result=result):
            raise UserError(self.env._("Somebody has let this customer out meanwhile, or has given them a new pass."))
        return self._log(store, f'audit_{result}', now, user_id=user.id, note=note or False,
                         missing=self._name_all(missing), extra=self._name_all(extra))

    @api.model
    def _name_all(self, counts):
        """Return numbers of products in words, such as "2 x Mug, 1 x Rain Jacket"; False for none."""
        products = self.env['product.product'].sudo().browse(counts)
        return ', '.join(f'{counts[product.id]} x {product.display_name}' for product in products) or False
