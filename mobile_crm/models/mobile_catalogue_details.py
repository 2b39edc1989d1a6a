from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.tools import SQL
from odoo.tools.lru import LRU
from odoo.tools.misc import limited_field_access_token

# Of how many products a worker keeps what is said of them; those that were asked for longest ago go first.
KEPT = 5_000


class Attribute(NamedTuple):
    """One choice that makes a variant, such as the size XL.

    :ivar int attribute_id, value_id: ``product.attribute``, ``product.attribute.value``
    """

    attribute_id: int
    name: str
    value_id: int
    value: str


class ProductDetails(NamedTuple):
    """What is said of a product whoever asks, in the language of the request.

    :ivar int template_id: ``product.template``; the same for all variants of a product
    :ivar str name: with what tells its variants apart in brackets, as Odoo writes it on orders
    :ivar tuple category: (id, name), or None
    :ivar str unit: in which it is sold, such as "Units" or "kg"
    :ivar list[Attribute] attributes: in the order in which staff arranged them
    :ivar int variant_count: how many variants of the product are shown, itself included
    :ivar str image_url: path of the picture, which needs no sign-in; None when there is none
    """

    id: int
    template_id: int
    name: str
    description: str | None
    default_code: str | None
    barcode: str | None
    category: tuple | None
    unit: str
    attributes: list
    variant_count: int
    image_url: str | None


class MobileCatalogue(models.AbstractModel):
    """What is said of products, read for a whole page in one query, and kept for an hour like their prices."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _details(self, shopper, product_ids, *, versions=None):
        """Return what is said of products that the shopper may see.

        :param Shopper shopper:
        :param Versions versions: of these products, when they are known already.
        :rtype: dict[int, ProductDetails], by id of ``product.product``
        """
        if not product_ids:
            return {}
        versions = versions or self._versions(product_ids, self.env['res.partner'])
        hour, kept = fields.Datetime.now().replace(minute=0, second=0, microsecond=0), self._kept_details()
        keys = {
            product_id: (shopper.company.id, self.env.lang, hour, product_id, version)
            for product_id in product_ids if (version := versions.products.get(product_id))}
        details = {product_id: found for product_id, key in keys.items() if (found := kept.get(key))}
        if missing := [product_id for product_id in product_ids if product_id not in details]:
            read = self._read_details(shopper, missing)
            kept.update((keys[product_id], found) for product_id, found in read.items() if product_id in keys)
            details |= read
        return details

    @api.model
    @tools.ormcache()
    def _kept_details(self):
        """Return what was read before, by what it rests on; see ``_kept``.

        :rtype: LRU
        """
        return LRU(KEPT)

    @api.model
    def _read_details(self, shopper, product_ids):
        self.env.flush_all()
        texts = self._detail_texts(self.env.lang or 'en_US')
        from_clause, where = self._visible_sql(shopper.company.id)
        rows = self.env.execute_query(SQL(
            """SELECT product.id, template.id, %(name)s, %(description)s, product.default_code, product.barcode,
                      template.categ_id, %(category)s, %(unit)s, made.attributes,
                      (SELECT count(*) FROM %(visible_from)s
                        WHERE %(visible_where)s AND product_product.product_tmpl_id = template.id),
                      (SELECT checksum FROM ir_attachment
                        WHERE res_model = 'product.product' AND res_field = 'image_variant_512'
                          AND res_id = product.id LIMIT 1),
                      (SELECT checksum FROM ir_attachment
                        WHERE res_model = 'product.template' AND res_field = 'image_512'
                          AND res_id = template.id LIMIT 1)
                 FROM product_product product
                 JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN product_category category ON category.id = template.categ_id
                 JOIN uom_uom unit ON unit.id = template.uom_id
   LEFT JOIN LATERAL (
                      SELECT json_agg(json_build_array(
                                 attribute.id, %(attribute)s, value.id, %(value)s,
                                 -- What has one value only tells nothing apart.
                                 (SELECT count(*) > 1 FROM product_template_attribute_value other
                                   WHERE other.attribute_line_id = chosen.attribute_line_id AND other.ptav_active))
                                 ORDER BY attribute.sequence, attribute.id, value.sequence, value.id) AS attributes
                        FROM product_variant_combination combination
                        JOIN product_template_attribute_value chosen
                          ON chosen.id = combination.product_template_attribute_value_id
                        JOIN product_attribute_value value ON value.id = chosen.product_attribute_value_id
                        JOIN product_attribute attribute ON attribute.id = value.attribute_id
                       WHERE combination.product_product_id = product.id) made ON TRUE
                WHERE product.id IN %(products)s""",
            **texts, visible_from=from_clause, visible_where=where, products=tuple(product_ids)))
        return {row[0]: self._detail(*row) for row in rows}

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
        versions = self._versions(variants.ids, shopper.partner)
        details = self._details(shopper, variants.ids, versions=versions)
        prices = self._prices(shopper, variants, versions=versions)
        return [(details[variant.id], prices[variant.id]) for variant in variants]

    @api.model
    def _detail(self, product_id, template_id, name, description, default_code, barcode, category_id, category, unit,
                attributes, variant_count, own_picture, picture):
        attributes = attributes or []
        telling = ", ".join(value for *_attribute, value, tells in attributes if tells)
        if own_picture:
            image_url = self._picture_url('product.product', product_id, 'image_variant_512', own_picture)
        else:
            image_url = picture and self._picture_url('product.template', template_id, 'image_512', picture)
        return ProductDetails(
            product_id, template_id, f"{name} ({telling})" if telling else name, description or None,
            default_code or None, barcode or None, category_id and (category_id, category), unit,
            [Attribute(*attribute[:4]) for attribute in attributes], variant_count, image_url)

    @api.model
    def _picture_url(self, model, record_id, field, checksum):
        """Return where a picture is to be had without signing in; nobody can guess it.

        It changes with the picture, so that a phone can keep what it has, and with Odoo's token every two weeks.
        """
        token = limited_field_access_token(self.env[model].sudo().browse(record_id), field, scope='binary')
        return f'/web/image/{model}/{record_id}/{field}?unique={checksum[:12]}&access_token={token}'

    @api.model
    def _detail_texts(self, lang):
        """Return how SQL calls the texts of ``_details`` in a language."""
        def text(alias, model, field):
            return self.env[model].sudo().with_context(lang=lang)._field_to_sql(alias, field)

        return {
            'name': text('template', 'product.template', 'name'),
            'description': text('template', 'product.template', 'description_sale'),
            'category': text('category', 'product.category', 'name'),
            'unit': text('unit', 'uom.uom', 'name'),
            'attribute': text('attribute', 'product.attribute', 'name'),
            'value': text('value', 'product.attribute.value', 'name'),
        }
