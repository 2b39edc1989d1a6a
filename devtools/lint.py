"""`./dev lint`: ruff, pylint-odoo, Odoo's own test_lint over our addons, and what no file of ours may contain."""

import json
import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

from lxml import etree

from . import addons, environment, odoo_config, postgres
from .console import Problem, say, step
from .database import PREFIX, Databases
from .paths import REPO, cache
from .process import need

DATABASE = f'{PREFIX}lint'

#: What a file must not contain: it would work on its author's machine only, or name a registry others do not reach.
FORBIDDEN = {
    'a path of one machine': re.compile(r'(?<![\w.$}])/(?:home|root|work|farm|opt|Users)/[a-z]'),
    'the host of a package registry': re.compile(r'://[\w.-]*(?:p[y]pi|d[e]bian|n[p]mjs)\.'),
}
#: Files from elsewhere, or generated ones.
FOREIGN = re.compile(r'(^|/)static/lib/|\.min\.(js|css)$|\.(png|jpe?g|gif|ico|svg|pdf|woff2?|xlsx)$|^LICENSE$')


def run(home, pieces, fix):
    """Run linters.

    :param list pieces: names of PIECES; all of them when empty
    :param bool fix: let ruff mend what it can
    :raise Problem: when any has a finding
    """
    unknown = [piece for piece in pieces if piece not in PIECES]
    if unknown:
        raise Problem(f'there is no linter {unknown[0]}', f'choose among {", ".join(PIECES)}')
    chosen, bad = [piece for piece in PIECES if piece in (pieces or PIECES)], []
    # What mends goes first. The slow ones are programs of their own, and each waits for one core.
    slow = [piece for piece in chosen if piece in SLOW]
    for together in (*([piece] for piece in chosen if piece not in SLOW), *([slow] if slow else [])):
        with step(f'lint: {", ".join(together)}'), ThreadPoolExecutor(len(together)) as pool:
            said = list(pool.map(lambda piece: PIECES[piece](home, fix), together))
        for piece, findings in zip(together, said, strict=True):
            if findings:
                say(findings.strip())
                bad.append(piece)
    if bad:
        raise Problem(f'{", ".join(bad)} found something', 'see above; ./dev lint --fix mends some of it')
    say('no finding')


def _call(*command):
    """Return what a linter printed when it found something, else an empty text."""
    done = subprocess.run([sys.executable, '-m', *command], cwd=REPO, capture_output=True, text=True, check=False,
                          env=environment.child())
    return (done.stdout + done.stderr) if done.returncode else ''


def ruff(home, fix):
    """Check Python by the rules of pyproject.toml."""
    return _call('ruff', 'check', '--quiet', '--cache-dir', str(cache('ruff')), *(['--fix'] if fix else []), '.')


def pylint(home, fix):
    """Check the addons by the rules of the Odoo community's pylint plugin."""
    # An addon's page is its static/description/index.html; a README.rst beside it would say the same again. A model
    # with several subjects has a file for each.
    return _call('pylint', '--rcfile=pyproject.toml', '--disable=missing-readme,consider-merging-classes-inherited',
                 *addons.names())


def test_lint(home, fix):
    """Run the linters of Odoo's addon test_lint over ours, installed in a database of their own."""
    if home.addon('test_lint') is None:
        raise Problem('this Odoo has no addon test_lint', 'name a complete Odoo in ODOO_HOME')
    databases = Databases(home, postgres.ensure())
    databases.current(DATABASE, 'wide', addons.names())
    config = odoo_config.write('lint', home, databases.server, db_name=DATABASE)
    return _call('devtools.odoo_lint', str(config), DATABASE, *addons.names())


def files(home, fix):
    """Check that every file can be read by the program it is for, and holds nothing of one machine."""
    git = need('git', 'install the package git')
    listed = subprocess.run([git, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], cwd=REPO,
                            capture_output=True, text=True, check=False)
    if listed.returncode:
        raise Problem(f'git does not list the files ({listed.stderr.strip()[:200]})', 'work in a clone')
    findings = []
    for name in filter(None, listed.stdout.split('\0')):
        path = REPO / name
        if FOREIGN.search(name) or not path.is_file():
            continue
        try:
            text = path.read_text(encoding='utf-8')
            _parse(path, text)
        except (SyntaxError, SyntaxWarning, ValueError) as error:
            findings.append(f'{name}: {error}')
            continue
        for number, line in enumerate(text.splitlines(), 1):
            findings += [f'{name}:{number}: {what}' for what, pattern in FORBIDDEN.items() if pattern.search(line)]
    return '\n'.join(findings)


def _parse(path, text):
    """Raise when a file is not what its name says."""
    match path.suffix:
        case '.py':
            with warnings.catch_warnings():
                warnings.simplefilter('error', SyntaxWarning)
                compile(text, path, 'exec')
        case '.xml':
            etree.fromstring(text.encode())
        case '.json':
            json.loads(text)


PIECES = {'ruff': ruff, 'files': files, 'pylint': pylint, 'test_lint': test_lint}
SLOW = ('pylint', 'test_lint')
