"""Within which bounds a till or a gate that was without the network is believed later."""
from datetime import timedelta

# How long ago it may have happened.
REPORTED_WITHIN = timedelta(days=30)
# How far the clock there may be ahead.
CLOCK_LEEWAY = timedelta(minutes=5)
