"""Run the benchmarks that are named on the command line, all of them when none is."""

import importlib
import sys
from pathlib import Path

from devtools.console import Problem, say

from . import harness
from .system import System

NAMES = sorted(path.stem.removeprefix('bench_') for path in Path(__file__).parent.glob('bench_*.py'))


def main(wanted):
    """Run benchmarks by name; return the exit status."""
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        print(f'dev: there is no benchmark {unknown[0]}: choose from {", ".join(NAMES)}', file=sys.stderr)
        return 1
    try:
        with System() as system:
            say(harness.machine(system))
            for name in wanted or NAMES:
                benchmark = importlib.import_module(f'.bench_{name}', __package__)
                say(f'\n# {name}: {benchmark.__doc__.strip().splitlines()[0]}')
                benchmark.run(system)
    except Problem as problem:
        print(f'dev: {problem}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
