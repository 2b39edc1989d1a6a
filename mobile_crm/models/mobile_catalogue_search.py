from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools import SQL


class Found(NamedTuple):
    """A product in a list.

    :ivar int product_id: ``product.product``: the variant that stands for all of its ``product.template``
    :ivar key: by which the list is sorted: the name
    """

    product_id: int
    template_id: int
    key: object


class MobileCatalogue(models.AbstractModel):
    """How customers find products."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, shopper, *, text=None, category_id=None, after=None, limit=20):
        """Return products that a shopper may see, one for all variants of each; by name.

        :param Shopper shopper:
        :param str text: what the customer types, or None for all products.
        :param int category_id: ``product.category``, those below it included.
        :param tuple after: (key, template id) of the last one that was given.
        :rtype: list[Found]
        """
        name = self._name_sql(self.env.lang or 'en_US')
        where = [SQL('TRUE')]
        if text:
            where.append(SQL('%s ILIKE %s', name, f'%{tools.escape_psql(text)}%'))
        if category_id:
            where.append(self._in_category_sql(category_id))
        if after:
            where.append(SQL('(%s, template.id) > %s', name, after))
        from_clause, visible = self._visible_sql(shopper.company.id)
        self.env.flush_all()
        return [Found(*row) for row in self.env.execute_query(SQL(
            """SELECT variant.id, template.id, %(name)s
                 FROM product_template template
                 JOIN LATERAL (SELECT min(product_product.id) AS id FROM %(from_clause)s
                                WHERE %(visible)s AND product_product.product_tmpl_id = template.id) variant
                   ON variant.id IS NOT NULL
                WHERE %(where)s
             ORDER BY %(name)s, template.id
                LIMIT %(limit)s""",
            name=name, from_clause=from_clause, visible=visible, where=SQL(' AND ').join(where), limit=limit))]

    @api.model
    @tools.ormcache('lang')
    def _name_sql(self, lang):
        return self.env['product.template'].sudo().with_context(lang=lang)._field_to_sql('template', 'name')

    @api.model
    def _in_category_sql(self, category_id):
        """Return the condition for a template (``template``) in a category or below it."""
        return SQL(
            """template.categ_id IN (
                   SELECT below.id FROM product_category below JOIN product_category top
                       ON starts_with(below.parent_path, top.parent_path)
                    WHERE top.id = %s)""", category_id)

    @api.model
    def _variant_facts(self, shopper, answer):
        """Return what tells the variants of a product apart.

        :param ProductAnswer answer: about one of them.
        :return: details and price of each one, as staff arranged them; nothing when there is only one.
        :rtype: list[tuple[ProductDetails, Price]]
        """
        if answer.details.variant_count < 2:
            return []
        variants = self._visible(shopper, answer.product.product_tmpl_id.product_variant_ids.ids)
        details, prices = self._details(shopper, variants.ids), self._prices(shopper, variants)
        return [(details[variant.id], prices[variant.id]) for variant in variants]
