from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import coupon_code

SYMBOLS = st.sampled_from(coupon_code.ALPHABET)


@tagged('-at_install', 'post_install')
class TestCouponCode(BaseCase):

    def test_code_is_long_random_and_readable(self):
        codes = {coupon_code.generate() for _ in range(1000)}
        self.assertEqual(len(codes), 1000)
        for code in codes:
            self.assertRegex(code, r'^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{5}$')
        # 16 symbols of 5 bits: every symbol comes up at every place, or the bits are not there.
        for place in (0, 1, 2, 3, 5, 15, 17):
            self.assertEqual({code[place] for code in codes}, set(coupon_code.ALPHABET))

    def test_people_may_type_it_their_way(self):
        code = coupon_code.generate()
        for spelling in (code.lower(), code.replace('-', ''), code.replace('-', ' '), f'  {code}\n',
                         code.replace('0', 'o'), code.replace('1', 'l'), code.replace('1', 'I')):
            self.assertEqual(coupon_code.normalize(spelling), code)

    def test_other_codes_are_not_ours(self):
        for text in ('', '-', 'SUMMER15', '044a-1b2c-3d4e', '0' * 18, 'U' * 17, '٣' * 17, 'ß' * 9, 'İ' * 17):
            self.assertIsNone(coupon_code.normalize(text), text)

    @given(st.integers(0, 16), SYMBOLS)
    def test_one_wrong_symbol_is_found(self, place, symbol):
        symbols = coupon_code.generate().replace('-', '')
        wrong = symbols[:place] + symbol + symbols[place + 1:]
        self.assertEqual(coupon_code.normalize(wrong) is None, wrong != symbols)

    @given(st.text(max_size=40))
    def test_any_text_is_read_or_refused(self, text):
        code = coupon_code.normalize(text)
        if code is not None:
            self.assertEqual(coupon_code.normalize(code), code)
