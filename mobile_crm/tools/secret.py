"""Secrets that phones and tills carry: made here, stored only as hashes."""
import hashlib
import secrets
from datetime import timedelta

# The prefix lets secret scanners (and people) recognise a token that was pasted where it does not belong.
ACCESS_PREFIX = 'mca_'
REFRESH_PREFIX = 'mcr_'
OPT_IN_PREFIX = 'mco_'
TILL_PREFIX = 'mct_'
CLIENT_PREFIX = 'mcs_'
# How far the clocks of our hosts may be apart. What was made later than that from now was made by a wrong clock, and
# would outlive its time.
CLOCK_TOLERANCE = timedelta(minutes=5)


def new_token(prefix):
    """Return a random 256-bit token as URL-safe text after `prefix`."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token):
    """Return the SHA-256 of a token in hex.

    A plain hash is enough: 256 random bits cannot be guessed, so there is nothing a slow hash would protect.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def new_code(digits=6):
    """Return a random one-time code of decimal digits, with its leading zeros."""
    return f'{secrets.randbelow(10 ** digits):0{digits}d}'
