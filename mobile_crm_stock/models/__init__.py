from . import mobile_campaign
from . import mobile_gate
from . import mobile_store
