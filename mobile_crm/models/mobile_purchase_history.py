import functools
import re
import unicodedata
from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import MissingError
from odoo.tools import SQL, float_compare, hmac

from ..tools import order_id
from ..tools.problems import Problem
from .mobile_basket import LIVING

# Words of a search; more are left out.
MAX_WORDS = 8
# What Unicode's compatibility decomposition makes of them.
ACCENTS = '[\u0300-\u036f]'


class Head(NamedTuple):
    """One order, as lists show it.

    :ivar int kind: of its source, see ``mobile.purchase._sources``
    :ivar int id: of its record
    :ivar datetime date: naive UTC
    :ivar str channel: ``sale``, ``shop``, ``phone`` or what a bridge adds
    :ivar str status: ``confirmed`` or ``cancelled``; ``refund`` for money that was given back as an order of its own;
        ``basket`` for what is no purchase yet
    :ivar int currency_id: of `total`
    :ivar float total: with taxes, as it stands on the order
    """

    kind: int
    id: int
    date: datetime
    name: str
    channel: str
    status: str
    store_id: int | None
    store_name: str | None
    store_active: bool | None
    currency_id: int
    total: float


class Line(NamedTuple):
    """One line of an order; sections, notes and what has no quantity are none.

    :ivar str type: ``product``, ``reward``, ``delivery`` or ``part`` (of the combo before it)
    :ivar str name: what the order says; its first line
    :ivar int uom_id: in which `quantity` and `returned` are counted
    :ivar float total: with taxes, after `discount` (percent)
    :ivar int card_id: the coupon that brought it
    """

    kind: int
    order_id: int
    type: str
    product_id: int | None
    name: str
    uom_id: int | None
    quantity: float
    returned: float
    discount: float
    total: float
    card_id: int | None


class Search(NamedTuple):
    """What a list of purchases is narrowed to.

    :ivar str text: words, each of which is in the order's name, in a product's or in the store's
    :ivar datetime since, before: naive UTC; `before` is not included
    :ivar int store_id:
    :ivar bool baskets: the basket that is open, in place of purchases
    """

    text: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    store_id: int | None = None
    baskets: bool = False


