"""The languages of the web app's own texts, and which of them a browser asks for."""

#: By their codes, how they are named in themselves. A tag of the browser's is led to one of them by its first part.
LANGUAGES = {'en': "English", 'de': "Deutsch", 'fr': "Français", 'es': "Español", 'ar': "العربية"}
RIGHT_TO_LEFT = ('ar',)


def best(accepted):
    """Return the code of the language that a browser likes best.

    Werkzeug's own choice prefers an exact match to a better one: German to Swiss French for who likes that better.

    :param werkzeug.datastructures.LanguageAccept accepted: the best first
    """
    return next((code for tag, quality in accepted
                 if quality > 0 and (code := tag.replace('_', '-').partition('-')[0].lower()) in LANGUAGES), 'en')


def direction(code):
    """Return in which direction a language is written, as HTML says it."""
    return 'rtl' if code in RIGHT_TO_LEFT else 'ltr'


def nearest(locale):
    """Return the code of the language of a locale such as ``de_CH``, or English.

    :param str | bool locale:
    """
    code = (locale or '').replace('-', '_').partition('_')[0].lower()
    return code if code in LANGUAGES else 'en'
