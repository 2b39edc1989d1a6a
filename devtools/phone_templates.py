"""`./dev phone`: the phone client's templates, compiled ahead.

Owl makes functions of templates by `new Function`, which a page must not be allowed to do. So its own compiler does
that here, in a browser, and what it made is committed. Texts become calls, for the customer's language is known on the
phone only.
"""

import json
import re

from lxml import etree
from playwright.sync_api import sync_playwright

from . import addons, browser
from .console import Problem, say
from .paths import REPO

FOLDER = REPO / addons.MAIN / 'static' / 'src' / 'phone'
#: The parts of the app, each a bundle with a module of templates of its own, and the folders of pages in the late ones.
PARTS = {
    'templates': (),
    'templates_shop': ('basket', 'product', 'scan', 'search'),
    'templates_for_you': ('for_you', 'lists'),
    'templates_me': ('me', 'messages', 'purchases'),
}
HEAD = '''\
/* Made by `./dev phone` from the .xml files beside, by Owl's own compiler. Do not edit. */
import { term as t, termInXml as x } from "./core/texts";

export const templates = {
'''
#: What stands for a text between compiling and writing: it is in no template, and neither Owl nor XML changes it.
MARK = re.compile('\u27e6(\\d+)\u27e7')
#: Compiles every template of a map of names and texts; gives the functions' bodies, and the texts that were met.
COMPILE = '''
(sources) => {
    const texts = [];
    const mark = (text) => `\u27e6${texts.push(text) - 1}\u27e7`;
    const compiler = new owl.App(class extends owl.Component {}, {translateFn: mark});
    const made = {};
    for (const [name, source] of Object.entries(sources)) {
        const element = new DOMParser().parseFromString(source, "text/xml").documentElement;
        made[name] = compiler._compileTemplate(name, element).toString();
    }
    return {made, texts};
}
'''


def run(home):
    """Write the compiled templates."""
    for name, text in compiled(home).items():
        target(name).write_text(text, encoding='utf-8')
        say(f'{target(name).relative_to(REPO)}: {len(sources(name))} templates')


def target(part):
    """Return the path of the module that has the compiled templates of a part."""
    return FOLDER / f'{part}.js'


def sources(part):
    """Return the templates of a part of the phone client by name, as XML.

    :raise Problem: for one without a name, one that is there twice, or one that sets a style, which the page forbids
    """
    found = {}
    for path in sorted(FOLDER.rglob('*.xml')):
        if _part(path) != part:
            continue
        for element in etree.parse(path).getroot().iterchildren(etree.Element):
            name = element.attrib.pop('t-name', None)
            if not name or name in found:
                raise Problem(f'{path.name} has a template {name or "without a name"} that cannot be told apart',
                              'give each template a t-name of its own')
            for inner in element.iter(etree.Element):
                if {'style', 't-att-style', 't-attf-style'} & set(inner.attrib):
                    raise Problem(f'{name} sets a style, which the Content-Security-Policy of the page forbids',
                                  'use a class, or set it by a script')
            found[name] = etree.tostring(element, encoding='unicode', with_tail=False)
    return found


def _part(path):
    """Return the name of the part to which a file of templates belongs."""
    folder = path.parent.name if path.parent.parent.name == 'pages' else None
    return next((part for part, folders in PARTS.items() if folder in folders), 'templates')


def compiled(home):
    """Return the texts of the modules that have the compiled templates, by their part."""
    owl = home.addon('web') / 'static' / 'lib' / 'owl' / 'owl.js'
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(browser.ensure()))
        try:
            page = chromium.new_page()
            page.add_script_tag(path=str(owl))
            answers = {part: page.evaluate(COMPILE, sources(part)) for part in PARTS}
        finally:
            chromium.close()
    return {part: _module(answer) for part, answer in answers.items()}


def _module(answer):
    """Return the text of a module with templates that the browser has compiled."""
    parts = [HEAD]
    for name, function in answer['made'].items():
        parts.append(f'{json.dumps(name)}: {_with_texts(function, answer["texts"])},\n')
    return ''.join([*parts, '};\n'])


def _with_texts(function, texts):
    """Return a compiled template in which each mark is a call for its text. All of them are in template literals, those
    of `createBlock` in ones that are read as XML.
    """
    lines = []
    for line in function.replace('function anonymous', 'function ').splitlines():
        call = 'x' if 'createBlock(' in line else 't'
        lines.append(MARK.sub(
            lambda match, call=call: f'${{{call}({json.dumps(texts[int(match[1])], ensure_ascii=False)})}}', line))
    return '\n'.join(lines)
