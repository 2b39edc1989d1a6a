/** The service worker of the web apps of this server. What belongs to pages and the API goes by without it. */
import { file, install, keepShell, open, picture, shellOf, tidy } from "./files";
import { sendWaiting } from "./waiting";

const { version, assetsPath } = self.PHONE;

// It serves pages of any version, so it need not wait until the old ones are closed.
self.addEventListener("install", (event) => {
    self.skipWaiting();
    event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
    event.waitUntil((async () => {
        await tidy();
        await self.registration.navigationPreload?.enable();
        await self.clients.claim();
    })());
});

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== self.location.origin) {
        return;
    }
    if (request.mode === "navigate") {
        if (shellOf(request.url)) {
            event.respondWith(open(event));
        }
    } else if (pathname.startsWith(assetsPath)) {
        event.respondWith(file(event));
    } else if (request.destination === "image" && !pathname.startsWith("/mobile/")) {
        event.respondWith(picture(event));
    }
});

self.addEventListener("message", (event) => {
    if (event.data?.type === "version") {
        event.source.postMessage({ type: "version", version });
    } else if (event.data?.type === "opened") {
        // A page that was on its way when this worker was activated is nobody's as yet.
        event.waitUntil(Promise.all([keepShell(event.data.path), tidy(), self.clients.claim()]).catch(() => {}));
    }
});

self.addEventListener("sync", (event) => event.waitUntil(sendWaiting(event.tag)));
