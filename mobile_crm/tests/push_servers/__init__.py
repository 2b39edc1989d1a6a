"""Push services on this machine, which speak the protocols of the real ones and fail when they are told to.

They need no Odoo. Whole-system tests and benchmarks get them by ``devtools.push_servers``. A client trusts them when
the environment variable ``SSL_CERT_FILE`` names ``ca_file``.
"""
from . import faults
from .apns import ApnsServer
from .authority import ca_file
from .fcm import FcmServer
from .phone import Phone, Received
from .server import PushServer
from .wallet import GoogleWalletServer, WalletApnsServer
from .webpush import WebPushServer
