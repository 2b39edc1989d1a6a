from odoo import api, fields, models
from odoo.tools import SQL, sql


class ProductTemplate(models.Model):
    _name = 'product.template'
    _inherit = ['product.template', 'mobile.searched']

    _searched_by = frozenset({
        'name', 'description_sale', 'categ_id', 'company_id', 'product_tag_ids', 'active', 'sale_ok', 'type',
        'mobile_published'})

    mobile_published = fields.Boolean(
        string="Show in Apps", compute='_compute_mobile_published', store=True, readonly=False, precompute=True,
        help="Customers find it with their phones, if it can be sold.")

    def _auto_init(self):
        if not sql.column_exists(self.env.cr, self._table, 'mobile_published'):
            # As computed below, but without Odoo's writing each product: PostgreSQL only remembers such a default.
            self.env.cr.execute(SQL(
                """ALTER TABLE product_template ADD COLUMN mobile_published boolean DEFAULT TRUE;
                   ALTER TABLE product_template ALTER COLUMN mobile_published DROP DEFAULT;
                   UPDATE product_template SET mobile_published = FALSE WHERE type = 'service'"""))
        return super()._auto_init()

    # === COMPUTE METHODS === #

    @api.depends('type')
    def _compute_mobile_published(self):
        # Services are mostly what staff write on orders, such as a down payment or a delivery.
        for template in self:
            template.mobile_published = template.type != 'service'
