"""`./dev i18n`: the terms to translate, taken from the addons as they are now, and the translations' files kept up."""

import re

import polib

from . import addons
from .console import Problem, say
from .database import PREFIX
from .paths import REPO, cache_folder, remove

DATABASE = f'{PREFIX}i18n'

#: Languages of the web app into which the staff's pages are not translated: their files have what customers read.
CUSTOMERS_ONLY = ('ar', 'es', 'fr')
#: Where customers' texts stand, as the template names it: the web app, what the API answers, pages behind links.
OF_CUSTOMERS = re.compile(r'''
    code:addons/mobile_crm\w*/(
        wizard/mobile_app_poster\.py | static/src/phone(_worker)?/ | controllers/ | tools/problems\.py
        | models/(
            loyalty_card(_ledger|_status)?
            | mobile_(
                app_shell | approval | basket_(check|edit|intake|pricing|rewards|staff|till|upkeep)
                | catalogue_stores | decision | enquiry(_answer|_intake)? | event_intake | exit_pass | favourite
                | list(_line)? | member_card | message_trial | opening | opt_in | otp
                | payment(_method|_settling)? | preference | purchase_\w+ | quiet_hours | recommendation_reason
                | redemption | reservation\w* | wallet)
            | res_partner
        )\.py)
    | model:mobile\.consent\.wording,
    | model_terms:ir\.ui\.view,arch_db:mobile_crm\.\w+_(page|email)$
''', re.X)


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
        translation.merge(_for_customers(template) if path.stem in CUSTOMERS_ONLY else template)
        for entry in list(translation.obsolete_entries()):
            translation.remove(entry)
        translation.save()
        missing = len(translation.untranslated_entries()) + len(translation.fuzzy_entries())
        say(f'{path.relative_to(REPO)}: {len(translation)} terms, {missing} not translated')


def _for_customers(template):
    """Return those entries of a template that customers read."""
    chosen = polib.POFile(wrapwidth=78)
    chosen.metadata = template.metadata
    for entry in template:
        if any(OF_CUSTOMERS.match(place) for place, _line in entry.occurrences):
            chosen.append(entry)
    return chosen


def _terms(entries):
    return [(entry.msgctxt, entry.msgid, sorted(entry.occurrences), entry.comment) for entry in entries]
