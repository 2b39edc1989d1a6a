"""A Chromium for Odoo's tours and for Playwright: named, installed, or unpacked into the cache from Debian packages."""

import os
import shutil
import subprocess
import tempfile

from .apt import Apt
from .console import Problem, step
from .paths import atomic_folder, cache, cache_folder, digest, lock, write_atomic

#: As Odoo looks for them on the PATH.
NAMES = ['google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable']
#: The sandbox needs rights that containers and root do not have; the rest keeps the browser from calling home, which in
#: a closed network costs time and fills its log.
FLAGS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--no-first-run',
    '--no-default-browser-check',
]
#: The browser, and what it draws text with where the machine has no fonts.
PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-roboto-unhinted']
PROBE = 'a page drawn by the browser'
WAY_OUT = 'name one in CHROMIUM, or install the package chromium'
#: Seconds for the browser to draw the first page, on a machine that is busy.
PROBE_TIMEOUT = 60

WRAPPER = '''\
#!/bin/sh
# Written by ./dev: starts the browser with what it needs on this machine.
{exports}exec "{program}" {flags} "$@"
'''
FONTCONFIG = '''\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
    <dir>/usr/share/fonts</dir>
    <dir>{prefix}/usr/share/fonts</dir>
    <cachedir>{cache}</cachedir>
    <match target="pattern">
        <edit name="family" mode="append_last" binding="same">
            <string>Roboto</string>
            <string>DejaVu Sans</string>
        </edit>
    </match>
</fontconfig>
'''


def ensure():
    """Return the path of a browser that was seen drawing a page.

    It is a wrapper script in the cache, called `chromium`, whose folder is on the PATH of everything `./dev` runs: so
    Odoo's test suite finds the same browser as Playwright.
    """
    wrapper = cache('browser', 'bin', NAMES[1])
    with lock('browser'):
        program, variables = _named() or _installed() or _unpacked()
        script = WRAPPER.format(
            program=program, flags=' '.join(FLAGS),
            exports=''.join(f'export {name}="{value}"\n' for name, value in variables.items()))
        if not wrapper.exists() or wrapper.read_text(encoding='utf-8') != script:
            _install(wrapper, script, program)
    return wrapper


def _named():
    for variable in ('CHROMIUM', 'CHROME_BIN'):
        if value := os.environ.get(variable):
            program = shutil.which(value)
            if not program:
                raise Problem(f'{variable}={value} is no program', 'name the browser\'s full path, or unset it')
            return program, {}
    return None


def _installed():
    own = str(cache_folder('browser', 'bin'))
    path = os.pathsep.join(part for part in os.environ.get('PATH', os.defpath).split(os.pathsep) if part != own)
    for name in [*NAMES, 'chromium-headless-shell']:
        if program := shutil.which(name, path=path):
            return program, {}
    return None


def _unpacked():
    """Return Debian's browser, taken out of its packages without installing any."""
    prefix = cache('browser', f'prefix-{digest(*PACKAGES)}')
    if not prefix.is_dir():
        apt = Apt(way_out=WAY_OUT)
        packages = apt.missing_for(*PACKAGES)
        with atomic_folder(prefix) as scratch:
            apt.unpack(packages, scratch, 'the browser')
    folders = [*sorted(prefix.glob('usr/lib/*-linux-gnu*')), *sorted(prefix.glob('lib/*-linux-gnu*'))]
    # Some libraries lie one level deeper (pulseaudio's), where their own run path does not reach from here.
    folders += [path for folder in folders for path in sorted(folder.iterdir())
                if path.is_dir() and any(path.glob('*.so*'))]
    fonts = cache('browser', 'fonts.conf')
    write_atomic(fonts, FONTCONFIG.format(prefix=prefix, cache=cache_folder('browser', 'fontcache')))
    return prefix / 'usr/lib/chromium/chromium', {
        'LD_LIBRARY_PATH': os.pathsep.join(map(str, folders)),
        'FONTCONFIG_FILE': fonts,
        'XDG_DATA_DIRS': f'{prefix}/usr/share:/usr/share',
    }


def _install(wrapper, script, program):
    """Put the wrapper in place once it has drawn a page."""
    trial = wrapper.with_name('trial')
    write_atomic(trial, script, mode=0o755)
    with step(f'trying the browser {program}'), tempfile.TemporaryDirectory() as profile:
        try:
            done = subprocess.run(
                [trial, '--headless', f'--user-data-dir={profile}', '--dump-dom', f'data:text/html,<p>{PROBE}</p>'],
                capture_output=True, text=True, timeout=PROBE_TIMEOUT, check=False)
            drawn, said = PROBE in done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            drawn, said = False, f'it was silent for {PROBE_TIMEOUT} s'
    if not drawn:
        telling = [line for line in said.splitlines() if 'error while loading' in line] or said.splitlines() or ['']
        raise Problem(f'the browser {program} does not draw a page ({telling[-1][:300]})', WAY_OUT)
    for name in NAMES:
        link = wrapper.with_name(name)
        if link != wrapper:
            link.unlink(missing_ok=True)
            link.symlink_to(wrapper.name)
    trial.replace(wrapper)
