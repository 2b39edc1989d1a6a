"""What people answer to a text message when they want no more of them."""
import re
import unicodedata

#: What gateways and authorities know everywhere.
EVERYWHERE = ('STOP', 'STOPALL', 'STOP ALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT')
#: By language.
BY_LANGUAGE = {
    'ar': ('توقف', 'إلغاء'),
    'bg': ('СТОП',),
    'cs': ('ODHLASIT',),
    'da': ('STOPP', 'AFMELD'),
    'de': ('STOPP', 'ABMELDEN', 'ABBESTELLEN', 'ENDE'),
    'el': ('ΔΙΑΚΟΠΗ', 'ΣΤΟΠ'),
    'es': ('BAJA', 'ALTO', 'PARAR'),
    'fi': ('LOPETA', 'SEIS'),
    'fr': ('ARRET', 'ARRETER', 'DESABONNER'),
    'he': ('הסר',),
    'hu': ('LEALL', 'LEIRATKOZAS'),
    'it': ('BASTA', 'FERMA', 'CANCELLA'),
    'ja': ('停止', 'ストップ'),
    'nb': ('STOPP', 'AVSLUTT'),
    'nl': ('STOPPEN', 'AFMELDEN', 'UIT'),
    'pl': ('REZYGNUJE', 'WYPISZ'),
    'pt': ('PARAR', 'SAIR', 'CANCELAR'),
    'ro': ('DEZABONARE',),
    'ru': ('СТОП',),
    'sv': ('STOPP', 'AVSLUTA'),
    'tr': ('IPTAL', 'RET'),
    'uk': ('СТОП',),
    'zh': ('停止', '退订', 'TD'),
}
# These also begin what people say otherwise, as in "End of June?" or "Uit Gent": they stop when nothing else is said.
ALONE = frozenset([
    'END', 'CANCEL', 'QUIT', 'ENDE', 'UIT', 'BAJA', 'ALTO', 'PARAR', 'SEIS', 'BASTA', 'FERMA', 'CANCELLA', 'CANCELAR',
    'SAIR', 'RET', 'TD'])
# How many words may follow, as in "Stop please" or "STOP SMS": a sentence that happens to begin so is none.
FOLLOWING = 2


def words_of(langs, further=''):
    """Return the words that stop text messages.

    :param langs: codes of languages, such as ``de_CH``.
    :param str further: separated by commas or lines.
    :return: as ``plain`` has them.
    :rtype: frozenset[str]
    """
    words = {*EVERYWHERE, *re.split(r'[,;\n]', further or '')}
    for lang in langs:
        words |= set(BY_LANGUAGE.get(lang.partition('_')[0], ()))
    return frozenset(filter(None, map(plain, words)))


def plain(text):
    """Return a text in capitals, with one space between its words, and without accents and marks."""
    letters = unicodedata.normalize('NFKD', text.upper())
    # Keyboards and copied texts add signs that nobody sees, such as the direction of a line.
    letters = ''.join(
        letter for letter in letters if not unicodedata.combining(letter) and unicodedata.category(letter) != 'Cf')
    return ' '.join(re.findall(r'\w+', letters))


def is_stop(text, words):
    """Tell whether an answer asks for no more messages: one of the words, or it and hardly anything else.

    :param frozenset words: of ``words_of``.
    """
    said = plain(text)
    if said in words:
        return True
    first, *rest = said.split() or ['']
    return first in words - ALONE and len(rest) <= FOLLOWING


def is_only_stop(text, words):
    """Tell whether an answer says nothing else, so that nobody has to read it."""
    return plain(text) in words
