# The dispatcher registers the routing type 'mobile' that every route below uses, so it is imported first.
from . import dispatcher

from . import query_log

from . import approvals, auth, card, devices, events, geofences, me, messages
from . import offers, passkeys, points, stores, system, till
