"""What a customer types, and which words of the catalogue it may mean."""
import math
from itertools import pairwise

from . import search_text

# Words of a query that count, and letters of it that are read.
MOST_WORDS, MOST_LETTERS = 10, 200
# PostgreSQL's ts_rank divides by this; see calc_rank_or in its source.
RANK = math.pi ** 2 / 6
# How surely a word of the catalogue is meant: whole, with another ending, as what begins so, spelt with one letter, two
# or three wrong, having it within; and two words where one was typed.
WHOLE, FORM, BEGINNING, INNER, IN_TWO = 1.0, 0.93, 0.8, 0.6, 0.75
WRONG = {1: 0.72, 2: 0.55, 3: 0.4}
# Letters that an ending has at most.
ENDING = 2


class Word:
    """One word of a query.

    :ivar dict known: words of the catalogue that it may mean: {word: (quality, entries that have it)}
    :ivar list pairs: pairs of them, both of which it may mean together
    """

    def __init__(self, text):
        self.text = text
        self.known = {}
        self.pairs = []

    @property
    def entries(self):
        """In how many entries the word is as it is typed, or else what is most like it."""
        best = max((quality for quality, _entries in self.known.values()), default=0)
        return sum(entries for quality, entries in self.known.values() if quality == best)

    @property
    def options(self):
        """How the word may be meant: quality, factor of ``ts_rank``, and tsquery."""
        by_quality = {}
        for known, (quality, _entries) in self.known.items():
            by_quality.setdefault(quality, []).append(known)
        return [
            *((quality, RANK * len(words), ' | '.join(map(_quoted, words))) for quality, words in by_quality.items()),
            *((IN_TWO, RANK, f'{_quoted(one)} & {_quoted(other)}') for one, other in self.pairs)]

    def condition(self, weight=''):
        """Return the tsquery of entries that have the word, in whatever way it may be meant."""
        return ' | '.join([
            *(_quoted(known, weight) for known in self.known),
            *(f'({_quoted(one, weight)} & {_quoted(other, weight)})' for one, other in self.pairs)])


class Query:
    """What a customer types.

    :ivar list[Word] words: in their order
    """

    def __init__(self, texts):
        self.words = [Word(text) for text in texts]
        self.title = ' '.join(texts)
        # Two that follow each other may be one: "rain jacket".
        self.joined = [one + other for one, other in pairwise(texts)]
        # What is looked up: words, then what two of them make, then parts of one.
        self._asked = {}

    @classmethod
    def of(cls, text, shortest=1):
        """Return a query, or None when there is no word in a text.

        :param int shortest: letters of words that count; shorter ones do if there are no others.
        """
        texts = search_text.words((text or '')[:MOST_LETTERS])
        texts = [word for word in texts if len(word) >= shortest] or texts
        return cls(texts[:MOST_WORDS]) if texts else None

    # === WHAT TO LOOK UP: columns of words and of the numbers under which to add what is found === #

    def said(self):
        """Return the words, and what two of them make when they are written as one."""
        texts = [*(word.text for word in self.words), *self.joined]
        return texts, list(range(len(texts)))

    def forms(self):
        """Return basic forms of the words, and others."""
        return _columns((number, form) for number, word in enumerate(self.words)
                        for form in search_text.stems(word.text))

    def forgiven(self):
        """Return the words that may be misspelt, and spellings that they share with those that are meant.

        Among them are the parts of words that may have been written as one.
        """
        words = [(number, word.text) for number, word in enumerate(self.words) if search_text.is_forgiven(word.text)]
        spelt = {(number, text) for number, word in words for text in (word, *search_text.deletes(word))}
        spelt.update((number, part) for number, word in words for pair in search_text.splits(word) for part in pair)
        texts, numbers = _columns(words)
        spelt_texts, spelt_numbers = _columns(sorted(spelt))
        return {'words': texts, 'numbers': numbers, 'spelt': spelt_texts, 'spelt_numbers': spelt_numbers}

    # === WHAT WAS FOUND === #

    def add(self, number, known, entries):
        """Take a word of the catalogue that may be meant.

        :param int number: under which it was looked up.
        :param int entries: in how many it is.
        """
        if number >= len(self.words):
            # It stands for both words.
            first = number - len(self.words)
            if quality := _said_quality(self.joined[first], known):
                for word in self.words[first:first + 2]:
                    _keep(word, known, quality, entries)
            return
        word = self.words[number]
        if quality := _said_quality(word.text, known) or _alike_quality(word.text, known):
            _keep(word, known, quality, entries)
        self._add_part(word, known)

    def _add_part(self, word, known):
        """Remember a word as a part of a longer one, and the pair when the other part is known too."""
        parts = self._asked.setdefault(word, set())
        parts.add(known)
        for pair in ((known, word.text.removeprefix(known)), (word.text.removesuffix(known), known)):
            if ''.join(pair) == word.text and parts.issuperset(pair) and pair not in word.pairs:
                word.pairs.append(pair)

    def fewest_entries(self):
        """Return how many entries have the rarest word, about."""
        return min((sum(entries for _quality, entries in word.known.values()) for word in self.words if word.known),
                   default=0)

    def condition(self, *, weight='', common=None):
        """Return the tsquery of entries that have all words, or an empty text when none can have them.

        :param str weight: where they are to stand.
        :param int common: let one word be enough, which so many entries have at most, if there are such words.
        """
        words = self.words
        if common is not None:
            words = [word for word in words if word.known or word.pairs]
            words = [word for word in words if word.entries <= common] or words
        conditions = [word.condition(weight) for word in words]
        return (' & ' if common is None else ' | ').join(
            f'({condition})' for condition in conditions) if all(conditions) else ''

    def fit(self, texts):
        """Return how well a query speaks of one variant, as far as its own texts go: attributes and codes."""
        said = {part for text in texts
                for part in (*search_text.words(text), *search_text.bound_words(text))}
        own = [max((quality for known, (quality, _entries) in word.known.items() if known in said), default=0)
               for word in self.words]
        return sum(own)


def _keep(word, known, quality, entries):
    if quality > word.known.get(known, (0,))[0]:
        word.known[known] = (quality, entries)


def _said_quality(text, known):
    """Return how surely somebody who types a text means a word; 0 when they do not."""
    if known == text:
        return WHOLE
    if known in search_text.stems(text) or text in search_text.stems(known):
        return FORM
    if known.startswith(text):
        return FORM if len(known) - len(text) <= ENDING and len(text) > ENDING else BEGINNING
    return 0


def _alike_quality(text, known):
    if not search_text.is_forgiven(text):
        return 0
    most = search_text.allowance(text)
    wrong = search_text.distance(text, known, most)
    if wrong <= most:
        return WRONG[wrong]
    # What somebody still types may be misspelt already.
    if len(known) > len(text) > 4 and search_text.distance(text, known[:len(text)], 1) <= 1:
        return WRONG[2]
    return INNER if len(text) >= search_text.SHORTEST_INNER and text in known else 0


def _columns(pairs):
    pairs = list(pairs)
    return [text for _number, text in pairs], [number for number, _text in pairs]


def _quoted(word, weight=''):
    return f"'{word}':{weight}" if weight else f"'{word}'"
