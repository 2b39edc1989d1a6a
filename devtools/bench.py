"""`./dev bench`: the figures of `benchmarks/`, which make the databases and servers that they need themselves."""

import subprocess
import sys

from . import environment
from .paths import REPO


def run(wanted):
    """Run benchmarks, in a process of their own because Odoo is loaded into it.

    :param list wanted: names of files in `benchmarks/` without `bench_` and `.py`; all of them when empty
    :return: the exit status
    """
    return subprocess.run([sys.executable, '-m', 'benchmarks', *wanted], cwd=REPO, env=environment.child(),
                          stdin=subprocess.DEVNULL, check=False).returncode
