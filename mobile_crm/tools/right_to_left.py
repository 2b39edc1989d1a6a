"""Hebrew and Arabic for a printer that knows only to go from left to right.

Needs python-bidi, which puts letters into the order in which they are seen (Unicode's bidirectional algorithm, UAX #9),
and arabic-reshaper, which gives Arabic ones the form that their neighbours ask for. Both are optional: ask
:func:`is_available` first.
"""
import functools
import unicodedata

try:
    import arabic_reshaper

    # Not the faster one of the package itself: that leaves brackets as they are.
    from bidi.algorithm import get_display
except ImportError:
    arabic_reshaper = get_display = None

# Kinds of marks that nobody sees, and that python-bidi does not know.
ISOLATES = ('LRI', 'RLI', 'FSI', 'PDI')
# In place of a character that Python's Unicode does not know yet, as the newest emoji: nor does python-bidi.
UNKNOWN = '\N{REPLACEMENT CHARACTER}'


def is_available():
    """Tell whether the libraries are there."""
    return get_display is not None


def has_rtl(text):
    """Tell whether any letter of a text is read from right to left."""
    return any(unicodedata.bidirectional(letter) in ('R', 'AL') for letter in text)


def displayed(line, is_rtl):
    """Return the characters of one line in the order in which they are seen, from left to right.

    :param str line: of a text that is ``shaped``.
    :param bool is_rtl: whether the line as a whole is read from right to left.
    """
    return get_display(line, base_dir='R' if is_rtl else 'L')


def shaped(text):
    """Return a text whose Arabic letters have the form that their neighbours ask for."""
    kinds = ((letter, unicodedata.bidirectional(letter)) for letter in text)
    return _reshaper().reshape(''.join(
        letter if kind else UNKNOWN for letter, kind in kinds if kind not in ISOLATES))


@functools.cache
def _reshaper():
    # Vowel signs stay, and no fonts are asked for signs that stand for whole words.
    return arabic_reshaper.ArabicReshaper(configuration={
        'delete_harakat': False, 'delete_tatweel': False, 'ARABIC LIGATURE ALLAH': False})
