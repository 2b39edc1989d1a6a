"""A shop whose customers' phones are at fake push services: what senders did, and what the phones got."""

import contextlib
from collections import Counter
from datetime import datetime, timezone

from devtools.push_servers import load
from tests.senders import Clock, SenderHost

push_servers = load()

#: When the tests begin, by the senders' clocks.
START = datetime(2026, 3, 2, 9, 0, 0)
PUSH = ('fcm', 'apns', 'webpush')


class PushWorld(contextlib.ExitStack):
    """The services, the shop, and who sends.

    :param shell: see ``SenderHost``.
    :param query: function that returns the rows of a statement.
    :ivar dict services: fakes by provider.
    :ivar Clock clock: of the services and the senders.
    :ivar dict[str, list[int]] partners: the customers of each provider; one phone each.
    """

    def __init__(self, shell, query, monkeypatch):
        super().__init__()
        self._shell, self.query = shell, query
        monkeypatch.setenv('SSL_CERT_FILE', push_servers.ca_file())
        monkeypatch.setenv('MOBILE_CRM_KEY', 'a key that only this test has')
        self.clock = Clock(START)
        self.partners, self.addresses = {}, {}

    def __enter__(self):
        kinds = {'fcm': push_servers.FcmServer, 'apns': push_servers.ApnsServer, 'webpush': push_servers.WebPushServer}
        self.services = {
            code: self.enter_context(kind(clock=self.clock.seconds)) for code, kind in kinds.items()}
        self.host = self.enter_context(SenderHost(self._shell, self.clock))
        return self

    def open_shop(self, phones):
        """Make an app with credentials, and customers.

        :param int phones: for each provider.
        """
        sender = self.host.fork()
        fcm, apns, webpush = (self.services[code] for code in ('fcm', 'apns', 'webpush'))
        key, key_id, team = apns.provider_key()
        public_key = sender.call('shop', credentials={
            'fcm': {'account': fcm.service_account(), 'url': fcm.url},
            'apns': {'key': key, 'key_id': key_id, 'team': team, 'topic': 'com.example.shop', 'url': apns.url},
            'webpush': {'host': f'127.0.0.1:{webpush.port}'}})
        make = {'fcm': fcm.register, 'apns': apns.register, 'webpush': lambda: webpush.subscribe(public_key)}
        for code in PUSH:
            addresses = [make[code]() for _phone in range(phones)]
            self.partners[code] = sender.call('phones', provider=code, addresses=addresses)
            self.addresses[code] = [
                address['endpoint'] if isinstance(address, dict) else address for address in addresses]
        sender.dismiss()

    # === WHAT BECAME OF IT === #

    def attempts(self, ids=None):
        """Return the attempts to deliver messages, all of the shop's without their public ids.

        :rtype: list[dict]
        """
        names = (
            'public_id', 'channel', 'provider', 'state', 'reason', 'is_repeat', 'created', 'sent', 'expires')
        rows = self.query(
            """SELECT origin.uuid, attempt.channel, sender.provider, attempt.state, attempt.reason,
                      coalesce(attempt.is_repeat, FALSE), attempt.create_date, attempt.sent_at, attempt.expires_at
                 FROM mobile_message attempt JOIN mobile_message origin ON origin.id = attempt.origin_id
                 LEFT JOIN mobile_sender sender ON sender.id = attempt.sender_id
                WHERE attempt.partner_id = ANY(%s) AND (%s::varchar[] IS NULL OR origin.uuid = ANY(%s))""",
            [[partner for partners in self.partners.values() for partner in partners], ids, ids])
        return [dict(zip(names, row, strict=True)) for row in rows]

    def counted(self):
        """Return how often the services took each message, by its public id."""
        return Counter(
            message.public_id for service in self.services.values() for message in service.received)

    def seen_twice(self):
        """Return the ids of messages that are more than once on a phone's screen."""
        return [
            message_id for service in self.services.values() for phone in service.phones.values()
            for message_id, count in Counter(message.public_id for message in phone.shown).items() if count > 1]

    def forget(self):
        """Let the services forget what the phones got."""
        for service in self.services.values():
            service.phones.clear()


def utc(seconds):
    """Return seconds since 1970 as a naive UTC time."""
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
