"""`./dev bench`: the figures of `benchmarks/`, each measured against a server of its own kind on this machine."""

import subprocess
import sys

from . import environment, server, testing
from .console import Problem, say
from .database import PREFIX
from .paths import REPO
from .ports import free_port

DATABASE = f'{PREFIX}bench'
NAME = 'bench'
WORKERS = 4
FOLDER = REPO / 'benchmarks'


def run(databases, wanted):
    """Run benchmarks one after the other.

    :param list wanted: names of files in `benchmarks/` without `.py`; all of them when empty
    :raise Problem: when one is unknown, or one fails
    """
    known = {path.stem: path for path in sorted(FOLDER.glob('*.py')) if not path.stem.startswith(('_', 'conftest'))}
    wanted = [name.removesuffix('.py') for name in wanted]
    unknown = [name for name in wanted if name not in known]
    if unknown or not known:
        raise Problem(f'there is no benchmark {", ".join(unknown)}' if unknown else 'there is no benchmark yet',
                      f'choose among {", ".join(known)}' if known else f'they belong in {FOLDER}')
    previous = server.running(NAME)
    if previous:
        server.stop(previous)
    databases.fresh(DATABASE, 'full')
    instance = server.start(server.prepare(NAME, databases, DATABASE, free_port(), WORKERS, door=False))
    failed = []
    try:
        for name in wanted or known:
            say(f'\n== {name}')
            variables = testing.server_variables(databases, instance)
            done = subprocess.run([sys.executable, str(known[name])], cwd=REPO, env=environment.child(**variables),
                                  stdin=subprocess.DEVNULL, check=False)
            if done.returncode:
                failed.append(name)
    finally:
        server.stop(instance)
    if failed:
        raise Problem(f'the benchmarks {", ".join(failed)} failed',
                      f'see above; the server\'s log is in {instance.log}')
