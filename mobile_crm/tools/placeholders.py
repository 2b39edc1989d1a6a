"""Placeholders in texts for customers: ``{first_name}``, or ``{store|our store}`` with what to say without a value.

They are names from a fixed list and nothing else: no expression is ever evaluated, and a value is never read again, so
that braces in a customer's name stay braces.
"""
import re
from typing import NamedTuple

PLACEHOLDER = re.compile(r'\{([^{}|]*)(?:\|([^{}]*))?\}')
SENTENCE_END = re.compile(r'(?<=[.!?…])\s+|\s*\n\s*|(?<=[\u3002\uff01\uff1f])')
# What stands directly behind a word.
CLOSERS = ',.;:!?…)]”»\u3002\uff0c\uff01\uff1f'
# What stands between a word and the next, and has no use without one of them.
PAUSES = ' ,;:'
# What stays as it is in a value beside what can be printed: spaces at which a line does not break, as in prices.
FIRM_SPACES = '\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}'
# What a value is cut to: a product's name can be long, a message on a lock screen cannot.
MAX_VALUE = 80


class Placeholder(NamedTuple):
    """A place in a text.

    :param str name: as in the list of known ones, whatever its spelling in the text
    :param fallback: what to say without a value; None when the text gives none
    """

    name: str
    fallback: str | None


class Sentence(NamedTuple):
    """What is said or left out together.

    :param list parts: strings and Placeholders
    :param str end: the white space that follows
    """

    parts: list
    end: str


def normalize(name):
    """Return a name as it is listed: ``First name`` is ``first_name``."""
    return re.sub(r'[\s_-]+', '_', name.strip().lower())


def names(text, known):
    """Return the known placeholders of a text.

    :rtype: set[str]
    """
    return {normalize(match[1]) for match in PLACEHOLDER.finditer(text or '')} & set(known)


def without_fallback(text, known):
    """Return the known placeholders that a text uses at least once without a fallback.

    :rtype: set[str]
    """
    return {normalize(match[1]) for match in PLACEHOLDER.finditer(text or '') if match[2] is None} & set(known)


def faults(text, known):
    """Return what a text has in braces that is no placeholder, as it is written; a brace alone is one too.

    :rtype: list[str]
    """
    unknown = [match[0] for match in PLACEHOLDER.finditer(text or '') if normalize(match[1]) not in known]
    return unknown + re.findall(r'[{}]', PLACEHOLDER.sub('', text or ''))


def parse(text, known):
    """Return a text as sentences.

    What is in braces and not known is part of the text.

    :rtype: list[Sentence]
    """
    sentences, parts, start = [], [], 0
    matches = [match for match in PLACEHOLDER.finditer(text) if normalize(match[1]) in known]
    for match in [*matches, None]:
        literal = text[start:match.start() if match else len(text)]
        position = 0
        for end in SENTENCE_END.finditer(literal):
            parts.append(literal[position:end.start()])
            sentences.append(Sentence(parts, end[0]))
            parts, position = [], end.end()
        if position < len(literal):
            parts.append(literal[position:])
        if match:
            parts.append(Placeholder(normalize(match[1]), match[2]))
            start = match.end()
    return [*sentences, Sentence(parts, '')]


def fill(sentences, values, optional=()):
    """Return a text with its values.

    A sentence that needs a value which is missing is left out: "Open until ." helps nobody. Of what is optional, such
    as a name, the word alone is left out: "Hello !" becomes "Hello!".

    :param sentences: of `parse`
    :param dict values: by name; None or empty is missing
    :param optional: names without which their sentence is still good
    """
    said = []
    for sentence in sentences:
        words = []
        for part in sentence.parts:
            if isinstance(part, Placeholder):
                value = clean(values.get(part.name)) or clean(part.fallback)
                if not value and part.fallback is None and part.name not in optional:
                    break
                words.append((value, False))
            else:
                words.append((part, True))
        else:
            said.append(_close_gaps(words) + sentence.end)
    return ''.join(said).strip()


def clean(value):
    """Return a value in one line of printable characters, not too long."""
    line = ''.join(char if char.isprintable() or char in FIRM_SPACES else ' ' for char in str(value or ''))
    line = re.sub(' +', ' ', line).strip()
    return line if len(line) <= MAX_VALUE else line[:MAX_VALUE - 1].rstrip() + '…'


def _close_gaps(words):
    """Join a sentence from which words may be missing; values are as they were.

    :param list words: (text, whether it is the sentence's own); an empty one is missing
    """
    said, is_gap = '', False
    for word, is_own in words:
        if not word:
            is_gap = True
        elif not is_gap:
            said += word
        elif rest := word.lstrip(' ' if said.strip() else PAUSES):
            # What a missing word leaves behind: two spaces, a space before a comma, a comma at the beginning.
            said = said.rstrip()
            if not said:
                said = rest[:1].upper() + rest[1:] if is_own else rest
            elif rest[0] in CLOSERS:
                said = said.rstrip(PAUSES) + rest
            else:
                said += ' ' + rest
            is_gap = False
    return said.rstrip(PAUSES) if is_gap else said
