"""What somebody has written themselves in an answer to an email."""
from lxml import html as lxml_html

from odoo.tools import html2plaintext
from odoo.tools.mail import html_sanitize


def own_words(body):
    """Return the text of an answer without what it quotes, and without a signature, as far as either is marked.

    :param str body: HTML, as it came from outside.
    :rtype: str
    """
    marked = html_sanitize(body or '')
    if not marked:
        return ''
    tree = lxml_html.fragment_fromstring(str(marked), create_parent='div')
    quotes = tree.xpath('//*[@data-o-mail-quote]')
    for quote in quotes:
        if quote.getparent() is not None:
            quote.drop_tree()
    text = html2plaintext(lxml_html.tostring(tree, encoding='unicode'), include_references=False).strip()
    return _without_attribution(text) if quotes else text


def _without_attribution(text):
    """Return a text without the line above a quotation, as in "On Sunday Anna <anna@…> wrote:"."""
    *lines, last = text.split('\n')
    if not last.rstrip().endswith(':') or not ('@' in last or '<' in last):
        return text
    # Where it was too long for one line, the address begins the second.
    if last.startswith('<'):
        lines = lines[:-1]
    return '\n'.join(lines).strip()
