/**
 * Events for `POST /events`: kept until the server has them, each with its own id, so that sending them again is no harm.
 * They are not in the common queue, for each sending tells the phone's clock anew.
 */

import { alone } from "../../core/locks";

/** Events in one request, and how many are kept at all: the latest. */
const MOST = 200;
const KEPT_MOST = 600;

export class Reports {
    constructor({ api, database, clientId }) {
        Object.assign(this, { api, database });
        this.lockName = `mobile-events-${clientId}`;
    }

    /** Keep an event until it is sent. */
    async add(event) {
        const kept = { id: crypto.randomUUID(), ...event };
        await this.change((events) => [...events, kept].slice(-KEPT_MOST));
    }

    /** Forget what waits: the customer has signed out, or does not want to be located any more. */
    clear() {
        return this.change(() => []);
    }

    /**
     * Send what waits. One tab does it at a time.
     *
     * @param {string|null} owner whose it is (see Session): for nobody else is it sent
     * @returns {Promise<{sent: number, codes: string[]}>} how many were sent, and why single ones were refused
     * @throws {Problem|Offline}
     */
    send(owner) {
        return alone(this.lockName, async () => {
            const receipt = { sent: 0, codes: [] };
            for (let events; (events = (await this.waiting()).slice(0, MOST)).length; receipt.sent += events.length) {
                const { rejected } = await this.post(events, owner);
                receipt.codes.push(...rejected.map(({ code }) => code));
                const ids = new Set(events.map(({ id }) => id));
                await this.change((now) => now.filter(({ id }) => !ids.has(id)));
            }
            return receipt;
        });
    }

    async post(events, owner) {
        try {
            return await this.api.post("/events", { events, sent_at: new Date().toISOString() }, { owner });
        } catch (error) {
            if (error.status === 422) {
                // The server will never take them: they must not hold up what comes after.
                return { rejected: [] };
            }
            throw error;
        }
    }

    async waiting() {
        return (await this.database.get("meta", "events")) || [];
    }

    change(change) {
        return this.database.change(["meta"], async ({ meta }) =>
            meta.put(change((await meta.get("events")) || []), "events"));
    }
}
