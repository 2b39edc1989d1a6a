"""What a member of staff writes in the chatter (HTML) as plain text, as a phone shows it."""
import re

from lxml import etree, html

# What begins on a line of its own.
BLOCKS = {'address', 'blockquote', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre', 'section',
          'table', 'tr', 'ul'}
# What is not read out.
SILENT = ('script', 'style', 'head', 'title', 'template')
# Links that lead somewhere also for a customer.
OPEN_TO_ALL = ('http://', 'https://', 'mailto:', 'tel:')
# Also what comes of an office's programs, such as the vertical tab, and cannot be written into a tree.
SPACES = re.compile('[\x00-\x20\ud800-\udfff\ufffe\uffff]+')
# What Odoo's editor adds to a link to one of its own records, such as a colleague who is mentioned.
OWN_LINK = ('data-oe-model', 'data-oe-id')


def plain_text(markup):
    """Return the text of a piece of HTML: paragraphs as lines, links with their address, no pictures.

    Links to Odoo's own records, such as a mentioned colleague, keep their words alone.

    :param markup: HTML, or something empty.
    :rtype: str
    """
    if not markup or not markup.strip():
        return ''
    # Within something, so that what begins as a whole page is one piece too.
    tree = html.document_fromstring(f'<div>{markup}')
    etree.strip_elements(tree, *SILENT, etree.Comment, with_tail=False)
    for element in tree.iter():
        # Line breaks of the source are spaces.
        element.text, element.tail = (text and SPACES.sub(' ', text) for text in (element.text, element.tail))
    for element in tree.iter():
        if element.tag == 'br':
            element.tail = '\n' + (element.tail or '')
        elif element.tag == 'a':
            _tell_address(element)
        elif element.tag in BLOCKS and element is not tree:
            element.text = ('\n- ' if element.tag == 'li' else '\n') + (element.text or '')
            element.tail = '\n' + (element.tail or '')
    lines = [line.strip(' ') for line in tree.text_content().split('\n')]
    return re.sub(r'\n{3,}', '\n\n', '\n'.join(lines)).strip()


def _tell_address(link):
    address, words = SPACES.sub(' ', link.get('href') or ''), ' '.join(link.text_content().split())
    if (any(link.get(name) for name in OWN_LINK) or not address.lower().startswith(OPEN_TO_ALL)
            or words in (address, address.partition(':')[2], address.partition('://')[2])):
        return
    link.tail = f' ({address})' + (link.tail or '')
