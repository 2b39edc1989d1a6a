import io
import re

import pypdfium2
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from odoo.tests import BaseCase, tagged
from odoo.tools import file_path

from ..tools import barcode, coupon_code, coupon_sheet, gs1

# What GS1 itself shows as correct (General Specifications, 7.9; GTIN-13 and SSCC).
CHECKED = ('6291041500213', '4006381333931', '376104250021234569', '9501101530003')
FORMATS = {
    barcode.QR: (zxingcpp.BarcodeFormat.QRCode, ']Q1'),
    barcode.CODE_128: (zxingcpp.BarcodeFormat.Code128, ']C0'),
    barcode.GS1_128: (zxingcpp.BarcodeFormat.Code128, ']C1'),
    barcode.GS1_QR: (zxingcpp.BarcodeFormat.QRCode, ']Q3'),
}


def read(image):
    """Return what an independent decoder reads in a picture: (format, symbology identifier, text)."""
    return [(found.format, found.symbology_identifier, found.bytes.decode())
            for found in zxingcpp.read_barcodes(image.convert('L'))]


def payload(kind, code):
    return gs1.elements(gs1.coupon_number('9501234', 17), coupon_code.bare(code)) if kind in barcode.GS1_KINDS else code


@tagged('-at_install', 'post_install')
class TestGs1(BaseCase):

    def test_check_digits(self):
        for number in CHECKED:
            self.assertEqual(gs1.check_digit(number[:-1]), number[-1], number)

    def test_coupon_numbers(self):
        self.assertEqual(gs1.coupon_number('9501234', 17), '9501234000176')
        self.assertEqual(gs1.coupon_number('95012345678', 9), '9501234567899'[:12] + gs1.check_digit('950123456789'))
        for prefix, reference in (('950123', 10 ** 6), ('95012345678', 10), ('950123', -1), ('95012', 1), ('', 1),
                                  ('950123456789', 1), ('95O1234', 1), (None, 1), ('٩٥٠١٢٣٤', 1)):
            with self.assertRaises(ValueError):
                gs1.coupon_number(prefix, reference)

    def test_values_of_other_characters(self):
        for code in ('', 'ä', 'a b', 'x' * 91, '#1', 'a\x1db'):
            with self.assertRaises(ValueError):
                gs1.elements('9501234000176', code)

    @given(st.builds(coupon_code.generate), st.sampled_from(('', ']C1', ']Q3', ']e0')), st.booleans())
    def test_a_code_is_found_in_what_scanners_give(self, code, identifier, swallowed):
        text = payload(barcode.GS1_128, code)
        if swallowed:
            text = text.replace(gs1.SEPARATOR, '')
        self.assertIn(code, coupon_code.spellings(identifier + text))
        self.assertIn(code, coupon_code.spellings(gs1.readable(payload(barcode.GS1_128, code))))

    def test_a_serial_of_others_is_left_out(self):
        code = coupon_code.generate()
        bare = coupon_code.bare(code)
        self.assertIn(code, coupon_code.spellings(f'2559501234000176000000000042\x1d91{bare}'))
        self.assertIsNone(gs1.code_in(f'0109501234000176\x1d91{bare}'))


