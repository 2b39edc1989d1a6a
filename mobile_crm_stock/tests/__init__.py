from . import test_availability
from . import test_overstock
from . import test_gate
from . import test_warehouse
