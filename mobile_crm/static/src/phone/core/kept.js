/**
 * What the phone keeps of the server's (see `/sync`): in the browser's database, and in memory for the pages, which are
 * drawn anew when it changes. Other tabs and the service worker change it too and say so.
 */
import { markRaw, reactive } from "@odoo/owl";

/** The kinds of `/sync`, under its own names. `me`, `preferences`, `consents` and `favourites` are one object each. */
export const KINDS = ["stores", "offers", "messages", "lists", "products", "orders"];
export const SINGLE = ["me", "preferences", "consents", "favourites"];

export class Kept {
    constructor(database, channel) {
        this.database = database;
        this.channel = channel;
        this.owner = null;
        this.state = reactive(Object.fromEntries(KINDS.map((kind) => [kind, []]).concat(SINGLE.map((kind) => [kind, null]))));
        channel?.addEventListener("message", ({ data }) => data === "kept" && this.load());
    }

    /** Read all of it from the browser's database. */
    async load() {
        this.owner = await this.database.get("meta", "owner") ?? null;
        const found = Object.fromEntries(KINDS.map((kind) => [kind, []]).concat(SINGLE.map((kind) => [kind, null])));
        for (const { kind, id, value } of await this.database.getAll("items")) {
            if (SINGLE.includes(kind)) {
                found[kind] = markRaw(value);
            } else if (found[kind] && id !== undefined) {
                found[kind].push(markRaw(value));
            }
        }
        Object.assign(this.state, found);
    }

    /** Return one of a kind by its id, or undefined. */
    one(kind, id) {
        return this.state[kind].find((item) => String(item.id) === String(id));
    }

    /**
     * Change what is kept, here and in the other tabs. Where it is another customer's meanwhile, nothing is changed.
     *
     * @param {Function} change gets the transaction's object stores {items, meta}; awaits nothing but them
     * @param {string|null} [owner] whose it is (see Session)
     */
    async change(change, owner = this.owner) {
        await this.database.change(["items", "meta"], async (stores) => {
            if ((await stores.meta.get("owner") ?? null) === owner) {
                await change(stores);
            }
        });
        await this.load();
        this.channel?.postMessage("kept");
    }

    /** Put one item in the place of the one with its id; of a single object, leave out the id. */
    put(kind, value) {
        return this.change(({ items }) => items.put({ kind, id: value.id ?? 0, value }));
    }

    remove(kind, id) {
        return this.change(({ items }) => items.delete([kind, id]));
    }
}
