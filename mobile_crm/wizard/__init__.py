from . import base_partner_merge
from . import mobile_app_secret
