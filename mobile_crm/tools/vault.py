"""Credentials of providers, kept so that the database alone opens none of them."""
import base64
import contextlib
import os
import secrets
from pathlib import Path

from odoo.tools import config

from .sealing import seal, unseal

#: Names the secret by which credentials are sealed, where an administrator wants to hold it.
VARIABLE = 'MOBILE_CRM_KEY'
SHORTEST = 16


class NoKeyError(Exception):
    """There is no secret to seal with, and none can be kept."""


def lock(env, text, purpose):
    """Return a text sealed for the database, as ASCII.

    :param str text: a credential.
    :param str purpose: what it is good for; it opens for nothing else.
    :raise NoKeyError: when there is no secret and none can be made.
    """
    return base64.b64encode(seal(_key(env, is_new_allowed=True), text.encode(), purpose.encode())).decode()


def open_(env, sealed, purpose):
    """Return what was sealed by ``lock``, or None where the secret is another one, such as in a copy of the database.

    :rtype: str | None
    """
    try:
        text = unseal(_key(env), base64.b64decode(sealed), purpose.encode())
    except NoKeyError:
        return None
    return None if text is None else text.decode()


def _key(env, is_new_allowed=False):
    """Return the secret: of the environment, else of a file beside the filestore, which no backup of Odoo's takes."""
    if value := os.environ.get(VARIABLE):
        if len(value) < SHORTEST:
            raise NoKeyError(f"{VARIABLE} has fewer than {SHORTEST} characters")
        return value.encode()
    path = Path(config['data_dir']) / 'mobile_crm' / f'{env.cr.dbname}.key'
    try:
        return _read(path)
    except FileNotFoundError:
        if not is_new_allowed:
            raise NoKeyError(f"neither {VARIABLE} nor a key of this database") from None
    except OSError as exc:
        # Such as one that another user of this machine has made.
        raise NoKeyError(f"the key of this database cannot be read: {exc.strerror}") from exc
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written aside and linked: of two hosts that make it at once, both read the first one's, and never half of it.
        draft = path.with_name(f'{path.name}.{secrets.token_hex(4)}')
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'wb') as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                # What is sealed with it is soon committed, which outlives a loss of power.
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        return _read(path)
    except OSError as exc:
        raise NoKeyError(f"the key could not be kept: {exc.strerror}") from exc


def _read(path):
    key = path.read_bytes()
    if len(key) < SHORTEST:
        # A file that a full disk has cut: what was sealed with nothing would open for everybody.
        raise NoKeyError("the key of this database is damaged")
    return key
