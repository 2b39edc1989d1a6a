/**
 * What the app needs to open without the network. `PHONE`, which the server writes at the top of this script, names its
 * version and files, so the script changes whenever any of them does.
 *
 * - `mobile-files-<version>`: scripts, styles and texts
 * - `mobile-shells-<version>`: the page of each app that was opened, by its address; it leads to files of its version
 * - `mobile-pictures-<client id>`: the last pictures that an app has shown
 */
import { picturesOf } from "../phone/core/database";
import { versionLock } from "../phone/core/locks";

const { version, first, assets, app } = self.PHONE;
const FILES = "mobile-files-";
const SHELLS = "mobile-shells-";
/** Milliseconds that the network has to open the app, where it was opened before. */
const PATIENCE = 2500;
/** The server has no time for it now. */
const BUSY = [429, 500, 502, 503, 504];
const PICTURES = { most: 150, fresh: 86400000 };

/** Return the address of the app that a page belongs to, or null. */
export function shellOf(address) {
    const { origin, pathname } = new URL(address, self.location.origin);
    const [, clientId] = origin === self.location.origin && pathname.startsWith(app)
        ? pathname.slice(app.length - 1).split("/") : [];
    return clientId ? app + clientId : null;
}

/** Fetch this version beside the one that is in use. All of it, or this worker is not taken. */
export async function install() {
    const files = await caches.open(FILES + version);
    const names = new Set(first);
    // What the version before was used for, this one is to be good for as well.
    for (const name of await caches.keys()) {
        if (name.startsWith(FILES)) {
            for (const { url } of await (await caches.open(name)).keys()) {
                names.add(url.slice(url.lastIndexOf("/") + 1));
            }
        }
    }
    await files.addAll(first.map((name) => assets + name));
    await Promise.allSettled([...names].filter((name) => !first.includes(name)).map((name) => files.add(assets + name)));
    await Promise.all([...await knownShells()].map(fetchShell));
}

/** Return the addresses of the apps that were opened in this browser. */
async function knownShells() {
    const found = new Set();
    for (const client of await self.clients.matchAll({ includeUncontrolled: true, type: "window" })) {
        found.add(shellOf(client.url));
    }
    for (const name of await caches.keys()) {
        if (name.startsWith(SHELLS)) {
            for (const { url } of await (await caches.open(name)).keys()) {
                found.add(shellOf(url));
            }
        }
    }
    found.delete(null);
    return found;
}

/** Keep the page of an app, unless it is kept already. */
export async function keepShell(path) {
    if (!(await (await caches.open(SHELLS + version)).match(path))) {
        await fetchShell(path);
    }
}

async function fetchShell(path) {
    const answer = await fetch(path, { cache: "no-cache" });
    if (answer.status === 404) {
        // Another one may still be there.
        return;
    }
    if (!(await takeShell(path, answer))) {
        throw new Error(`no page of version ${version}`);
    }
}

/** Keep a page if it leads to files that are kept too. */
async function takeShell(path, answer) {
    const text = answer.ok && !answer.redirected ? await answer.clone().text() : "";
    if (!text.includes(assets)) {
        return false;
    }
    const shells = await caches.open(SHELLS + version);
    await shells.put(path, new Response(text, { headers: answer.headers }));
    return true;
}

/** Delete the files of versions that no page is made of any more. */
export async function tidy() {
    const used = new Set([version]);
    if (self.navigator.locks) {
        for (const { name } of (await self.navigator.locks.query()).held) {
            used.add(name.slice(versionLock("").length));
        }
    }
    for (const name of await caches.keys()) {
        const [kind, of] = [FILES, SHELLS].filter((start) => name.startsWith(start)).map((start) => [
            start, name.slice(start.length)])[0] || [];
        // Pages of an older version would be opened by nobody; its files are asked for by those that are open.
        if (kind && of !== version && (kind === SHELLS || !used.has(of))) {
            await caches.delete(name);
        }
    }
}

/** Open the app: from the network where it is quick, else as it was. */
export async function open(event) {
    const path = shellOf(event.request.url);
    const shells = await caches.open(SHELLS + version);
    const kept = await shells.match(path, { ignoreVary: true });
    const fresh = fromNetwork(event, path, shells);
    event.waitUntil(fresh.catch(() => {}));
    if (!kept) {
        return fresh;
    }
    const late = new Promise((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE));
    const usable = fresh.then((answer) => (BUSY.includes(answer.status) ? kept.clone() : answer), () => kept.clone());
    return Promise.race([usable, late]);
}

async function fromNetwork(event, path, shells) {
    const answer = (await event.preloadResponse) || (await fetch(event.request));
    if (answer.status === 404) {
        await shells.delete(path);
    } else if (answer.ok && !(await takeShell(path, answer.clone()))) {
        // The server has another version, and this worker's successor.
        self.registration.update().catch(() => {});
    }
    return answer;
}

/** Send a file of the app; one that is not part of the first load is kept from its first use. */
export async function file(event) {
    const { pathname } = new URL(event.request.url);
    const kept = await caches.match(pathname, { ignoreVary: true });
    if (kept) {
        return kept;
    }
    const answer = await fetch(event.request);
    if (answer.ok) {
        const [of] = pathname.slice(pathname.indexOf("/assets/") + 8).split("/");
        const copy = answer.clone();
        event.waitUntil(caches.open(FILES + of).then((files) => files.put(pathname, copy)).catch(() => {}));
    } else if (answer.status === 404) {
        const client = await self.clients.get(event.clientId || event.resultingClientId);
        client?.postMessage({ type: "gone" });
    }
    return answer;
}

/** Show a picture as it was, and look for a newer one once a day. */
export async function picture(event) {
    const client = event.clientId && (await self.clients.get(event.clientId));
    const clientId = client && shellOf(client.url)?.slice(app.length);
    if (!clientId) {
        return fetch(event.request);
    }
    const pictures = await caches.open(picturesOf(clientId));
    const kept = await pictures.match(event.request, { ignoreVary: true });
    const age = kept ? Date.now() - Date.parse(kept.headers.get("X-Kept-At")) : Infinity;
    if (kept && age >= 0 && age < PICTURES.fresh) {
        return kept;
    }
    const fresh = fetch(event.request).then((answer) => {
        if (answer.ok && answer.type === "basic") {
            event.waitUntil(keepPicture(pictures, event.request, answer.clone()).catch(() => {}));
        }
        return answer;
    });
    event.waitUntil(fresh.catch(() => {}));
    return kept || fresh;
}

async function keepPicture(pictures, request, answer) {
    const headers = new Headers(answer.headers);
    headers.set("X-Kept-At", new Date().toISOString());
    await pictures.delete(request);
    await pictures.put(request, new Response(await answer.blob(), { headers }));
    // In the order in which they were kept.
    const keys = await pictures.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - PICTURES.most)).map((key) => pictures.delete(key)));
}
