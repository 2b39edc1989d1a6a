from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .res_partner import CONTESTED_FIELDS, FOUND_FIELDS, VERIFIED_FIELDS


class MobileDuplicate(models.Model):
    """A contact that shares a number or an email address with another, where one of them is a customer with a phone.

    The app never guesses which of them somebody is; so staff look, and merge what is one person.
    """

    _name = 'mobile.duplicate'
    _description = "Contact That Shares an Address"
    _auto = False
    _order = 'address, standing, id'
    _rec_name = 'address'
    _depends = {'res.partner': [
        'active', 'company_id', 'is_company', 'parent_id', 'type',
        *VERIFIED_FIELDS.values(), *CONTESTED_FIELDS.values(), *FOUND_FIELDS.values(),
    ]}

    channel = fields.Selection(selection=[('sms', "Phone Number"), ('email', "Email Address")], readonly=True)
    address = fields.Char(readonly=True)
    partner_id = fields.Many2one(string="Contact", comodel_name='res.partner', readonly=True)
    standing = fields.Selection(
        string="Relation",
        selection=[
            ('1_verified', "Signs in with it"),
            ('2_contested', "Has proved it too"),
            ('3_written', "Has it written down"),
        ],
        readonly=True,
        help="A customer who signs in with one address and proves another's when they want to change it gets no "
             "further: who of the two is who, is for you to say.")
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)

    @property
    def _table_query(self):
        """Override to find the addresses of customers that more than one contact has.

        Companies are left out, and addresses of somebody else's: they have a right to the same number.
        """
        addresses = SQL(', ').join(
            SQL('(%s, %s, %s, %s)', 2 * rank + (channel == 'email'), channel, standing,
                SQL.identifier('partner', names[channel]))
            for rank, (standing, names) in enumerate([
                ('1_verified', VERIFIED_FIELDS), ('2_contested', CONTESTED_FIELDS), ('3_written', FOUND_FIELDS)])
            for channel in names)
        return SQL(
            """SELECT id, channel, address, partner_id, company_id, standing
                 FROM (SELECT min(partner.id * 6 + bearing.number) AS id, bearing.channel, bearing.address,
                              partner.id AS partner_id, partner.company_id, min(bearing.standing) AS standing,
                              count(*) OVER bearers AS bearer_count,
                              bool_or(%(is_customer)s) OVER bearers AS has_customer
                         FROM res_partner partner
                        CROSS JOIN LATERAL (VALUES %(addresses)s) bearing(number, channel, standing, address)
                        WHERE bearing.address IS NOT NULL AND partner.active
                          AND (%(is_customer)s OR partner.is_company IS NOT TRUE AND partner.type = 'contact'
                                                  AND partner.parent_id IS NULL)
                        GROUP BY bearing.channel, bearing.address, partner.id
                       WINDOW bearers AS (PARTITION BY bearing.channel, bearing.address)) bearer
                WHERE bearer_count > 1 AND has_customer""",
            addresses=addresses,
            is_customer=SQL('(%s)', SQL(' OR ').join(
                SQL('%s IS NOT NULL', SQL.identifier('partner', name)) for name in VERIFIED_FIELDS.values())))

    # === ACTION METHODS === #

    def action_merge(self):
        """Open Odoo's wizard with the contacts that share these addresses."""
        partners = self.search([('address', 'in', self.mapped('address'))]).partner_id
        if len(partners) < 2:
            raise UserError(self.env._("The other contact is of a company that you have not selected."))
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Merge Contacts"),
            'res_model': 'base.partner.merge.automatic.wizard',
            'view_mode': 'form',
            'target': 'new',
            'context': {'active_model': 'res.partner', 'active_ids': partners.ids},
        }
