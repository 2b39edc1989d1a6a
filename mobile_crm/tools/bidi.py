"""Hebrew and Arabic for a printer that knows only to go from left to right.

Unicode's bidirectional algorithm (UAX #9) for one line of plain text, without embeddings and isolates, which nobody
writes into the name of a product. Arabic letters get the form that
their neighbours ask for, as Unicode's presentation forms (its data files say which letters join).
"""
import functools
import unicodedata

MIRRORED = str.maketrans('()[]{}<>«»', ')(][}{><»«')
NEUTRALS = ('B', 'S', 'WS', 'ON')


def has_rtl(text):
    """Tell whether any letter of a text is read from right to left."""
    return any(unicodedata.bidirectional(letter) in ('R', 'AL') for letter in text)


def displayed(line, is_rtl):
    """Return the characters of one line in the order in which they are seen, from left to right.

    :param bool is_rtl: whether the line as a whole is read from right to left.
    """
    levels = _levels(line, is_rtl)
    letters = [letter.translate(MIRRORED) if level % 2 else letter for letter, level in zip(line, levels, strict=True)]
    # Rule L2: from the highest level down, what is at it or above is turned around.
    for level in range(max(levels, default=0), 0, -1):
        start = None
        for index, own in enumerate([*levels, 0]):
            if own >= level and start is None:
                start = index
            elif own < level and start is not None:
                letters[start:index] = letters[start:index][::-1]
                start = None
    return ''.join(letters)


def _levels(line, is_rtl):
    """Return the level of each character of a line; odd ones are read from right to left."""
    base = 'R' if is_rtl else 'L'
    kinds = _resolved_weak([unicodedata.bidirectional(letter) or 'ON' for letter in line], base)
    # Rules N1 and N2: what has no direction lies between two others; it follows them if they agree, or else the line.
    for start, end in _spans(kinds, NEUTRALS):
        before = _direction(kinds[start - 1]) if start else base
        after = _direction(kinds[end]) if end < len(kinds) else base
        kinds[start:end] = [before if before == after else base] * (end - start)
    # Rules I1 and I2.
    levels = {'L': 2, 'R': 1, 'EN': 2, 'AN': 2} if is_rtl else {'L': 0, 'R': 1, 'EN': 2, 'AN': 2}
    return [levels[kind] for kind in kinds]


def _direction(kind):
    return 'L' if kind == 'L' else 'R'


def _spans(kinds, wanted):
    """Return from where to where each run of these kinds goes."""
    spans, start = [], None
    for index, kind in enumerate([*kinds, None]):
        if kind in wanted and start is None:
            start = index
        elif kind not in wanted and start is not None:
            spans.append((start, index))
            start = None
    return spans


def _resolved_weak(kinds, base):
    """Apply the rules W1 to W7, of marks and numbers."""
    kinds = ['R' if kind == 'AL' else kind for kind in _after_strong(kinds, base)]
    for index in range(1, len(kinds) - 1):
        before, kind, after = kinds[index - 1:index + 2]
        if before == after and (kind, before) in {('ES', 'EN'), ('CS', 'EN'), ('CS', 'AN')}:
            kinds[index] = before
    for start, end in _spans(kinds, ('ET',)):
        if 'EN' in (kinds[start - 1] if start else None, kinds[end] if end < len(kinds) else None):
            kinds[start:end] = ['EN'] * (end - start)
    last, resolved = base, []
    for kind in kinds:
        if kind in ('L', 'R'):
            last = kind
        is_latin = kind == 'EN' and last == 'L'
        resolved.append('L' if is_latin else 'ON' if kind in ('ES', 'ET', 'CS') else kind)
    return resolved


def _after_strong(kinds, base):
    """Apply the rules W1 and W2: a mark is as what it stands on, a number after Arabic letters is Arabic."""
    last, resolved = base, []
    for kind in kinds:
        if kind == 'NSM':
            resolved.append(resolved[-1] if resolved else base)
        elif kind == 'EN' and last == 'AL':
            resolved.append('AN')
        elif kind in ('L', 'R', 'AL', 'EN', 'AN', 'ES', 'ET', 'CS', *NEUTRALS):
            resolved.append(kind)
        else:
            resolved.append('ON')
        if kind in ('L', 'R', 'AL'):
            last = kind
    return resolved


# === ARABIC LETTERS === #

def shaped(text):
    """Return a text whose Arabic letters have the form that their neighbours ask for."""
    forms = _forms()
    if not any(letter in forms for letter in text):
        return text
    result, letters = [], _with_ligatures(text)
    for index, letter in enumerate(letters):
        own = forms.get(letter)
        if not own:
            result.append(letter)
            continue
        before = _neighbour(letters, index, -1)
        after = _neighbour(letters, index, 1)
        from_before = 'initial' in forms.get(before, ()) and 'final' in own
        to_after = 'initial' in own and 'final' in forms.get(after, ())
        form = {(True, True): 'medial', (True, False): 'final', (False, True): 'initial'}.get(
            (from_before, to_after), 'isolated')
        result.append(own.get(form, letter))
    return ''.join(result)


def _with_ligatures(text):
    """Return the letters of a text; lam and alef are one."""
    letters, index = [], 0
    while index < len(text):
        pair = text[index:index + 2]
        letters.append(pair if pair in _forms() else text[index])
        index += len(letters[-1])
    return letters


def _neighbour(letters, index, step):
    index += step
    # Vowel signs stand above or below, and part nothing.
    while 0 <= index < len(letters) and unicodedata.combining(letters[index][0]):
        index += step
    return letters[index] if 0 <= index < len(letters) else None


@functools.cache
def _forms():
    """Return the presentation forms of Arabic letters and of lam with alef: {letter: {form: character}}."""
    forms = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE70, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split() or ('',)
        plain = ''.join(chr(int(letter, 16)) for letter in letters)
        if kind in ('<isolated>', '<initial>', '<medial>', '<final>') and (
                len(plain) == 1 or plain.startswith('\u0644')):
            forms.setdefault(plain, {})[kind.strip('<>')] = chr(code)
    return forms
