import math
from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools import SQL

from ..tools import search_text
from ..tools.search_query import Query

# How many products a search looks at which have all its words, and of those whose name begins with it.
LOOKED_AT, BEGUN = 250, 100
# Words of which so many entries have one are common: those that have it in their name are looked at first.
COMMON = 600
# A search that finds fewer may have been misspelt.
FEW = 3
# Shorter words of a search tell a campaign nothing, if there are others.
SHORTEST_SAID = 3
# So many words that begin with a typed one, or are like it, are looked for.
BEGINNINGS, ALIKE = 24, 40
# What a word counts where it stands, in PostgreSQL's order: description, category, attributes and codes, name.
WEIGHTS = '{0.25, 0.5, 0.8, 1.0}'
# What is added where the product is called exactly so, or its name begins so; where all of the name is said; where the
# language is the caller's.
EXACTLY, BEGINS, ALL_SAID, OWN_LANGUAGE = 0.5, 0.15, 0.2, 0.1
# Scores are compared as whole numbers, so that they can stand in a cursor.
SCALE = 10_000


class Found(NamedTuple):
    """A product in a list.

    :ivar int product_id: ``product.product``: the variant that stands for all of its ``product.template``
    :ivar key: by which the list is sorted: the name, or how well it fits, better ones being higher
    """

    product_id: int
    template_id: int
    key: object


