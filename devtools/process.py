"""Running other programs: quietly with their output kept in a file, and with an error that quotes its end."""

import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from .console import Problem, step
from .paths import cache

#: How programs begin the line that says what went wrong.
TELLING = ('E:', 'ERROR', 'FATAL', 'error:', 'npm error', 'initdb: error')


def need(program, way_out):
    """Return the path of a program on this machine, or stop with the way out."""
    path = shutil.which(program)
    if not path:
        raise Problem(f'`{program}` is not on this machine', way_out)
    return path


def run(command, title=None, way_out=None, log=None, **options):
    """Run a program to its end; its output goes to a log file in the cache.

    :param list command: the program and its arguments
    :param str title: shown with the elapsed time while it runs; nothing is shown without
    :param str way_out: what a user can do when it fails
    :param str log: name of the log file in the cache (default: the program's name)
    :param options: passed on to `subprocess.run`
    :return: what it printed, standard output and error together
    :rtype: str
    :raise Problem: when it fails; the line quotes what it said last
    """
    command = [str(part) for part in command]
    log_path = cache('log', f'{log or Path(command[0]).name}.log')
    options.setdefault('stdin', subprocess.DEVNULL)
    with log_path.open('wb') as output:
        def call():
            try:
                return subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, **options)
            except OSError as error:
                raise Problem(f'{command[0]} cannot be run ({error.strerror})', way_out or 'install it') from error

        if title:
            with step(title):
                done = call()
                if done.returncode:
                    raise failure(title, log_path, way_out)
        else:
            done = call()
    text = log_path.read_text(encoding='utf-8', errors='replace')
    if done.returncode:
        raise failure(title or Path(command[0]).name, log_path, way_out)
    return text


def failure(title, log_path, way_out):
    """Return the Problem for a program that failed, quoting the most telling line of what it printed."""
    lines = log_path.read_text(encoding='utf-8', errors='replace').splitlines()
    lines = [line.strip() for line in lines if line.strip()]
    telling = [line for line in lines if line.startswith(TELLING)]
    said = (telling or lines or ['it printed nothing'])[-1]
    return Problem(f'{title} failed ({said[:300]})', f'{way_out + "; " if way_out else ""}all it said is in {log_path}')


def wait_until(condition, seconds, interval=0.1):
    """Ask again and again until `condition()` is true or the time is up; return its last answer."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := condition()) and time.monotonic() < deadline:
        pause.wait(interval)
    return answer


def alive(pid):
    """Tell whether a process of this number runs (a zombie does not)."""
    try:
        state = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8', errors='replace').rpartition(')')[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != 'Z'


def command_line(pid):
    """Return the arguments a running process was started with, [] when there is none."""
    try:
        return Path(f'/proc/{pid}/cmdline').read_bytes().decode(errors='replace').split('\0')
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill_group(pid, sig=signal.SIGKILL):
    """Send a signal to a process started in a session of its own and to all its children."""
    try:
        os.killpg(pid, sig)
    except (ProcessLookupError, PermissionError):
        return
