"""The length of text messages, held against one that is really cut into parts."""
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.sms_parts import GSM_BASIC, GSM_EXTENSION, is_gsm, measure, tidy


def texts(alphabet):
    """Long texts of few different pieces: hypothesis itself hardly ever makes one of several parts."""
    piece = st.text(alphabet, max_size=12)
    return st.builds(lambda head, again, count, tail: head + again * count + tail,
                     piece, piece, st.integers(0, 60), piece)


LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
GSM = texts(st.sampled_from(sorted(GSM_BASIC | GSM_EXTENSION)))
ANY = texts(st.characters(exclude_categories=['Cs']))


def cut(text):
    """Return the parts of a text as a telephone sends them, in septets or code units."""
    if is_gsm(text):
        letters = [b'\x1b.' if symbol in GSM_EXTENSION else b'.' for symbol in text]
        alone, each = 160, 153
    else:
        # Of each code unit one of its two bytes.
        letters = [symbol.encode('utf-16-be')[::2] for symbol in text]
        alone, each = 70, 67
    if len(b''.join(letters)) <= alone:
        return [letters] if letters else []
    parts = [[]]
    for letter in letters:
        if sum(map(len, parts[-1])) + len(letter) > each:
            parts.append([])
        parts[-1].append(letter)
    return parts


@tagged('-at_install', 'post_install')
class TestSmsParts(BaseCase):

    def test_the_alphabet(self):
        self.assertEqual((len(GSM_BASIC), len(GSM_EXTENSION)), (127, 10), "with the escape it is 128")
        self.assertTrue(is_gsm("Ça coûte 5 € à Öland?".replace('û', 'u')))
        for text in ("ç", "ë", "É ê", "Ł", "“", "🙂", "\N{NO-BREAK SPACE}"):
            self.assertFalse(is_gsm(text), text)

    def test_the_edges(self):
        for text, expected in (
            ('', ('gsm7', 0, 0, 160)), ('a' * 160, ('gsm7', 160, 1, 160)), ('a' * 161, ('gsm7', 161, 2, 306)),
            ('a' * 306, ('gsm7', 306, 2, 306)), ('a' * 307, ('gsm7', 307, 3, 459)),
            ('€' * 80, ('gsm7', 160, 1, 160)), ('€' * 81, ('gsm7', 162, 2, 306)),
            # The escape and its letter stay together, so a place is left over at the end of each part.
            ('€' * 153, ('gsm7', 306, 3, 459)), ('a' * 152 + '€' + 'a' * 152, ('gsm7', 306, 3, 459)),
            ('ë' * 70, ('ucs2', 70, 1, 70)), ('ë' * 71, ('ucs2', 71, 2, 134)), ('ë' * 135, ('ucs2', 135, 3, 201)),
            ('🙂' * 35, ('ucs2', 70, 1, 70)), ('🙂' * 67, ('ucs2', 134, 3, 201)),
        ):
            self.assertEqual(measure(text), expected, text[:3])

    @LAW
    @given(text=GSM | ANY)
    def test_it_counts_what_is_sent(self, text):
        parts, size = cut(text), measure(text)
        self.assertEqual(size.parts, len(parts))
        self.assertEqual(size.units, sum(len(letter) for part in parts for letter in part))
        self.assertLessEqual(size.units, size.room)

    @LAW
    @given(text=GSM | ANY, more=GSM | ANY)
    def test_more_is_never_less(self, text, more):
        self.assertGreaterEqual(measure(text + more).parts, measure(text).parts)

    @LAW
    @given(text=GSM | ANY)
    def test_tidying_costs_nothing(self, text):
        self.assertEqual(tidy(tidy(text)), tidy(text))
        self.assertLessEqual(measure(tidy(text)).parts, measure(text).parts)

    @LAW
    @given(text=GSM)
    def test_what_is_plain_stays(self, text):
        self.assertEqual(tidy(text), text)

    def test_what_is_made_plain(self):
        self.assertEqual(
            tidy("“5\N{NARROW NO-BREAK SPACE}€” … don\N{RIGHT SINGLE QUOTATION MARK}t"), "\"5 €\" ... don't")
        self.assertEqual(tidy("“Łódź”\N{NO-BREAK SPACE}x"), "“Łódź” x", "it would win nothing")
