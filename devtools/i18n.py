"""`./dev i18n`: the terms to translate, taken from the addons as they are now, and the translations' files kept up."""

import polib

from . import addons
from .console import Problem, say
from .database import PREFIX
from .paths import REPO, cache_folder, remove

DATABASE = f'{PREFIX}i18n'


def run(databases):
    """Write each addon's template and bring its translations in line with it."""
    databases.fresh(DATABASE, 'wide')
    names = addons.names()
    databases.install(DATABASE, names, demo=False)
    folder = cache_folder('i18n')
    try:
        for name in names:
            exported = folder / f'{name}.pot'
            status, log_path = databases.odoo(
                DATABASE, 'i18n', 'export', '-d', DATABASE, '-o', str(exported), name,
                title=f'reading the terms of {name}', log='i18n')
            if status or not exported.exists():
                raise Problem(f'Odoo did not export the terms of {name}', f'its log is in {log_path}')
            _update(name, exported)
    finally:
        databases.drop(DATABASE)
        remove(folder)


def _update(name, exported):
    """Replace an addon's template unless only its date is new, then merge it into the translations."""
    target = REPO / name / 'i18n' / f'{name}.pot'
    template = polib.pofile(str(exported), wrapwidth=0)
    before = polib.pofile(str(target)) if target.exists() else []
    if _terms(template) != _terms(before):
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(exported.read_bytes())
        say(f'{target.relative_to(REPO)}: {len(template)} terms')
    for path in sorted(target.parent.glob('*.po')):
        translation = polib.pofile(str(path), wrapwidth=78)
        translation.merge(template)
        for entry in list(translation.obsolete_entries()):
            translation.remove(entry)
        translation.save()
        missing = len(translation.untranslated_entries()) + len(translation.fuzzy_entries())
        say(f'{path.relative_to(REPO)}: {len(translation)} terms, {missing} not translated')


def _terms(entries):
    return [(entry.msgctxt, entry.msgid, sorted(entry.occurrences), entry.comment) for entry in entries]
