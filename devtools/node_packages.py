"""Packages of npm for tests and benchmarks: pinned by a lock file, kept in the cache."""

import shutil

from .paths import atomic_folder, cache, digest, lock
from .process import run


def ensure(folder):
    """Return the folder `node_modules` with what a folder's `package-lock.json` names.

    :param Path folder: with `package.json` and `package-lock.json`
    """
    target = cache('npm', digest(folder / 'package-lock.json'))
    with lock('npm'):
        if not target.is_dir():
            with atomic_folder(target) as scratch:
                for name in ('package.json', 'package-lock.json'):
                    shutil.copy(folder / name, scratch)
                run(['npm', 'ci', '--prefix', scratch, '--no-audit', '--no-fund', '--ignore-scripts'],
                    way_out='install npm, and see that it reaches its registry', log='npm')
    return target / 'node_modules'
