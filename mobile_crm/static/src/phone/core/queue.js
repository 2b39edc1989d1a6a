/**
 * What the customer does while there is no network: kept in order, each with its Idempotency-Key, and sent later, once.
 * Tabs and the service worker share it; one of them sends at a time.
 */
import { Problem } from "./api";
import { alone } from "./locks";

/** Of a refusal that may be another in a moment. */
const LATER = [408, 429, 500, 502, 503, 504];
/** What has done nothing, because somebody else was quicker several times. */
const LOST_RACE = "conflict";
const CONSENTS = "/me/consents";
/** Milliseconds between two tries: each is twice the one before, up to the longest. */
const PAUSE = { first: 2000, longest: 300000 };
/** How often an error of the server's is met with one request before it is given up. */
const MOST_FAILURES = 8;
/** Milliseconds for which the server knows a request again by its key, less an hour for clocks that differ. */
const KNOWN_FOR = 23 * 3600 * 1000;
/** The longest that a server may ask us to wait, in milliseconds. */
const LONGEST_WAIT = 3600 * 1000;

/** It was sent, nobody knows whether it arrived, and the server would not know it again. */
class Unknown extends Error {}

/** Under which name the queue of an app is sent: by one tab, or by the service worker. */
export function queueLock(clientId) {
    return `mobile-queue-${clientId}`;
}

/** By which name the browser wakes the service worker for it. */
export function queueTag(clientId) {
    return `queue:${clientId}`;
}

/** Whose request it is and what it is about, such as lists: of one kind they keep their order. */
function kindOf({ owner, path }) {
    return `${owner}/${path.split("/")[1]}`;
}

/** Whether all that a body makes has an id from us: then it is there once, however often it is sent. */
function hasIds(body) {
    return Boolean(body?.id) || Object.values(body || {}).some((part) =>
        Array.isArray(part) && part.length && part.every((one) => one?.id));
}

/** Whether it is certain that a request that failed has done nothing. */
function isUndone(problem) {
    return problem.isUnsent || (problem instanceof Problem && problem.code !== "idempotency_in_progress");
}

export class Queue {
    /**
     * @param {Object} parts
     * @param {Api} parts.api
     * @param {Database} parts.database
     * @param {string} parts.lockName
     * @param {{count: number, isLate: boolean}} [parts.state] reactive for pages: how many requests wait, and
     *     whether it is not only for the answer
     * @param {BroadcastChannel} [parts.channel] tells other tabs that there is something new
     * @param {Function} [parts.onRefused] called with an entry and the problem that the server had with it, null when
     *     nobody knows whether it arrived
     * @param {Function} [parts.onSent] called when something was sent, with whether some of it was refused
     * @param {Function} [parts.onWaiting] called when something begins to wait
     */
    constructor({ api, database, lockName, state = { count: 0, isLate: false }, channel, onRefused = () => {}, onSent = () => {},
                  onWaiting = () => {} }) {
        Object.assign(this, { api, database, lockName, state, channel, onRefused, onSent, onWaiting });
        this.asking = new Map();
        /** How much was done in this tab that the server may answer with other facts. */
        this.made = 0;
        this.pause = 0;
        this.notBefore = 0;
        /** Until when the server wants no more of a kind of request, by kind. */
        this.resting = new Map();
        this.timer = null;
        channel?.addEventListener("message", ({ data }) => data === "queue" && this.load());
    }

    /**
     * Do something now, or as soon as there is a network. It is kept before it is sent, so a page that is closed
     * meanwhile loses nothing.
     *
     * @param {Object} entry
     * @param {string} entry.method
     * @param {string} entry.path
     * @param {Object} [entry.body]
     * @param {string} entry.label what it is, in words for the customer who is told when it was refused
     * @param {boolean} [entry.isTimed] whether the body gets `sent_at` each time it is sent (events, receipts). What is
     *     in it has ids of its own, so it has no key
     * @param {boolean} [entry.isQuiet] whether the customer need not know when it was refused
     * @param {string} [entry.makes] path of what it makes, when that does not follow from an `id` in the body: what waits
     *     for something below it is dropped when this is refused
     * @returns {Promise<Object|null>} the answer; null when it waits for the network
     * @throws {Problem} when the server refuses it at once
     */
    async send({ body, ...entry }) {
        this.made += !entry.isTimed;
        const number = await this.database.add("queue", {
            key: crypto.randomUUID(),
            made_at: new Date().toISOString(),
            owner: (await this.database.get("meta", "tokens"))?.owner ?? null,
            isRepeatable: entry.method !== "POST" || hasIds(body),
            makes: entry.method === "POST" && body?.id ? `${entry.path}/${body.id}` : undefined,
            // As it is now, whatever becomes of the object: what is sent again has to be the same to the last byte.
            body: body === undefined ? undefined : JSON.parse(JSON.stringify(body)),
            ...entry,
        });
        const answer = new Promise((resolve, reject) => this.asking.set(number, { resolve, reject }));
        await this.changed();
        this.flush().finally(() => {
            const asking = this.asking.get(number);
            if (this.asking.delete(number)) {
                this.onWaiting();
                asking.resolve(null);
            }
        });
        return answer;
    }

    /** Read how many of the customer's requests wait. */
    async load() {
        this.state.count = (await this.own()).length;
        this.state.isLate &&= this.state.count > 0;
    }

    /** Return what may be sent: a customer's own requests, and those that are nobody's. */
    async own() {
        const owner = (await this.database.get("meta", "tokens"))?.owner ?? null;
        return (await this.database.getAll("queue")).filter((entry) => entry.owner === null || entry.owner === owner);
    }

