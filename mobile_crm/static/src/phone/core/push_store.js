/* global idb */
/**
 * What the service worker has to know of notifications. A browser has one subscription for all apps of this server, so
 * this is not in the database of an app: the app that has subscribed last has it.
 *
 * - `owner`: {app, name, icon, unreadable}: whose it is, and what is shown for a push that nobody can read
 * - `shown`: ids of the last messages that were shown
 */

/** Ids that are remembered. */
const SHOWN = 100;

function open() {
    return idb.openDB("mobile-push", 1, { upgrade: (database) => database.createObjectStore("meta") });
}

/** Do something with the store, and close it. */
async function use(work) {
    const database = await open();
    try {
        return await work(database);
    } finally {
        database.close();
    }
}

/** Return whose the subscription is, or undefined. */
export function owner() {
    return use((database) => database.get("meta", "owner"));
}

export function setOwner(value) {
    return use((database) => database.put("meta", value, "owner"));
}

/**
 * Remember that a message is shown.
 *
 * @returns {Promise<boolean>} whether it is for the first time
 */
export function isFirst(id) {
    return use(async (database) => {
        // In one transaction: the same push may come twice at once.
        const { store, done } = database.transaction("meta", "readwrite");
        const shown = (await store.get("shown")) || [];
        const isNew = !shown.includes(id);
        if (isNew) {
            await store.put([...shown, id].slice(-SHOWN), "shown");
        }
        await done;
        return isNew;
    });
}
