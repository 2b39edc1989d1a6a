"""Processes that send messages, as several hosts would: a test lets them work, turns their clock, and kills them."""

import contextlib
import os
import secrets
import signal
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from multiprocessing.connection import Listener
from pathlib import Path

#: Seconds for Odoo to be loaded.
PATIENCE = 120


class Died(Exception):
    """The process was killed before it could answer."""


class SenderError(Exception):
    """What was asked for failed; the text is the process's traceback."""


class Clock:
    """What time it is for the senders and for the services that they send to: it goes on from where it was put."""

    def __init__(self, start):
        self.put(start)

    def put(self, moment):
        """Set it to a naive UTC time."""
        self._base = moment.replace(tzinfo=timezone.utc).timestamp() - time.monotonic()

    def seconds(self):
        """Return the seconds since 1970."""
        return self._base + time.monotonic()

    @property
    def now(self):
        """The time, as naive UTC."""
        return datetime.fromtimestamp(self.seconds(), timezone.utc).replace(tzinfo=None)

    def turn(self, seconds):
        """Put it forward."""
        self.put(self.now + timedelta(seconds=seconds))


class Sender:
    """A process that does what its world has (``tests.sender_world``), one thing at a time.

    :ivar int pid:
    """

    def __init__(self, connection, clock):
        self._connection, self._clock = connection, clock
        self.pid = connection.recv()

    def begin(self, name, **arguments):
        """Let it do something, and do not wait."""
        with contextlib.suppress(OSError):
            self._connection.send((name, self._clock.now, arguments))

    def end(self):
        """Wait for what it does, and return what came of it.

        :raise Died: when it was killed.
        """
        try:
            is_good, answer = self._connection.recv()
        except (EOFError, OSError) as exc:
            raise Died from exc
        if not is_good:
            raise SenderError(answer)
        return answer

    def call(self, name, **arguments):
        self.begin(name, **arguments)
        return self.end()

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def dismiss(self):
        """Let it go; it has nothing to do."""
        self._connection.close()


class SenderHost(contextlib.ExitStack):
    """An Odoo from which senders are forked off.

    :param shell: function that runs Python in an Odoo shell on the database, such as ``OdooCli.shell``.
    :param Clock clock: of all senders.
    :param str world: the module with what they can do.
    """

    def __init__(self, shell, clock, world='tests.sender_world'):
        super().__init__()
        self._shell, self._clock, self._world, self._failure = shell, clock, world, None

    def __enter__(self):
        folder = self.enter_context(tempfile.TemporaryDirectory(prefix='mobile_crm_senders.'))
        self._address, self._key = str(Path(folder) / 'socket'), secrets.token_bytes(16)
        self._listener = self.enter_context(Listener(self._address, authkey=self._key))
        self._listener._listener._socket.settimeout(PATIENCE)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ask = self._accept()
        self.callback(self._thread.join)
        self.callback(self._end)
        return self

    def _run(self):
        try:
            self._shell(
                'from tests import sender_host\n'
                f'sender_host.serve(env, {self._address!r}, {self._key!r}, {self._world!r})\n')
        except BaseException as exc:  # noqa: BLE001 -- told to whoever waits for it
            self._failure = exc

    def _accept(self):
        try:
            return self._listener.accept()
        except OSError as exc:
            raise self._failure or exc from exc

    def _end(self):
        with contextlib.suppress(OSError):
            self._ask.send(False)

    def fork(self):
        """Return a new sender."""
        self._ask.send(True)
        return Sender(self._accept(), self._clock)
