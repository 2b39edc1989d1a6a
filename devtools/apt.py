"""Debian packages without touching the system: apt-get with lists and a cache of its own, needing no root.

The mirror and its keyring are those of the machine's own sources, so that a closed network's mirror is used too.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from .console import Problem, step
from .paths import cache_folder, lock, remove, write_atomic
from .process import need, run

ETC_APT = Path('/etc/apt')
#: What to do instead when Odoo cannot be had from Debian.
WAY_OUT = 'set ODOO_HOME to an Odoo 19 that you have (a git checkout will do)'

#: Hooks of the machine's apt configuration serve the system's own package state: none of them is ours to run.
CONFIGURATION = '''\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{folder}/sources.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "{folder}/lists";
Dir::Cache "{folder}/cache";
'''


def os_release(path=Path('/etc/os-release')):
    """Return the fields of the machine's os-release file."""
    text = path.read_text(encoding='utf-8') if path.exists() else ''
    return {key: value.strip('"\'') for key, value in re.findall(r'^(\w+)=(.*)$', text, re.M)}


def codename(way_out):
    """Return the name of the machine's Debian release, such as bookworm.

    :param str way_out: what a user can do where there is none
    :raise Problem: when the machine is no Debian
    """
    release = os_release()
    if release.get('ID') != 'debian':
        raise Problem(f'this machine runs {release.get("PRETTY_NAME", "an unknown system")}, not Debian', way_out)
    # Debian's unstable carries no code name in some of its releases of base-files.
    return release.get('VERSION_CODENAME') or 'sid'


def _stanzas_deb822(text):
    """Yield the fields of each paragraph of a `.sources` file; continuation lines stay with their field."""
    for paragraph in re.split(r'\n\s*\n', text):
        lines = [line for line in paragraph.splitlines() if not line.startswith('#')]
        fields = {}
        for name, value in re.findall(r'^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)', '\n'.join(lines), re.M):
            fields[name.lower()] = value
        if fields:
            yield fields


def _stanzas_list(text):
    """Yield the same fields for each line of a one-line-style `.list` file."""
    for line in text.splitlines():
        match = re.match(r'\s*(deb)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)', line)
        if match:
            types, options, uris, suites, components = match.groups()
            fields = {'types': types, 'uris': uris, 'suites': suites, 'components': components.strip()}
            fields.update(option.split('=', 1) for option in (options or '').split() if '=' in option)
            yield fields


def machine_sources(etc=ETC_APT):
    """Return every enabled binary source of the machine, as dicts with lower-case deb822 field names."""
    sources = []
    for path in [etc / 'sources.list', *sorted((etc / 'sources.list.d').glob('*'))]:
        if path.suffix in ('.list', '.sources') and path.is_file():
            text = path.read_text(encoding='utf-8', errors='replace')
            sources += _stanzas_deb822(text) if path.suffix == '.sources' else _stanzas_list(text)
    return [
        source for source in sources
        if 'deb' in source.get('types', '').split()
        and source.get('enabled', 'yes').strip().lower() not in ('no', 'false', '0')
    ]


def _is_debian(source):
    """Tell Debian's own archive from a third party that names its suite after a Debian release."""
    return 'main' in source.get('components', '').split() and any(
        urlsplit(uri).path.rstrip('/').endswith(('debian', 'debian-security')) for uri in source['uris'].split()
    )


def own_sources(name, way_out, etc=ETC_APT):
    """Return the machine's sources of Debian `name`: the release itself first, then its updates and security fixes."""
    wanted = [name, f'{name}-updates', f'{name}-security']
    found = []
    for suite in wanted:
        matching = [source for source in machine_sources(etc) if suite in source.get('suites', '').split()]
        debian = [source for source in matching if _is_debian(source)]
        # A mirror may live under any path: for the release itself, an entry with `main` is better than none.
        fallback = [source for source in matching if suite == name and 'main' in source.get('components', '').split()]
        found += [{**source, 'suites': suite} for source in (debian or fallback)[:1]]
    if not found or found[0]['suites'] != name:
        raise Problem(f'no apt source of Debian {name} is enabled in {etc}',
                      f'add the line of your Debian mirror that names {name}, or {way_out}')
    return found


class Apt:
    """apt-get over one suite.

    :param str suite: a Debian suite such as `sid`; None for the machine's own release with its updates
    :param str way_out: what a user can do where Debian's packages cannot be had
    """

    def __init__(self, suite=None, way_out=WAY_OUT):
        self.way_out = way_out
        name = codename(way_out)
        self.program = need('apt-get', f'install the package apt, or {way_out}')
        sources = own_sources(name, way_out)
        if suite and suite != name:
            sources = [{**sources[0], 'suites': suite}]
        self.suite = suite or name
        self.folder = cache_folder('apt', self.suite)
        for sub in ('sources.d', 'lists/partial', 'cache/archives/partial'):
            (self.folder / sub).mkdir(parents=True, exist_ok=True)
        write_atomic(self.folder / 'sources.d' / 'debian.sources', '\n\n'.join(
            '\n'.join([
                'Types: deb',
                *(f'{key.title()}: {value}' for key, value in source.items()
                  if key in ('uris', 'suites', 'signed-by', 'architectures', 'arch', 'trusted')),
                'Components: main',
            ]).replace('Arch:', 'Architectures:')
            for source in sources
        ) + '\n')
        write_atomic(self.folder / 'apt.conf', CONFIGURATION.format(folder=self.folder))
        self.updated = False

    def _apt(self, *arguments, title=None, cwd=None):
        return run([self.program, '-c', self.folder / 'apt.conf', '-q', '-y', *arguments], title=title,
                   way_out=f'see that this machine reaches its Debian mirror, or {self.way_out}',
                   log=f'apt-{self.suite}', cwd=cwd, env={**os.environ, 'LC_ALL': 'C.UTF-8'})

    def update(self):
        """Fetch the suite's package lists, once per run: an old list may name files the mirror no longer has."""
        if not self.updated:
            self._apt('update', '-o', 'APT::Update::Error-Mode=any',
                      title=f'reading the package list of Debian {self.suite}')
            self.updated = True

    def missing_for(self, *packages):
        """Return these packages and all they need that the machine does not have, without installing any."""
        self.update()
        text = self._apt('install', '--no-install-recommends', '--simulate', *packages)
        return re.findall(r'^Inst (\S+)', text, re.M)

    def unpack(self, packages, target, what=None):
        """Download packages and unpack their files under the folder `target`.

        :param list packages: names of binary packages
        :param Path target: a folder; what it holds already stays
        :param str what: how to call them (default: the first one's name)
        """
        need('dpkg-deb', 'install the package dpkg')
        with lock(f'apt-{self.suite}'):
            self.update()
            folder = self.folder / 'cache' / 'debs'
            remove(folder)
            folder.mkdir(parents=True)
            self._apt('download', *packages, cwd=folder,
                      title=f'downloading {what or packages[0]} from Debian {self.suite}')
            with step(f'unpacking {what or packages[0]}'):
                for deb in sorted(folder.glob('*.deb')):
                    run(['dpkg-deb', '-x', deb, target], way_out='is the disk full?')
            remove(folder)
