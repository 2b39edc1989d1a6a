from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import gs1

# Programs whose coupons are good for one use, and so can be somebody's.
SINGLE_USE = ('coupons', 'next_order_coupons')


class LoyaltyProgram(models.Model):
    _inherit = 'loyalty.program'

    mobile_holder_only = fields.Boolean(
        string="Only for Its Holder",
        help="A coupon of this program counts for the customer named on it alone, also one that is given out by Odoo "
             "itself. What was given out stays its holder's when you change your mind.")
    mobile_gs1_reference = fields.Char(
        string="GS1 Coupon Reference", copy=False,
        help="Your number of this offer in GS1 coupon numbers (application identifier 255). Empty takes the program's "
             "number in Odoo.")

    # === CONSTRAINT METHODS === #

    @api.constrains('mobile_holder_only', 'program_type')
    def _check_mobile_holder_only(self):
        for program in self.filtered('mobile_holder_only'):
            if program.program_type not in SINGLE_USE:
                raise ValidationError(self.env._(
                    "Only coupons that are good for one use can be their holder's alone; %s are not.",
                    dict(program._fields['program_type']._description_selection(self.env))[program.program_type]))

    @api.constrains('mobile_gs1_reference')
    def _check_mobile_gs1_reference(self):
        for program in self.filtered('mobile_gs1_reference'):
            if not (program.mobile_gs1_reference.isascii() and program.mobile_gs1_reference.isdigit()):
                raise ValidationError(self.env._("A GS1 coupon reference has digits only."))

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if vals.get('mobile_holder_only'):
            self._mobile_make_personal()
        return res

    # === BUSINESS METHODS === #

    def _mobile_make_personal(self):
        """Make the coupons that were given out before their holders'."""
        self.env['loyalty.card'].flush_model(['holder_only', 'mobile_uuid', 'program_id'])
        self.env.cr.execute(SQL(
            """UPDATE loyalty_card SET holder_only = TRUE, mobile_uuid = COALESCE(mobile_uuid, gen_random_uuid()::text)
                WHERE program_id = ANY(%s) AND holder_only IS NOT TRUE""", self.ids))
        self.env['loyalty.card'].invalidate_model(['holder_only', 'mobile_uuid'])

    def _mobile_of_campaigns(self):
        """Return those of these programs of which a campaign makes use."""
        if not self:
            return self
        return self.env['mobile.campaign'].sudo().with_context(active_test=False).search(
            [('program_id', 'in', self.ids)]).program_id

    def _mobile_coupon_number(self, company):
        """Return the 13 digits that stand for this offer in GS1's codes.

        :raise ValidationError: which says what is missing.
        """
        self.ensure_one()
        company = self.company_id or company
        if not company.mobile_gs1_prefix:
            raise ValidationError(self.env._("Enter the GS1 company prefix of %s in the settings first.", company.name))
        try:
            return gs1.coupon_number(company.mobile_gs1_prefix, int(self.mobile_gs1_reference or self.id))
        except ValueError:
            raise ValidationError(self.env._(
                "The GS1 coupon reference of %(program)s is too long for a company prefix of %(count)s digits. Give "
                "it a shorter one.", program=self.name, count=len(company.mobile_gs1_prefix))) from None
