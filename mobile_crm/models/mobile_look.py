from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# After so long nobody asks any more who looked.
KEEP = timedelta(days=365)


class MobileLook(models.Model):
    """Who of the staff has looked at a customer's movements. Nothing is ever edited here."""

    _name = 'mobile.look'
    _description = "Look at a Customer's Movements"
    _order = 'looked_at desc, id desc'
    _log_access = False

    user_id = fields.Many2one(
        string="Who Looked", comodel_name='res.users', readonly=True, index='btree_not_null', ondelete='set null')
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', readonly=True, index='btree_not_null', ondelete='set null')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    looked_at = fields.Datetime(string="When", required=True, readonly=True, index=True)
    method = fields.Selection(
        string="How", selection=[('read', "On the Screen"), ('export', "Export"), ('group', "Analysis")],
        required=True, readonly=True)
    event_count = fields.Integer(string="Visits & Scans", required=True, readonly=True)
    with_position = fields.Boolean(
        string="With Coordinates", readonly=True, help="Whether coordinates were among what was read.")

    # === COMPUTE METHODS === #

    @api.depends('user_id', 'partner_id')
    def _compute_display_name(self):
        for look in self:
            look.display_name = self.env._(
                "%(user)s looked at %(customer)s", user=look.user_id.name or self.env._("Somebody"),
                customer=look.partner_id.display_name or self.env._("an erased customer"))

    # === CRUD METHODS === #

    def write(self, vals):
        if vals:
            raise UserError(self.env._("Who looked at whom is not edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Who looked at whom is kept."))

    # === BUSINESS METHODS === #

    @api.model
    def _log(self, method, model, ids, with_position):
        """Remember that the current user looks at these records, one row for each customer.

        :param str method: see the field.
        :param model: an empty recordset of a ``mobile.looked``.
        :param SQL ids: a list or a query.
        """
        model.flush_model()
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_look (user_id, partner_id, company_id, looked_at, method, event_count, with_position)
               SELECT %s, partner_id, company_id, %s, %s, count(*), %s FROM %s
                WHERE id IN %s AND partner_id IS NOT NULL AND %s GROUP BY partner_id, company_id""",
            self.env.uid, fields.Datetime.now(), method, with_position, SQL.identifier(model._table), ids,
            model._is_movement()))

    @api.autovacuum
    def _gc_looks(self):
        self.env.cr.execute(SQL('DELETE FROM mobile_look WHERE looked_at < %s', fields.Datetime.now() - KEEP))
