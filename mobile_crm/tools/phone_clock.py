"""What a phone's clock says, and what time it was.

A batch says when it was sent, by the same clock as its events. Received minus sent is how far that clock is behind,
plus the time on the way, which only ever adds: so of several samples the smallest is the best (the clock filter of NTP,
RFC 5905, section 10). Delays below ``DELAY`` are not told from a right clock.

Without that instant only a lower bound is known: a clock that says an hour which is still to come is ahead by as much.
"""
from datetime import timedelta
from typing import NamedTuple

# Seconds that a request may take without its clock being called wrong.
DELAY = 30
# Seconds that a request may have been held up at most, when it is sent again as it was.
LONG_DELAY = 600
# A phone's clock may be a little ahead.
MAX_AHEAD = timedelta(minutes=5)
# A phone that was offline reports later. After a week nobody learns anything from it.
MAX_AGE = timedelta(days=7)
# One that is farther ahead is not even put right.
MAX_SHIFT = timedelta(hours=24)


class Clock(NamedTuple):
    """What is known of one phone's clock.

    :ivar int offset: seconds to add to what it says.
    :ivar int sample: the last one that was measured, with what it took on the way.
    """

    offset: int = 0
    sample: int = 0


def measure(clock, sample):
    """Return the clock after one more batch.

    :param Clock clock: as known so far.
    :param float sample: seconds from its sending, by the phone's clock, to its receipt.
    """
    sample = round(sample)
    if abs(sample) <= DELAY:
        return Clock()
    later = sample - clock.offset
    if abs(later) <= DELAY:
        return clock
    if DELAY < later <= LONG_DELAY and abs(sample - clock.sample) > DELAY:
        # Held up, or the clock was set: the next batch will tell.
        return clock._replace(sample=sample)
    return Clock(sample, sample)


def put_right(said, now, offset=None, earlier=0):
    """Return when the events of one batch happened.

    :param list[datetime] said: by the phone's clock, as naive UTC.
    :param datetime now: of receipt.
    :param offset: seconds to add; None when the batch did not say when it was sent.
    :param earlier: seconds to add to what was told before the clock was set.
    :return: for each the instant, and whether it is only a guess.
    :rtype: list[tuple[datetime, bool]]
    """
    times = said if offset is None else [_nearest(instant, now, (offset, earlier, 0)) for instant in said]
    ahead = [instant - now for instant in times if MAX_AHEAD < instant - now <= MAX_SHIFT]
    if not ahead:
        return [(instant, False) for instant in times]
    shift = max(ahead)

    def is_guess(instant):
        # A clock that was measured was set between this event and the sending; the other events may be right.
        return MAX_AHEAD < instant - now <= MAX_SHIFT or (offset is None and instant <= now)

    back = -shift.total_seconds()
    return [(_plus(instant, back), True) if is_guess(instant) else (instant, False) for instant in times]


def _nearest(instant, now, offsets):
    """Return an instant by the first of these offsets that makes it one of the last days, else by the first."""
    times = [_plus(instant, seconds) for seconds in offsets]
    return next((time for time in times if -MAX_AGE <= time - now <= MAX_AHEAD), times[0])


def _plus(instant, seconds):
    try:
        return instant + timedelta(seconds=seconds)
    except OverflowError:
        # At the end of all calendars: too old or too new either way.
        return instant
