from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL


class Versions(NamedTuple):
    """On what rests what is kept about products and a customer, beside what empties Odoo's caches.

    :ivar dict products: {product id: text that is another one after each change}; None for what this transaction has
        changed
    :ivar str customer: the same of the customer with all contacts of their company
    :ivar bool has_coupons: whether the customer has any
    """

    products: dict
    customer: str | None
    has_coupons: bool


class MobileCatalogue(models.AbstractModel):
    """Which versions of products and customers there are now: one query in place of all that was worked out before."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _versions(self, product_ids, partner):
        """Return the versions of products and of a customer.

        A product is changed by its template, its values of attributes and its other variants as well.

        :param partner: ``res.partner``; empty for nobody.
        :rtype: Versions
        """
        # Where nothing is pending, this looks at nothing; a model's own would look at each of its fields.
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT id, CASE WHEN changed_at IS NULL OR changed_at < now() AT TIME ZONE 'UTC'
                               THEN concat_ws(' ', changed_at::text, number, made) END, has_coupons
                 FROM (SELECT product.id, twin.ids AS number, made.ids AS made,
                              greatest(template.write_date, twin.changed_at, made.changed_at) AS changed_at,
                              FALSE AS has_coupons
                         FROM product_product product
                         JOIN product_template template ON template.id = product.product_tmpl_id
                        CROSS JOIN LATERAL (
                              SELECT sum(id) AS ids, max(write_date) AS changed_at FROM product_product
                               WHERE product_tmpl_id = template.id) twin
                        CROSS JOIN LATERAL (
                              SELECT coalesce(sum(id), 0) AS ids, max(write_date) AS changed_at
                                FROM product_template_attribute_value
                               WHERE product_tmpl_id = template.id) made
                        WHERE product.id IN %(products)s
                        UNION ALL
                       SELECT 0, count(*), 0, max(write_date), EXISTS (
                              SELECT FROM loyalty_card
                               WHERE partner_id = %(partner)s AND mobile_uuid IS NOT NULL AND points > 0)
                         FROM res_partner
                        WHERE commercial_partner_id = (
                              SELECT commercial_partner_id FROM res_partner WHERE id = %(partner)s)) version""",
            products=tuple(product_ids) or (0,), partner=partner.id or 0))
        found = {product_id: version for product_id, version, _has_coupons in rows}
        [has_coupons] = (has_coupons for product_id, _version, has_coupons in rows if not product_id)
        return Versions(found, found.pop(0), has_coupons)
