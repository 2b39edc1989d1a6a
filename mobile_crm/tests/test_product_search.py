"""Whether customers find what they mean, however they spell it."""
import random
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import BaseCase, TransactionCase, tagged

from ..models import mobile_catalogue_index, mobile_catalogue_search
from ..models.mobile_catalogue import Shopper
from ..tools import search_text

# What the shop sells: a key, names (English, German, French), a category, and what else is known of it.
TARGETS = {
    'rain_jacket': (("Rain Jacket", "Regenjacke", "Veste de pluie"), 'clothes', {}),
    'winter_coat': (("Winter Coat", "Wintermantel", "Manteau d'hiver"), 'clothes', {}),
    'socks': (("Wool Socks", "Wollsocken", "Chaussettes en laine"), 'clothes', {}),
    'gloves': (("Leather Gloves", "Lederhandschuhe", "Gants en cuir"), 'clothes', {}),
    'tshirt': (("T-Shirt Organic Cotton", "T-Shirt Bio-Baumwolle", "T-shirt coton bio"), 'clothes', {}),
    'sleeping_bag': (("Sleeping Bag", "Schlafsack", "Sac de couchage"), 'camping', {}),
    'tent': (("Two-Person Tent", "Zweipersonenzelt", "Tente deux places"), 'camping', {}),
    'headlamp': (("Headlamp 400 lm", "Stirnlampe 400 lm", "Lampe frontale 400 lm"), 'camping', {}),
    'pocket_knife': (("Pocket Knife", "Taschenmesser", "Couteau de poche"), 'camping', {}),
    'backpack': (("Hiking Backpack 30 l", "Wanderrucksack 30 l", "Sac à dos de randonnée 30 l"), 'camping', {}),
    'bottle': (("Vacuum Flask", "Thermosflasche", "Bouteille isotherme"), 'camping', {'default_code': 'VF-0750'}),
    'muesli': (("Muesli with Nuts", "Nussmüsli", "Müesli aux noix"), 'food', {'barcode': '4006381333931'}),
    'coffee': (("Espresso Beans", "Espressobohnen", "Grains d'espresso"), 'food', {}),
    'cream': (("Crème brûlée", "Crème brûlée", "Crème brûlée"), 'food', {}),
    'jam': (("Strawberry Jam", "Erdbeermarmelade", "Confiture de fraises"), 'food', {}),
    'noodles': (("Spaghetti", "Spaghetti", "Spaghetti"), 'food', {}),
    'cheese': (("Goat Cheese", "Ziegenkäse", "Fromage de chèvre"), 'food', {}),
    'yoghurt': (("Natural Yoghurt", "Naturjoghurt", "Yaourt nature"), 'food', {}),
    'chocolate': (("Dark Chocolate", "Zartbitterschokolade", "Chocolat noir"), 'food', {}),
    'mug': (("Enamel Mug", "Emaillebecher", "Tasse émaillée"), 'kitchen', {'attributes': True}),
    'pan': (("Frying Pan 28 cm", "Bratpfanne 28 cm", "Poêle 28 cm"), 'kitchen', {}),
    'grinder': (("Coffee Grinder", "Kaffeemühle", "Moulin à café"), 'kitchen', {}),
    'scissors': (("Kitchen Scissors", "Küchenschere", "Ciseaux de cuisine"), 'kitchen', {}),
    'kettle': (("Kettle Gooseneck", "Wasserkocher Schwanenhals", "Bouilloire col de cygne"), 'kitchen', {}),
    'fridge': (("Refrigerator", "Kühlschrank", "Réfrigérateur"), 'kitchen', {}),
    'vacuum': (("Vacuum Cleaner", "Staubsauger", "Aspirateur"), 'home', {}),
    'screwdriver': (("Screwdriver", "Schraubendreher", "Tournevis"), 'home', {}),
    'lamp': (("Desk Lamp", "Schreibtischlampe", "Lampe de bureau"), 'home', {}),
    'pillow': (("Down Pillow", "Daunenkissen", "Oreiller en duvet"), 'home', {}),
    'toothbrush': (("Toothbrush", "Zahnbürste", "Brosse à dents"), 'home', {'default_code': 'TB-SOFT-1'}),
    'headphones': (("Bluetooth Headphones", "Bluetooth-Kopfhörer", "Casque Bluetooth"), 'home', {}),
    'candle': (("Beeswax Candle", "Bienenwachskerze", "Bougie en cire d'abeille"), 'home', {}),
}
CATEGORIES = {'clothes': "Clothing", 'camping': "Camping Gear", 'food': "Groceries", 'kitchen': "Kitchenware",
              'home': "Household"}
