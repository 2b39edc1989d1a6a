from . import test_access_matrix
from . import test_availability
from . import test_api_reservations
from . import test_reservation
from . import test_overstock
from . import test_gate
from . import test_views
from . import test_warehouse
