/** What a customer did without the network, sent while no page is open: by Background Sync, where browsers have it. */
import { Queue, queueLock, queueTag } from "../phone/core/queue";
import { connect } from "./connect";

/** Send what waits. It is tried again by the browser when it fails. */
export async function sendWaiting(tag) {
    const start = queueTag("");
    if (!tag.startsWith(start)) {
        return;
    }
    const clientId = tag.slice(start.length);
    const { api, database, channel } = await connect(clientId);
    try {
        const refusals = [];
        const queue = new Queue({
            api, database, channel, lockName: queueLock(clientId),
            onRefused: (entry, problem) => refusals.push({ entry, why: problem?.message }),
            // A page that is open gets what has changed by it.
            onSent: () => channel.postMessage("pushed"),
        });
        const isDone = await queue.flush();
        clearTimeout(queue.timer);
        if (refusals.length) {
            await database.put("meta", [...((await database.get("meta", "refusals")) || []), ...refusals], "refusals");
            channel.postMessage("refusals");
        }
        if (!isDone) {
            throw new Error("something still waits");
        }
    } finally {
        database.close();
        channel.close();
    }
}
