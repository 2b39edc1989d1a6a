from . import mobile_campaign
