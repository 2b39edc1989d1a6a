from . import base_partner_merge
from . import mobile_app_secret
from . import mobile_consent_record
from . import mobile_coupon_batch
from . import mobile_coupon_print
from . import privacy_lookup_wizard