@tagged('-at_install', 'post_install')
class TestBarcode(BaseCase):

    def test_all_kinds_are_read_back(self):
        for kind, (found, identifier) in FORMATS.items():
            for code in (coupon_code.generate(), 'FLYER-0001', 'a.b_c/D-9'):
                text = payload(kind, code)
                symbol = barcode.encode(kind, text)
                with self.subTest(kind=kind, code=code):
                    image = Image.open(io.BytesIO(barcode.png(symbol)))
                    self.assertEqual(read(image), [(found, identifier, text)])
                    self.assertIn(code, coupon_code.spellings(identifier + text))
                    self.assertEqual(symbol.is_gs1, kind in barcode.GS1_KINDS)

    def test_svg_is_the_same_picture(self):
        for kind in FORMATS:
            symbol = barcode.encode(kind, payload(kind, coupon_code.generate()))
            picture = barcode.svg(symbol)
            width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', picture).groups())
            image = Image.new('1', (width, height), 1)
            for left, top, columns, rows in re.findall(r'M(\d+) (\d+)h(\d+)v(\d+)h-', picture):
                image.paste(0, (int(left), int(top), int(left) + int(columns), int(top) + int(rows)))
            self.assertEqual(image.tobytes(), Image.open(io.BytesIO(barcode.png(symbol, scale=1))).tobytes(), kind)
            self.assertNotIn('<script', picture)

    @settings(max_examples=30, deadline=None)
    @given(st.text('0123456789ABCDEFGHJKMNPQRSTVWXYZabc./_-', min_size=1, max_size=40))
    def test_gs1_in_qr_of_any_length(self, code):
        text = payload(barcode.GS1_QR, code)
        image = Image.open(io.BytesIO(barcode.png(barcode.encode(barcode.GS1_QR, text), scale=4)))
        self.assertEqual([part for _format, _identifier, part in read(image)], [text])

    def test_what_does_not_fit_is_refused(self):
        number = gs1.coupon_number('9501234', 17)
        for kind, text in ((barcode.CODE_128, 'Grüße'), (barcode.CODE_128, ''),
                           (barcode.GS1_128, gs1.elements(number, 'x' * 40)), (barcode.GS1_QR, 'x' * 400)):
            with self.assertRaises(ValueError):
                barcode.encode(kind, text)


@tagged('-at_install', 'post_install')
class TestSheet(BaseCase):

    def _vouchers(self, kind, count, **texts):
        texts = {'title': "15 % auf alles, Ελλάδα, Київ", 'text': "15 % off", 'terms': "Once. " * 60,
                 'validity': "Valid until 31/12/2026", **texts}
        vouchers = []
        for _number in range(count):
            symbol = barcode.encode(kind, payload(kind, coupon_code.generate()))
            code = gs1.readable(symbol.text) if symbol.is_gs1 else symbol.text
            vouchers.append(coupon_sheet.Voucher(symbol=symbol, code=code, **texts))
        return vouchers

    def _pdf(self, vouchers, layout, fonts=True):
        content = coupon_sheet.pdf(
            vouchers, coupon_sheet.LAYOUTS[layout], "Sheet",
            {name: file_path(path) for name, path in coupon_sheet.FONTS.items()} if fonts else {})
        return pypdfium2.PdfDocument(content)

    def test_printed_pages_are_read_back(self):
        for layout, kind, count in (('labels', barcode.QR, 25), ('labels', barcode.CODE_128, 24),
                                    ('labels', barcode.GS1_QR, 5), ('vouchers', barcode.GS1_128, 9),
                                    ('vouchers', barcode.QR, 8)):
            with self.subTest(layout=layout, kind=kind):
                vouchers = self._vouchers(kind, count)
                document = self._pdf(vouchers, layout)
                each = coupon_sheet.LAYOUTS[layout].columns * coupon_sheet.LAYOUTS[layout].rows
                self.assertEqual(len(document), -(-count // each))
                found = []
                for page in document:
                    self.assertEqual([round(size / 72 * 25.4) for size in page.get_size()], [210, 297])
                    found += [text for _format, _identifier, text in read(page.render(scale=300 / 72).to_pil())]
                self.assertEqual(sorted(found), sorted(voucher.symbol.text for voucher in vouchers))
                text = document[0].get_textpage().get_text_range()
                for part in (vouchers[0].code, "Valid until 31/12/2026", "Ελλάδα", "Київ"):
                    self.assertIn(part, text)

    def test_small_print_gives_way(self):
        document = self._pdf(self._vouchers(barcode.QR, 1, title="T " * 400, text="x " * 400), 'labels')
        self.assertIn("Valid until", document[0].get_textpage().get_text_range())

    def test_bars_too_narrow_are_not_printed(self):
        with self.assertRaises(coupon_sheet.TooNarrow):
            self._pdf(self._vouchers(barcode.GS1_128, 1), 'labels')

    def test_without_the_fonts(self):
        document = self._pdf(self._vouchers(barcode.QR, 1, title="15 % off"), 'vouchers', fonts=False)
        self.assertIn("15 % off", document[0].get_textpage().get_text_range())
