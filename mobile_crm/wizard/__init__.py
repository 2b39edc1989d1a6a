from . import base_partner_merge
from . import mobile_audience_save
from . import mobile_app_secret
from . import mobile_campaign_dry_run
from . import mobile_campaign_new
from . import mobile_consent_record
from . import privacy_lookup_wizard
