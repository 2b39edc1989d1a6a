"""Words as a search compares them: without accents, case and punctuation, and how one word may be meant by another.

Texts of the catalogue and what customers type go through the same functions, so that both sides always agree.
PostgreSQL could do it by its extension ``unaccent``, but Odoo would then call that for every search of every model,
past the indexes that it has for them.
"""
import re
import unicodedata
from functools import lru_cache

# Longer words are cut: nobody types them, and an index entry has an end.
LONGEST_WORD = 40
# Words whose spelling is forgiven; shorter ones become any other word by one letter.
SHORTEST_FORGIVEN = 3
# So long are words of which all spellings with a letter less are kept.
LONGEST_FORGIVEN = 24
# The shortest word that is looked for within others, such as "jacke" in "regenjacke".
SHORTEST_INNER = 4
# The shortest parts of a word that may have been written in two.
SHORTEST_PART = 3

# What Unicode does not take apart.
_LETTERS = str.maketrans({
    'æ': 'ae', 'œ': 'oe', 'ø': 'o', 'đ': 'd', 'ð': 'd', 'ł': 'l', 'þ': 'th', 'ħ': 'h', 'ŋ': 'ng', 'ŧ': 't', 'ĸ': 'k',
    '\N{LATIN SMALL LETTER DOTLESS I}': 'i', '\N{RIGHT SINGLE QUOTATION MARK}': "'",
    '\N{MODIFIER LETTER APOSTROPHE}': "'"})
# A German "ä" is written "ae" where there is no key for it, and "a" where somebody is in a hurry.
_UMLAUT = re.compile('([aou])e')
_WORD = re.compile(r'[^\W_]+')
# Words that are written together, with a hyphen or apart: T-shirt, d'hiver, 1.5 l.
_BOUND = re.compile(r"[^\W_]+(?:[-'.,/&+][^\W_]+)+")
# Endings by which a word differs from its basic form in English, German, French and their neighbours, and what stands
# for them there.
_ENDINGS = (
    ('ies', 'y'), ('ves', 'f'), ('ves', 'fe'), ('eaux', 'eau'), ('aux', 'al'), ('nen', ''), ('ern', ''), ('es', ''),
    ('en', ''), ('er', ''), ('em', ''), ('s', ''), ('n', ''), ('e', ''), ('x', ''), ('i', 'o'), ('y', 'ies'),
    ('f', 'ves'), ('fe', 'ves'), ('al', 'aux'))
_SHORTEST_STEM = 3


def fold(text):
    """Return a text in small letters without accents; "ä" and "ae" are "a", "ß" is "ss"."""
    text = text.lower() if text.isascii() else ''.join(
        letter for letter in unicodedata.normalize('NFKD', text.casefold().translate(_LETTERS))
        if not unicodedata.combining(letter)).translate(_LETTERS)
    return _UMLAUT.sub(r'\1', text)


@lru_cache(maxsize=8192)
def words(text):
    """Return the words of a text, folded, in their order."""
    return tuple(word[:LONGEST_WORD] for word in _WORD.findall(fold(text)))


@lru_cache(maxsize=8192)
def bound_words(text):
    """Return what is written with hyphens and the like as words of their own: ``tshirt`` for "T-shirt"."""
    return tuple(''.join(_WORD.findall(word))[:LONGEST_WORD] for word in _BOUND.findall(fold(text)))


def is_forgiven(word):
    """Tell whether a word may be meant by one that is spelt otherwise; a code may not."""
    return SHORTEST_FORGIVEN <= len(word) <= LONGEST_FORGIVEN and not any(map(str.isdigit, word))


def deletes(word):
    """Return the spellings of a word with one letter less.

    Two words that are one letter apart, be it missing, too many, wrong or swapped with its neighbour, share one of
    these or are one of the other's. (W. Garbe's symmetric delete algorithm, "SymSpell".)
    """
    return {word[:place] + word[place + 1:] for place in range(len(word))}


def stems(word):
    """Return words of which this may be the plural or another form."""
    return {
        stem for ending, base in _ENDINGS if word.endswith(ending)
        and len(stem := word.removesuffix(ending) + base) >= _SHORTEST_STEM and stem != word}


def splits(word):
    """Return the pairs of words that may have been written as one."""
    return [(word[:place], word[place:]) for place in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)]


def allowance(word):
    """Return how many letters may be wrong in a word."""
    return 0 if len(word) < SHORTEST_FORGIVEN else 1 if len(word) < 6 else 2 if len(word) < 11 else 3


def distance(one, other, most):
    """Return how many letters are missing, too many, wrong or swapped; more than `most` counts as one more.

    Optimal string alignment: Damerau and Levenshtein's distance, in which no piece is edited twice.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = None, list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before2, row = row, before, [i]
        for j, sign in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != sign))
            if before2 and i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == sign:
                cost = min(cost, before2[j - 2] + 1)
            row.append(cost)
        before = last
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
