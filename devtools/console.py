"""What a person sees: progress of long steps, and one clear line when something cannot be done."""

import contextlib
import sys
import threading
import time

#: Seconds between two signs of life of a long step where no terminal can redraw a line (CI logs).
HEARTBEAT = 20


class Problem(Exception):
    """Something that stops the command and that its user can mend.

    :param str what: what is wrong, with the value that was found
    :param str way_out: what the user can do about it
    """

    def __init__(self, what, way_out):
        super().__init__(f'{what}: {way_out}')


def say(text=''):
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def note(text):
    """Print a line that is not part of the command's result (kept apart from what a script would read)."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title):
    """Show that `title` is being done and for how long: a running clock on a terminal, else a line now and then."""
    start = time.monotonic()
    done = threading.Event()
    live = sys.stderr.isatty()

    def elapsed():
        return f'{time.monotonic() - start:.0f} s'

    def tick():
        while not done.wait(1 if live else HEARTBEAT):
            if live:
                print(f'\r  {title} … {elapsed()} ', end='', file=sys.stderr, flush=True)
            else:
                note(f'  {title} … {elapsed()}')

    if live:
        print(f'  {title} …', end='', file=sys.stderr, flush=True)
    else:
        note(f'  {title} …')
    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    outcome = 'failed'
    try:
        yield
        outcome = 'done'
    finally:
        done.set()
        thread.join()
        line = f'  {title}: {outcome} in {time.monotonic() - start:.1f} s'
        note(f'\r{line}\033[K' if live else line)
