from . import test_till_attribution
from . import test_till_coupon
from . import test_till_points
from . import test_till_purchase
