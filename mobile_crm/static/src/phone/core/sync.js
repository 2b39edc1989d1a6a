/** Keeping up with the server, by `GET /sync`: one request tells all that has changed since the last one. */
import { KINDS, SINGLE } from "./kept";
import { alone } from "./locks";

/** Milliseconds: between two in the foreground, before another one on coming back, before another after a failure. */
const EVERY = 300000;
const AT_MOST = 20000;
const AFTER_FAILURE = 30000;

export class Sync {
    /**
     * @param {Object} parts
     * @param {Queue} parts.queue whose requests go before, for the answer is to know of them
     */
    constructor({ api, kept, database, lockName, queue = null, channel = null }) {
        Object.assign(this, { api, kept, database, lockName, queue, channel });
        this.running = null;
        this.asked = null;
        this.timer = null;
        this.failures = 0;
        this.last = -Infinity;
        this.notBefore = 0;
    }

    /**
     * Get what has changed. Of several calls at once one asks.
     *
     * @param {{lat: number, lon: number}} [position] stores around it are kept
     * @throws {Problem|Offline}
     */
    now(position) {
        if (this.running && position?.lat !== undefined) {
            // That one does not know of the position.
            return this.running.catch(() => {}).then(() => this.now(position));
        }
        this.running ??= this.start(position).finally(() => (this.running = null));
        return this.running;
    }

    async start(position = {}) {
        try {
            await this.queue?.flush();
            await alone(this.lockName, () => this.run(position));
            this.failures = 0;
        } catch (error) {
            if (error.isAnother) {
                // Whoever has signed in meanwhile may have taken this one for theirs.
                this.soon();
                throw error;
            }
            this.failures++;
            this.notBefore = performance.now() + (error.retryAfter || 0) * 1000;
            throw error;
        } finally {
            this.last = performance.now();
            this.wait();
        }
    }

    /** Get what has changed, in a moment; nobody waits for it, and that it fails is no news. */
    soon() {
        clearTimeout(this.asked);
        this.asked = setTimeout(() => this.try(), 300);
    }

    /** Get everything anew: what is kept is not what the server thinks it is. */
    async again() {
        await this.database.delete("meta", "cursor");
        this.soon();
    }

    /** Keep up from now on: on coming back, with the network, after a push, and from time to time. */
    watch() {
        const isDue = () => performance.now() - this.last > AT_MOST;
        document.addEventListener("visibilitychange", () => !document.hidden && isDue() && this.soon());
        window.addEventListener("online", () => this.soon());
        this.channel?.addEventListener("message", ({ data }) => data === "pushed" && this.soon());
        this.soon();
    }

    async try() {
        if (performance.now() < this.notBefore || navigator.onLine === false) {
            return this.wait();
        }
        await this.now().catch(() => {});
    }

    wait() {
        clearTimeout(this.timer);
        const pause = this.failures ? Math.min(AFTER_FAILURE * 2 ** (this.failures - 1), EVERY) : EVERY;
        this.timer = setTimeout(() => (document.hidden ? this.wait() : this.try()), pause);
    }

    async run({ lat, lon }) {
        const tokens = await this.database.get("meta", "tokens");
        if (!tokens?.is_signed_in) {
            // Nothing is kept of nobody.
            return;
        }
        const owner = tokens.owner ?? null;
        const cursor = await this.database.get("meta", "cursor");
        const made = this.queue?.made;
        const { data } = await this.api.send("GET", "/sync", {
            query: { cursor, lat, lon }, owner: owner === null ? undefined : owner });
        if (this.queue && this.queue.made !== made) {
            // The answer may not know of what the customer has done meanwhile, and would take it off the screen.
            this.soon();
            return;
        }
        await this.kept.change(async ({ items, meta }) => {
            if (data.reset) {
                await items.clear();
            }
            for (const kind of data.complete) {
                for (const key of await items.index("kind").getAllKeys(kind)) {
                    await items.delete(key);
                }
            }
            for (const { kind, id } of data.gone) {
                await items.delete([kind, id]);
            }
            for (const kind of KINDS) {
                for (const value of data[kind] || []) {
                    await items.put({ kind, id: value.id, value });
                }
            }
            for (const kind of SINGLE) {
                if (data[kind]) {
                    await items.put({ kind, id: 0, value: data[kind] });
                }
            }
            await meta.put(data.cursor, "cursor");
        }, owner);
    }
}
