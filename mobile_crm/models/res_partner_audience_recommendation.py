from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.audience import NOTHING
from .mobile_recommendation_reason import DUE
from .res_partner_audience import MANAGER

# What stands farther below is a guess that no campaign should rest on.
TOP = 10


class ResPartner(models.Model):
    """What customers are recommended: who has agreed to profiling alone."""

    _inherit = 'res.partner'

    mobile_recommended_product_ids = fields.Many2many(
        string="Is Recommended Product", comodel_name='product.product', compute='_compute_mobile_recommended',
        search='_search_mobile_recommended_product_ids', groups=MANAGER,
        help=f"Among the first {TOP} recommendations.")
    mobile_recommended_category_ids = fields.Many2many(
        string="Is Recommended Category", comodel_name='product.category', compute='_compute_mobile_recommended',
        search='_search_mobile_recommended_category_ids', groups=MANAGER,
        help=f"A product of it, or of a category below, is among the first {TOP} recommendations.")
    mobile_due_product_ids = fields.Many2many(
        string="Is About to Buy Again", comodel_name='product.product', compute='_compute_mobile_recommended',
        search='_search_mobile_due_product_ids', groups=MANAGER,
        help="What they buy regularly, and have used up by now.")

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_mobile_recommended(self):
        partner = SQL('partner.id')
        self._mobile_set_figures(
            mobile_recommended_product_ids=SQL(
                'ARRAY(%s)', self._mobile_recommended_sql(partner, SQL('item.product_id'))),
            mobile_recommended_category_ids=SQL(
                """(SELECT array_agg(DISTINCT template.categ_id) FROM (%s) item
                      JOIN product_product product ON product.id = item.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id)""",
                self._mobile_recommended_sql(partner, SQL('item.product_id'))),
            mobile_due_product_ids=SQL('ARRAY(%s)', self._mobile_due_sql(partner, SQL('item.product_id'))))

    # === SEARCH METHODS === #

    @api.model
    def _search_mobile_recommended_product_ids(self, operator, value):
        return self._mobile_related_block(
            'mobile_recommended_product_ids', operator, value,
            lambda partner, chosen: SQL('EXISTS (%s)', self._mobile_recommended_sql(partner, NOTHING, chosen)))

    @api.model
    def _search_mobile_recommended_category_ids(self, operator, value):
        return self._mobile_related_block(
            'mobile_recommended_category_ids', operator, value,
            lambda partner, chosen: SQL('EXISTS (%s)', self._mobile_recommended_sql(partner, NOTHING, chosen and SQL(
                """= ANY (ARRAY(
                       SELECT product.id FROM product_product product
                         JOIN product_template template ON template.id = product.product_tmpl_id
                         JOIN product_category category ON category.id = template.categ_id
                        WHERE EXISTS (SELECT FROM product_category above WHERE above.id %s
                                         AND starts_with(category.parent_path, above.parent_path))))""", chosen))))

    @api.model
    def _search_mobile_due_product_ids(self, operator, value):
        return self._mobile_related_block(
            'mobile_due_product_ids', operator, value,
            lambda partner, chosen: SQL('EXISTS (%s)', self._mobile_due_sql(partner, NOTHING, chosen)))

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_recommended_sql(self, partner, columns, chosen=NOTHING):
        """Return a query of the first products that a customer is recommended.

        :param SQL columns: of ``item``.
        :param SQL chosen: a condition for the product's id, or empty.
        """
        return SQL(
            """SELECT %s FROM mobile_recommendation known CROSS JOIN LATERAL unnest(known.product_ids[1:%s])
                                   AS item (product_id)
                WHERE known.partner_id = %s AND known.company_id = %s AND item.product_id %s""",
            columns, TOP, partner, self.env.company.id, chosen or SQL('IS NOT NULL'))

    @api.model
    def _mobile_due_sql(self, partner, columns, chosen=NOTHING):
        return SQL(
            """SELECT %s FROM mobile_recommendation known CROSS JOIN LATERAL unnest(known.product_ids, known.whys)
                                   AS item (product_id, why)
                WHERE known.partner_id = %s AND known.company_id = %s AND item.why = %s AND item.product_id %s""",
            columns, partner, self.env.company.id, DUE, chosen or SQL('IS NOT NULL'))
