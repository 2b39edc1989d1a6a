from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean, isbn

from odoo.tests import BaseCase, tagged

from ..models.mobile_catalogue_barcode import COUNT, PACK, PIECE, PRICE, WEIGHT
from ..tools import product_code
from ..tools.product_code import KIN, SAME, SEPARATOR
from .common import MobileCommon

PEN, SODA, SEEDS, BOOK, PAPER = '4006381333931', '042100005264', '96385074', '9780306406157', '9770317847001'
APPLES = '2100001000004'
GS = SEPARATOR
# The digits of Chinese and Japanese keyboards.
WIDE = str.maketrans('0123456789', ''.join(map(chr, range(0xff10, 0xff1a))))
# What is on file, and how it may come from a scanner, a web address or somebody's keyboard.
SPELLINGS = {
    PEN: (
        '4006381333931', '04006381333931', ' 4006381333931\r\n', '4 006381 333931', '4-006381-333931',
        '4006381\u00a0333931', '4006381\u2013333931', ']E04006381333931', '٤٠٠٦٣٨١٣٣٣٩٣١', PEN.translate(WIDE),
        ']I104006381333931', '0104006381333931', '(01)04006381333931', '(01) 04006381333931 (10) L1',
        ']C10104006381333931', ']d20104006381333931', ']Q30104006381333931', ']e00104006381333931',
        ']J10104006381333931', f'{GS}0104006381333931', f'010400638133393110L1{GS}17261231',
        f'10L1{GS}0104006381333931', '01040063813339311726123110L1', '010400638133393110L1<GS>17261231',
        '010400638133393110L1␝17261231', '010400638133393110L1{FNC1}17261231', '02040063813339313712',
        'https://id.gs1.org/01/04006381333931', 'https://id.gs1.org/01/4006381333931',
        'HTTPS://ID.GS1.ORG/01/04006381333931', 'http://shop.example.com/de/p/01/04006381333931/10/L1/21/9',
        'https://example.com/gtin/4006381333931?17=261231', 'https://example.com/01/04006381333931/10/L%2F1#top',
        'https:/example.com/01/04006381333931', 'example.com/01/04006381333931/',
        'urn:epc:id:sgtin:4006381.033393.17', 'urn:epc:tag:sgtin-96:1.4006381.033393.17',
        'urn:epc:class:lgtin:4006381.033393.L1'),
    SODA: (
        '042100005264', '0042100005264', '00042100005264', '04252614', '0 42100 00526 4', ']E00042100005264',
        ']E004252614', '0100042100005264', 'https://example.com/01/042100005264', '0-42100-00526-4'),
    SEEDS: (
        '96385074', '9638 5074', '0000096385074', '00000096385074', ']E496385074', '0100000096385074',
        'https://example.com/01/96385074', '000096385074'),
    BOOK: (
        '9780306406157', '978-0-306-40615-7', '0306406152', '0-306-40615-2', '0 306 40615 2', '978030640615751299'),
    PAPER: ('9770317847001', '0317-8471', '03178471', '0317 8471', '977031784700112'),
    'AB/12-C': ('AB/12-C', ' ab/12-c ', ']C0AB/12-C', ']A0AB/12-C', 'Ab/12-C'),
    'WIDGET42': ('WIDGET42', 'widget42', 'WIDGET 42', 'widget-42'),
    '12345': ('12345', '12 345', ']I112345', '12345'.translate(WIDE)),
}
MISREAD = ('4006381333932', '96385075', '042100005265', '14006381333939', '(01)04006381333932',
           'https://id.gs1.org/01/04006381333932', '4006381333913')


def spellings(text, nearest=SAME):
    return [spelt for spelt, tier in product_code.read(text).spellings.items() if tier <= nearest]


