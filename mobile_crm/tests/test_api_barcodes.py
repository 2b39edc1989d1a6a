from urllib.parse import quote

from odoo.fields import Command
from odoo.tests import tagged

from .common import MobileHttpCase

PEN, APPLES = '4006381333931', '2100001000004'


@tagged('-at_install', 'post_install')
class TestApiBarcodes(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kilo, dozen = cls.env.ref('uom.product_uom_kgm'), cls.env.ref('uom.product_uom_dozen')
        nothing = {'taxes_id': [Command.clear()]}
        cls.pen, cls.apples = cls.env['product.product'].create([
            {'name': "Pen", 'barcode': PEN, 'list_price': 2, **nothing},
            {'name': "Apples", 'barcode': APPLES, 'list_price': 4, 'uom_id': kilo.id, **nothing}])
        cls.env['product.uom'].create({'product_id': cls.pen.id, 'uom_id': dozen.id, 'barcode': '5901234123457'})

    def scan(self, code, **query):
        return self.phone_of(self.phone).get(f"/products/barcode/{quote(code, safe='')}", **query)

    def test_a_product(self):
        answer = self.scan(PEN)
        self.assertEqual(answer.status, 200, answer.content)
        self.assertEqual((answer.json['id'], answer.json['name']), (self.pen.id, "Pen"))
        self.assertEqual(answer.json['scanned'], {
            'quantity': 1.0, 'unit': "Units", 'what': 'piece', 'price': {'amount': '2.00', 'currency': 'EUR'},
            'is_kin': False, 'lot': None, 'serial': None, 'expires_on': None, 'best_before': None})
        again = self.phone_of(self.phone).get(f'/products/barcode/{PEN}', headers={
            'If-None-Match': answer.headers['ETag']})
        self.assertEqual(again.status, 304)

    def test_what_the_barcode_says(self):
        for code, expected in {
            '5901234123457': {'quantity': 1.0, 'unit': "Dozens", 'what': 'pack', 'price': '24.00'},
            f'https://id.gs1.org/01/0{PEN}/10/L%2F1?17=261231': {
                'lot': 'L/1', 'expires_on': '2026-12-31', 'price': '2.00'},
            f']C1010{APPLES}3103001250': {'quantity': 1.25, 'unit': 'kg', 'what': 'measure', 'price': '5.00'},
            f'(01)0{APPLES}(3922)1000': {'quantity': 2.5, 'unit': 'kg', 'what': 'price', 'price': '10.00'},
            f'010{APPLES}3103001250\x1d3932978600': {'quantity': 1.25, 'what': 'measure', 'price': '6.00'},
            f'(01)0{PEN}(30)3': {'quantity': 3.0, 'what': 'count', 'price': '6.00'},
        }.items():
            answer = self.scan(code)
            self.assertEqual(answer.status, 200, (code, answer.content))
            said = {**answer.json['scanned'], 'price': answer.json['scanned']['price']['amount']}
            self.assertEqual({name: said[name] for name in expected}, expected, code)

    def test_not_here(self):
        for code, status, problem in (
            ('5000112637922', 404, 'not_found'), ('nonsense', 404, 'not_found'), ('x' * 600, 404, 'not_found'),
            ('4006381333932', 422, 'barcode_invalid'), (f'(01)0{PEN[:-1]}2', 422, 'barcode_invalid'),
        ):
            answer = self.scan(code)
            self.assertEqual((answer.status, answer.json['code']), (status, problem), code)

    def test_where_to_get_it(self):
        self.assertEqual(self.scan(PEN, lat=50.85, lon=4.35, store_id=self.store_near.id).status, 200)
        self.assertEqual(self.scan(PEN, lat=50.85).status, 422)
        self.assertEqual(self.scan(PEN, colour='red').status, 422)
