"""How a caller is told of limits."""
from typing import NamedTuple

from .problems import Problem


class Standing(NamedTuple):
    """How far a subject has come with a limit.

    :ivar str policy: its name
    :ivar int quota: how many are allowed
    :ivar int window: within how many seconds
    :ivar int remaining: what is left in this window
    :ivar int reset: seconds until the window ends, rounded up
    """

    policy: str
    quota: int
    window: int
    remaining: int
    reset: int


def limit_headers(standings):
    """Return the header fields that tell of limits (draft-ietf-httpapi-ratelimit-headers-10).

    :param standings: of each limit that a request took from.
    :rtype: dict[str, str]
    """
    if not standings:
        return {}
    return {
        'RateLimit-Policy': ', '.join(
            f'"{standing.policy}";q={standing.quota};w={standing.window}' for standing in standings),
        'RateLimit': ', '.join(
            f'"{standing.policy}";r={standing.remaining};t={standing.reset}' for standing in standings),
    }


def too_many(standing):
    """Return the problem by which a caller is refused who has used up a limit: 429, with when to come again."""
    return Problem('too_many_requests', headers={'Retry-After': str(standing.reset), **limit_headers([standing])})
