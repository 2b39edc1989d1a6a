import unicodedata
from unittest.mock import patch

import pypdfium2
from hypothesis import given
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import BaseCase, tagged
from odoo.tools import file_path

from ..tools import receipt_sheet, right_to_left
from .purchase_common import PurchaseCase

FONTS = {name: tuple(map(file_path, paths)) for name, paths in receipt_sheet.FONTS.items()}


def texts(content):
    """Return the text of each page of a document."""
    document = pypdfium2.PdfDocument(content)
    return [document[number].get_textpage().get_text_bounded() for number in range(len(document))]


@tagged('-at_install', 'post_install')
class TestReceiptSheet(BaseCase):

    def _receipt(self, **values):
        return receipt_sheet.Receipt(**{
            'title': "Receipt 1", 'seller': ["Shop"], 'facts': [], 'headings': ["What", "How many", "Each", "Total"],
            'lines': [("Mug", "2", "8.00", "16.00")], 'totals': [("Total", "16.00", True)], 'notes': [], **values})

    def test_long_ones_have_pages_with_headings(self):
        pages = texts(receipt_sheet.pdf(self._receipt(lines=[
            (f"Thing {number} <b>&", "1", "2.00", "2.00") for number in range(120)]), FONTS))
        self.assertGreater(len(pages), 2)
        self.assertTrue(all("How many" in page for page in pages))
        self.assertIn("Thing 119 <b>&", pages[-1])

    def test_the_same_receipt_is_the_same_bytes(self):
        self.assertEqual(receipt_sheet.pdf(self._receipt(), FONTS), receipt_sheet.pdf(self._receipt(), FONTS))

    def test_without_fonts(self):
        self.assertIn("Mug", texts(receipt_sheet.pdf(self._receipt(), {}))[0])

    def test_letters_of_many_languages(self):
        for word in ("Čokoláda", "Ψωμί", "Хлеб", "面包", "パン"):
            self.assertIn(word, texts(receipt_sheet.pdf(
                self._receipt(lines=[(word, "1", "1", "1")]), FONTS))[0], word)

    def test_names_of_any_length_and_any_signs(self):
        for name in ("x" * 20_000, "a word " * 3_000, "א" * 3_000, "面" * 3_000, "\x01\x0b", "", "\u2067א\u2069",
                     "<para><img src='file:///etc/hostname'/>&amp;"):
            pages = texts(receipt_sheet.pdf(self._receipt(lines=[(name, name, "1", "1")]), FONTS))
            self.assertIn("16.00", pages[-1])

    def test_without_the_libraries(self):
        with patch.object(right_to_left, 'get_display', None):
            content = receipt_sheet.pdf(self._receipt(lines=[("سلام", "1", "1", "1")]), FONTS)
        self.assertIn("16.00", texts(content)[0])

    def test_from_right_to_left(self):
        content = receipt_sheet.pdf(self._receipt(lines=[("سلام", "1", "1", "1")], is_rtl=True), FONTS)
        # Some readers put it back into the order in which it is read, and its letters into their plain form.
        shown = unicodedata.normalize('NFKC', texts(content)[0])
        self.assertTrue("سلام" in shown or "سلام"[::-1] in shown, shown)


@tagged('-at_install', 'post_install')
class TestRightToLeft(BaseCase):
    """Cases by the rules of UAX #9; capital letters stand for Hebrew ones."""

    def _shown(self, line, is_rtl):
        hebrew = {letter: chr(0x5D0 + index) for index, letter in enumerate("ABCDEFGHIJ")}
        back = {value: key for key, value in hebrew.items()}
        shown = right_to_left.displayed(''.join(hebrew.get(letter, letter) for letter in line), is_rtl)
        return ''.join(back.get(letter, letter) for letter in shown)

    def test_lines(self):
        for line, is_rtl, shown in (
            ("car", False, "car"),
            ("ABC", True, "CBA"),
            ("car ABC", False, "car CBA"),
            ("car ABC", True, "CBA car"),
            ("ABC 12.50 DEF", True, "FED 12.50 CBA"),
            ("car ABC 12 is", False, "car 12 CBA is"),
            ("ABC 10%", True, "10% CBA"),
            ("(A) b", True, "b (A)"),
            ("A b, c D", True, "D b, c A"),
            ("12-15 A", True, "A 12-15"),
            ("", True, ""),
        ):
            self.assertEqual(self._shown(line, is_rtl), shown, line)

    @given(st.text(st.sampled_from("ab1.,%() אבג٣-"), max_size=20), st.booleans())
    def test_no_letter_is_lost(self, line, is_rtl):
        shown = right_to_left.displayed(line, is_rtl)
        # Brackets are turned around.
        self.assertEqual(sorted(shown.replace(')', '(')), sorted(line.replace(')', '(')))

    def test_arabic_letters_join(self):
        self.assertEqual([hex(ord(letter)) for letter in right_to_left.shaped("سلام")], ['0xfeb3', '0xfefc', '0xfee1'])
        self.assertEqual(unicodedata.normalize('NFKC', right_to_left.shaped("بَيت دار")), "بَيت دار")
        self.assertEqual(right_to_left.shaped("Mug"), "Mug")

    @given(st.text(st.characters(codec='utf-8'), max_size=20), st.booleans())
    def test_whatever_a_product_is_called(self, line, is_rtl):
        for sign in ("", "\u2067", "\U0001f9ff", "\U000c246b"):
            right_to_left.displayed(right_to_left.shaped(f"{sign}{line}א"), is_rtl)


@tagged('-at_install', 'post_install')
class TestReceipt(PurchaseCase):

    def _text(self, lang=None):
        Purchase = self.env['mobile.purchase'].with_context(lang=lang or 'en_US')
        [head] = Purchase._page(self.anna, self.company, 2)
        content, name = Purchase._receipt(self.shopper(self.anna), head)
        return texts(content)[0], name

    def test_what_stands_on_it(self):
        self.company.write({
            'vat': 'BE0477472701', 'street': "Market 1", 'city': "Ghent", 'company_registry': '0477.472.701'})
        tax = self.env['account.tax'].create({
            'name': "21%", 'amount': 21, 'company_id': self.company.id, 'country_id': self.company.country_id.id,
            'tax_group_id': self.env['account.tax.group'].create({
                'name': "VAT 21%", 'company_id': self.company.id, 'country_id': self.company.country_id.id}).id})
        order = self.make_order(self.anna, [(self.mug, 3)]).sudo()
        order.write({'mobile_store_id': self.store_near.id})
        order.order_line.write({'tax_ids': [Command.set(tax.ids)], 'discount': 10})
        order.action_confirm()
        order.date_order = '2026-07-01 22:30:00'
        text, name = self._text()
        self.assertEqual(name, f'Receipt {order.name}.pdf')
        for words in ("Test Shop", "BE0477472701", "0477.472.701", "Market 1", "Ghent", f"Receipt {order.name}",
                      "Anna Peeters", "Brussels Store", "Mug, 10% off", "3 Units", "VAT 21% on", "26.14", "21.60",
                      "4.54", "7/2/26, 12:30", "no invoice"):
            self.assertIn(words, text.replace('\u202f', ' ').replace('\xa0', ' '), words)

    def test_in_the_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.mug.with_context(lang='fr_FR').name = "Tasse"
        self.confirmed(self.anna, [(self.mug, 1)])
        text, _name = self._text('fr_FR')
        self.assertIn("Tasse", text)
        self.assertIn("8,00", text)
