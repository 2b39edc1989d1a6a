/* global idb */
/**
 * What the phone keeps, in one database of the browser for each app.
 *
 * - `meta`: single values by name: tokens, whose data it is, the cursor of the synchronisation, answers to questions
 * - `items`: what `/sync` gave, by [kind, id]: stores, offers, messages, lists, orders, products, …
 * - `queue`: what was done without the network, in order
 * - `pages`: answers of the API to show while there is no network, by path
 *
 * Tabs and the service worker share it, so what has to be read and written together is done in one transaction.
 */
import { MemoryDatabase } from "./memory";

export const VERSION = 1;
const STORES = {
    meta: {},
    items: { keyPath: ["kind", "id"] },
    queue: { keyPath: "number", autoIncrement: true },
    pages: {},
};
/** How many of a kind stay when the phone is full. What is not named here stays. */
const FEW = { stores: 15, messages: 20, products: 20, orders: 5 };
/** Of the pages that are kept, what somebody stands at a till or a door with. */
const PRECIOUS = /^(exit:|\/exit|\/me\/card|\/offers\/)/;

/**
 * Open the database of an app.
 *
 * @param {string} clientId of the app
 * @param {Object} [on]
 * @param {Function} [on.full] called once when the phone's memory takes nothing more
 * @returns {Promise<Database>}
 */
export async function openDatabase(clientId, on = {}) {
    const database = new Database(`mobile-${clientId}`, clientId, on);
    await database.open();
    return database;
}

/** The name of the cache of an app's pictures, which are the first to go. */
export function picturesOf(clientId) {
    return `mobile-pictures-${clientId}`;
}

/**
 * A database of `idb` that outlives what browsers do to it: a connection that is gone after a pause, another tab that
 * brings a newer version, a phone that is full. `isTemporary` when what it keeps is gone with the page.
 */
export class Database {
    constructor(name, clientId, { full = () => {} } = {}) {
        Object.assign(this, { name, clientId, full, inner: null, isTemporary: false, opening: null });
        for (const method of ["get", "getAll", "getAllKeys", "count", "getAllFromIndex"]) {
            this[method] = (...given) => this.use((inner) => inner[method](...given));
        }
        for (const method of ["put", "add", "delete", "clear"]) {
            this[method] = (name, ...given) => this.change([name], (stores) => stores[name][method](...given));
        }
    }

    /** Open it, again where the connection was lost. */
    open() {
        this.opening ??= this.connect().finally(() => (this.opening = null));
        return this.opening;
    }

    async connect() {
        try {
            this.inner = await this.openVersion(VERSION).catch((error) => {
                // A newer version of the app was here. Each adds to the one before, so this one finds all that it knows.
                if (error.name === "VersionError") {
                    return this.openVersion(undefined);
                }
                throw error;
            });
        } catch {
            this.isTemporary = true;
            this.inner = new MemoryDatabase(STORES);
        }
    }

    openVersion(version) {
        const lose = () => (this.inner = null);
        return idb.openDB(this.name, version, {
            upgrade(database, from) {
                // Each version adds to the one before: nothing that a customer did offline is ever dropped here.
                if (from < 1) {
                    for (const [name, options] of Object.entries(STORES)) {
                        const store = database.createObjectStore(name, options);
                        if (name === "items") {
                            store.createIndex("kind", "kind");
                        }
                    }
                }
            },
            // A newer version of the app, in another tab: it waits until we have let go, and we come back after it.
            blocking(_current, _blocked, event) {
                lose();
                event.target.close();
            },
            terminated: lose,
        });
    }

    /** Do something with the connection, a second time where it turned out to be lost. */
    async use(work, isAgain = false) {
        if (!this.inner) {
            await this.open();
        }
        const inner = this.inner;
        try {
            return await work(inner);
        } catch (error) {
            if (isAgain || this.isTemporary || !isLost(error)) {
                throw error;
            }
            if (this.inner === inner) {
                this.inner = null;
            }
            return this.use(work, true);
        }
    }

    /** Write something; where the phone is full, after making room for it, and in the end in memory only. */
    async write(work) {
        for (const makeRoom of [() => this.dropPictures(), () => this.keepFew(), () => this.moveToMemory()]) {
            try {
                return await this.use(work);
            } catch (error) {
                if (error.name !== "QuotaExceededError") {
                    throw error;
                }
            }
            await makeRoom();
        }
        return this.use(work);
    }

    /**
     * Change several things, all or none of them.
     *
     * @param {string[]} names of stores
     * @param {Function} change gets the stores by name; awaits nothing but them
     * @returns {Promise<*>} what it gives
     */
    change(names, change) {
        return this.write(async (inner) => {
            const answer = await this.run(inner, names, change);
            if (this.disk) {
                // As far as it goes: what is taken away shall not come back when the app is opened again.
                await this.run(this.disk, names, change).catch(() => {});
            }
            return answer;
        });
    }

    async run(inner, names, change) {
        const transaction = inner.transaction(names, "readwrite");
        const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
        const done = transaction.done.catch((error) => { throw transaction.error || error; });
        try {
            return (await Promise.all([change(stores), done]))[0];
        } catch (error) {
            try {
                transaction.abort();
            } catch {
                // It ended by itself.
            }
            // Why it ended, rather than that what was asked meanwhile ended with it.
            throw (error.name === "AbortError" && (await done.then(() => null, (why) => why))) || error;
        }
    }

    close() {
        this.inner?.close();
        this.inner = null;
    }

    /** Drop what can be fetched again. */
    async dropPictures() {
        await globalThis.caches?.delete(picturesOf(this.clientId)).catch(() => {});
    }

    /** Keep only some of what `/sync` gave, and let it give all again when there is room. */
    async keepFew() {
        await this.use(async (inner) => {
            await inner.delete("meta", "cursor");
            for (const [kind, count] of Object.entries(FEW)) {
                for (const { id } of (await inner.getAllFromIndex("items", "kind", kind)).slice(count)) {
                    await inner.delete("items", [kind, id]);
                }
            }
            for (const key of await inner.getAllKeys("pages")) {
                if (!PRECIOUS.test(key)) {
                    await inner.delete("pages", key);
                }
            }
        }).catch(() => {});
    }

    /** Go on without the disk, with all that is on it. What waits to be sent is there too, as long as it can be. */
    moveToMemory() {
        // Once, however many find out at the same time.
        this.moving ??= this.move();
        return this.moving;
    }

    async move() {
        const memory = new MemoryDatabase(STORES);
        for (const name of Object.keys(STORES)) {
            const keys = await this.use((inner) => inner.getAllKeys(name));
            const values = await this.use((inner) => inner.getAll(name));
            for (const [at, value] of values.entries()) {
                await memory.put(name, value, keys[at]);
            }
        }
        this.disk = this.inner;
        this.isTemporary = true;
        this.inner = memory;
        this.full();
    }
}

/** Whether the connection is gone: closed by the browser, or for another tab. */
function isLost(error) {
    return error.name === "InvalidStateError" || /connection|closing/i.test(error.message || "");
}
