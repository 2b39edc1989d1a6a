# The dispatcher registers the routing type 'mobile' that every route below uses, so it is imported first.
from . import dispatcher

from . import query_log

from . import (
    auth,
    consents,
    decisions,
    devices,
    events,
    geofences,
    me,
    messages,
    offers,
    opt_in,
    preferences,
    stores,
    system,
)
