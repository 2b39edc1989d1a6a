/**
 * Notifications: shown as they come, once each; what becomes of them is told to the server; a tap leads to what they are
 * about, in the app whose they are.
 */
import { Problem } from "../phone/core/api";
import { openDatabase } from "../phone/core/database";
import { pageOf } from "../phone/core/links";
import { isFirst, owner } from "../phone/core/push_store";
import { subscribe } from "../phone/core/subscription";
import { connect } from "./connect";

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data));
});
self.addEventListener("notificationclose", (event) => {
    event.waitUntil(tell(event.notification.data, "dismissed"));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew()));

/** Show what has come. Browsers punish who gets a push and shows nothing. */
async function show(data) {
    const whose = await owner().catch(() => null);
    const sent = read(data);
    // Who has signed out without the network is still known to the server: what it sends them is nobody else's.
    const message = (await isLeft(whose).catch(() => false)) ? null : sent;
    if (message && !(await isFirst(message.id).catch(() => true))) {
        // Sent twice, for nobody knew whether it had arrived. Told once more, for the same reason.
        await tell({ id: message.id, app: whose?.app }, "delivered");
        return;
    }
    const { id, offer_id, link } = message || {};
    await self.registration.showNotification(message?.title || whose?.name || self.location.host, {
        body: message ? message.body ?? "" : whose?.unreadable ?? "",
        icon: whose?.icon ?? undefined,
        image: message?.image ?? undefined,
        tag: message?.tag || id || "unreadable",
        renotify: false,
        timestamp: Date.parse(message?.sent_at) || Date.now(),
        data: { app: whose?.app, id, offer_id, link },
    });
    // It registers this phone anew where nobody is signed in, and the server knows.
    await tell({ id: sent?.id, app: whose?.app }, "delivered");
}

/** Whether there is nobody signed in to the app whose subscription it is. */
async function isLeft(whose) {
    if (!whose) {
        return false;
    }
    const database = await openDatabase(whose.app);
    try {
        return !database.isTemporary && !(await database.get("meta", "tokens"))?.is_signed_in;
    } finally {
        database.close();
    }
}

/** Return what a push says, or null when it cannot be read. */
function read(data) {
    try {
        const message = data.json();
        return typeof message.title === "string" && typeof message.id === "string" ? message : null;
    } catch {
        return null;
    }
}

/** Lead to what a notification is about: in a window of its app that is open, else in a new one. */
async function open(data) {
    const base = data?.app ? `/mobile/app/${data.app}` : null;
    if (base) {
        const path = data.id ? pageOf(data) : "/messages";
        const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
        const found = windows.find(({ url }) => `${new URL(url).pathname}/`.startsWith(`${base}/`));
        if (found) {
            found.postMessage({ type: "go", path });
            await found.focus().catch(() => {});
        } else {
            await self.clients.openWindow(base + path);
        }
    }
    await tell(data, "opened");
}

/** Tell the server, and the pages, what became of a message. Without the network the server is told later. */
async function tell({ app, id } = {}, status) {
    if (!app || !id) {
        return;
    }
    const { api, database, channel } = await connect(app);
    try {
        if (status === "opened") {
            await markRead(database, id);
        }
        channel.postMessage("kept");
        channel.postMessage(status === "delivered" ? "pushed" : "told");
        await badge(database);
        const at = new Date().toISOString();
        const body = { receipts: [{ id, status, at }] };
        try {
            await api.post("/messages/receipts", { ...body, sent_at: at });
        } catch (error) {
            if (!(error instanceof Problem)) {
                await database.add("queue", {
                    method: "POST", path: "/messages/receipts", body, key: crypto.randomUUID(), made_at: at, label: "",
                    isQuiet: true, isTimed: true, owner: null });
                await self.registration.sync?.register(`queue:${app}`).catch(() => {});
            }
        }
    } finally {
        database.close();
        channel.close();
    }
}

async function markRead(database, id) {
    // In one transaction: who signs out meanwhile takes it away.
    await database.change(["items"], async ({ items }) => {
        const item = await items.get(["messages", id]);
        if (item && !item.value.read_at) {
            await items.put({ ...item, value: { ...item.value, read_at: new Date().toISOString() } });
        }
    });
}

/** Count what is unread: in the inbox as it was kept, and what has come since. */
async function badge(database) {
    if (!self.navigator.setAppBadge) {
        return;
    }
    const items = (await database.getAll("items")).filter(({ kind }) => kind === "messages");
    const unread = new Set(items.filter(({ value }) => !value.read_at).map(({ id }) => id));
    const known = new Set(items.map(({ id }) => id));
    for (const { data } of await self.registration.getNotifications()) {
        // A browser may have several apps.
        if (data?.id && data.app === database.clientId && !known.has(data.id)) {
            unread.add(data.id);
        }
    }
    await (unread.size ? self.navigator.setAppBadge(unread.size) : self.navigator.clearAppBadge()).catch(() => {});
}

/** The browser has ended the subscription: make another. */
async function renew() {
    const whose = await owner().catch(() => null);
    if (!whose) {
        return;
    }
    const { api, database, channel } = await connect(whose.app);
    try {
        await subscribe(self.registration, api, whose);
    } finally {
        database.close();
        channel.close();
    }
}
