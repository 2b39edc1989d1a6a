"""The virtual environment with Odoo's Python packages, ours and the test tools, kept in the cache."""

import os
import subprocess
import sys
from pathlib import Path

from . import odoo
from .apt import Apt
from .console import Problem
from .paths import REPO, atomic_folder, cache, digest, lock, remove
from .process import run

REQUIREMENTS = [REPO / 'requirements.txt', REPO / 'requirements-dev.txt']
WAY_OUT = 'see that pip reaches its package index (PIP_INDEX_URL names another one)'
UNUSED_SECONDS = 30 * 24 * 3600
NO_PIP = 'install its venv package (`apt-get install python3-venv`)'
#: Byte code is made when it is first run, in the cache (see devtools.environment).
PIP_OPTIONS = ['--quiet', '--no-compile', '--no-input', '--disable-pip-version-check', '--no-warn-script-location']


def _key(home):
    return digest(*REQUIREMENTS, home.version, str(home.root), sys.version, sys.base_prefix)


def folder(home):
    """Return where the environment for this Odoo, these requirements and this Python is or will be."""
    return cache('python', _key(home))


def ensure(home):
    """Return the interpreter of an environment in which `import odoo` works, making it first where needed."""
    target = folder(home)
    with lock('python'):
        if not target.is_dir():
            with atomic_folder(target) as scratch:
                _create(scratch, home)
                _relocate(scratch, target)
        _prune(target)
    return target / 'bin' / 'python'


def _prune(newest):
    """Remove environments that nobody used for a month: their requirements belong to an old state of the clone."""
    os.utime(newest)
    for path in newest.parent.iterdir():
        if path.stat().st_mtime < newest.stat().st_mtime - UNUSED_SECONDS:
            remove(path)


def enter(arguments):
    """Go on with the same command inside the environment; returns at once when already there.

    :param list arguments: of the `./dev` command
    """
    home = odoo.ensure()
    python = ensure(home)
    if Path(sys.prefix) != folder(home):
        environment = {key: value for key, value in os.environ.items() if key not in ('PYTHONPATH', 'PYTHONHOME')}
        os.execve(python, [str(python), str(REPO / 'dev'), *arguments], environment)
    return home


def _create(scratch, home):
    """Make the environment; with the machine's own pip where it has one, else with Debian's wheel of it."""
    run([sys.executable, '-m', 'venv', '--without-pip', scratch], way_out='is the disk full?', log='venv')
    python = scratch / 'bin' / 'python'
    pip = _pip(python)
    run([*pip, 'install', *PIP_OPTIONS, *(part for path in REQUIREMENTS for part in ('-r', path))],
        title="installing Odoo's Python packages", way_out=WAY_OUT, log='pip')
    site = next(scratch.glob('lib/python3*/site-packages'))
    (site / 'odoo.pth').write_text(f'{home.root}\n', encoding='utf-8')


def _pip(python):
    """Return a command line of pip for this interpreter, whose environment gets a pip on the way."""
    bundled = subprocess.run([python, '-m', 'ensurepip', '--default-pip'], capture_output=True, check=False)
    if bundled.returncode:
        wheels = cache('pip-wheel')
        if not wheels.is_dir():
            with atomic_folder(wheels) as scratch:
                Apt(way_out=NO_PIP).unpack(['python3-pip-whl'], scratch)
        wheel = next(wheels.rglob('pip-*.whl'), None)
        if wheel is None:
            raise Problem('this Python has no pip, and Debian has no wheel of it',
                          NO_PIP)
        run([python, wheel / 'pip', 'install', *PIP_OPTIONS, '--no-index', wheel], way_out=WAY_OUT, log='pip')
    return [python, '-m', 'pip']


def _relocate(scratch, target):
    """Let the environment's scripts name the folder it will be renamed to."""
    for script in (scratch / 'bin').iterdir():
        if script.is_file() and not script.is_symlink():
            content = script.read_bytes()
            script.write_bytes(content.replace(bytes(scratch), bytes(target)))
    configuration = scratch / 'pyvenv.cfg'
    configuration.write_text(configuration.read_text(encoding='utf-8').replace(str(scratch), str(target)),
                             encoding='utf-8')


def pip_into(target, requirement, way_out):
    """Unpack one wheel into the folder `target`, outside of any environment.

    :param str requirement: such as name==1.0
    """
    home = cache('pip-env')
    with lock('pip'):
        if not home.is_dir():
            with atomic_folder(home) as scratch:
                run([sys.executable, '-m', 'venv', '--without-pip', scratch], way_out='is the disk full?', log='venv')
                _pip(scratch / 'bin' / 'python')
                _relocate(scratch, home)
    run([home / 'bin' / 'python', '-m', 'pip', 'install', *PIP_OPTIONS, '--no-deps', '--target', target, requirement],
        way_out=way_out, log='pip-wheel')
