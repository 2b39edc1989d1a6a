/** The browser's subscription to notifications. Pages make and end it; the service worker renews it. */
import { owner, setOwner } from "./push_store";

/**
 * Subscribe, or renew the subscription, and tell the server where its pushes go. It belongs to the key with which it was
 * made; where the shop has another one by now it is made anew.
 *
 * @param {ServiceWorkerRegistration} registration
 * @param {Api} api
 * @param {Object} whose see `push_store`
 * @throws {Problem|Offline|DOMException} the last when the browser's own push service does not answer
 */
export async function subscribe(registration, api, whose) {
    const { public_key: text } = await api.get("/push/key");
    const key = bytesOf(text);
    let subscription = await registration.pushManager.getSubscription();
    if (subscription && !isSame(subscription.options.applicationServerKey, key)) {
        await subscription.unsubscribe();
        subscription = null;
    }
    subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await setOwner(whose);
    await api.patch("/devices/current", {
        push: { provider: "webpush", address: JSON.stringify(subscription) }, permissions: { notifications: true } });
}

/** End it for an app. What another app of this server has made meanwhile stays. */
export async function unsubscribe(registration, api, clientId) {
    await api.patch("/devices/current", { push: null });
    if ((await owner())?.app === clientId) {
        await (await registration.pushManager.getSubscription())?.unsubscribe();
        await setOwner(null);
    }
}

function bytesOf(text) {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function isSame(buffer, key) {
    const own = new Uint8Array(buffer || []);
    return own.length === key.length && own.every((byte, at) => byte === key[at]);
}
