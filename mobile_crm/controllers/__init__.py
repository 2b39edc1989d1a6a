# The dispatcher registers the routing type 'mobile' that every route below uses, so it is imported first.
from . import dispatcher

from . import query_log

from . import (
    approvals,
    auth,
    barcodes,
    card,
    consents,
    decisions,
    devices,
    enquiries,
    events,
    geofences,
    inbound_sms,
    links,
    me,
    messages,
    offers,
    opt_in,
    passkeys,
    points,
    preferences,
    products,
    push,
    stores,
    system,
    till,
)
