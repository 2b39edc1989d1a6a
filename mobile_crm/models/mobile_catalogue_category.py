from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL


class ShownCategory(NamedTuple):
    """A category with products that a shopper may see, in it or below it.

    :ivar int parent_id: the category above it, which is shown too; None at the top
    :ivar str path: by which categories are sorted: the names from the top on
    """

    id: int
    name: str
    parent_id: int | None
    path: str


class MobileCatalogue(models.AbstractModel):
    """How the catalogue is divided."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _categories(self, shopper, *, after=None, limit=100):
        """Return the categories that lead to products which the shopper may see, each after the one above it.

        :param Shopper shopper:
        :param tuple after: (path, id) of the last one that was given.
        :rtype: list[ShownCategory]
        """
        self.env.flush_all()
        from_clause, where = self._visible_sql(shopper.company.id)
        lang = self.env.lang or 'en_US'
        name = self.env['product.category'].sudo().with_context(lang=lang)._field_to_sql('category', 'name')
        return [ShownCategory(*row) for row in self.env.execute_query(SQL(
            """WITH used AS (
                    SELECT DISTINCT template.categ_id FROM product_template template
                     WHERE template.id IN (SELECT product_product.product_tmpl_id FROM %(from_clause)s
                                            WHERE %(where)s)),
                    shown AS (
                    SELECT DISTINCT unnest(string_to_array(rtrim(category.parent_path, '/'), '/')::integer[]) AS id
                      FROM product_category category JOIN used ON used.categ_id = category.id)
               SELECT category.id, %(name)s, category.parent_id, category.complete_name
                 FROM product_category category JOIN shown ON shown.id = category.id
                WHERE %(after)s
             ORDER BY category.complete_name, category.id LIMIT %(limit)s""",
            from_clause=from_clause, where=where, name=name, limit=limit,
            after=SQL('(category.complete_name, category.id) > %s', after) if after else SQL('TRUE')))]