class MobileCatalogue(models.AbstractModel):
    """How customers find products."""

    _inherit = 'mobile.catalogue'

    def init(self):
        result = super().init()
        self._index_names()
        return result

    @api.model
    def _index_names(self):
        """Let an index sort the products by name in each language that is in use."""
        for code, _name in self.env['res.lang'].get_installed():
            name = f'mobile_catalogue_name_{code}'.lower().replace('@', '_')
            self.env.cr.execute(SQL(
                'CREATE INDEX IF NOT EXISTS %s ON product_template (%s, id) WHERE active AND sale_ok',
                SQL.identifier(name), self._sort_name_sql(code, SQL.identifier('product_template'))))

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, shopper, *, text=None, category_id=None, after=None, limit=20):
        """Return products that a shopper may see, one for all variants of each.

        :param Shopper shopper:
        :param str text: what the customer types; without it, or without a word in it, all products by name.
        :param int category_id: ``product.category``, those below it included.
        :param tuple after: (key, template id) of the last one that was given.
        :rtype: list[Found]
        """
        self._enter_noted()
        self.env.flush_all()
        if query := Query.of(text):
            return self._find_meant(shopper, query, category_id, after, limit)
        return self._find_by_name(shopper, category_id, after, limit)

    @api.model
    def _find_by_name(self, shopper, category_id, after, limit):
        name = self._sort_name_sql(self.env.lang or 'en_US', SQL('template'))
        where = SQL('template.active AND template.sale_ok')
        if category_id:
            where = SQL(
                """%s AND template.id IN (
                       SELECT template_id FROM mobile_catalogue_entry WHERE words @@ %s::tsquery)""",
                where, f"'c:{category_id}'")
        if after:
            where = SQL('%s AND (%s, template.id) > %s', where, name, after)
        return [Found(*row) for row in self.env.execute_query(SQL(
            """SELECT variant.id, template.id, %(name)s
                 FROM product_template template JOIN LATERAL (%(variant)s) variant ON variant.id IS NOT NULL
                WHERE %(where)s ORDER BY %(name)s, template.id LIMIT %(limit)s""",
            name=name, variant=self._first_variant_sql(shopper, SQL('template.id')), where=where, limit=limit))]

    @api.model
    def _find_meant(self, shopper, query, category_id, after, limit):
        """Return what a search finds, the best first.

        First as it is typed: whole words, their beginnings, singular and plural. If that is next to nothing, also what
        is spelt like it, written in two words or in one. If nothing has all of that, what has some of it.
        """
        self._look_up(query)
        total, found = self._match(shopper, query, category_id, after, limit)
        if total < FEW:
            self._look_up_alike(query)
            total, found = self._match(shopper, query, category_id, after, limit)
            if not total and len(query.words) > 1:
                _total, found = self._match(shopper, query, category_id, after, limit, some=True)
        return self._choose_variants(shopper, query, found)

    @api.model
    def _meant_by(self, texts):
        """Return by which condition on ``mobile_catalogue_entry.words`` products are found that have all words of a
        text as it is typed. What is spelt alike is a guess, on which no campaign promises anything.

        :param texts: what customers typed.
        :rtype: dict[str, str], a tsquery by text; empty where nothing is meant
        """
        self._enter_noted()
        meant = {}
        for text in texts:
            # A word of one or two letters says little: "jacket no 1".
            if query := Query.of(text, shortest=SHORTEST_SAID):
                self._look_up(query)
            meant[text] = query.condition() if query else ''
        return meant

    # === PRIVATE METHODS: words === #

    @api.model
    def _look_up(self, query):
        """Tell a query which known words it says: whole, as their beginning, or in another form."""
        for number, word, entries in self.env.execute_query(SQL(
                """SELECT said.number, known.word, known.entries
                     FROM unnest(%s::text[], %s::integer[]) said (word, number)
                    CROSS JOIN LATERAL (
                          SELECT word, entries FROM mobile_catalogue_word
                           WHERE word >= said.word AND word < said.word || chr(1114111)
                        ORDER BY word = said.word DESC, entries DESC LIMIT %s) known
                    UNION ALL
                   SELECT form.number, known.word, known.entries
                     FROM unnest(%s::text[], %s::integer[]) form (word, number)
                     JOIN mobile_catalogue_word known ON known.word = form.word""",
                *query.said(), BEGINNINGS, *query.forms())):
            query.add(number, word, entries)

    @api.model
    def _look_up_alike(self, query):
        """Tell a query which known words are like those that it says."""
        for number, word, entries in self.env.execute_query(SQL(
                """SELECT said.number, known.word, known.entries
                     FROM unnest(%(words)s::text[], %(numbers)s::integer[]) said (word, number)
                    CROSS JOIN LATERAL (
                          (SELECT word, entries FROM mobile_catalogue_word
                            WHERE deletes IS NOT NULL AND word %% said.word
                         ORDER BY similarity(word, said.word) DESC, entries DESC LIMIT %(limit)s)
                          UNION ALL
                          (SELECT word, entries FROM mobile_catalogue_word
                            WHERE deletes IS NOT NULL AND length(said.word) >= %(inner)s
                              AND word LIKE '%%' || said.word || '%%'
                         ORDER BY entries DESC LIMIT %(limit)s)) known
                    UNION ALL
                   SELECT spelt.number, known.word, known.entries
                     FROM unnest(%(spelt)s::text[], %(spelt_numbers)s::integer[]) spelt (word, number)
                     JOIN mobile_catalogue_word known ON known.word = spelt.word
                    UNION ALL
                   SELECT spelt.number, known.word, known.entries
                     FROM unnest(%(spelt)s::text[], %(spelt_numbers)s::integer[]) spelt (word, number)
                     JOIN mobile_catalogue_word known
                       ON known.deletes IS NOT NULL AND known.deletes && ARRAY[spelt.word]""",
                **query.forgiven(), limit=ALIKE, inner=search_text.SHORTEST_INNER)):
            query.add(number, word, entries)

    # === PRIVATE METHODS: products === #

    @api.model
    def _match(self, shopper, query, category_id, after, limit, *, some=False):
        """Return how many products a query finds, and one page of them.

        :param bool some: whether some of the words are enough.
        :rtype: tuple[int, list[Found]]
        """
        lang = self.env.lang or 'en_US'
        where = SQL(
            '(entry.company_id IS NULL OR entry.company_id = ANY(%s))', list(self._companies(shopper.company.id)))
        if category_id:
            where = SQL('%s AND entry.words @@ %s::tsquery', where, f"'c:{category_id}'")
        parts = {'begun': SQL('%s AND title >= %s AND title < %s', where, query.title, query.title + '\U0010ffff')}
        branches = [SQL('SELECT * FROM begun LIMIT %s', BEGUN)]
        is_named = SQL('FALSE')
        if wanted := query.condition(common=COMMON if some else None):
            is_rare = not some and query.fewest_entries() <= COMMON
            parts['holding'] = SQL('%s AND entry.words @@ %s::tsquery', where, wanted)
            branches.append(SQL('SELECT * FROM holding LIMIT %s', COMMON if is_rare else LOOKED_AT))
            if not some and not is_rare:
                # Both read on in the same rows, as far as they need them: those that have the words in their name come
                # first, and are among the first of all anyway.
                is_named = SQL('entry.langs @> ARRAY[%s] AND entry.words @@ %s::tsquery', lang, query.condition(
                    weight='A'))
                branches[1:] = [
                    SQL('SELECT * FROM holding WHERE is_named LIMIT %s', LOOKED_AT),
                    SQL('SELECT * FROM (%s) early WHERE NOT is_named', branches[1])]
        rows = self.env.execute_query(SQL(
            # PostgreSQL plans each part as if all of it were wanted, and so by its index, and reads it only as far as
            # somebody asks: told of the limit, it would hope to come across enough while it reads the whole table.
            """WITH %(parts)s, scored AS MATERIALIZED (
                    SELECT entry.template_id, max(round(%(scale)s * (%(score)s)))::integer AS score
                      -- What the words say is worked out once.
                      FROM (SELECT entry.*, %(said)s AS said FROM (%(all)s) entry OFFSET 0) entry
                     GROUP BY entry.template_id)
               SELECT counted.total, page.* FROM (SELECT count(*) AS total FROM scored) counted
            -- Beyond the last page there is nothing, but what was found before counts.
            LEFT JOIN LATERAL (
                    SELECT variant.id, better.template_id, better.score
                      FROM (SELECT * FROM scored WHERE %(after)s ORDER BY score DESC, template_id) better
                      JOIN LATERAL (%(variant)s) variant ON variant.id IS NOT NULL
                  ORDER BY better.score DESC, better.template_id LIMIT %(limit)s) page ON TRUE
              ORDER BY page.score DESC, page.template_id""",
            scale=SCALE, score=self._score_sql(query, lang), said=self._said_sql(query), parts=SQL(', ').join(
                SQL("""%s AS MATERIALIZED (
                        SELECT entry.template_id, entry.title, entry.langs, entry.size, entry.words, %s AS is_named
                          FROM mobile_catalogue_entry entry WHERE %s)""",
                    SQL.identifier(name), is_named if name == 'holding' else SQL('FALSE'), condition)
                for name, condition in parts.items()),
            all=SQL(' UNION ALL ').join(SQL('(%s)', branch) for branch in branches),
            after=SQL('(-score, template_id) > %s', (-after[0], after[1])) if after else SQL('TRUE'),
            variant=self._first_variant_sql(shopper, SQL('better.template_id')), limit=limit))
        return rows[0][0], [Found(*row[1:]) for row in rows if row[1]]

    @api.model
    def _said_sql(self, query):
        """Return how well an entry (``entry``) says the words of a query: which of them it has, how surely, and where.

        A rare word says more than a common one.
        """
        parts, total = [], 0.0
        for word in query.words:
            weight = 1 / math.log2(2 + word.entries) if word.options else 1.0
            total += weight
            if options := [
                SQL("""%s * least(1, %s * ts_rank(%s::float4[], entry.words, %s::tsquery))""",
                    quality, factor, WEIGHTS, condition)
                for quality, factor, condition in word.options
            ]:
                parts.append(SQL('%s * greatest(%s)', weight, SQL(', ').join(options)))
        return SQL('(%s) / %s', SQL(' + ').join(parts or [SQL('0')]), total)

    @api.model
    def _score_sql(self, query, lang):
        """Return how well an entry (``entry``) fits of which ``said`` is known: see ``_said_sql``."""
        return SQL(
            """entry.said
             + CASE WHEN entry.title = %(title)s THEN %(exactly)s
                    WHEN starts_with(entry.title, %(title)s) THEN %(begins)s ELSE 0 END
             + %(all_said)s * least(1, %(size)s::float8 / entry.size) * entry.said
             + CASE WHEN entry.langs @> ARRAY[%(lang)s] THEN %(own)s ELSE 0 END""",
            title=query.title, exactly=EXACTLY, begins=BEGINS, all_said=ALL_SAID, size=len(query.words),
            lang=lang, own=OWN_LANGUAGE)

    @api.model
    def _first_variant_sql(self, shopper, template):
        """Return a query of the first variant (``id``) of a template that the shopper may see, or NULL."""
        from_clause, where = self._visible_sql(shopper.company.id)
        return SQL(
            'SELECT min(product_product.id) AS id FROM %s WHERE %s AND product_product.product_tmpl_id = %s',
            from_clause, where, template)

    @api.model
    @tools.ormcache('lang', 'template.code')
    def _sort_name_sql(self, lang, template):
        """Return by what products are sorted: the beginning of their name, for index entries have an end."""
        name = self.env['product.template'].sudo().with_context(lang=lang)._field_to_sql('template', 'name')
        return SQL(f'left({name.code}, 100)'.replace('"template"', template.code), *name.params)

    @api.model
    def _choose_variants(self, shopper, query, found):
        """Let the variant that fits best stand for each product: "red mug xl" finds the red one in XL."""
        if not found:
            return found
        from_clause, where = self._visible_sql(shopper.company.id)
        rows = self.env.execute_query(SQL(
            """SELECT product_product.product_tmpl_id, product_product.id, product_product.default_code,
                      product_product.barcode,
                      ARRAY(SELECT pack.barcode FROM product_uom pack WHERE pack.product_id = product_product.id),
                      ARRAY(SELECT value.name FROM product_variant_combination made
                              JOIN product_template_attribute_value chosen
                                ON chosen.id = made.product_template_attribute_value_id
                              JOIN product_attribute_value value ON value.id = chosen.product_attribute_value_id
                             WHERE made.product_product_id = product_product.id)
                 FROM %(from_clause)s
                WHERE %(where)s AND product_product.product_tmpl_id IN %(templates)s
                  AND EXISTS (SELECT FROM product_product twin
                               WHERE twin.product_tmpl_id = product_product.product_tmpl_id
                                 AND twin.id <> product_product.id AND twin.active)
             ORDER BY product_product.id""",
            from_clause=from_clause, where=where, templates=tuple(row.template_id for row in found)))
        best = {}
        for template_id, product_id, code, barcode, packs, values in rows:
            texts = [code, barcode, *packs]
            for value in values:
                texts += value.values() if isinstance(value, dict) else [value]
            fit = query.fit(filter(None, texts))
            if fit > best.get(template_id, (-1,))[0]:
                best[template_id] = (fit, product_id)
        return [row._replace(product_id=best[row.template_id][1]) if row.template_id in best else row for row in found]
