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
    exits,
    favourites,
    geofences,
    inbound_sms,
    links,
    lists,
    me,
    messages,
    offers,
    opt_in,
    orders,
    passkeys,
    points,
    preferences,
    products,
    push,
    recommendations,
    stores,
    sync,
    system,
    till,
    till_orders,
)
