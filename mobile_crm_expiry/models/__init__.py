from . import mobile_campaign
from . import mobile_catalogue
