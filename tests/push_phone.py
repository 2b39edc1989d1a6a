"""A browser that gets pushes: those of the fake push service, by the browser's debugging protocol."""

import json

from devtools.process import wait_until

#: Stands for the browser's own push service, which lies outside. A page of another origin's has none of it.
STAND_IN = '''
(() => {
    const bytes = (text) => Uint8Array.from(
        atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const text = (data) => btoa(String.fromCharCode(...new Uint8Array(data)))
        .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const made = () => JSON.parse(localStorage.getItem("stand-in") || "null");
    const subscription = ({key, data}) => ({
        endpoint: data.endpoint, options: {applicationServerKey: bytes(key).buffer}, toJSON: () => data,
        unsubscribe: async () => (localStorage.removeItem("stand-in"), true)});
    PushManager.prototype.getSubscription = async () => made() && subscription(made());
    PushManager.prototype.subscribe = async ({applicationServerKey}) => {
        const key = text(applicationServerKey);
        localStorage.setItem("stand-in", JSON.stringify({key, data: await subscribeElsewhere(key)}));
        return subscription(made());
    };
})();
'''
SHOWN = '''
async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
    ({title, body, tag, data}) => ({title, body, tag, ...data}))
'''
#: Keeps what the worker does about pushes, so that its end can be waited for.
OVERHEAR = '''
() => {
    if (!self.pushes) {
        const waitUntil = ExtendableEvent.prototype.waitUntil;
        self.pushes = [];
        ExtendableEvent.prototype.waitUntil = function (work) {
            if (this.type === "push") {
                self.pushes.push(Promise.allSettled([work]));
            }
            return waitUntil.call(this, work);
        };
    }
    return self.pushes.length;
}
'''
#: What the browser does when a notification is tapped, or put away.
ACT = '''
async (kind) => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent(kind, {notification}));
}
'''


class PushPhone:
    """The notifications of a phone.

    :param PhoneBrowser browser:
    :param service: the fake ``WebPushServer``, or None where nobody subscribes
    """

    def __init__(self, browser, service=None):
        self.browser, self.service = browser, service
        if service:
            browser.context.expose_function('subscribeElsewhere', service.subscribe)
            browser.context.add_init_script(STAND_IN)

    @property
    def worker(self):
        worker, = self.browser.context.service_workers
        return worker

    def deliver(self, payload):
        """Let a push come in: what the push service has got, or any text. The worker has done its part then.

        Nobody looks at the notifications meanwhile: Chromium forgets one that it is asked for while it is being shown.
        """
        page = self.browser.page
        page.evaluate('async () => { await navigator.serviceWorker.ready }')
        before = self.worker.evaluate(OVERHEAR)
        protocol = self.browser.context.new_cdp_session(page)
        registrations = []
        protocol.on('ServiceWorker.workerRegistrationUpdated', lambda event: registrations.extend(
            found['registrationId'] for found in event['registrations'] if not found['isDeleted']))
        protocol.send('ServiceWorker.enable')
        while not registrations:
            page.wait_for_timeout(20)
        protocol.send('ServiceWorker.deliverPushMessage', {
            'origin': self.browser.url, 'registrationId': registrations[0],
            'data': payload if isinstance(payload, str) else json.dumps(payload)})
        protocol.detach()
        assert wait_until(lambda: self.worker.evaluate('() => self.pushes.length') > before, 20)
        self.worker.evaluate('async () => { await Promise.all(self.pushes) }')

    def shown(self):
        """Return the notifications that are on the screen."""
        return self.browser.page.evaluate(SHOWN)

    def act(self, kind):
        """Tap the notification (``notificationclick``), or put it away (``notificationclose``)."""
        self.worker.evaluate(ACT, kind)
