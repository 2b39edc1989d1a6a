"""What wallets are told by: Apple's push service with a pass type's certificate, and Google's objects."""
import json
import ssl

from .apns import ApnsServer, Refusal
from .fcm import JSON, FcmServer
from .wire import Answer

SCOPE = 'https://www.googleapis.com/auth/wallet_object.issuer'
RESOURCES = ('loyaltyClass', 'loyaltyObject', 'offerClass', 'offerObject')


class WalletApnsServer(ApnsServer):
    """APNs for passes: who sends shows the certificate of the pass type, and says nothing.

    :param str authority: of the certificates that senders show, PEM.
    """

    def __init__(self, authority, **options):
        self.authority = authority
        super().__init__(**options)

    def context(self):
        context = super().context()
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=self.authority)
        return context

    def handle(self, request):
        shown = request.connection.transport.get_extra_info('ssl_object').getpeercert()
        names = {name: value for part in shown['subject'] for name, value in part}
        try:
            self._check_path(request)
            self._check_headers(request.headers)
        except Refusal as exc:
            return self.error(exc.status, exc.reason)
        if request.headers['apns-topic'] != names.get('userId'):
            return self.error(400, 'TopicDisallowed')
        if request.json != {}:
            return self.error(400, 'PayloadEmpty')
        address = self.address(request)
        if address in self.dead:
            return self.error(410, when=self.dead[address])
        if self.registered.get(address) != request.headers['apns-topic']:
            return self.error(400)
        self.deliver(request, address, '', dict)
        return Answer(200)


class GoogleWalletServer(FcmServer):
    """Google's service for passes, with its token service.

    :ivar dict objects: what it knows, by resource and id.
    :ivar list calls: verb, resource and id of each request.
    """

    scope = SCOPE

    def __init__(self, **options):
        self.objects, self.calls = {}, []
        super().__init__(**options)

    def address(self, request):
        return request.path

    def handle(self, request):
        if request.path == '/token':
            return super().handle(request)
        scheme, _space, token = request.headers.get('authorization', '').partition(' ')
        access = self.granted.get(token)
        if scheme != 'Bearer' or not access or access.ends <= self.clock():
            return self.error(401)
        _empty, *path = request.path.split('/')
        resource = path[2] if len(path) in (3, 4) and path[:2] == ['walletobjects', 'v1'] else None
        if resource not in RESOURCES or not isinstance(request.json, dict):
            return self.error(404, None)
        identifier = path[3] if len(path) == 4 else request.json.get('id')
        self.calls.append((request.method, resource, identifier))
        key = (resource, identifier)
        match request.method, key in self.objects, len(path):
            case 'POST', True, 3:
                return Answer(409, JSON, b'{}')
            case ('POST', False, 3) | ('PUT', True, 4):
                self.objects[key] = request.json
                return Answer(200, JSON, json.dumps(request.json).encode())
        return self.error(404, None)
