import { alone } from "./locks";

/**
 * The phone API, `/mobile/v1`: the one place that sends requests. It registers the install, renews tokens (once, whatever
 * the number of tabs) and makes errors of answers.
 */

const BASE = "/mobile/v1";
/** Milliseconds after which an answer is no longer waited for. */
const PATIENCE = 20000;

/** What the server refused: an RFC 9457 document. `code` is for programs, `message` for the customer. */
export class Problem extends Error {
    constructor(status, document, retryAfter) {
        super(document.detail || document.title);
        this.status = status;
        this.code = document.code;
        this.errors = document.errors || [];
        this.retryAfter = retryAfter;
    }
}

/** There was no answer: no network, or a server that is down. */
export class Offline extends Error {}

/** What a 401 says of tokens that another pair may replace. Other ones say what is wrong with the request. */
const ENDED = ["token_expired", "token_invalid", "token_reused", "unauthenticated"];
/** How often, and after how many seconds, it is asked again for the answer to what the server is still doing. */
const IN_PROGRESS = { tries: 8, pause: 1 };

export class Api {
    /**
     * @param {Object} parts
     * @param {string} parts.clientId of the app
     * @param {idb.IDBPDatabase} parts.database
     * @param {Function} parts.describe gives what the server is told about this install
     * @param {Function} [parts.onEnded] called when the customer was signed out from elsewhere
     * @param {Function} [parts.onReached] called with whether there was an answer, after each request
     */
    constructor({ clientId, database, describe, onEnded = () => {}, onReached = () => {} }) {
        Object.assign(this, { clientId, database, describe, onEnded, onReached });
        this.lockName = `mobile-tokens-${clientId}`;
    }

    get(path, query, options) {
        return this.data("GET", path, { query, ...options });
    }
    /** POST with a name of its own, so that it is done once however often it is sent. */
    post(path, body, options) {
        return this.data("POST", path, { body, key: crypto.randomUUID(), ...options });
    }
    put(path, body, options) {
        return this.data("PUT", path, { body, ...options });
    }
    patch(path, body, options) {
        return this.data("PATCH", path, { body, ...options });
    }
    delete(path, options) {
        return this.data("DELETE", path, options);
    }

    async data(method, path, options) {
        return (await this.send(method, path, options)).data;
    }

    /**
     * Send a request as this device.
     *
     * @param {string} method
     * @param {string} path below /mobile/v1
     * @param {Object} [options]
     * @param {Object} [options.query] parameters; those that are null or undefined are left out
     * @param {Object} [options.body]
     * @param {string|null} [options.owner] whose request it is (see Session): for nobody else is it sent
     * @param {string} [options.key] Idempotency-Key
     * @param {string} [options.version] If-Match: what the customer has seen
     * @param {string} [options.etag] If-None-Match
     * @param {AbortSignal} [options.signal]
     * @param {boolean} [options.blob] whether the answer is a file
     * @returns {Promise<{status: number, data: Object|Blob|null, etag: string|null}>} status 304 has no data
     * @throws {Problem|Offline} Offline also when the customer was signed out before the answer came
     */
    async send(method, path, options = {}) {
        let tokens = await this.tokens();
        for (let tries = 0; ; tries++) {
            if (options.owner !== undefined && options.owner !== (tokens.owner ?? null)) {
                throw Object.assign(new Offline("another customer"), { isAnother: true, isUnsent: true });
            }
            try {
                const answer = await this.patiently(method, path, {
                    ...options, authorization: `Bearer ${tokens.access_token}` });
                await this.checkOwner(tokens);
                return answer;
            } catch (error) {
                if (error.status !== 401 || tries > 1 || !ENDED.includes(error.code)) {
                    throw error;
                }
                tokens = await this.renew(tokens);
            }
        }
    }

    /** A customer's answer is for nobody else: who signs in while it is on its way does not get it. */
    async checkOwner({ owner }) {
        if (owner && (await this.database.get("meta", "tokens"))?.owner !== owner) {
            throw Object.assign(new Offline("another customer"), { isAnother: true });
        }
    }

