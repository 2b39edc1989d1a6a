from odoo import fields, models
from odoo.http import request

from ..tools.problems import Problem


class SaleOrder(models.Model):
    """Coupon codes that customers enter themselves, and the store at which an order is made."""

    _inherit = 'sale.order'

    mobile_store_id = fields.Many2one(
        string="Store", comodel_name='mobile.store', check_company=True, index='btree_not_null', ondelete='set null',
        help="Where the order is made. A coupon that counts in some stores only counts on this order if it is one of "
             "them.")

    # === BUSINESS METHODS === #

    def _try_apply_code(self, code):
        """Override to keep visitors of the shop and of the portal from trying codes until one is right.

        What belongs to somebody else is to them as if it did not exist. Members of staff may know.
        """
        if not self.env.user.share:
            return super()._try_apply_code(code)
        self.ensure_one()
        public = self.env.user._is_public()
        # A customer who makes another basket is the same customer.
        subject = f'basket {self.id}' if public else f'customer {self.env.user.partner_id.id}'
        host = request.httprequest.remote_addr if request else None
        try:
            with self.env['mobile.guessing']._attempt(subject, self.company_id, host, named=not public) as attempt:
                result = self._mobile_try_own_code(code, super()._try_apply_code)
                attempt.found = not result.get('not_found')
        except Problem as problem:
            if problem.problem_code != 'too_many_requests':
                raise
            minutes = -(-int(problem.headers['Retry-After']) // 60)
            return {'error': self.env._("Too many wrong codes. Try again in %s minutes.", minutes)}
        return result

    def _mobile_try_own_code(self, code, apply):
        """Apply a code by ``apply`` unless it is somebody else's."""
        card = self.env['loyalty.card'].sudo()._mobile_find_by_code(code)
        if card and not card._mobile_is_usable_by(self.partner_id):
            return {'error': self.env._("This code is invalid (%s).", code), 'not_found': True}
        return apply(code)