@tagged('-at_install', 'post_install')
class TestProductCodes(BaseCase):

    def test_table(self):
        self.assertGreaterEqual(sum(map(len, SPELLINGS.values())), 60)
        for barcode, texts in SPELLINGS.items():
            for text in texts:
                with self.subTest(text=text):
                    found = spellings(text)
                    self.assertIn(barcode, found)
                    self.assertTrue(product_code.read(text).is_sound)

    def test_whatever_spelling_is_on_file(self):
        for barcode in (PEN, SODA, SEEDS, BOOK, PAPER):
            on_file = {barcode.zfill(length) for length in (8, 12, 13, 14) if length >= len(barcode)}
            for text in SPELLINGS[barcode]:
                self.assertLessEqual(on_file, set(spellings(text)), text)

    def test_no_spelling_of_one_is_one_of_another(self):
        for barcode, texts in SPELLINGS.items():
            others = set(SPELLINGS) - {barcode}
            for text in texts:
                self.assertFalse(others & set(spellings(text, KIN)), text)

    def test_misread(self):
        for text in MISREAD:
            with self.subTest(text=text):
                reading = product_code.read(text)
                self.assertFalse(reading.is_sound)
                # A shop that has written it so means it so.
                self.assertIn(text, reading.spellings)
                self.assertNotIn(PEN, reading.spellings)

    def test_eight_digits(self):
        """An EAN-8 and a UPC-E look alike; a scanner that tells them apart is believed."""
        both = next(short for short in (f'{number:08d}' for number in range(1_000_000))
                    if ean.is_valid(short) and (product_code.expand(short) or short)[-8:] != short)
        self.assertIn(product_code.expand(both), spellings(both))
        self.assertEqual(spellings(both)[0], both)
        self.assertNotIn(product_code.expand(both), spellings(product_code.EAN_8 + both))

    def test_packages_are_kin(self):
        box = '1' + PEN[:12] + ean.calc_check_digit('1' + PEN[:12])
        self.assertNotIn(PEN, spellings(box))
        self.assertIn(PEN, spellings(box, KIN))
        # The 9 says that each one weighs differently: that is no box of the same.
        weighed = '9' + PEN[:12] + ean.calc_check_digit('9' + PEN[:12])
        self.assertNotIn(PEN, spellings(weighed, KIN))

    def test_issue_of_a_magazine(self):
        issue = '977031784702' + ean.calc_check_digit('977031784702')
        self.assertNotIn(PAPER, spellings(issue))
        self.assertIn(PAPER, spellings(issue, KIN))

    def test_what_else_is_in_it(self):
        for text, expected in {
            '(01)04006381333931(3103)001250': {'measure': (Decimal('1.250'), 'KGM')},
            f'0104006381333931310000000110L/1{GS}': {'measure': (Decimal(1), 'KGM'), 'lot': 'L/1'},
            '01040063813339313202001250': {'measure': (Decimal('12.50'), 'LBR')},
            '0104006381333931392212345': {'price': Decimal('123.45'), 'currency': None},
            '01040063813339313932978999': {'price': Decimal('9.99'), 'currency': '978'},
            '02040063813339313712': {'count': 12},
            '01040063813339313006': {'count': 6},
            '(01)04006381333931(17)261200(15)261115': {
                'expires_on': date(2026, 12, 31), 'best_before': date(2026, 11, 15)},
            '(01)04006381333931(17)261331(10)x(y)': {'expires_on': None, 'lot': 'x(y)'},
            'https://e.com/01/04006381333931/10/A%2FB/21/7?17=270228&3103=000500&3922=1': {
                'measure': (Decimal('0.500'), 'KGM'), 'lot': 'A/B', 'serial': '7', 'expires_on': date(2027, 2, 28),
                'price': Decimal('0.01')},
            'https://e.com/gtin/04006381333931?exp=270228&lot=9&3103=abc': {
                'lot': '9', 'expires_on': date(2027, 2, 28), 'measure': None},
            'urn:epc:id:sgtin:4006381.033393.17': {'serial': '17'},
        }.items():
            with self.subTest(text=text):
                reading = product_code.read(text)
                self.assertIn(PEN, reading.spellings)
                self.assertEqual({name: getattr(reading, name) for name in expected}, expected)

    def test_what_is_no_product(self):
        for text in ('', ' ', '\0', 'a\0b', 'x' * 501, '(00)376104250021234569'):
            self.assertFalse(set(spellings(text, KIN)) - {text}, text)

    @given(st.text(max_size=60) | st.text('0123456789()]Cd\x1d/.:?=-', max_size=60))
    def test_anything_can_be_scanned(self, text):
        reading = product_code.read(text)
        self.assertTrue(all(spelt and '\0' not in spelt for spelt in reading.spellings if text.strip()))
        # Whoever wrote it on a product finds it by it.
        if reading.spellings:
            self.assertIn(text.strip(' \t\r\n'), reading.spellings)

    @given(st.integers(0, 10 ** 13 - 1), st.sampled_from((7, 11, 12, 13)))
    def test_all_spellings_of_a_number_mean_each_other(self, number, places):
        digits = f'{number % 10 ** places:0{places}d}'
        digits += ean.calc_check_digit(digits)
        ways = [digits, digits.zfill(14), f'01{digits.zfill(14)}', f'https://id.gs1.org/01/{digits.zfill(14)}']
        for way in ways:
            self.assertLessEqual({digits, digits.zfill(14)}, set(spellings(way)), way)

    @given(st.from_regex(r'[01][0-9]{6}', fullmatch=True))
    def test_zeros_left_out_come_back(self, start):
        short = next(code for digit in '0123456789' if product_code.expand(code := start + digit))
        long = product_code.expand(short)
        self.assertTrue(ean.is_valid(long))
        self.assertEqual(product_code.expand(product_code.shorten(long)), long)
        self.assertIn(long, spellings(short))

    @given(st.text('0123456789', min_size=9, max_size=9))
    def test_books(self, start):
        short = start + isbn._calc_isbn10_check_digit(start)
        self.assertIn(isbn.to_isbn13(short), spellings(short))

    @given(st.decimals(0, 999, places=3), st.from_regex('[A-Z0-9]{1,20}', fullmatch=True),
           st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.permutations(range(4)))
    def test_element_strings_come_back(self, weight, lot, day, order):
        values = [('01', PEN.zfill(14)), ('3103', f'{int(weight * 1000):06d}'), ('10', lot), ('17', f'{day:%y%m%d}')]
        values = [values[place] for place in order]
        expected = ((weight, 'KGM'), lot, day)
        readable = ''.join(f'({identifier}){value}' for identifier, value in values)
        # Only a value of any length needs an end.
        marked = ']C1' + ''.join(name + value + GS * (name == '10') for name, value in values)
        said = dict(values)
        link = f'https://e.com/01/{said["01"]}/10/{lot}?17={said["17"]}&3103={said["3103"]}'
        for text in (readable, marked, marked.removesuffix(GS), link):
            reading = product_code.read(text)
            self.assertEqual((reading.measure, reading.lot, reading.expires_on), expected, text)


