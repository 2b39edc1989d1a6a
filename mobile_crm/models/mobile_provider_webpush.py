import queue
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from odoo import api, models

from ..tools import webpush
from ..tools.delivery import LONGEST_BATCH, Outcome
from ..tools.push_address import Subscription
from ..tools.push_service import PushService, meaning
from ..tools.transport import Request, exchange
from ..tools.transport_dial import clock

# Requests on their way to one push service at once, and connections for them.
IN_FLIGHT = 400
CONNECTIONS = 4
#: Seconds for one answer, and until the last request begins: with two timeouts after it, no more than LONGEST_BATCH.
TIMEOUT = 15
LAST_BEGIN = LONGEST_BATCH - 2 * TIMEOUT - 5


class MobileProviderWebpush(models.AbstractModel):
    """Messages to customers' browsers, through the push services of those who make the browsers.

    A batch goes to several services. Each has a line of its own (a thread), so that one that is slow or away holds up
    nobody else's messages, and is spared for a while by itself (``tools.push_service``).
    """

    _name = 'mobile.provider.webpush'
    _inherit = ['mobile.provider']
    _description = "Web Push"

    _batch_size = 1000

    # === BUSINESS METHODS === #

    @api.model
    def _is_ready(self, company, app=None):
        return bool(app and app._webpush_keys())

    @api.model
    def _send(self, sender, parcels):
        keys = sender.app_id._webpush_keys()
        if not keys:
            for parcel in parcels:
                yield Outcome(parcel.id, 'retry', 'no_credentials', "no private key", is_providers_fault=True)
            return
        lines, hosts = {}, self.env['mobile.app']._webpush_hosts()
        # One that was deleted since it was claimed must not cost the others theirs.
        messages = self.env['mobile.message'].browse(parcel.id for parcel in parcels if parcel.link).exists()
        links = messages._tracked_link(messages.ids)
        for parcel in parcels:
            try:
                subscription = Subscription.parse(parcel.address)
            except ValueError:
                yield Outcome(parcel.id, 'dead', 'no_address', "not a subscription")
                continue
            service = subscription.service(hosts)
            if not service:
                yield Outcome(parcel.id, 'dead', 'no_address', "not a known push service")
                continue
            payload = webpush.packed(self._content(parcel, links.get(parcel.id)))
            if payload is None:
                yield Outcome(parcel.id, 'failed', 'too_large')
                continue
            lines.setdefault(service, []).append((parcel, subscription, payload))
        ends_at = clock() + LAST_BEGIN
        yield from _merged([
            partial(_send_line, PushService.of(keys.public, service), keys, line, ends_at)
            for service, line in lines.items()])

    @api.model
    def _content(self, parcel, click):
        """Return what the app's service worker gets; docs/api.md tells of it.

        :param str | None click: the link that notes the click on its way.
        :rtype: dict
        """
        return {
            'id': parcel.public_id,
            'title': parcel.title,
            'body': parcel.body,
            'image': parcel.image_url,
            'link': parcel.link,
            'click': click,
            'offer_id': parcel.offer_id,
            'tag': webpush.topic(parcel.collapse_key),
            'sent_at': datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%SZ'),
        }


def _send_line(service, keys, line, ends_at):
    """Send what goes to one push service, and yield what became of it.

    :param PushService service:
    :param VapidKeys keys:
    :param list line: (Parcel, Subscription, payload) triples.
    :param float ends_at: by the transport's clock; nothing begins after it.
    """
    while line:
        # Looked at again before each part: a service that has begun to fail is spared the rest.
        if service.wait() > 0:
            for parcel, _subscription, _payload in line:
                yield Outcome(parcel.id, 'retry', service.reason, "resting after failures",
                              retry_after=service.wait(), is_try=False)
            return
        part, line, requests = line[:service.bearable], line[service.bearable:], []
        for parcel, subscription, payload in part:
            ttl = (parcel.expires_at - datetime.now(UTC).replace(tzinfo=None)).total_seconds()
            if ttl > 0:
                requests.append(_request(keys, parcel, subscription, payload, ttl))
            else:
                # The outbox ends it when it looks at it again.
                yield Outcome(parcel.id, 'retry', 'too_old', is_try=False)
        for request, result in exchange(
                requests, in_flight=IN_FLIGHT, connections=CONNECTIONS, timeout=TIMEOUT,
                deadline=max(0, ends_at - clock()), may_connect=service.may_connect):
            outcome = meaning(request.tag, result)
            service.note(outcome)
            yield outcome


def _request(keys, parcel, subscription, payload, ttl):
    return Request(parcel.id, subscription.endpoint, [
        ('authorization', keys.authorization(subscription.origin)),
        *webpush.headers(ttl, webpush.topic(parcel.collapse_key)),
    ], webpush.encrypt(payload, subscription))


def _merged(lines):
    """Run generators beside each other, each in a thread, and yield what they yield as it comes.

    One alone too: what came is written down while the next is on its way.

    :param list lines: functions that return an iterator; they touch no database.
    """
    results, done = queue.SimpleQueue(), object()

    def run(line):
        try:
            for result in line():
                results.put(result)
        finally:
            results.put(done)

    with ThreadPoolExecutor(max(1, len(lines))) as pool:
        running = [pool.submit(run, line) for line in lines]
        left = len(running)
        while left:
            result = results.get()
            if result is done:
                left -= 1
            else:
                yield result
        for line in running:
            line.result()
