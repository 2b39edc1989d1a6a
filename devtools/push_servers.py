"""The fake push services of the addon's tests, for what runs outside of Odoo."""
import importlib.util
import json
import subprocess
import sys
from contextlib import contextmanager

from .paths import REPO

FOLDER = REPO / 'mobile_crm' / 'tests' / 'push_servers'


def load():
    """Return the package ``push_servers``, without the addon around it, which needs an Odoo."""
    if FOLDER.name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            FOLDER.name, FOLDER / '__init__.py', submodule_search_locations=[str(FOLDER)])
        module = importlib.util.module_from_spec(spec)
        sys.modules[FOLDER.name] = module
        spec.loader.exec_module(module)
    return sys.modules[FOLDER.name]


class Sink:
    """A service in a process of its own.

    :ivar dict told: where it is and with what to send: ``url``, ``ca_file``, ``addresses``, credentials.
    """

    def __init__(self, process):
        self._process = process
        self.told = self._read()

    def _read(self):
        return json.loads(self._process.stdout.readline())

    def counted(self):
        """Return what it has counted: ``received``, ``answers``, ``connections``, ``most_streams``."""
        self._process.stdin.write('\n')
        self._process.stdin.flush()
        return self._read()


@contextmanager
def sink(service, **options):
    """Run a service in a process of its own, so that its work is not the sender's.

    :param str service: ``fcm``, ``apns`` or ``webpush``.
    :param options: of ``push_servers.__main__``: ``delay``, ``streams``, ``phones``, ``key``.
    :rtype: Iterator[Sink]
    """
    arguments = [str(part) for name, value in options.items() for part in (f'--{name}', value)]
    with subprocess.Popen(
            [sys.executable, '-m', FOLDER.name, service, *arguments], cwd=FOLDER.parent, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Sink(process)
        finally:
            process.stdin.close()