# What customers type, in which language, and what they mean.
QUERIES = [
    # As it is called.
    ('en_US', "rain jacket", 'rain_jacket'), ('en_US', "Enamel Mug", 'mug'),
    ('de_DE', "Regenjacke", 'rain_jacket'),
    ('fr_FR', "veste de pluie", 'rain_jacket'), ('en_US', "SPAGHETTI", 'noodles'),
    # Another order, a part, the beginning as it is typed.
    ('en_US', "jacket rain", 'rain_jacket'), ('en_US', "cotton shirt", 'tshirt'),
    ('en_US', "sleepi", 'sleeping_bag'),
    ('en_US', "scissors kitchen", 'scissors'), ('en_US', "espr", 'coffee'), ('de_DE', "zahnb", 'toothbrush'),
    ('en_US', "choc dark", 'chocolate'), ('fr_FR', "couteau poche", 'pocket_knife'),
    # Letters wrong, missing, too many, swapped.
    ('en_US', "rian jacket", 'rain_jacket'), ('en_US', "jakcet", 'rain_jacket'),
    ('en_US', "raim jaket", 'rain_jacket'),
    ('en_US', "enamal mug", 'mug'), ('en_US', "enammel mug", 'mug'), ('en_US', "headlmap", 'headlamp'),
    ('en_US', "sleping bag", 'sleeping_bag'), ('en_US', "sleepingbag", 'sleeping_bag'),
    ('en_US', "spageti", 'noodles'),
    ('en_US', "spagetti", 'noodles'), ('en_US', "expresso beans", 'coffee'), ('en_US', "strawbery jam", 'jam'),
    ('en_US', "refridgerator", 'fridge'), ('en_US', "refrigrator", 'fridge'),
    ('en_US', "vacum cleaner", 'vacuum'),
    ('en_US', "vaccuum cleaner", 'vacuum'), ('en_US', "screwdirver", 'screwdriver'),
    ('en_US', "scredriver", 'screwdriver'),
    ('en_US', "toothbursh", 'toothbrush'), ('en_US', "kettel", 'kettle'), ('en_US', "gosneck kettle", 'kettle'),
    ('en_US', "chocolat", 'chocolate'), ('en_US', "choclate", 'chocolate'), ('en_US', "yogurt", 'yoghurt'),
    ('en_US', "joghurt", 'yoghurt'), ('en_US', "musli", 'muesli'), ('en_US', "lether gloves", 'gloves'),
    ('en_US', "leather glvoes", 'gloves'), ('en_US', "beewax candel", 'candle'),
    ('en_US', "bluetoth headfones", 'headphones'),
    ('en_US', "pilow", 'pillow'), ('en_US', "siscors", 'scissors'), ('en_US', "cofee grinder", 'grinder'),
    ('en_US', "koffee grinder", 'grinder'), ('en_US', "frying pann", 'pan'), ('en_US', "goat chese", 'cheese'),
    ('en_US', "hikking bagpack", 'backpack'), ('en_US', "back pack", 'backpack'),
    ('en_US', "winterr coat", 'winter_coat'),
    ('de_DE', "Regenjake", 'rain_jacket'), ('de_DE', "Kafeemühle", 'grinder'),
    ('de_DE', "Shraubendreher", 'screwdriver'),
    ('de_DE', "Wasserkoher", 'kettle'), ('de_DE', "Tachenmesser", 'pocket_knife'),
    ('de_DE', "Zanbürste", 'toothbrush'),
    ('de_DE', "Erdbermarmelade", 'jam'), ('fr_FR', "bouiloire", 'kettle'), ('fr_FR', "aspiratuer", 'vacuum'),
    ('fr_FR', "confitur de fraise", 'jam'),
    # Accents, and letters that the keyboard lacks.
    ('en_US', "creme brulee", 'cream'), ('de_DE', "Kuehlschrank", 'fridge'), ('de_DE', "Kuhlschrank", 'fridge'),
    ('de_DE', "MÜSLI", 'muesli'), ('de_DE', "Nussmuesli", 'muesli'), ('de_DE', "Kopfhoerer", 'headphones'),
    ('fr_FR', "refrigerateur", 'fridge'), ('fr_FR', "poele", 'pan'), ('fr_FR', "tasse emaillee", 'mug'),
    ('fr_FR', "randonnee sac a dos", 'backpack'), ('fr_FR', "moulin a cafe", 'grinder'),
    ('de_DE', "zahnbuerste", 'toothbrush'),
    # Several, or one of several.
    ('en_US', "rain jackets", 'rain_jacket'), ('en_US', "tents", 'tent'), ('en_US', "knives", 'pocket_knife'),
    ('en_US', "sock", 'socks'), ('de_DE', "Regenjacken", 'rain_jacket'), ('de_DE', "Thermosflaschen", 'bottle'),
    ('de_DE', "Taschenlampe Stirnlampen", 'headlamp'), ('fr_FR', "couteaux de poche", 'pocket_knife'),
    ('de_DE', "Wintermäntel", 'winter_coat'),
    # Together, apart, and parts of German words.
    ('en_US', "rainjacket", 'rain_jacket'), ('en_US', "tshirt", 'tshirt'),
    ('en_US', "tooth brush", 'toothbrush'),
    ('en_US', "coffeegrinder", 'grinder'), ('de_DE', "Regen Jacke", 'rain_jacket'),
    ('de_DE', "Kaffee Mühle", 'grinder'),
    ('de_DE', "Schere", 'scissors'), ('de_DE', "Müsli Nuss", 'muesli'),
    ('de_DE', "Schokolade zartbitter", 'chocolate'),
    # Another language than the caller's.
    ('en_US', "Staubsauger", 'vacuum'), ('en_US', "oreiller", 'pillow'),
    ('de_DE', "screwdriver", 'screwdriver'),
    ('fr_FR', "Schlafsack", 'sleeping_bag'),
    # Codes, attributes, categories.
    ('en_US', "VF-0750", 'bottle'), ('en_US', "vf0750", 'bottle'), ('en_US', "tb soft", 'toothbrush'),
    ('en_US', "4006381333931", 'muesli'), ('en_US', "400638133", 'muesli'), ('en_US', "red mug", 'mug'),
    ('de_DE', "becher rot", 'mug'),
    ('en_US', "kitchenware mug", 'mug'), ('en_US', "mug for camping with handle", 'mug'),
]
DISTRACTORS = (
    ["Steel", "Wooden", "Cotton", "Glass", "Paper", "Silk", "Copper", "Plastic", "Bamboo",
     "Ceramic", "Rubber", "Stone"],
    ["Table", "Chair", "Bowl", "Spoon", "Basket", "Blanket", "Carpet", "Curtain", "Mirror", "Clock", "Ladder", "Bucket",
     "Hammer", "Hat", "Belt", "Scarf", "Umbrella", "Lantern", "Rope", "Plate", "Bench", "Drawer", "Pencil", "Folder",
     "Jar", "Tray", "Rack", "Brush", "Towel", "Vase"],
    ["Stahl", "Holz", "Baumwoll", "Glas", "Papier", "Seiden", "Kupfer", "Plastik", "Bambus",
     "Keramik", "Gummi", "Stein"],
    ["tisch", "stuhl", "schale", "löffel", "korb", "decke", "teppich", "vorhang", "spiegel", "uhr", "leiter", "eimer",
     "hammer", "hut", "gürtel", "schal", "schirm", "laterne", "seil", "teller", "bank", "schublade", "stift", "mappe",
     "dose", "tablett", "regal", "bürste", "tuch", "vase"],
    ["en acier", "en bois", "en coton", "en verre", "en papier", "en soie", "en cuivre", "en plastique", "en bambou",
     "en céramique", "en caoutchouc", "en pierre"],
    ["Table", "Chaise", "Bol", "Cuillère", "Panier", "Couverture", "Tapis", "Rideau", "Miroir", "Horloge", "Échelle",
     "Seau", "Marteau", "Chapeau", "Ceinture", "Écharpe", "Parapluie", "Lanterne", "Corde", "Assiette", "Banc",
     "Tiroir", "Crayon", "Classeur", "Bocal", "Plateau", "Étagère", "Brosse", "Serviette", "Vase"],
)
FIRST, LEAST = 3, 0.95


