from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class MobileCouponStep(models.Model):
    """What was done with a coupon and no other table tells: rows are added, and nothing is worked out from them.

    So that a coupon's history costs nothing while a million of them are given out, everything else is told by the
    coupon itself and by its redemptions (``loyalty.card._mobile_history``).
    """

    _name = 'mobile.coupon.step'
    _description = "Step of a Coupon"
    _order = 'happened_at desc, id desc'
    _log_access = False

    card_id = fields.Many2one(
        string="Coupon", comodel_name='loyalty.card', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', readonly=True, index=True, ondelete='cascade')
    kind = fields.Selection(
        string="Step",
        selection=[
            ('imported', "Imported"),
            ('printed', "Printed"),
            ('exported', "Exported"),
            ('claimed', "Claimed in the app"),
            ('withdrawn', "Withdrawn"),
            ('restored', "Given again"),
        ],
        required=True, readonly=True)
    happened_at = fields.Datetime(string="When", required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        string="Who", comodel_name='res.users', readonly=True, index='btree_not_null', ondelete='set null',
        help="The colleague; empty when it was the customer.")
    note = fields.Char(readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('kind', 'card_id')
    def _compute_display_name(self):
        labels = dict(self._fields['kind']._description_selection(self.env))
        for step in self:
            step.display_name = f'{labels[step.kind]}: {step.card_id.sudo()._mobile_masked_code()}'

    # === CRUD METHODS === #

    def write(self, vals):
        if vals:
            raise UserError(self.env._("What happened to a coupon is not edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What happened to a coupon is kept."))

    # === BUSINESS METHODS === #

    @api.model
    def _log(self, cards, kind, note=None):
        """Write down that the current user did this to these coupons.

        A customer is not named: the coupon knows whose it is, and forgets it when they are erased.
        """
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_coupon_step (card_id, company_id, kind, happened_at, user_id, note)
               SELECT card.id, COALESCE(card.company_id, %s), %s, %s, %s, %s FROM loyalty_card card
                WHERE card.id = ANY(%s)""",
            self.env.company.id, kind, fields.Datetime.now(), None if self.env.user.share else self.env.uid,
            note, cards.ids))
