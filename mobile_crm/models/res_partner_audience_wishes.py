from odoo import api, fields, models
from odoo.tools import SQL

from .res_partner_audience import MANAGER
from .res_partner_audience_app import USER

# The query of what is marked, and what it is called.
MARKED = {'favourite': '_mobile_favourites_sql', 'listed': '_mobile_listed_sql'}


class ResPartner(models.Model):
    """What customers have marked: their favourites, and what they still want to buy."""

    _inherit = 'res.partner'

    mobile_favourite_ids = fields.One2many(
        string="Favourites", comodel_name='mobile.favourite', inverse_name='partner_id', readonly=True, groups=USER)
    mobile_list_ids = fields.One2many(
        string="Shopping Lists", comodel_name='mobile.list', inverse_name='partner_id', readonly=True, groups=USER)
    mobile_favourite_product_ids = fields.Many2many(
        string="Favourite Product", comodel_name='product.product', compute='_compute_mobile_marked',
        search='_search_mobile_favourite_product_ids', groups=MANAGER)
    mobile_favourite_category_ids = fields.Many2many(
        string="Favourite Category", comodel_name='product.category', compute='_compute_mobile_marked',
        search='_search_mobile_favourite_category_ids', groups=MANAGER,
        help="One of the favourites is in it, or in a category below.")
    mobile_listed_product_ids = fields.Many2many(
        string="Product on a Shopping List", comodel_name='product.product', compute='_compute_mobile_marked',
        search='_search_mobile_listed_product_ids', groups=MANAGER, help="Not ticked off yet.")
    mobile_listed_category_ids = fields.Many2many(
        string="Category on a Shopping List", comodel_name='product.category', compute='_compute_mobile_marked',
        search='_search_mobile_listed_category_ids', groups=MANAGER,
        help="A product that is not ticked off yet is in it, or in a category below.")

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_mobile_marked(self):
        self._mobile_flush_marked()
        expressions = {}
        for kind, method in MARKED.items():
            marked = getattr(self, method)(SQL('partner.id'), SQL('IS NOT NULL'))
            expressions[f'mobile_{kind}_product_ids'] = SQL(
                '(SELECT array_agg(DISTINCT marked.product_id) FROM (%s) marked)', marked)
            expressions[f'mobile_{kind}_category_ids'] = SQL(
                """(SELECT array_agg(DISTINCT template.categ_id) FROM (%s) marked
                      JOIN product_product product ON product.id = marked.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id)""", marked)
        self._mobile_set_figures(**expressions)

    # === SEARCH METHODS === #

    @api.model
    def _search_mobile_favourite_product_ids(self, operator, value):
        return self._mobile_marked('favourite', 'product', operator, value)

    @api.model
    def _search_mobile_favourite_category_ids(self, operator, value):
        return self._mobile_marked('favourite', 'category', operator, value)

    @api.model
    def _search_mobile_listed_product_ids(self, operator, value):
        return self._mobile_marked('listed', 'product', operator, value)

    @api.model
    def _search_mobile_listed_category_ids(self, operator, value):
        return self._mobile_marked('listed', 'category', operator, value)

    @api.model
    def _mobile_marked(self, kind, of, operator, value):
        """Return the domain of a block.

        :param str kind: a key of ``MARKED``.
        :param str of: ``product`` or ``category``.
        """
        self._mobile_flush_marked()

        def related(partner, chosen):
            if chosen and of == 'category':
                chosen = self._mobile_of_category_sql(chosen)
            return SQL('EXISTS (%s)', getattr(self, MARKED[kind])(partner, chosen or SQL('IS NOT NULL')))

        return self._mobile_related_block(f'mobile_{kind}_{of}_ids', operator, value, related)

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_flush_marked(self):
        for model in ('mobile.favourite', 'mobile.list', 'mobile.list.line', 'product.product', 'product.template'):
            self.env[model].flush_model()

    @api.model
    def _mobile_favourites_sql(self, partner, chosen):
        """Return a query of a customer's favourite products.

        :param SQL partner: the id of a ``res_partner``.
        :param SQL chosen: a condition for the id of the product.
        """
        return SQL(
            """SELECT favourite.product_id FROM mobile_favourite favourite
                WHERE favourite.partner_id = %s AND favourite.company_id = %s AND favourite.product_id %s""",
            partner, self.env.company.id, chosen)

    @api.model
    def _mobile_listed_sql(self, partner, chosen):
        """Return a query of the products that a customer still wants to buy, see ``_mobile_favourites_sql``."""
        return SQL(
            """SELECT line.product_id FROM mobile_list list JOIN mobile_list_line line ON line.list_id = list.id
                WHERE list.partner_id = %s AND list.company_id = %s AND line.done IS NOT TRUE AND line.product_id %s""",
            partner, self.env.company.id, chosen)
