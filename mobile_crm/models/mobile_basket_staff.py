from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_list

# For how long it is news to a phone that something was taken out of the basket.
NEWS_MINUTES = 15


class MobileBasket(models.Model):
    """What a colleague has to look at before a basket is paid."""

    _inherit = 'mobile.basket'

    check_ids = fields.One2many(
        string="Checks by Colleagues", comodel_name='mobile.basket.check', inverse_name='basket_id', readonly=True)

    # === BUSINESS METHODS === #

    def _open_checks(self):
        """Return what a colleague has yet to look at; while there is something, the basket is not paid by phone.

        Where the request can write, what is asked follows the basket as it is at this moment.

        :rtype: MobileBasketCheck
        """
        self.ensure_one()
        if not self.env.cr.readonly and self.state == 'open':
            self._ask_staff()
        return self.check_ids.filtered(lambda check: check.state == 'open')

    def _lines_for_staff(self):
        """Override: those that a check waits for."""
        return super()._lines_for_staff() | self._open_checks().line_id

    def _hold_goods(self):
        """Override: each change may need a colleague, or need none any more."""
        res = super()._hold_goods()
        for basket in self:
            basket._ask_staff()
        return res

    def _ask_staff(self):
        """Ask colleagues for what they have to look at, and for nothing else any more."""
        self.ensure_one()
        checks = self.check_ids
        wanted = self._wanted_checks(checks.filtered(lambda check: check.state == 'approved'))
        waiting = checks.filtered(lambda check: check.state == 'open')
        stale = waiting.filtered(
            lambda check: wanted.get((check.line_id, check.reason)) != check._asks())
        if stale:
            stale._move_on('void', ('open',))
        for check in waiting - stale:
            del wanted[check.line_id, check.reason]
        self.env['mobile.basket.check'].create([{
            'basket_id': self.id, 'line_id': line.id, 'product_id': line.product_id.id, 'reason': reason,
            'min_age': asked if reason == 'age' else 0, 'quantity': line.product_uom_qty,
        } for (line, reason), asked in wanted.items()])
        if stale or wanted:
            self.invalidate_recordset(['check_ids'])
            self.env['mobile.exit.screen']._tell(self.store_id)

    @api.model
    def _ask_again(self, domain):
        """Ask colleagues anew about open baskets of which some lines need others now.

        :param domain: of ``sale.order.line``.
        """
        for basket in self.sudo().search(
                Domain('state', '=', 'open') & Domain('order_id.order_line', 'any', domain)):
            basket._ask_staff()

    def _wanted_checks(self, approved):
        """Return what has to be looked at that was not approved.

        :param approved: ``mobile.basket.check``, what was.
        :return: what is asked, by line and reason: the age, or the quantity that is to be weighed.
        :rtype: dict[tuple, float]
        """
        of_age = max((check.min_age for check in approved if check.reason == 'age'), default=0)
        weights = {(check.line_id, check.quantity) for check in approved if check.reason == 'weight'}
        wanted = {}
        for line in self.order_id.order_line:
            if line.display_type or line.product_uom_qty <= 0:
                continue
            needs = line.product_id.product_tmpl_id._mobile_staff_needs()
            if needs.min_age > of_age:
                wanted[line, 'age'] = needs.min_age
            if needs.is_weighed and (line, line.product_uom_qty) not in weights:
                wanted[line, 'weight'] = line.product_uom_qty
        return wanted

    def _correct_weight(self, line, quantity):
        """Put what the scales said in the place of what the customer has entered."""
        self.ensure_one()
        before = self._seen()
        line.product_uom_qty = quantity
        self._show(before, [*self._settle(), {
            'code': 'staff', 'product_id': line.product_id.id,
            'text': self._for_customer().env._("A colleague has weighed %s.", line.product_id.name)}])

    def _take_out(self, lines):
        """Take lines out of the basket that a colleague does not sell, and tell the customer."""
        self.ensure_one()
        before, customer = self._seen(), self._for_customer()
        products = lines.product_id.with_env(customer.env)
        words = customer.env._(
            "This cannot be sold to you here: %s.", format_list(customer.env, products.mapped('name')))
        lines.unlink()
        self._show(before, [*self._settle(), *({
            'code': 'staff', 'product_id': product.id,
            'text': customer.env._("%s cannot be sold to you here.", product.name)} for product in products)])
        self._ask_staff()
        self.env['mobile.message'].sudo()._post([{
            'partner_id': self.partner_id.id,
            'company_id': self.company_id.id,
            'title': customer.env._("A colleague has changed your basket"),
            'body': words,
            'link': f'/orders/{self._public_id()}',
            'collapse_key': f'basket:{self._public_id()}',
            'expires_at': fields.Datetime.add(fields.Datetime.now(), minutes=NEWS_MINUTES),
            'is_service': True,
        }], channels=('push',))

    def _for_customer(self):
        """Return the basket in its customer's language."""
        return self.with_context(lang=self.partner_id.lang)

    # === BUSINESS METHODS: the way out === #

    def _after_sale(self):
        """Override: who has paid with the phone gets an exit pass, and here it is decided whose goods are counted."""
        res = super()._after_sale()
        Pass = self.env['mobile.exit.pass'].sudo()
        for basket in self.filtered(lambda basket: basket._leaves_by_pass()):
            Pass._issue(basket, Pass._draw_audit(basket))
        return res

    def _leaves_by_pass(self):
        """Tell whether the customer shows a pass on the way out: not when a till has sold the basket."""
        self.ensure_one()
        # A till's number stays on what it has given back.
        return self.order_id.state == 'sale' and not self.till_claimed_at
