from . import mobile_campaign_report
from . import mobile_purchase
from . import mobile_purchase_detail
from . import pos_config
from . import pos_order
from . import res_config_settings
