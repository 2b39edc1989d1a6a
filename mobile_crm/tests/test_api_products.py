import base64
from io import BytesIO

from PIL import Image

from odoo.fields import Command
from odoo.tests import tagged

from .common import MobileHttpCase

HERE = {'lat': 50.8503, 'lon': 4.3517}
# The smallest picture there is.
PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='


@tagged('-at_install', 'post_install')
class TestApiProducts(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['product.template'].search([]).mobile_published = False
        cls.product.mobile_published = True
        cls.category = cls.env['product.category'].create({'name': "Outdoors"})
        cls.deeper = cls.env['product.category'].create({'name': "Rain", 'parent_id': cls.category.id})
        cls.product.write({
            'categ_id': cls.deeper.id, 'barcode': '4006381333931', 'default_code': 'RJ-1',
            'description_sale': "Keeps you dry"})
        cls.colour = cls.env['product.attribute'].create({'name': "Colour", 'value_ids': [
            Command.create({'name': name}) for name in ("Red", "Blue")]})
        cls.mug = cls.env['product.template'].create({
            'name': "Mug", 'list_price': 8, 'taxes_id': [Command.clear()],
            'attribute_line_ids': [Command.create({
                'attribute_id': cls.colour.id, 'value_ids': [Command.set(cls.colour.value_ids.ids)]})]})
        cls.red, cls.blue = cls.mug.product_variant_ids

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _names(self, **query):
        answer = self.client.get('/products', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return [product['name'] for product in answer.json['items']]

    def test_a_product(self):
        answer = self.client.get(f'/products/{self.product.id}')
        self.assertEqual(answer.status, 200, answer.content)
        self.assertEqual({name: value for name, value in answer.json.items() if name not in ('stores', 'offers')}, {
            'id': self.product.id, 'group_id': self.product.product_tmpl_id.id, 'name': "Rain Jacket",
            'description': "Keeps you dry", 'image_url': None, 'price': {'amount': '100.00', 'currency': 'EUR'},
            'list_price': None, 'default_code': 'RJ-1', 'barcode': '4006381333931',
            'category': {'id': self.deeper.id, 'name': "Rain"}, 'unit': "Units", 'attributes': [], 'variant_count': 1,
            'variants': [], 'last_bought_at': None})
        again = self.client.get(f'/products/{self.product.id}', headers={'If-None-Match': answer.headers['ETag']})
        self.assertEqual(again.status, 304)

    def test_variants(self):
        product = self.client.get(f'/products/{self.blue.id}').json
        self.assertEqual((product['name'], product['variant_count']), ("Mug (Blue)", 2))
        [value] = self.blue.product_template_attribute_value_ids.product_attribute_value_id
        self.assertEqual(product['attributes'], [
            {'id': self.colour.id, 'name': "Colour", 'value_id': value.id, 'value': "Blue"}])
        self.assertEqual([variant['id'] for variant in product['variants']], [self.red.id, self.blue.id])
        # One of them stands for all in a list; without the red one it is the other.
        self.assertEqual(self._names(), ["Mug (Red)", "Rain Jacket"])
        self.red.active = False
        self.assertEqual(self._names(), ["Mug (Blue)", "Rain Jacket"])
        self.assertEqual(self.client.get(f'/products/{self.blue.id}').json['variants'], [])

    def test_what_is_not_shown(self):
        for product, values in (
                (self.red, {'active': False}), (self.mug, {'active': False}), (self.mug, {'sale_ok': False}),
                (self.mug, {'mobile_published': False}),
                (self.mug, {'company_id': self.env['res.company'].create({'name': "Other Shop"}).id})):
            with self.subTest(values=values):
                before = {name: product[name] for name in values}
                product.write(values)
                answer = self.client.get(f'/products/{self.red.id}')
                self.assertProblem(answer, 404, 'not_found')
                missing = self.client.get('/products/2147483647')
                for body in (answer.json, missing.json):
                    del body['instance'], body['request_id']
                self.assertEqual(answer.json, missing.json)
                self.assertNotIn("Mug (Red)", self._names())
                product.write(before)
                self.mug.with_context(active_test=False).product_variant_ids.active = True
        self.assertIn("Mug (Red)", self._names())

    def test_a_picture_comes_in_the_size_that_is_shown(self):
        drawn = BytesIO()
        Image.new('RGB', (600, 300), 'teal').save(drawn, 'PNG')
        self.mug.image_1920 = base64.b64encode(drawn.getvalue())
        url = self.client.get(f'/products/{self.red.id}').json['image_url']
        for asked, size in (('', (512, 256)), ('&width=192&height=192', (192, 96))):
            picture = self.url_open(url + asked)
            self.assertEqual(Image.open(BytesIO(picture.content)).size, size)
            self.assertIn('immutable', picture.headers['Cache-Control'])

    def test_a_picture_needs_no_sign_in_and_no_guess(self):
        self.mug.image_1920 = PIXEL
        url = self.client.get(f'/products/{self.red.id}').json['image_url']
        picture = self.url_open(url)
        self.assertEqual((picture.status_code, picture.headers['Content-Type']), (200, 'image/png'))
        self.assertEqual(picture.content, base64.b64decode(self.mug.image_512))
        self.red.image_variant_1920 = PIXEL
        own = self.client.get(f'/products/{self.red.id}').json['image_url']
        self.assertIn(f'/product.product/{self.red.id}/', own)
        self.assertEqual(self.url_open(own).status_code, 200)
        self.mug.mobile_published = False
        # Without the token, Odoo gives a placeholder to whoever must not see it.
        bare = self.url_open(url.partition('?')[0])
        self.assertNotEqual(bare.content, picture.content)

    def test_pages(self):
        self.env['product.product'].create([{'name': f"Tent {number:02}"} for number in range(7)])
        names, cursor = [], None
        while True:
            page = self.client.get('/products', limit=4, **({'cursor': cursor} if cursor else {})).json
            names += [product['name'] for product in page['items']]
            cursor = page['next_cursor']
            if not cursor:
                break
        self.assertEqual(names, ["Mug (Red)", "Rain Jacket", *(f"Tent {number:02}" for number in range(7))])
        self.assertInvalid(self.client.get('/products', cursor='x'), 'query', 'cursor')

    def test_categories_include_those_below(self):
        other = self.env['product.category'].create({'name': "Kitchen"})
        self.mug.categ_id = other
        self.assertEqual(self._names(category_id=self.category.id), ["Rain Jacket"])
        self.assertEqual(self._names(category_id=other.id), ["Mug (Red)"])
        self.assertEqual(self._names(category_id=2147483647), [])

    def test_the_tree_of_categories(self):
        self.env['product.category'].create({'name': "Empty", 'parent_id': self.category.id})
        hidden = self.env['product.category'].create({'name': "Hidden"})
        self.env['product.template'].create({'name': "Secret", 'categ_id': hidden.id, 'mobile_published': False})
        items = self.client.get('/categories').json['items']
        tree = [(item['name'], item['parent_id']) for item in items]
        self.assertIn(("Outdoors", None), tree)
        self.assertEqual(tree[tree.index(("Outdoors", None)) + 1], ("Rain", self.category.id))
        self.assertFalse({"Empty", "Hidden"} & {name for name, _parent in tree})
        page = self.client.get('/categories', limit=1).json
        rest = self.client.get('/categories', cursor=page['next_cursor']).json
        self.assertEqual(page['items'] + rest['items'], items)

    def test_a_search(self):
        self.assertEqual(self._names(q="blue mug"), ["Mug (Blue)"])
        self.assertEqual(self._names(q="rian jaket"), ["Rain Jacket"])
        self.assertEqual(self._names(q="4006381333931"), ["Rain Jacket"])
        self.assertEqual(self._names(q="rain", category_id=self.category.id), ["Rain Jacket"])
        self.assertEqual(self._names(q="!?"), ["Mug (Red)", "Rain Jacket"])
        page = self.client.get('/products', q="rain jacket mug", limit=1).json
        rest = self.client.get('/products', q="rain jacket mug", limit=1, cursor=page['next_cursor']).json
        self.assertEqual([item['name'] for item in page['items'] + rest['items']], ["Rain Jacket", "Mug (Red)"])
        # A cursor of the one order says nothing in the other.
        self.assertInvalid(self.client.get('/products', cursor=page['next_cursor']), 'query', 'cursor')
        self.assertInvalid(self.client.get('/products', q="a" * 101), 'query', 'q')
        self.assertInvalid(self.client.get('/products', q="\0"), 'query', 'q')

    def test_a_position_is_refused_where_phones_keep_it(self):
        self.app.location_mode = 'on_device'
        self.assertEqual(self.client.get('/products', **HERE).status, 422)
        self.assertEqual(self.client.get(f'/products/{self.red.id}', **HERE).status, 422)