class MobilePurchase(models.AbstractModel):
    """Customers' own purchases, as their phones list them.

    Theirs are those in the name of their own contact: a colleague of the same firm is another customer. A source tells
    its orders by ``_heads_<source>`` and what is on them by ``_content_<source>``.
    """

    _inherit = 'mobile.purchase'

    # === NAMES === #

    @api.model
    def _key(self):
        return bytes.fromhex(hmac(self.env(su=True), 'mobile_crm.order_id', ''))

    @api.model
    def _public_id(self, head):
        """Return by which name phones know an order.

        :rtype: str
        """
        return order_id.encode(self._key(), head.kind, head.id)

    # === LISTS === #

    @api.model
    def _page(self, partner, company, limit, after=None, search=None):
        """Return one page of a customer's purchases, newest first.

        :param tuple after: date, kind and id of the last one that was given.
        :param Search search:
        :rtype: list[Head]
        :raise Problem: 422 for a store that is not the company's.
        """
        self._flush()
        self.env['mobile.store'].flush_model()
        search = search or Search()
        if search.store_id and not self.env['mobile.store'].sudo().search_count(
                [('id', '=', search.store_id), ('company_id', '=', company.id)], limit=1):
            raise Problem.invalid(['query', 'store_id'], self.env._("There is no such store."))
        columns = SQL('purchase.date'), SQL('purchase.kind'), SQL('purchase.id')
        queries = []
        for kind, heads in self._heads(partner, company, search.baskets):
            for query, date, record_id, store_id, words in heads:
                conditions = [SQL('TRUE')]
                if after:
                    # The first half is what an index understands.
                    conditions.append(SQL(
                        '%s <= %s AND (%s, %s, %s) < %s', date, after[0], date, kind, record_id, after))
                if search.since:
                    conditions.append(SQL('%s >= %s', date, search.since))
                if search.before:
                    conditions.append(SQL('%s < %s', date, search.before))
                if search.store_id:
                    conditions.append(SQL('%s = %s', store_id, search.store_id))
                conditions += self._words_sql(search.text, [
                    *words, functools.partial(self._store_words_sql, store_id)])
                queries.append(SQL(
                    '(%s AND %s ORDER BY %s DESC, %s DESC LIMIT %s)', query, SQL(' AND ').join(conditions), date,
                    record_id, limit))
        return [Head(*row) for row in self.env.execute_query(self._heads_sql(
            SQL(' UNION ALL ').join(queries),
            SQL('ORDER BY %s LIMIT %s', SQL(', ').join(SQL('%s DESC', column) for column in columns), limit)))]

    @api.model
    def _heads(self, partner, company, baskets=False):
        """Return what there is to list, by kind.

        :param bool baskets: the basket that is open, in place of purchases.
        :rtype: list[tuple[int, list]]
        """
        if baskets:
            return [(self._sources()['sale'], self._heads_basket(partner, company, LIVING))]
        return [(kind, getattr(self, f'_heads_{source}')(partner, company)) for source, kind in self._sources().items()]

    @api.model
    def _find(self, partner, company, public_id, baskets=False):
        """Return one purchase of a customer.

        :param bool baskets: or a basket, in any state.
        :rtype: Head
        :raise MissingError: when they have none of this name.
        """
        self._flush()
        kind, number = order_id.decode(self._key(), public_id) or (None, None)
        source = next((source for source, own in self._sources().items() if own == kind), None)
        if source:
            heads = getattr(self, f'_heads_{source}')(partner, company)
            if source == 'sale' and baskets:
                heads += self._heads_basket(partner, company)
            queries = [SQL('(%s AND %s = %s)', query, record_id, number) for query, _date, record_id, *_rest in heads]
            for row in self.env.execute_query(self._heads_sql(SQL(' UNION ALL ').join(queries), SQL())):
                return Head(*row)
        raise MissingError(self.env._("This purchase does not exist."))

    @api.model
    def _heads_sql(self, purchases, order):
        return SQL(
            """SELECT purchase.kind, purchase.id, purchase.date, purchase.name, purchase.channel, purchase.status,
                      purchase.store_id, %s, store.active, purchase.currency_id, purchase.total::float
                 FROM (%s) purchase LEFT JOIN mobile_store store ON store.id = purchase.store_id %s""",
            self.env['mobile.store']._field_to_sql('store', 'name'), purchases, order)

    @api.model
    def _words_sql(self, text, places):
        """Return conditions that each word of a search is in one of some places, whatever its case and accents.

        :param places: functions that take one of an expression, and return a condition with it.
        :rtype: list[SQL]
        """
        conditions = []
        for word in re.findall(r'[^\s,;]+', text or '')[:MAX_WORDS]:
            plain = re.sub(ACCENTS, '', unicodedata.normalize('NFKD', word.lower()))
            pattern = '%' + re.sub(r'([%_\\])', r'\\\1', plain) + '%'

            def matches(expression, pattern=pattern):
                return SQL("regexp_replace(normalize(lower(%s), NFKD), %s, '', 'g') LIKE %s",
                           expression, ACCENTS, pattern)

            conditions.append(SQL('(%s)', SQL(' OR ').join(place(matches) for place in places)))
        return conditions

    @api.model
    def _store_words_sql(self, store_id, matches):
        """Return the condition that a store's name in any language matches; see ``_product_words_sql``."""
        return SQL(
            """EXISTS (SELECT FROM mobile_store store, jsonb_each_text(store.name) called (lang, word)
                        WHERE store.id = %s AND %s)""", store_id, matches(SQL('called.word')))

    @api.model
    def _product_words_sql(self, product_id, matches):
        """Return the condition that a product's name in any language, its code or its barcode matches.

        :param SQL product_id: its id.
        :param matches: see ``_words_sql``.
        """
        return SQL(
            """EXISTS (SELECT FROM product_product product
                         JOIN product_template template ON template.id = product.product_tmpl_id
                        WHERE product.id = %s AND (%s OR %s OR EXISTS (
                              SELECT FROM jsonb_each_text(template.name) called (lang, word) WHERE %s)))""",
            product_id, matches(SQL("coalesce(product.default_code, '')")),
            matches(SQL("coalesce(product.barcode, '')")), matches(SQL('called.word')))

    # === SALES ORDERS === #

    @api.model
    def _heads_sale(self, partner, company):
        """Return the queries of a customer's sales orders: those that are confirmed, and those cancelled since.

        :return: for each the query, which ends in conditions; its columns of the date, the id and the store; and
            places to search for words (see ``_words_sql``).
        :rtype: list[tuple[SQL, SQL, SQL, SQL, list]]
        """
        columns = SQL('sale.date_order'), SQL('sale.id'), SQL('sale.mobile_store_id')

        def query(status, condition):
            return self._sale_sql(partner, company, status, condition)

        # Money that the provider gave back; what credit notes take back is told of each line.
        taken_back = SQL(
            """(SELECT CASE WHEN part >= 1 THEN 'returned' WHEN part > 0 THEN 'partly_returned' ELSE 'confirmed' END
                  FROM (%s) given_back (part))""", self._given_back_sql())
        words = [lambda matches: matches(SQL('sale.name')), lambda matches: SQL(
            """EXISTS (SELECT FROM sale_order_line line
                        WHERE line.order_id = sale.id AND line.display_type IS NULL AND (%s OR %s))""",
            matches(SQL('line.name')), self._product_words_sql(SQL('line.product_id'), matches))]
        return [
            (query(taken_back, SQL("sale.state = 'sale'")), *columns, words),
            (query('cancelled', SQL("sale.state = 'cancel' AND sale.mobile_cancelled_at IS NOT NULL")),
             *columns, words),
        ]

    @api.model
    def _heads_basket(self, partner, company, states=None):
        """Return the queries of a customer's baskets that are no purchases; see ``_heads_sale``.

        :param tuple states: only these.
        """
        among = SQL('AND basket.state IN %s', states) if states else SQL()
        return [(
            self._sale_sql(partner, company, 'basket', SQL(
                """sale.state IN ('draft', 'sent', 'cancel') AND sale.mobile_cancelled_at IS NULL
                    AND EXISTS (SELECT FROM mobile_basket basket WHERE basket.order_id = sale.id %s)""", among)),
            SQL('sale.date_order'), SQL('sale.id'), SQL('sale.mobile_store_id'), [])]

    @api.model
    def _sale_sql(self, partner, company, status, condition):
        """Return a query of a customer's sales orders that meet a condition."""
        # The shop writes its customers' orders by a user of its own.
        by_shop = SQL("WHEN sale.website_id IS NOT NULL THEN 'shop'") \
            if 'website_id' in self.env['sale.order']._fields else SQL()
        return SQL(
            """SELECT %s AS kind, sale.id, sale.date_order AS date, sale.name,
                      CASE WHEN EXISTS (SELECT FROM mobile_basket paid WHERE paid.order_id = sale.id) THEN 'phone' %s
                           ELSE 'sale' END AS channel,
                      %s AS status, sale.mobile_store_id AS store_id, sale.currency_id, sale.amount_total AS total
                 FROM sale_order sale
                WHERE sale.partner_id = %s AND sale.company_id = %s AND %s""",
            self._sources()['sale'], by_shop, status, partner.id, company.id, condition)

    @api.model
    def _content_sale(self, numbers):
        """Return the query of what is on these sales orders, in their order; see ``Line``.

        :param list[int] numbers: ids.
        """
        is_delivery = SQL('line.is_delivery') if 'is_delivery' in self.env['sale.order.line']._fields else SQL('FALSE')
        return SQL(
            """SELECT %(kind)s AS kind, line.order_id,
                      CASE WHEN line.reward_id IS NOT NULL THEN 'reward' WHEN %(is_delivery)s THEN 'delivery'
                           WHEN line.combo_item_id IS NOT NULL THEN 'part' ELSE 'product' END AS type,
                      line.product_id, line.name, line.product_uom_id AS uom_id,
                      line.product_uom_qty::float AS quantity,
                      coalesce(credited.quantity / NULLIF(counted.factor, 0), 0)::float AS returned,
                      coalesce(line.discount, 0)::float AS discount, line.price_total::float AS total,
                      line.coupon_id AS card_id, line.sequence AS place, line.id AS line_id
                 FROM sale_order_line line
            LEFT JOIN uom_uom counted ON counted.id = line.product_uom_id
            LEFT JOIN LATERAL (%(credited)s) credited ON credited.line_id = line.id
                WHERE line.order_id = ANY(%(numbers)s) AND line.display_type IS NULL
                  AND line.is_downpayment IS NOT TRUE AND line.product_uom_qty <> 0""",
            kind=self._sources()['sale'], is_delivery=is_delivery, credited=self._credited_sql(few=True),
            numbers=numbers)

    # === WHAT IS ON THEM === #

    @api.model
    def _content(self, heads):
        """Return what is on purchases.

        :param list[Head] heads: of one customer.
        :rtype: dict[Head, list[Line]]
        """
        found = {(head.kind, head.id): [] for head in heads}
        queries = [
            getattr(self, f'_content_{source}')([head.id for head in heads if head.kind == kind])
            for source, kind in self._sources().items() if any(head.kind == kind for head in heads)]
        if queries:
            rows = self.env.execute_query(SQL(
                """SELECT kind, order_id, type, product_id, name, uom_id, quantity, returned, discount, total, card_id
                     FROM (%s) line ORDER BY kind, order_id, place, line_id""", SQL(' UNION ALL ').join(queries)))
            for row in rows:
                line = Line(*row)
                found[line.kind, line.order_id].append(line._replace(name=line.name.partition('\n')[0]))
        return {head: found[head.kind, head.id] for head in heads}

    @api.model
    def _status(self, head, lines):
        """Return how it stands with a purchase: its own status, or how much of its goods went back."""
        goods = [line for line in lines if line.type == 'product' and line.quantity > 0]
        back = [line for line in goods if line.returned > 0]
        if head.status not in ('confirmed', 'partly_returned') or not back:
            return head.status
        is_whole = len(back) == len(goods) and all(
            float_compare(line.returned, line.quantity, precision_digits=6) >= 0 for line in back)
        return 'returned' if is_whole else 'partly_returned'
