from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.mobile_catalogue import Shopper

# How many products a colleague looks through.
SUGGESTED = 12


class MobileSuggestion(models.TransientModel):
    """What the customer of a quotation may want as well; what is ticked is added to it."""

    _name = 'mobile.suggestion'
    _description = "Suggest Products"

    order_id = fields.Many2one(comodel_name='sale.order', required=True, readonly=True, ondelete='cascade')
    partner_id = fields.Many2one(related='order_id.partner_id', related_sudo=False)
    is_personal = fields.Boolean(
        compute='_compute_is_personal',
        help="Whether the customer agrees that recommendations rest on their purchases.")
    line_ids = fields.One2many(
        comodel_name='mobile.suggestion.line', inverse_name='suggestion_id', compute='_compute_line_ids', store=True,
        readonly=False, precompute=True)

    # === COMPUTE METHODS === #

    @api.depends('order_id')
    def _compute_is_personal(self):
        self._check_order_id()
        for suggestion in self:
            suggestion.is_personal = suggestion.order_id and self.env['mobile.consent'].sudo()._is_granted(
                suggestion.partner_id, suggestion.order_id.company_id, 'profiling')

    @api.depends('order_id')
    def _compute_line_ids(self):
        # Constraints are not asked while a form is filled in.
        self._check_order_id()
        for suggestion in self:
            suggestion.line_ids = [Command.clear(), *(
                Command.create(vals) for vals in suggestion.order_id and suggestion._suggestions())]

    # === CONSTRAINT METHODS === #

    @api.constrains('order_id')
    def _check_order_id(self):
        """Check that the caller writes this order: else they would read what is recommended to its customer."""
        # Odoo checks elevated.
        self.sudo(False).order_id.check_access('write')

    # === ACTION METHODS === #

    def action_add(self):
        """Add what is ticked to the quotation; Odoo prices it as if the colleague had entered it."""
        self.ensure_one()
        ticked = self.line_ids.filtered('is_chosen')
        if not ticked:
            raise UserError(self.env._("Tick what you want to add."))
        if self.order_id.state not in ('draft', 'sent'):
            raise UserError(self.env._("%s is no quotation any more.", self.order_id.name))
        self.order_id.write({'order_line': [
            Command.create({'product_id': line.product_id.id, 'product_uom_qty': line.quantity}) for line in ticked]})
        return {'type': 'ir.actions.act_window_close'}

    # === BUSINESS METHODS === #

    def _suggestions(self):
        """Return what is suggested, as values of lines: what is on the order already is not."""
        self.ensure_one()
        self.env.flush_all()
        order = self.order_id.sudo()
        there = set(order.order_line.product_id.ids)
        shopper = Shopper(order.company_id, self.env['mobile.app'].sudo(), order.partner_id)
        found, _more = self.env['mobile.recommendation'].sudo().with_context(
            lang=self.env.lang)._recommend(
                shopper, SUGGESTED + len(there), store_id=order.mobile_store_id.id or None)
        return [{
            'product_id': each.answer.product.id,
            'price': each.answer.price.amount,
            'currency_id': each.answer.price.currency.id,
            'reason': each.reason.text,
            'availability': each.answer.stores[0].availability.state if each.answer.stores else 'unknown',
        } for each in found if each.answer.product.id not in there][:SUGGESTED]


class MobileSuggestionLine(models.TransientModel):
    """A product that is suggested."""

    _name = 'mobile.suggestion.line'
    _description = "Suggested Product"

    suggestion_id = fields.Many2one(comodel_name='mobile.suggestion', required=True, ondelete='cascade')
    is_chosen = fields.Boolean(string="Add")
    product_id = fields.Many2one(comodel_name='product.product', required=True, readonly=True, ondelete='cascade')
    quantity = fields.Float(default=1.0, digits='Product Unit')
    price = fields.Monetary(readonly=True, help="As the customer sees it in the app, with taxes.")
    currency_id = fields.Many2one(comodel_name='res.currency', readonly=True)
    availability = fields.Selection(
        selection=[('in_stock', "In Stock"), ('low', "Few Left"), ('out', "Sold Out"), ('unknown', "Not Known")],
        readonly=True, help="At the store of the order, or else at the customer's first favourite one.")
    reason = fields.Char(readonly=True)
