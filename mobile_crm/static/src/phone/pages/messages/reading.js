/** Remembering what the customer has read: on this phone at once, on the server as soon as there is a network. */
import { _t } from "../../core/texts";

/** Receipts that the API takes at once. */
const BATCH = 200;

/**
 * Mark messages as read. One that is read already costs nothing.
 *
 * @param {Object} env
 * @param {Object[]} messages of the inbox
 */
export async function markRead(env, messages) {
    const unread = messages.filter((message) => !message.read_at);
    if (!unread.length) {
        return;
    }
    const at = new Date().toISOString();
    const shown = env.kept.change(async ({ items }) => {
        for (const message of unread) {
            await items.put({ kind: "messages", id: message.id, value: { ...message, read_at: at } });
        }
    });
    const label = _t("Mark as read");
    try {
        if (unread.length === 1) {
            await env.queue.send({ method: "POST", path: `/messages/${unread[0].id}/read`, label, isQuiet: true });
        }
        for (let from = 0; unread.length > 1 && from < unread.length; from += BATCH) {
            const receipts = unread.slice(from, from + BATCH).map(({ id }) => ({ id, status: "opened", at }));
            await env.queue.send({
                method: "POST", path: "/messages/receipts", body: { receipts }, label, isQuiet: true, isTimed: true });
        }
    } catch {
        // The server does not have one of them any more: so there is nothing to tell.
    }
    await shown;
}