@tagged('-at_install', 'post_install')
class TestProductsByCode(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catalogue = cls.env['mobile.catalogue']
        cls.kilo, cls.dozen = cls.env.ref('uom.product_uom_kgm'), cls.env.ref('uom.product_uom_dozen')
        cls.pen = cls._product("Pen", PEN)
        cls.apples = cls._product("Apples", APPLES, uom_id=cls.kilo.id)
        cls.nomenclature = cls.env['barcode.nomenclature'].create({'name': "Scales"})
        cls.company.nomenclature_id = cls.nomenclature

    @classmethod
    def _product(cls, name, barcode, **values):
        return cls.env['product.product'].create({'name': name, 'barcode': barcode, **values})

    def _rule(self, **values):
        self.env['barcode.rule'].create({
            'name': "Rule", 'barcode_nomenclature_id': self.nomenclature.id, 'encoding': 'any', **values})

    def _found(self, code):
        return self.catalogue._by_code(self.company, [code]).get(code)

    def test_table(self):
        products = {barcode: self._product(barcode, barcode) for barcode in SPELLINGS if barcode != PEN}
        products[PEN] = self.pen
        codes = {text: barcode for barcode, texts in SPELLINGS.items() for text in texts}
        found = self.catalogue._by_code(self.company, codes)
        missed = [text for text, barcode in codes.items()
                  if text not in found or found[text].product_id != products[barcode].id]
        self.assertFalse(missed)

    def test_packs(self):
        self.env['product.uom'].create({'product_id': self.pen.id, 'uom_id': self.dozen.id, 'barcode': '5901234123457'})
        found = self._found('05901234123457')
        self.assertEqual((found.product_id, found.uom_id, found.quantity, found.what),
                         (self.pen.id, self.dozen.id, 1.0, PACK))
        self.assertEqual(self._found(PEN)[:5], (self.pen.id, 1.0, None, self.pen.uom_id.id, PIECE))

    def test_a_box_that_is_on_file_is_no_kin(self):
        box = '1' + PEN[:12] + ean.calc_check_digit('1' + PEN[:12])
        self.assertTrue(self._found(box).is_kin)
        self.env['product.uom'].create({'product_id': self.pen.id, 'uom_id': self.dozen.id, 'barcode': box})
        self.assertEqual((self._found(box).is_kin, self._found(box).what), (False, PACK))

    def test_weighed(self):
        self.assertEqual(self._found(f'(01){self.apples.barcode.zfill(14)}(3103)001250')[1:5],
                         (1.25, None, self.kilo.id, WEIGHT))
        pounds = self._found(f'(01){self.apples.barcode.zfill(14)}(3202)000100')
        self.assertAlmostEqual(pounds.quantity, 0.45359237, places=5)
        # A pen is a pen, however heavy.
        self.assertEqual(self._found(f'(01)0{PEN}(3103)001250')[1:5], (1.0, None, self.pen.uom_id.id, PIECE))
        self.assertEqual(self._found(f'(01)0{PEN}(30)12')[1:5], (12.0, None, self.pen.uom_id.id, COUNT))

    def _scale(self, kind, pattern):
        """Add what the nomenclatures of Odoo's till have; without it, the selection has no such types."""
        self._rule(pattern=pattern, encoding='ean13')
        self.env.flush_all()
        self.env.cr.execute('UPDATE barcode_rule SET type = %s WHERE pattern = %s', [kind, pattern])
        self.env.invalidate_all()

    def test_shelf_labels(self):
        weight, price = (digits + ean.calc_check_digit(digits) for digits in ('210000101250', '230000100999'))
        self._product("Cheese", '2300001000008')
        self.assertIsNone(self._found(weight))
        self._scale('weight', '21.....{NNDDD}')
        self._scale('price', '23.....{NNNDD}')
        self.assertEqual(self._found(weight)[:5], (self.apples.id, 1.25, None, self.kilo.id, WEIGHT))
        self.assertEqual(self._found(price)[1:5], (1.0, 9.99, self.pen.uom_id.id, PRICE))
        # What somebody has written on a product means that product.
        own = self._product("This piece", weight)
        self.assertEqual(self._found(weight)[:2], (own.id, 1.0))
        for code in ('21', '21abcdefghijk', '2100001²2502'):
            self.assertIsNone(self._found(code), code)

    def test_patterns_that_are_not_plain(self):
        # Odoo allows them; until all of it is read, some are no regular expression.
        for pattern in ('(21.....{NNDDD})', '22\\{....{NNDDD}', '99|21.....{NNDDD}'):
            self._scale('weight', pattern)
            self.assertEqual(self._found(PEN).product_id, self.pen.id, pattern)
        weight = '210000101250' + ean.calc_check_digit('210000101250')
        self.assertEqual(self._found(weight).product_id, self.apples.id)

    def test_alias(self):
        self.assertIsNone(self._found('OLDPEN'))
        self._rule(pattern='OLDPEN', type='alias', alias=PEN)
        self.assertEqual(self._found('OLDPEN').product_id, self.pen.id)
        self.nomenclature.rule_ids.unlink()
        self.assertIsNone(self._found('OLDPEN'))

    def test_visible_ones_only(self):
        self.assertEqual(self._found(PEN).product_id, self.pen.id)
        for values in ({'active': False}, {'sale_ok': False}, {'mobile_published': False}):
            self.pen.write(values)
            self.assertIsNone(self._found(PEN), values)
            self.pen.write(dict.fromkeys(values, True))
        other = self.env['res.company'].sudo().create({'name': "Other"})
        self.pen.company_id = other
        self.assertIsNone(self._found(PEN))
        self.assertEqual(self.catalogue._by_code(other, [PEN])[PEN].product_id, self.pen.id)

    def test_the_company_s_own_comes_first(self):
        own = self._product("Own Pen", None, company_id=self.company.id)
        self.env.flush_all()
        self.env.cr.execute('UPDATE product_product SET barcode = %s WHERE id = %s', [PEN.zfill(14), own.id])
        self.assertEqual(self._found(PEN).product_id, own.id)
        other = self.env['res.company'].sudo().create({'name': "Other"})
        self.assertEqual(self.catalogue._by_code(other, [PEN])[PEN].product_id, self.pen.id)

    def test_packs_of_another_company(self):
        other = self.env['res.company'].sudo().create({'name': "Other"})
        self.env['product.uom'].sudo().create({
            'product_id': self.pen.id, 'uom_id': self.dozen.id, 'barcode': '5901234123457', 'company_id': other.id})
        self.assertIsNone(self._found('5901234123457'))
        self.assertTrue(self.catalogue._by_code(other, ['5901234123457']))

    def test_one_query_for_all(self):
        codes = [f'https://id.gs1.org/01/{number:013d}' for number in range(100)]
        self.catalogue._by_code(self.company, [PEN])
        with self.assertQueryCount(1):
            self.catalogue._by_code(self.company, [*codes, PEN, 'x', *SPELLINGS[SODA]])

    def test_hostile(self):
        for code in ("'; DROP TABLE product_product; --", '%', '_', '\\', '{NNDDD}', 'x' * 10_000, '\ud800'[:0], '😀'):
            self.assertIsNone(self._found(code), code)
        self.assertEqual(self.catalogue._by_code(self.company, []), {})

    def test_scan_sets_a_campaign_off(self):
        self.campaign.trigger = 'scan'
        self.env['product.uom'].create({'product_id': self.pen.id, 'uom_id': self.dozen.id, 'barcode': '5901234123457'})
        events = self.env['mobile.event'].search([], limit=0)
        self.env['mobile.event']._record(self.phone, [
            {**self.enter_report(self.fence_near), 'geofence_id': None, 'type': 'scan', 'barcode': text}
            for text in (f'(01)0{PEN}', )])
        events = self.env['mobile.event'].search([('type', '=', 'scan')])
        meant = self.env['mobile.campaign']._meant(events)
        self.assertEqual([product_id for _event, product_id, _words in meant], [self.pen.id])
