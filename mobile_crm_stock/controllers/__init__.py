from . import reservations
