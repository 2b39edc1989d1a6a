from . import test_till_basket
from . import test_till_attribution
from . import test_till_coupon
from . import test_till_points
from . import test_till_purchase
from . import test_till_sync
from . import test_till_tour
