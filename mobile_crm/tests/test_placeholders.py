import unittest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..tools import placeholders

KNOWN = ('first_name', 'store', 'open_until')
OPTIONAL = ('first_name',)
TEXTS = st.lists(st.one_of(
    st.text(alphabet='aZé ,.!?{|}\n', max_size=12), st.sampled_from(
        ['{store}', '{first_name}', '{store|here}', '{Store |}', '. ', '! ', '\n', '{', '}', '{x}']),
), max_size=8).map(''.join)


def fill(text, **values):
    return placeholders.fill(placeholders.parse(text, KNOWN), values, OPTIONAL)


class TestPlaceholders(unittest.TestCase):
    """Texts with gaps, and how they are filled."""

    def test_values(self):
        for text, values, expected in (
            ("Hello {first_name}, come in.", {'first_name': "Anna"}, "Hello Anna, come in."),
            ("Hello {First name}!", {'first_name': "Anna"}, "Hello Anna!"),
            ("At {store|our shop}.", {'store': "Ghent"}, "At Ghent."),
            ("At {store|our shop}.", {}, "At our shop."),
            ("At {store|our shop}.", {'store': ''}, "At our shop."),
            ("No gaps: 15 % off", {}, "No gaps: 15 % off"),
            ("", {'store': "Ghent"}, ""),
        ):
            with self.subTest(text=text, values=values):
                self.assertEqual(fill(text, **values), expected)

    def test_a_sentence_that_lacks_a_value_is_left_out(self):
        for text, expected in (
            ("Come in. Open until {open_until}. See you!", "Come in. See you!"),
            ("Come in.\nOpen until {open_until}\nSee you!", "Come in.\nSee you!"),
            ("Open until {open_until}", ""),
            ("At {store} until {open_until|late}.", ""),
            ("Open until {open_until|}. Come!", "Open until. Come!"),
        ):
            with self.subTest(text=text):
                self.assertEqual(fill(text), expected)

    def test_a_name_that_is_missing_leaves_no_gap(self):
        for text, expected in (
            ("Hello {first_name}, come in.", "Hello, come in."),
            ("Hello {first_name}!", "Hello!"),
            ("{first_name}, your coffee is ready", "Your coffee is ready"),
            ("Hello {first_name} - hi", "Hello - hi"),
            ("Hello, {first_name}!", "Hello!"),
            ("For you, {first_name}", "For you"),
            ("{first_name}", ""),
            ("Hi {first_name} {store|iShop}", "Hi iShop"),
            ("{first_name} {store|iShop} says {first_name}, hi", "iShop says, hi"),
            ("Hi {store|}{first_name}{store|} you", "Hi you"),
            ("Come, {first_name} and friends", "Come, and friends"),
            ("Hi {first_name} {store|}there", "Hi there"),
        ):
            with self.subTest(text=text):
                self.assertEqual(fill(text), expected)

    def test_a_value_is_data(self):
        for value, shown in (
            ("{store}", "{store}"), ("{{ 7 * 7 }}", "{{ 7 * 7 }}"), ("${7*7}", "${7*7}"), ("%(x)s", "%(x)s"),
            ("<b>Anna</b>", "<b>Anna</b>"), ("Dr. No", "Dr. No"), ("An\n\tna\0", "An na"), ("a" * 200, "a" * 79 + "…"),
            ("1\N{NO-BREAK SPACE}€", "1\N{NO-BREAK SPACE}€"),
        ):
            with self.subTest(value=value):
                self.assertEqual(fill("Hi {first_name}.", first_name=value, store="no"), f"Hi {shown}.")

    def test_faults(self):
        for text, expected in (
            ("Hi {first_name}, {store|x}", []), ("{nmae}", ['{nmae}']), ("{{first_name}}", ['{', '}']),
            ("{object.password}", ['{object.password}']), ("a { b", ['{']), ("", []), (False, []),
            ("{store|a|b}", []), ("{}", ['{}']),
        ):
            with self.subTest(text=text):
                self.assertEqual(placeholders.faults(text, KNOWN), expected)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TEXTS, st.text(alphabet='aZé .{}|', min_size=1, max_size=12).filter(placeholders.clean))
    def test_whatever_is_written_can_be_filled(self, text, value):
        filled = fill(text, first_name=value, store=value, open_until=value)
        self.assertEqual(filled.count('{'), sum(
            part.count('{') if isinstance(part, str) else placeholders.clean(value).count('{')
            for sentence in placeholders.parse(text, KNOWN) for part in sentence.parts))
        fill(text)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TEXTS)
    def test_what_has_no_known_placeholder_stays_as_it_is(self, text):
        if not placeholders.names(text, KNOWN):
            self.assertEqual(fill(text), text.strip())
