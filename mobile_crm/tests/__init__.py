from . import test_coupon_code
from . import test_decision
from . import test_geo
from . import test_identity
from . import test_opening_hours
from . import test_redemption
from . import test_ui
from . import test_views
