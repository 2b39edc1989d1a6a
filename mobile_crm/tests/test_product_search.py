"""Whether customers find what they mean, however they spell it."""
import random

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from ..models.mobile_catalogue import Shopper

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
    ('en_US', "rain jacket", 'rain_jacket'), ('en_US', "Enamel Mug", 'mug'), ('de_DE', "Regenjacke", 'rain_jacket'),
    ('fr_FR', "veste de pluie", 'rain_jacket'), ('en_US', "SPAGHETTI", 'noodles'),
    # Another order, a part, the beginning as it is typed.
    ('en_US', "jacket rain", 'rain_jacket'), ('en_US', "cotton shirt", 'tshirt'), ('en_US', "sleepi", 'sleeping_bag'),
    ('en_US', "scissors kitchen", 'scissors'), ('en_US', "espr", 'coffee'), ('de_DE', "zahnb", 'toothbrush'),
    ('en_US', "choc dark", 'chocolate'), ('fr_FR', "couteau poche", 'pocket_knife'),
    # Letters wrong, missing, too many, swapped.
    ('en_US', "rian jacket", 'rain_jacket'), ('en_US', "jakcet", 'rain_jacket'), ('en_US', "raim jaket", 'rain_jacket'),
    ('en_US', "enamal mug", 'mug'), ('en_US', "enammel mug", 'mug'), ('en_US', "headlmap", 'headlamp'),
    ('en_US', "sleping bag", 'sleeping_bag'), ('en_US', "sleepingbag", 'sleeping_bag'), ('en_US', "spageti", 'noodles'),
    ('en_US', "spagetti", 'noodles'), ('en_US', "expresso beans", 'coffee'), ('en_US', "strawbery jam", 'jam'),
    ('en_US', "refridgerator", 'fridge'), ('en_US', "refrigrator", 'fridge'), ('en_US', "vacum cleaner", 'vacuum'),
    ('en_US', "vaccuum cleaner", 'vacuum'), ('en_US', "screwdirver", 'screwdriver'), ('en_US', "scredriver", 'screwdriver'),
    ('en_US', "toothbursh", 'toothbrush'), ('en_US', "kettel", 'kettle'), ('en_US', "gosneck kettle", 'kettle'),
    ('en_US', "chocolat", 'chocolate'), ('en_US', "choclate", 'chocolate'), ('en_US', "yogurt", 'yoghurt'),
    ('en_US', "joghurt", 'yoghurt'), ('en_US', "musli", 'muesli'), ('en_US', "lether gloves", 'gloves'),
    ('en_US', "leather glvoes", 'gloves'), ('en_US', "beewax candel", 'candle'), ('en_US', "bluetoth headfones", 'headphones'),
    ('en_US', "pilow", 'pillow'), ('en_US', "siscors", 'scissors'), ('en_US', "cofee grinder", 'grinder'),
    ('en_US', "koffee grinder", 'grinder'), ('en_US', "frying pann", 'pan'), ('en_US', "goat chese", 'cheese'),
    ('en_US', "hikking bagpack", 'backpack'), ('en_US', "back pack", 'backpack'), ('en_US', "winterr coat", 'winter_coat'),
    ('de_DE', "Regenjake", 'rain_jacket'), ('de_DE', "Kafeemühle", 'grinder'), ('de_DE', "Shraubendreher", 'screwdriver'),
    ('de_DE', "Wasserkoher", 'kettle'), ('de_DE', "Tachenmesser", 'pocket_knife'), ('de_DE', "Zanbürste", 'toothbrush'),
    ('de_DE', "Erdbermarmelade", 'jam'), ('fr_FR', "bouiloire", 'kettle'), ('fr_FR', "aspiratuer", 'vacuum'),
    ('fr_FR', "confitur de fraise", 'jam'),
    # Accents, and letters that the keyboard lacks.
    ('en_US', "creme brulee", 'cream'), ('de_DE', "Kuehlschrank", 'fridge'), ('de_DE', "Kuhlschrank", 'fridge'),
    ('de_DE', "MÜSLI", 'muesli'), ('de_DE', "Nussmuesli", 'muesli'), ('de_DE', "Kopfhoerer", 'headphones'),
    ('fr_FR', "refrigerateur", 'fridge'), ('fr_FR', "poele", 'pan'), ('fr_FR', "tasse emaillee", 'mug'),
    ('fr_FR', "randonnee sac a dos", 'backpack'), ('fr_FR', "moulin a cafe", 'grinder'), ('de_DE', "zahnbuerste", 'toothbrush'),
    # Several, or one of several.
    ('en_US', "rain jackets", 'rain_jacket'), ('en_US', "tents", 'tent'), ('en_US', "knives", 'pocket_knife'),
    ('en_US', "sock", 'socks'), ('de_DE', "Regenjacken", 'rain_jacket'), ('de_DE', "Thermosflaschen", 'bottle'),
    ('de_DE', "Taschenlampe Stirnlampen", 'headlamp'), ('fr_FR', "couteaux de poche", 'pocket_knife'), ('de_DE', "Wintermäntel", 'winter_coat'),
    # Together, apart, and parts of German words.
    ('en_US', "rainjacket", 'rain_jacket'), ('en_US', "tshirt", 'tshirt'), ('en_US', "tooth brush", 'toothbrush'),
    ('en_US', "coffeegrinder", 'grinder'), ('de_DE', "Regen Jacke", 'rain_jacket'), ('de_DE', "Kaffee Mühle", 'grinder'),
    ('de_DE', "Schere", 'scissors'), ('de_DE', "Müsli Nuss", 'muesli'), ('de_DE', "Schokolade zartbitter", 'chocolate'),
    # Another language than the caller's.
    ('en_US', "Staubsauger", 'vacuum'), ('en_US', "oreiller", 'pillow'), ('de_DE', "screwdriver", 'screwdriver'),
    ('fr_FR', "Schlafsack", 'sleeping_bag'),
    # Codes, attributes, categories.
    ('en_US', "VF-0750", 'bottle'), ('en_US', "vf0750", 'bottle'), ('en_US', "tb soft", 'toothbrush'),
    ('en_US', "4006381333931", 'muesli'), ('en_US', "400638133", 'muesli'), ('en_US', "red mug", 'mug'), ('de_DE', "becher rot", 'mug'),
    ('en_US', "kitchenware mug", 'mug'), ('en_US', "mug for camping with handle", 'mug'),
]
DISTRACTORS = (
    ["Steel", "Wooden", "Cotton", "Glass", "Paper", "Silk", "Copper", "Plastic", "Bamboo", "Ceramic", "Rubber", "Stone"],
    ["Table", "Chair", "Bowl", "Spoon", "Basket", "Blanket", "Carpet", "Curtain", "Mirror", "Clock", "Ladder", "Bucket",
     "Hammer", "Hat", "Belt", "Scarf", "Umbrella", "Lantern", "Rope", "Plate", "Bench", "Drawer", "Pencil", "Folder",
     "Jar", "Tray", "Rack", "Brush", "Towel", "Vase"],
    ["Stahl", "Holz", "Baumwoll", "Glas", "Papier", "Seiden", "Kupfer", "Plastik", "Bambus", "Keramik", "Gummi", "Stein"],
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
