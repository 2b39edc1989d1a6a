"""A part of a long command that runs beside the rest of it, and is heard when the rest is done."""

import contextlib
import multiprocessing
import os
import sys

from .console import Problem, note, say
from .paths import cache


class Aside:
    """A process of its own that does some work; what it prints is kept.

    :param str name: of the file that keeps it
    :param work: a function without parameters
    """

    def __init__(self, name, work):
        self.path = cache('log', f'{name}.out')
        # Forked: the work and what it knows need not be told anew.
        self.process = multiprocessing.get_context('fork').Process(target=self._run, args=(work,))
        self.process.start()

    def _run(self, work):
        with self.path.open('wb') as output:
            os.dup2(output.fileno(), sys.stdout.fileno())
            os.dup2(output.fileno(), sys.stderr.fileno())
        try:
            work()
        except Problem as problem:
            note(f'dev: {problem}')
            sys.exit(1)

    def finish(self):
        """Wait for the end, print what it has printed, and return whether it went well."""
        self.process.join()
        say(self.path.read_text(encoding='utf-8', errors='replace').rstrip())
        return self.process.exitcode == 0

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        # An interrupt at the terminal reaches the process as well, which then puts away what it has started.
        with contextlib.suppress(KeyboardInterrupt):
            self.process.join()