class SearchCase(TransactionCase):
    """A shop with a few hundred products in three languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('de_DE')
        cls.env['res.lang']._activate_lang('fr_FR')
        cls.company = cls.env['res.company'].create({'name': "Test Shop"})
        cls.env['product.template'].search([]).mobile_published = False
        cls.shopper = Shopper(cls.company, cls.env['mobile.app'], cls.env['res.partner'])
        cls.categories = {
            key: cls.env['product.category'].create({'name': name}) for key, name in CATEGORIES.items()}
        colour = cls.env['product.attribute'].create({'name': "Colour", 'value_ids': [
            Command.create({'name': name}) for name in ("Blue", "Red", "White")]})
        for value, name in zip(colour.value_ids, ("Blau", "Rot", "Weiß"), strict=True):
            value.with_context(lang='de_DE').name = name
        cls.attribute = {'attribute_id': colour.id, 'value_ids': [Command.set(colour.value_ids.ids)]}
        cls.products = {}
        for key, (names, category, values) in TARGETS.items():
            cls.products[key] = cls._make(names, cls.categories[category], **values)
        english, things, german, german_things, french, french_things = DISTRACTORS
        source = random.Random(7)
        for one in range(len(english)):
            for other in range(len(things)):
                cls._make((f"{english[one]} {things[other]}", german[one] + german_things[other],
                           f"{french_things[other]} {french[one]}"), source.choice(list(cls.categories.values())))
        cls.env['mobile.catalogue']._enter_noted()
        cls.env['mobile.catalogue']._rebuild()

    @classmethod
    def _make(cls, names, category, *, attributes=False, **values):
        english, german, french = names
        template = cls.env['product.template'].create({
            'name': english, 'categ_id': category.id, **values,
            'attribute_line_ids': [Command.create(cls.attribute)] if attributes else []})
        template.update_field_translations('name', {'de_DE': german, 'fr_FR': french})
        return template

    def find(self, text, lang='en_US', **kwargs):
        """Return the templates that a search finds."""
        found = self.env['mobile.catalogue'].with_context(lang=lang)._find(self.shopper, text=text, **kwargs)
        return self.env['product.template'].browse(row.template_id for row in found)


@tagged('-at_install', 'post_install')
class TestProductSearch(SearchCase):

    def test_what_customers_mean(self):
        misses = []
        for lang, text, key in QUERIES:
            found = self.find(text, lang)
            if self.products[key] not in found[:FIRST]:
                misses.append(f"{text} ({lang}): {found[:5].mapped('name')}, not {self.products[key].name}")
        self.assertGreaterEqual(len(QUERIES), 100)
        self.assertLessEqual(len(misses), (1 - LEAST) * len(QUERIES), '\n'.join(misses))

    def test_the_best_first(self):
        exact, longer, category, described = (
            self._make((name,) * 3, self.categories['home'], **values) for name, values in (
                ("Zither", {}), ("Zither Stand", {}), ("Strings", {}),
                ("Bow", {'description_sale': "For your zither"})))
        category.categ_id = self.env['product.category'].create({'name': "Zither Parts"})
        misspelt = self._make(("Zitter",) * 3, self.categories['home'])
        self.assertEqual(list(self.find("zither")), [exact, longer, category, described])
        self.assertEqual(self.find("zitter")[:1], misspelt)
        # One who misspells it finds the exact name first among what is alike.
        self.assertEqual(self.find("zyther")[:1], exact)

    def test_the_callers_language_first(self):
        # "Gift" is a present in English and poison in German.
        present = self._make(("Gift", "Geschenk", "Cadeau"), self.categories['home'])
        poison = self._make(("Poison", "Gift", "Poison"), self.categories['home'])
        self.assertEqual(self.find("gift", 'en_US')[:2], present + poison)
        self.assertEqual(self.find("gift", 'de_DE')[:2], poison + present)

    def test_what_changes_is_found_at_once(self):
        mug = self.products['mug']
        tag = self.env['product.tag'].create({'name': "Handmade"})
        inner = self.env['product.tag'].create({'name': "Discontinued", 'visible_to_customers': False})
        changes = [
            ("qwirkle", lambda: mug.write({'name': "Qwirkle"})),
            ("wurfelbecher", lambda: mug.update_field_translations('name', {'de_DE': "Würfelbecher"})),
            ("dishwasher proof", lambda: mug.write({'description_sale': "Dishwasher proof"})),
            ("tableware", lambda: self.categories['kitchen'].write({'name': "Tableware"})),
            ("handmade", lambda: mug.write({'product_tag_ids': [Command.link(tag.id)]})),
            ("artisanal", lambda: tag.write({'name': "Artisanal"})),
            ("crimson", lambda: mug.attribute_line_ids.value_ids[1].write({'name': "Crimson"})),
            ("xq 77", lambda: mug.product_variant_ids[1].write({'default_code': "XQ-77"})),
            ("96385074", lambda: mug.product_variant_ids[2].write({'barcode': "96385074"})),
            ("40170725", lambda: self.env['product.uom'].create({
                'product_id': mug.product_variant_ids[0].id, 'barcode': "40170725",
                'uom_id': self.env.ref('uom.product_uom_dozen').id})),
        ]
        for text, change in changes:
            with self.subTest(text=text):
                self.assertNotIn(mug, self.find(text)[:FIRST])
                change()
                self.assertIn(mug, self.find(text))
        mug.product_tag_ids += inner
        self.assertNotIn(mug, self.find("discontinued"))
        self.assertNotIn(mug, self.find("enamel mug")[:1])
        mug.product_tag_ids = False
        self.assertNotIn(mug, self.find("artisanal"))

    def test_what_is_gone_is_not_found(self):
        lamp, other = self.products['lamp'], self.env['res.company'].create({'name': "Other Shop"})
        for values in ({'active': False}, {'sale_ok': False}, {'mobile_published': False}, {'company_id': other.id}):
            with self.subTest(values=values):
                self.assertEqual(self.find("desk lamp")[:1], lamp)
                before = {name: lamp[name] for name in values}
                lamp.write(values)
                self.assertNotIn(lamp, self.find("desk lamp"))
                self.assertNotIn(lamp, self.find(None, limit=1000))
                lamp.write(before)
        lamp.company_id = other
        self.shopper = self.shopper._replace(company=other)
        self.assertEqual(self.find("desk lamp")[:1], lamp)
        lamp.unlink()
        self.assertEqual(self.find("desk lamp").filtered(lambda found: found.name == "Desk Lamp").ids, [])

    def test_the_product_itself_says_whether_it_is_shown(self):
        # What somebody wrote past Odoo has not reached the index yet.
        lamp = self.products['lamp']
        self.env.flush_all()
        self.env.cr.execute('UPDATE product_template SET mobile_published = FALSE WHERE id = %s', [lamp.id])
        self.assertNotIn(lamp, self.find("desk lamp"))

    def test_much_that_changes_is_left_to_the_cron(self):
        self.startPatcher(patch.object(mobile_catalogue_index, 'AT_ONCE', 10))
        self.startPatcher(patch.object(mobile_catalogue_index, 'BATCH', 50))
        self.startPatcher(patch.object(self.env.cr, 'commit', lambda: None))
        triggers = self.env['ir.cron.trigger'].search_count
        wakes = [('cron_id', '=', self.env.ref('mobile_crm.ir_cron_mobile_catalogue').id)]
        before = triggers(wakes)
        self.categories['food'].name = "Delicatessen"
        self.assertFalse(self.find("delicatessen"))
        self.assertEqual(triggers(wakes), before + 1)
        # One product alone does not wait.
        self.products['jam'].name = "Quince Jelly"
        self.assertEqual(self.find("quince jelly")[:1], self.products['jam'])
        self.env['mobile.catalogue']._cron_enter()
        found = self.find("delicatessen", limit=1000)
        self.assertEqual(found, found.filtered(lambda template: template.categ_id == self.categories['food']))
        self.assertGreater(len(found), 50)
        self.env.cr.execute('SELECT count(*) FROM mobile_catalogue_stale')
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_what_was_written_past_odoo_is_found_a_day_later(self):
        self.startPatcher(patch.object(self.env.cr, 'commit', lambda: None))
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE product_template SET name = '{"en_US": "Sousaphone"}' WHERE id = %s""", [self.products['pan'].id])
        self.assertFalse(self.find("sousaphone"))
        self.env['mobile.catalogue']._leave_all_to_cron()
        self.env['mobile.catalogue']._cron_enter()
        self.assertEqual(self.find("sousaphone"), self.products['pan'])
        self.assertEqual(self.find("sousafone"), self.products['pan'])

    def test_a_rebuilt_index_is_the_same(self):
        def entries():
            self.env.cr.execute('SELECT template_id, langs, title, words FROM mobile_catalogue_entry ORDER BY 1, 2')
            return self.env.cr.fetchall()

        def known():
            self.env.cr.execute('SELECT word, entries FROM mobile_catalogue_word ORDER BY 1')
            return self.env.cr.fetchall()

        before, words = entries(), known()
        self.env.cr.execute('DELETE FROM mobile_catalogue_entry; DELETE FROM mobile_catalogue_word')
        self.env['mobile.catalogue']._rebuild()
        self.assertEqual(entries(), before)
        self.assertEqual(known(), words)

    def test_variants(self):
        mug = self.products['mug']
        blue, red, white = mug.product_variant_ids
        red.default_code = "EM-RED"

        def variant(text, lang='en_US'):
            self.env['mobile.catalogue']._enter_noted()
            [found] = [row for row in self.env['mobile.catalogue'].with_context(lang=lang)._find(
                self.shopper, text=text) if row.template_id == mug.id]
            return found.product_id

        self.assertEqual(variant("mug"), blue.id)
        self.assertEqual(variant("white enamel mug"), white.id)
        self.assertEqual(variant("becher weiss", 'de_DE'), white.id)
        self.assertEqual(variant("em red"), red.id)
        blue.active = False
        self.assertEqual(variant("mug"), red.id)
        self.assertEqual(variant("mug blue"), red.id)

    def test_pages_neither_repeat_nor_skip(self):
        Catalogue = self.env['mobile.catalogue']
        for text in ("steel", None, "stel", "wood"):
            with self.subTest(text=text):
                everything = Catalogue._find(self.shopper, text=text, limit=1000)
                self.assertGreater(len(everything), 10)
                found, after = [], None
                while page := Catalogue._find(self.shopper, text=text, limit=7, after=after):
                    found += page
                    after = (page[-1].key, page[-1].template_id)
                self.assertEqual(found, everything)
                self.assertEqual(len({row.template_id for row in found}), len(found))

    def test_words_that_many_products_have(self):
        self.startPatcher(patch.object(mobile_catalogue_search, 'COMMON', 3))
        for text in ("steel", "steel bench", "bench steel", "stahl"):
            found = self.find(text, limit=100)
            self.assertEqual(len(found), 1 if " " in text else 30)
            self.assertTrue(all("Steel" in template.name for template in found), found.mapped('name'))

    def test_within_a_category(self):
        below = self.env['product.category'].create({'name': "Cutlery", 'parent_id': self.categories['kitchen'].id})
        self.products['scissors'].categ_id = below
        for category, expected in ((below, 1), (self.categories['kitchen'], 1), (self.categories['food'], 0)):
            found = self.find("kitchen scissors", category_id=category.id)
            self.assertEqual(int(self.products['scissors'] in found), expected)
        self.assertEqual(self.find(None, category_id=below.id), self.products['scissors'])

    def test_whatever_is_typed(self):
        for text in ("%", "_", "\\", "' OR 1=1 --", "'); DROP TABLE product_template; --", "a:* | b", "!!!", "🧥🧥", "",
                     "  ", "\u05e9\u05f4\u05e1", "\u202egum", "a" * 10_000, "mug " * 3000, "x " * 50, "&|!():*<->",
                     "\U0010ffff", "1" * 300, "\u02bc\u2019''\"", "\0mug", "\ufb01", "\xbd kg"):
            with self.subTest(text=text[:20]):
                self.find(text)
        self.assertEqual(self.find("\U0001d4f6\U0001d4fe\U0001d4f0")[:1], self.products['mug'])


@tagged('-at_install', 'post_install')
class TestSearchText(BaseCase):
    """What holds for whatever words."""

    @settings(deadline=None)
    @given(st.text(max_size=60))
    def test_folding_twice_changes_no_word(self, text):
        words = search_text.words(text)
        self.assertEqual(search_text.words(' '.join(words)), words)
        for word in words:
            self.assertNotRegex(word, r"[\s':\\&|!()<>*]")

    @settings(deadline=None)
    @given(st.text('abcdef', min_size=1, max_size=8), st.data())
    def test_one_letter_wrong_is_one_letter_away(self, word, data):
        place = data.draw(st.integers(0, len(word) - 1))
        letter = data.draw(st.sampled_from('abcxyz'))
        for other in (word[:place] + word[place + 1:], word[:place] + letter + word[place:],
                      word[:place] + letter + word[place + 1:],
                      word[:place] + word[place:place + 2][::-1] + word[place + 2:]):
            away = search_text.distance(word, other, 3)
            self.assertEqual(away, int(word != other))
            self.assertEqual(search_text.distance(other, word, 3), away)
            # So both are found by what they share.
            shared = ({word} | search_text.deletes(word)) & ({other} | search_text.deletes(other))
            self.assertTrue(shared)