    /** Send a request, and wait for the answer where the server still works on it since an earlier try. */
    async patiently(method, path, options) {
        for (let tries = 1; ; tries++) {
            try {
                return await this.fetch(method, path, options);
            } catch (error) {
                if (error.code !== "idempotency_in_progress" || tries === IN_PROGRESS.tries) {
                    throw error;
                }
                const seconds = error.retryAfter || IN_PROGRESS.pause;
                await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
            }
        }
    }

    /** Return the tokens of this install, which is registered when it has none. */
    async tokens() {
        const kept = await this.database.get("meta", "tokens");
        return kept || alone(this.lockName, async () =>
            (await this.database.get("meta", "tokens")) || this.register());
    }

    /** Return other tokens than those that did not open the server. One tab asks, the others wait for it. */
    renew(used) {
        return alone(this.lockName, async () => {
            const kept = await this.database.get("meta", "tokens");
            if (kept && kept.access_token !== used.access_token) {
                return kept;
            }
            if (kept) {
                try {
                    // Also where they are called invalid: they are after a renewal whose answer got lost.
                    const { data } = await this.patiently("POST", "/auth/refresh", {
                        body: { refresh_token: kept.refresh_token },
                        // The same for each try: an answer that got lost is given again.
                        key: await digest(kept.refresh_token),
                        app: this.clientId,
                    });
                    return this.write({ ...kept, ...data });
                } catch (error) {
                    if (error.status !== 401) {
                        throw error;
                    }
                }
            }
            const tokens = await this.register();
            if (kept?.is_signed_in) {
                await this.onEnded();
            }
            return tokens;
        });
    }

    async register() {
        let installId = await this.database.get("meta", "install_id");
        if (!installId) {
            installId = crypto.randomUUID();
            await this.database.put("meta", installId, "install_id");
        }
        const { data } = await this.fetch("POST", "/devices", {
            body: { install_id: installId, platform: "web", ...this.describe() },
            app: this.clientId,
        });
        return this.write({ ...data, is_signed_in: false, owner: null });
    }

    async write(tokens) {
        await this.database.put("meta", tokens, "tokens");
        return tokens;
    }

    /** Send one request, and make its errors. */
    async fetch(method, path, { query, body, key, version, etag, signal, blob, authorization, app } = {}) {
        const given = Object.entries(query || {}).filter(([, value]) => value !== null && value !== undefined);
        const headers = {
            "Accept-Language": this.describe().locale,
            ...(authorization && { Authorization: authorization }),
            ...(app && { "X-App-Id": app }),
            ...(body !== undefined && { "Content-Type": "application/json" }),
            ...(key && { "Idempotency-Key": key }),
            ...(version && { "If-Match": version }),
            ...(etag && { "If-None-Match": etag }),
        };
        const patience = AbortSignal.timeout(PATIENCE);
        let response;
        try {
            response = await fetch(`${BASE}${path}${given.length ? `?${new URLSearchParams(given)}` : ""}`, {
                method,
                headers,
                body: body === undefined ? undefined : JSON.stringify(body),
                signal: signal && AbortSignal.any ? AbortSignal.any([signal, patience]) : signal || patience,
                credentials: "omit",
                cache: "no-store",
            });
        } catch (error) {
            if (signal?.aborted) {
                throw error;
            }
            this.onReached(false);
            throw new Offline(error.message);
        }
        const answer = { status: response.status, etag: response.headers.get("ETag"), data: null };
        if (response.ok && blob) {
            answer.data = await response.blob().catch((error) => {
                this.onReached(false);
                throw signal?.aborted ? error : new Offline(error.message);
            });
            this.onReached(true);
            return answer;
        }
        if (response.status === 204 || response.status === 304) {
            this.onReached(true);
            return answer;
        }
        const data = await response.json().catch((error) => {
            if (signal?.aborted) {
                throw error;
            }
            return null;
        });
        const isOurs = Boolean(response.ok ? data : data?.code);
        this.onReached(isOurs);
        if (response.ok && data) {
            return { ...answer, data };
        }
        if (!isOurs) {
            // Not ours: a proxy whose server does not answer, or the login page of a network.
            throw new Offline(`${response.status}`);
        }
        throw new Problem(response.status, data, Number(response.headers.get("Retry-After")) || null);
    }
}

/** Return a name that nobody can guess who does not know the text. */
export async function digest(text) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