    /** Return what is to be sent first, of what the server wants just now; undefined when there is none. */
    async first() {
        // By a clock that nobody sets.
        const now = performance.now();
        return now < this.notBefore ? undefined
            : (await this.own()).find((entry) => !(this.resting.get(kindOf(entry)) > now));
    }

    async changed() {
        await this.load();
        this.channel?.postMessage("queue");
    }

    /**
     * Send what waits, in order, as far as the network goes.
     *
     * @returns {Promise<boolean>} whether nothing waits any more
     */
    async flush() {
        let isRefused = false, sent = 0;
        await alone(this.lockName, async () => {
            for (let entry; globalThis.navigator.onLine !== false && (entry = await this.first()); ) {
                const outcome = await this.attempt(entry);
                if (outcome === "rests") {
                    continue;
                }
                if (outcome === "later") {
                    break;
                }
                isRefused ||= outcome === "refused";
                sent++;
                this.pause = 0;
            }
        });
        await this.load();
        if (sent) {
            this.onSent(isRefused);
        }
        if (this.state.count) {
            this.wait();
        }
        return !this.state.count;
    }

    /** Try one entry: done, refused, later, or it rests with all of its kind, while others go on. */
    async attempt(entry) {
        // Who asks is known by the time of the answer: a flush that runs already may be quicker than they are.
        const asked = () => this.asking.get(entry.number);
        const isFirst = !entry.isRepeatable && !entry.isTimed && !entry.tried_at;
        let answer;
        try {
            this.check(entry);
            if (isFirst) {
                // Before it is sent: a page that is closed meanwhile could not keep it any more.
                await this.note(entry, { tried_at: Date.now() });
            }
            answer = await this.request(entry);
        } catch (problem) {
            if (isFirst && isUndone(problem)) {
                await this.note(entry, { tried_at: null });
            }
            const outcome = await this.judge(entry, problem);
            if (outcome === "refused") {
                await this.drop(entry);
                const asking = asked();
                this.asking.delete(entry.number);
                asking ? asking.reject(problem) : this.onRefused(entry, problem instanceof Unknown ? null : problem);
            }
            if (outcome !== "done") {
                return outcome;
            }
            answer = null;
        }
        await this.database.delete("queue", entry.number);
        const asking = asked();
        this.asking.delete(entry.number);
        await this.changed();
        asking?.resolve(answer);
        return "done";
    }

    /** Tell whether a failed request is given up. */
    async judge(entry, problem) {
        if (problem instanceof Unknown) {
            return "refused";
        }
        if (!(problem instanceof Problem)) {
            return "later";
        }
        if (problem.status === 404 && entry.method === "DELETE") {
            // It is gone, which is what was wanted.
            return "done";
        }
        const rest = performance.now() + Math.min((problem.retryAfter || 0) * 1000, LONGEST_WAIT);
        if (problem.status === 429 && entry.path === CONSENTS) {
            // Nothing that is withdrawn later waits for an hour because of what was agreed to too often.
            return "refused";
        }
        if (problem.status === 429 && problem.retryAfter) {
            // Too many of these, of this customer. What concerns other things does not wait for them.
            this.resting.set(kindOf(entry), rest);
            return "rests";
        }
        if (problem.retryAfter) {
            this.notBefore = rest;
        }
        if (problem.status === 401 && entry.owner !== null) {
            // Whose session has ended. When they sign in again, it goes on.
            return "later";
        }
        if (problem.code === "idempotency_in_progress") {
            return "later";
        }
        const isLost = problem.code === LOST_RACE;
        if (isLost || LATER.includes(problem.status)) {
            const failures = (entry.failures || 0) + (isLost || problem.status === 500);
            await this.note(entry, { failures });
            return failures < MOST_FAILURES ? "later" : "refused";
        }
        return "refused";
    }

    /** Keep what is known of an entry now, unless it is gone meanwhile. */
    note(entry, facts) {
        Object.assign(entry, facts);
        return this.database.change(["queue"], async ({ queue }) =>
            (await queue.get(entry.number)) && queue.put(entry));
    }

    /** Take an entry away, with those that are about what it would have made: the server knows nothing of it. */
    async drop(entry) {
        const isAbout = (other) => entry.makes
            && (other.path === entry.makes || other.path.startsWith(`${entry.makes}/`));
        await this.database.change(["queue"], async ({ queue }) => {
            for (const other of await queue.getAll()) {
                if (other.number === entry.number || isAbout(other)) {
                    await queue.delete(other.number);
                }
            }
        });
        await this.changed();
    }

    /** What may have arrived long ago, and would be done a second time, is not sent again. */
    check({ isRepeatable, isTimed, tried_at: triedAt }) {
        if (!isRepeatable && !isTimed && triedAt && Date.now() - triedAt > KNOWN_FOR) {
            throw new Unknown();
        }
    }

    request({ method, path, body, key, version, owner, isTimed }) {
        return this.api.data(method, path, {
            version,
            owner: owner ?? undefined,
            body: isTimed ? { ...body, sent_at: new Date().toISOString() } : body,
            key: method === "POST" && !isTimed ? key : undefined,
        });
    }

    /** Try again after a pause, which grows. */
    wait() {
        this.state.isLate = true;
        this.pause = Math.min(Math.max(this.pause * 2, PAUSE.first), PAUSE.longest);
        // Not all phones at once, after the server was down.
        const pause = Math.max(this.pause * (0.75 + Math.random() / 2), this.notBefore - performance.now() + 10);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.flush(), pause);
    }
}
