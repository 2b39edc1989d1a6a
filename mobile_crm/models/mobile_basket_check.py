from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare

# Who may answer; whoever sells has it.
GROUP = 'mobile_crm.group_mobile_crm_exit'


class MobileBasketCheck(models.Model):
    """Something of a customer's basket that a colleague has to look at before it is paid with the phone.

    There is one for each line and reason. An approved age is good for all of the basket, also for what is put into it
    later, up to that age. A weight is approved as it was: another quantity asks again.

    That somebody has shown how old they are is noted, never what they have shown: the law asks for no more. A birthdate
    that the customer has typed into the app proves nothing, so it is not asked for.
    """

    _name = 'mobile.basket.check'
    _description = "Check of a Basket by a Colleague"
    _inherit = ['mobile.moving']
    _order = 'id'
    _rec_name = 'product_id'

    basket_id = fields.Many2one(
        comodel_name='mobile.basket', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='basket_id.company_id', store=True, precompute=True)
    store_id = fields.Many2one(related='basket_id.store_id', store=True, precompute=True, index=True)
    # Who serves at the door sees nobody's name.
    partner_id = fields.Many2one(
        string="Customer", related='basket_id.partner_id', groups='mobile_crm.group_mobile_crm_user')
    order_id = fields.Many2one(related='basket_id.order_id')
    basket_state = fields.Selection(string="Status of the Basket", related='basket_id.state')
    line_id = fields.Many2one(
        string="Order Line", comodel_name='sale.order.line', readonly=True, index='btree_not_null',
        ondelete='set null', help="Empty when it is no longer in the basket.")
    product_id = fields.Many2one(
        comodel_name='product.product', required=True, readonly=True, index=True, ondelete='cascade')
    reason = fields.Selection(
        selection=[('age', "Age"), ('weight', "Weight")], required=True, readonly=True)
    min_age = fields.Integer(string="Minimum Age", readonly=True, aggregator=None, help="In years.")
    quantity = fields.Float(digits='Product Unit', readonly=True, help="As it was when a colleague was needed.")
    uom_id = fields.Many2one(related='line_id.product_uom_id', string="Unit")
    state = fields.Selection(
        selection=[
            ('open', "Waiting"), ('approved', "Approved"), ('refused', "Refused"), ('void', "Not Needed Any More")],
        string="Status", required=True, readonly=True, default='open')
    user_id = fields.Many2one(
        string="Answered By", comodel_name='res.users', readonly=True, ondelete='restrict', index='btree_not_null')
    answered_at = fields.Datetime(string="Answered", readonly=True)

    _open_unique = models.UniqueIndex("(basket_id, line_id, reason) WHERE state = 'open'")
    _waiting_idx = models.Index("(store_id, id) WHERE state = 'open'")

    # === ACTION METHODS === #

    def action_approve(self, quantity=None):
        """Note that a colleague has looked, and that it is right.

        :param float quantity: what the scales said, where it is not what the customer has entered; of one check.
        """
        self._check_staff()
        for found in self.sudo():
            check = found.with_company(found.company_id)
            check._check_open()
            if quantity is not None and check.reason == 'weight' and check._differs(quantity):
                check._correct(quantity)
            check._answer('approved', check if check.reason == 'weight' else check._ages(
                lambda other, check=check: other.min_age <= check.min_age))

    def action_refuse(self):
        """Take what a colleague does not sell out of the basket, and tell the customer."""
        self._check_staff()
        for found in self.sudo():
            check = found.with_company(found.company_id)
            check._check_open()
            # Who is not 16 is not 18 either.
            refused = check if check.reason == 'weight' else check._ages(
                lambda other, check=check: other.min_age >= check.min_age)
            lines = refused.line_id
            check._answer('refused', refused)
            check.basket_id._take_out(lines)

    # === BUSINESS METHODS === #

    def _check_staff(self):
        """See that the caller is a colleague who may answer these checks."""
        self.check_access('read')
        if not self.env.su and not self.env.user.has_group(GROUP):
            raise AccessError(self.env._("Only staff of stores approve what customers scan."))

    def _customer_text(self):
        """Return what to tell the customer of it."""
        self.ensure_one()
        if self.reason == 'weight':
            return self.env._("A colleague has to look at the weight of %s.", self.product_id.name)
        return self.env._(
            "A colleague has to see that you are at least %(age)s for %(product)s.", age=self.min_age,
            product=self.product_id.name)

    def _check_open(self):
        """See that there is still something to answer.

        :raise UserError: when there is not.
        """
        self.ensure_one()
        if self.state != 'open' or self.basket_id.state != 'open':
            raise UserError(self.env._("The customer has changed the basket, or a colleague was faster. Look again."))

    def _ages(self, condition):
        """Return the open checks of age in the same basket for which a condition holds."""
        return self.search([
            ('basket_id', '=', self.basket_id.id), ('state', '=', 'open'), ('reason', '=', 'age')]).filtered(condition)

    def _answer(self, state, checks):
        """Answer checks, this one among them.

        :raise UserError: when somebody was faster.
        """
        moved = checks._move_on(state, ('open',), user_id=self.env.uid, answered_at=fields.Datetime.now())
        if self not in moved:
            raise UserError(self.env._("The customer has changed the basket, or a colleague was faster. Look again."))
        self.env['mobile.exit.screen']._tell(self.store_id)

    def _asks(self):
        """Return what is asked, as ``mobile.basket._wanted_checks`` has it."""
        return self.min_age if self.reason == 'age' else self.quantity

    def _differs(self, quantity):
        return float_compare(quantity, self.quantity, precision_rounding=self.uom_id.rounding or 0.01) != 0

    def _correct(self, quantity):
        """Put what the scales said into the basket.

        :raise UserError: when it is nothing.
        """
        if quantity <= 0:
            raise UserError(self.env._("Enter what the scales say, or refuse it."))
        self.quantity = quantity
        self.basket_id._correct_weight(self.line_id, quantity)

    @api.model
    def _waiting(self, stores):
        """Return the checks that wait in some stores, elevated, the oldest first."""
        return self.sudo().search([
            ('store_id', 'in', stores.ids), ('state', '=', 'open'), ('basket_id.state', '=', 'open')])
