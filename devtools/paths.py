"""Where things are: the clone, the per-user cache, and the locks that keep two `./dev` apart."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from .console import Problem, note

REPO = Path(__file__).resolve().parent.parent


def _cache_root():
    named = os.environ.get('MOBILE_CRM_CACHE')
    if named:
        return Path(named).expanduser().absolute()
    base = os.environ.get('XDG_CACHE_HOME') or '~/.cache'
    return Path(base).expanduser().absolute() / 'mobile_crm'


CACHE = _cache_root()
#: Identifies this cache among others on the machine; names what must live outside of it.
CACHE_ID = hashlib.sha256(str(CACHE).encode()).hexdigest()[:12]
#: Free space that the first preparation takes at its worst moment, in GiB.
NEEDED_GIB = 4
#: Keeps the databases and servers of several checkouts apart that share one cache.
SCOPE = os.environ.get('MOBILE_CRM_SCOPE', '')
#: What is one checkout's own in the cache.
SCOPED = ('etc', 'log', 'run')


def cache(*parts):
    """Return a path in the cache; its parent folder exists afterwards."""
    path = CACHE.joinpath(*((parts[0], SCOPE, *parts[1:]) if parts and parts[0] in SCOPED else parts))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise Problem(f'the cache folder {CACHE} cannot be written',
                      'set MOBILE_CRM_CACHE to a folder of your own') from error
    return path


def cache_folder(*parts):
    """Return a folder in the cache, made when it is not there."""
    return cache(*parts, 'x').parent


def check_space():
    """Raise when the disk of the cache is too full to prepare anything."""
    free = shutil.disk_usage(cache_folder()).free / 2**30
    if free < NEEDED_GIB:
        raise Problem(f'only {free:.1f} GiB are free for {CACHE}, {NEEDED_GIB} GiB are needed',
                      'free some, or set MOBILE_CRM_CACHE to a folder on another disk')


@contextlib.contextmanager
def lock(name):
    """Hold the lock called `name` among all `./dev` processes that share this cache."""
    with open(cache('locks', name), 'w', encoding='utf-8') as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f'  another ./dev is busy with {name}; waiting for it')
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def atomic_folder(target):
    """Give a scratch folder that becomes `target` when the block ends well, and vanishes when it does not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f'{target.name}.', dir=target.parent))
    try:
        scratch.chmod(0o755)
        yield scratch
        remove(target)
        scratch.rename(target)
    finally:
        remove(scratch)


def write_atomic(path, text, mode=0o644):
    """Replace a file's content in one step, so that a reader never sees half of it."""
    scratch = path.with_name(f'{path.name}.{os.getpid()}')
    scratch.touch(mode)
    scratch.write_text(text, encoding='utf-8')
    scratch.chmod(mode)
    scratch.replace(path)


def remove(path):
    """Delete a file or a whole folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def digest(*parts):
    """Return a short name for these strings and files' contents."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part.read_bytes() if isinstance(part, Path) else str(part).encode())
        sha.update(b'\0')
    return sha.hexdigest()[:12]
