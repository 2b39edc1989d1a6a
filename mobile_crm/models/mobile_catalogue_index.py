import hashlib

from odoo import api, models
from odoo.tools import SQL, split_every

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..tools import search_text

# Templates that one statement reads.
BATCH = 1000
# A change that concerns more is worked off by the cron: nobody waits for 30,000 products of a renamed category.
AT_ONCE = 300
# Words of a description that count.
DESCRIPTION_WORDS = 80
# What a title is compared by; PostgreSQL's index entries have an end.
LONGEST_TITLE = 200
# PostgreSQL numbers no more places of words in an entry.
LAST_PLACE = 16_383
# By these, PostgreSQL tells where in a product a word stands.
NAME, CODE, CATEGORY, DESCRIPTION = 'ABCD'
NOTED = 'mobile_crm.catalogue'

# How to get from records to the templates whose words they are; %(ids)s are theirs.
TEMPLATES_OF = {
    'product.template': 'SELECT unnest(%(ids)s::integer[])',
    'product.product': 'SELECT product_tmpl_id FROM product_product WHERE id = ANY(%(ids)s)',
    'product.uom': """
        SELECT product.product_tmpl_id FROM product_uom pack
          JOIN product_product product ON product.id = pack.product_id
         WHERE pack.id = ANY(%(ids)s)""",
    'product.category': """
        SELECT template.id FROM product_category top
          JOIN product_category below ON starts_with(below.parent_path, top.parent_path)
          JOIN product_template template ON template.categ_id = below.id
         WHERE top.id = ANY(%(ids)s)""",
    'product.tag': """
        SELECT product_template_id FROM product_tag_product_template_rel WHERE product_tag_id = ANY(%(ids)s)
         UNION SELECT product.product_tmpl_id FROM product_tag_product_product_rel rel
                 JOIN product_product product ON product.id = rel.product_product_id
                WHERE rel.product_tag_id = ANY(%(ids)s)""",
    'product.attribute.value': """
        SELECT product_tmpl_id FROM product_template_attribute_value
         WHERE product_attribute_value_id = ANY(%(ids)s)""",
    'product.template.attribute.value': """
        SELECT product_tmpl_id FROM product_template_attribute_value WHERE id = ANY(%(ids)s)""",
}


