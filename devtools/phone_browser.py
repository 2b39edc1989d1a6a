"""The web app in a browser that behaves like a phone's."""

from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from . import browser

#: In CSS pixels: a small phone, and a small tablet.
SIZES = {'phone': {'width': 360, 'height': 740}, 'tablet': {'width': 768, 'height': 1024}}
#: Has the pages send everything by themselves: what the service worker sends is not told to Playwright.
NO_BACKGROUND = 'if (globalThis.ServiceWorkerRegistration) { delete ServiceWorkerRegistration.prototype.sync; }'
#: Writes a sign-in that was made over HTTP to where the app keeps its own.
KEEP = '''
async ({name, tokens, customer, installId}) => {
    const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    // The app may be registering itself just now, under the lock of its tokens.
    await navigator.locks.request(name.replace("mobile-", "mobile-tokens-"), async () => {
        const transaction = database.transaction(["meta", "items"], "readwrite");
        const owner = customer.id;
        transaction.objectStore("meta").put({...tokens, is_signed_in: true, owner}, "tokens");
        transaction.objectStore("meta").put(owner, "owner");
        transaction.objectStore("meta").put(installId, "install_id");
        transaction.objectStore("items").put({kind: "me", id: 0, value: customer});
        await new Promise((resolve) => (transaction.oncomplete = resolve));
    });
    database.close();
}
'''


@contextmanager
def launch(**options):
    """Start the browser for the time being.

    :param options: of Playwright's `launch`, such as `args`
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(browser.ensure()), **options)
        try:
            yield chromium
        finally:
            chromium.close()


class PhoneBrowser:
    """One phone: a browser's context with the app of one client id.

    :ivar list faults: what the pages complained of: errors of scripts, what the Content-Security-Policy stopped
    :ivar set hosts: which hosts were asked for anything
    """

    def __init__(self, chromium, url, client_id, size='phone', **options):
        self.url, self.client_id = url, client_id
        self.faults, self.hosts = [], set()
        self.context = chromium.new_context(
            viewport=SIZES[size], is_mobile=True, has_touch=True, base_url=url,
            **{'locale': 'en-GB', 'timezone_id': 'Europe/Berlin', **options})
        self.context.on('weberror', lambda error: self.faults.append(str(error.error)))
        self.context.on('console', self._on_console)
        self.context.on('request', lambda request: self.hosts.add(request.url.split('/')[2]))
        self.page = self.context.new_page()

    def _on_console(self, message):
        # The browser itself writes an error for each answer that is one; the app deals with those.
        if message.type == 'error' and 'Failed to load resource' not in message.text:
            self.faults.append(message.text)

    @property
    def base(self):
        return f'/mobile/app/{self.client_id}'

    def open(self, path='', page=None):
        """Open a page of the app and wait until it is drawn."""
        page = page or self.page
        page.goto(self.base + path)
        page.wait_for_selector('.app')
        return page

    def sign_in(self, phone):
        """Let a customer be signed in who has signed in over HTTP.

        :param devtools.people.Phone phone: signed in; the browser goes on in its place, with its tokens
        """
        # Opened once, so that there is a database.
        self.open()
        self.page.evaluate(KEEP, {
            'name': f'mobile-{self.client_id}', 'installId': phone.install_id, 'customer': phone.customer,
            'tokens': {'access_token': phone.http.headers['Authorization'].removeprefix('Bearer '),
                       'refresh_token': phone.refresh_token, 'device_id': phone.device_id}})
        self.open()
