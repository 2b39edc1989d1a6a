from . import test_till_purchase