class MobileCatalogue(models.AbstractModel):
    """What the search looks at: the words of all products that apps show, in tables that hold nothing else.

    ``mobile_catalogue_entry`` has a row for each product and each way in which it is called: languages that say the
    same share one. ``mobile_catalogue_word`` has each word once, so that a misspelt one is looked for among some ten
    thousand words and not among all products. A change of a few products is entered in its own transaction, one of
    many by a cron that it wakes; whether a product may be seen is asked of the product itself each time.
    """

    _inherit = 'mobile.catalogue'

    def init(self):
        result = super().init()
        self.env.cr.execute(SQL(
            """CREATE EXTENSION IF NOT EXISTS pg_trgm;
               CREATE TABLE IF NOT EXISTS mobile_catalogue_entry (
                   template_id integer NOT NULL REFERENCES product_template ON DELETE CASCADE,
                   lang text NOT NULL,
                   langs text[] NOT NULL,
                   company_id integer,
                   title text COLLATE "C" NOT NULL,
                   size smallint NOT NULL,
                   words tsvector NOT NULL,
                   digest text NOT NULL,
                   PRIMARY KEY (template_id, lang));
               CREATE INDEX IF NOT EXISTS mobile_catalogue_entry_title ON mobile_catalogue_entry (title);
               CREATE INDEX IF NOT EXISTS mobile_catalogue_entry_words
                   ON mobile_catalogue_entry USING gin (words) WITH (fastupdate = off);
               CREATE TABLE IF NOT EXISTS mobile_catalogue_word (
                   word text COLLATE "C" NOT NULL, entries integer NOT NULL, deletes text[]);
               CREATE INDEX IF NOT EXISTS mobile_catalogue_word_word ON mobile_catalogue_word (word);
               CREATE INDEX IF NOT EXISTS mobile_catalogue_word_deletes ON mobile_catalogue_word
                   USING gin (deletes) WITH (fastupdate = off) WHERE deletes IS NOT NULL;
               CREATE INDEX IF NOT EXISTS mobile_catalogue_word_trigrams ON mobile_catalogue_word
                   USING gin (word gin_trgm_ops) WITH (fastupdate = off) WHERE deletes IS NOT NULL;
               CREATE TABLE IF NOT EXISTS mobile_catalogue_stale (template_id integer NOT NULL)"""))
        return result

    # === BUSINESS METHODS: what has changed === #

    @api.model
    def _note_change(self, records, *, going=False):
        """Remember that the words of some products may have changed; they are entered when the transaction ends.

        :param records: of a model in ``TEMPLATES_OF``.
        :param bool going: whether they lead to other products, or to none, in a moment.
        """
        if self.env.context.get(MODULE_UNINSTALL_FLAG) or not (ids := [number for number in records.ids if number]):
            return
        precommit = self.env.cr.precommit
        if NOTED not in precommit.data:
            precommit.data[NOTED] = {}
            precommit.add(self.sudo()._enter_noted)
        noted = precommit.data[NOTED]
        if going and records._name != 'product.template':
            noted.setdefault('product.template', set()).update(self._templates_of(records._name, ids))
        else:
            noted.setdefault(records._name, set()).update(ids)

    @api.model
    def _templates_of(self, model, ids):
        return [template_id for template_id, in self.env.execute_query(SQL(TEMPLATES_OF[model], ids=list(ids)))]

    @api.model
    def _enter_noted(self):
        """Enter what this transaction has changed, or leave it to the cron when it is much."""
        noted = self.env.cr.precommit.data.pop(NOTED, None)
        if not noted:
            return
        self.env.flush_all()
        changed = sorted({number for model, ids in noted.items() for number in self._templates_of(model, ids)})
        if len(changed) <= AT_ONCE:
            self._enter(changed)
        else:
            self._leave_to_cron(SQL('SELECT unnest(%s::integer[])', changed))

    @api.model
    def _leave_to_cron(self, templates):
        """Let the cron enter templates soon.

        :param SQL templates: a query of their ids.
        """
        self.env.cr.execute(SQL('INSERT INTO mobile_catalogue_stale (template_id) %s', templates))
        # While the addon is installed there is none yet, and all products are entered after that.
        if cron := self.env.ref('mobile_crm.ir_cron_mobile_catalogue', raise_if_not_found=False):
            cron._trigger()

    @api.model
    def _leave_all_to_cron(self):
        """Let the cron enter all products: once a day, for what has changed past Odoo, and when a language comes."""
        self._leave_to_cron(SQL(
            'SELECT id FROM product_template UNION SELECT template_id FROM mobile_catalogue_entry'))

    @api.model
    def _cron_enter(self):
        """Enter what was left, then count the words anew."""
        while True:
            # A template may wait several times.
            waiting = [number for number, in self.env.execute_query(SQL(
                """WITH chosen AS (SELECT DISTINCT template_id FROM mobile_catalogue_stale LIMIT %s)
                   DELETE FROM mobile_catalogue_stale stale USING chosen
                    WHERE stale.template_id = chosen.template_id RETURNING stale.template_id""", BATCH))]
            if not waiting:
                break
            self._enter(sorted(set(waiting)))
            [[remaining]] = self.env.execute_query(SQL('SELECT count(*) FROM mobile_catalogue_stale'))
            if not self.env['ir.cron']._commit_progress(len(waiting), remaining=remaining):
                return
        self._count_words()

    # === BUSINESS METHODS: entering === #

    @api.model
    def _rebuild(self):
        """Enter all products that are not entered as they are."""
        self.env.flush_all()
        everything = [number for number, in self.env.execute_query(SQL(
            'SELECT id FROM product_template UNION SELECT template_id FROM mobile_catalogue_entry ORDER BY 1'))]
        [[is_empty]] = self.env.execute_query(SQL('SELECT NOT EXISTS (SELECT FROM mobile_catalogue_entry)'))
        if is_empty:
            # An index is built faster than it grows.
            self.env.cr.execute(SQL(
                """DROP INDEX IF EXISTS mobile_catalogue_entry_words, mobile_catalogue_word_deletes,
                                        mobile_catalogue_word_trigrams"""))
        for ids in split_every(BATCH, everything):
            self._enter(ids, with_words=False)
        self._count_words()
        self.init()

    @api.model
    def _enter(self, template_ids, *, with_words=True):
        """Write the entries of some templates as they should be, where they are not."""
        entries, in_use = {}, self._langs()
        for template_id, company_id, *texts in self._read_texts(template_ids):
            for langs, (title, size, words) in self._documents(in_use, *texts):
                digest = hashlib.md5(repr((langs, company_id, title, words)).encode(), usedforsecurity=False)
                entries[template_id, langs[0]] = (
                    template_id, langs[0], langs, company_id, title, size, words, digest.hexdigest())
        known = {(template_id, lang): digest for template_id, lang, digest in self.env.execute_query(SQL(
            """SELECT template_id, lang, digest FROM unnest(%s::integer[]) id
                 JOIN mobile_catalogue_entry ON template_id = id""", list(template_ids)))}
        if gone := [key for key in known if key not in entries]:
            self.env.cr.execute(SQL(
                'DELETE FROM mobile_catalogue_entry WHERE (template_id, lang) IN %s', tuple(gone)))
        new = [entry for key, entry in entries.items() if known.get(key) != entry[-1]]
        if not new:
            return
        self.env.cr.execute_values(
            """INSERT INTO mobile_catalogue_entry
                   (template_id, lang, langs, company_id, title, size, words, digest) VALUES %s
               ON CONFLICT (template_id, lang) DO UPDATE SET
                   langs = excluded.langs, company_id = excluded.company_id, title = excluded.title,
                   size = excluded.size, words = excluded.words, digest = excluded.digest""",
            new, template='(%s, %s, %s, %s, %s, %s, %s::tsvector, %s)')
        if with_words:
            said = {part.split(':')[0][1:-1] for entry in new for part in entry[6].split() if "'c:" not in part}
            # Who adds the same word meanwhile makes it known twice, until they are counted.
            self._add_words(SQL(
                """SELECT said.word, 1 FROM unnest(%s::text[]) said (word)
                    WHERE NOT EXISTS (SELECT FROM mobile_catalogue_word known WHERE known.word = said.word)""",
                list(said)))

    @api.model
    def _read_texts(self, template_ids):
        """Return what templates are called that apps show: id, company, and texts for ``_documents``."""
        rows = self.env.execute_query(SQL(
            """SELECT template.id, template.company_id, template.name, template.description_sale,
                      ARRAY(SELECT value.name FROM product_template_attribute_value chosen
                              JOIN product_attribute_value value ON value.id = chosen.product_attribute_value_id
                             WHERE chosen.product_tmpl_id = template.id AND chosen.ptav_active)
                      || ARRAY(SELECT tag.name FROM product_tag tag
                                WHERE tag.visible_to_customers AND tag.id IN (
                                      SELECT product_tag_id FROM product_tag_product_template_rel
                                       WHERE product_template_id = template.id
                                       UNION ALL
                                      SELECT rel.product_tag_id FROM product_product product
                                        JOIN product_tag_product_product_rel rel ON rel.product_product_id = product.id
                                       WHERE product.product_tmpl_id = template.id)),
                      ARRAY(SELECT code FROM product_product product
                             CROSS JOIN LATERAL (
                                   SELECT product.default_code
                                   UNION ALL SELECT product.barcode
                                   UNION ALL SELECT pack.barcode FROM product_uom pack
                                              WHERE pack.product_id = product.id) known (code)
                             WHERE product.product_tmpl_id = template.id AND product.active AND code <> ''),
                      template.categ_id
                 -- Joined to, so that PostgreSQL looks each up, whatever it believes of the table's size.
                 FROM unnest(%s::integer[]) wanted (id) JOIN product_template template ON template.id = wanted.id
                WHERE template.active AND template.sale_ok AND template.mobile_published""",
            list(template_ids)))
        categories = {}
        for category_id, above_id, name in self.env.execute_query(SQL(
                """SELECT below.id, top.id, top.name FROM product_category below
                     JOIN product_category top
                       ON top.id = ANY(string_to_array(rtrim(below.parent_path, '/'), '/')::integer[])
                    WHERE below.id = ANY(%s::integer[])""", list({row[-1] for row in rows if row[-1]}))):
            categories.setdefault(category_id, []).append((above_id, name))
        return [(*row[:-1], categories.get(row[-1], [])) for row in rows]

    @api.model
    def _documents(self, in_use, name, description, features, codes, categories):
        """Return what a product is called, and in which languages.

        :param list in_use: codes of languages.
        :param dict name, description: {language: text}.
        :param list features: such texts, of attributes and tags.
        :param list categories: (id, name), the category and all above it.
        :return: pairs of languages (the first one names the entry) and (title, words of the name, tsvector).
        """
        found = {}
        for lang in in_use:
            texts = (_said(name, lang), (*(_said(text, lang) for text in features), *codes),
                     tuple(_said(text, lang) for _number, text in categories), _said(description, lang))
            found.setdefault(texts, []).append(lang)
        numbers = sorted(f"'c:{number}'" for number, _text in categories)
        return [(langs, self._document(numbers, *texts)) for texts, langs in found.items()]

    @api.model
    def _document(self, numbers, name, features, categories, description):
        title = search_text.words(name)
        place, lexemes = 0, []
        for weight, said in (
            (NAME, (*title, *search_text.bound_words(name))),
            (CODE, [word for text in features for word in search_text.words(text) + search_text.bound_words(text)]),
            (CATEGORY, [word for text in categories for word in search_text.words(text)]),
            (DESCRIPTION, search_text.words(description)[:DESCRIPTION_WORDS]),
        ):
            for word in said:
                place += 1
                lexemes.append(f"'{word}':{place}{weight}")
        return ' '.join(title)[:LONGEST_TITLE], min(len(title), 100), ' '.join([*lexemes[:LAST_PLACE], *numbers])

    @api.model
    def _langs(self):
        """Return the codes of the languages in use, the one first in which all texts are there."""
        return sorted((code for code, _name in self.env['res.lang'].get_installed()), key=lambda code: code != 'en_US')

    # === PRIVATE METHODS: words === #

    @api.model
    def _add_words(self, words):
        """Add words that are not known.

        :param SQL words: a query of words and in how many entries they are.
        """
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_catalogue_word (word, entries, deletes)
               SELECT word, entries, CASE WHEN length(word) BETWEEN %s AND %s AND word !~ '[0-9]' THEN
                      ARRAY(SELECT DISTINCT left(word, place - 1) || substr(word, place + 1)
                              FROM generate_series(1, length(word)) place) END
                 FROM (%s) new (word, entries)""",
            search_text.SHORTEST_FORGIVEN, search_text.LONGEST_FORGIVEN, words))

    @api.model
    def _count_words(self):
        """Count in how many entries each word is, and forget those that are in none for the second time: the first
        time, somebody may be entering a product that has them.
        """
        self.env.cr.execute(SQL(
            """CREATE TEMPORARY TABLE mobile_counted ON COMMIT DROP AS
               SELECT lexeme COLLATE "C" AS word, count(*)::integer AS ndoc
                 FROM mobile_catalogue_entry CROSS JOIN LATERAL unnest(words)
                WHERE NOT starts_with(lexeme, 'c:') GROUP BY lexeme;
               ANALYZE mobile_counted;
               DELETE FROM mobile_catalogue_word known
                WHERE entries = 0 AND NOT EXISTS (SELECT FROM mobile_counted WHERE word = known.word)
                   OR EXISTS (SELECT FROM mobile_catalogue_word twin
                               WHERE twin.word = known.word AND twin.ctid < known.ctid);
               UPDATE mobile_catalogue_word known SET entries = coalesce(counted.ndoc, 0)
                 FROM mobile_catalogue_word old LEFT JOIN mobile_counted counted ON counted.word = old.word
                WHERE known.ctid = old.ctid AND old.entries <> coalesce(counted.ndoc, 0)"""))
        # Compared as wholes: a look-up of each would go through what this statement has just added.
        self._add_words(SQL(
            """SELECT word, ndoc FROM mobile_counted JOIN (
                      SELECT word FROM mobile_counted EXCEPT SELECT word FROM mobile_catalogue_word
                      ) missing USING (word)"""))
        self.env.cr.execute(SQL('DROP TABLE mobile_counted'))

    @api.model
    def _drop_index(self):
        """Drop what ``init`` has made, as the addon goes."""
        self.env.cr.precommit.data.pop(NOTED, None)
        self.env.cr.execute(SQL('DROP TABLE mobile_catalogue_entry, mobile_catalogue_word, mobile_catalogue_stale'))
        for name, in self.env.execute_query(SQL(
                "SELECT indexname FROM pg_indexes WHERE starts_with(indexname, 'mobile_catalogue_name_')")):
            self.env.cr.execute(SQL('DROP INDEX %s', SQL.identifier(name)))


def _said(text, lang):
    """Return a text in a language. A translation is there or the English text stands for it."""
    if isinstance(text, dict):
        text = text.get(lang) or text.get('en_US')
    return text or ''
