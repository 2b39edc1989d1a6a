from . import mobile_store
