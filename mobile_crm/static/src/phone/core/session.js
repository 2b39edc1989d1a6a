/**
 * Who uses the app: nobody in particular, or a customer who has signed in. All that is kept is one customer's, `owner`:
 * it changes together with their tokens, in all tabs.
 */
import { reactive } from "@odoo/owl";
import { Offline } from "./api";
import { picturesOf } from "./database";
import { alone } from "./locks";
import { _t } from "./texts";

export class Session {
    constructor({ api, database, kept, channel, ui }) {
        // Whether it is known who was signed in when the app was opened.
        this.isLoaded = false;
        Object.assign(this, { api, database, kept, channel, ui });
        this.queue = null;
        this.state = reactive({ isSignedIn: false, isOnline: navigator.onLine });
        // Set by the page that signs customers in: opens its sheet, tells whether somebody has signed in.
        this.askToSignIn = null;
        for (const name of ["online", "offline"]) {
            window.addEventListener(name, () => (this.state.isOnline = navigator.onLine));
        }
        channel?.addEventListener("message", ({ data }) => data === "session" && this.load());
    }

    /** Read who it is, and what is kept of theirs. */
    async load() {
        const tokens = await this.database.get("meta", "tokens");
        const isSignedIn = Boolean(tokens?.is_signed_in);
        if (!isSignedIn && (await this.database.get("meta", "owner"))) {
            // The app was closed between the end of the session and this.
            await this.forget();
        }
        await this.kept.load();
        this.state.isSignedIn = isSignedIn;
        this.queue?.load();
        this.isLoaded = true;
    }

    /** The customer, as `GET /me` tells, or null. */
    get customer() {
        return this.state.isSignedIn ? this.kept.state.me : null;
    }

    /**
     * Take what a sign-in answered. What was kept of another customer is forgotten, with what they have not sent.
     *
     * @param {Object} answer
     * @param {Object} [options]
     * @param {boolean} [options.isSame] whether it is the same customer under another address
     */
    async enter({ customer, ...tokens }, { isSame = false } = {}) {
        const owner = customer.id;
        // Not while this install is being registered, which would take the place of these tokens.
        await alone(this.api.lockName, () => this.database.change(["meta", "items", "pages", "queue"], async ({ meta, items, pages, queue }) => {
            await items.clear();
            await pages.clear();
            await meta.delete("cursor");
            if (!isSame) {
                await meta.delete("passkey");
            }
            for (const entry of await queue.getAll()) {
                if (isSame && entry.owner) {
                    await queue.put({ ...entry, owner });
                } else if (entry.owner && entry.owner !== owner) {
                    await queue.delete(entry.number);
                }
            }
            await meta.put({ ...tokens, is_signed_in: true, owner }, "tokens");
            await meta.put(owner, "owner");
            await items.put({ kind: "me", id: 0, value: customer });
        }));
        await this.changed();
        this.askToStay();
    }

    /**
     * Sign out, after sending what waits, or a question where that cannot be.
     *
     * @param {Object} [options]
     * @param {boolean} [options.everywhere] on the customer's other devices too
     * @returns {Promise<boolean>} whether they are signed out
     * @throws {Problem|Offline} when they are to be signed out everywhere, which needs the network
     */
    async signOut({ everywhere = false } = {}) {
        if (!(await this.queue.flush()) && !(await this.ui.ask({
            title: _t("Sign out now?"),
            body: _t("Not everything has been sent yet: %s. It is lost when you sign out.", this.queue.state.count),
            yes: _t("Sign out"), isDanger: true,
        }))) {
            return false;
        }
        try {
            await this.api.post("/auth/logout", { everywhere });
        } catch (error) {
            if (everywhere || !(error instanceof Offline || error.status === 401)) {
                throw error;
            }
            // Without the network the tokens die when this install registers the next time.
        }
        await this.leave();
        return true;
    }

    /** Forget the customer, who has signed out. */
    async leave() {
        await alone(this.api.lockName, () => this.forget({ withAll: true }));
        await this.changed();
    }

    /** Forget the customer, who was signed out from elsewhere. What they have not sent waits for them. */
    async ended() {
        await this.forget();
        await this.changed();
    }

    async forget({ withAll = false } = {}) {
        await this.database.change(["meta", "items", "pages", "queue"], async ({ meta, items, pages, queue }) => {
            if (!withAll && (await meta.get("tokens"))?.is_signed_in) {
                // Somebody has signed in meanwhile, in another tab. What is kept is theirs.
                return;
            }
            await items.clear();
            await pages.clear();
            await meta.delete("cursor");
            await meta.delete("owner");
            await meta.delete("passkey");
            if (withAll) {
                await queue.clear();
                await meta.delete("tokens");
            }
        });
        await globalThis.caches?.delete(picturesOf(this.database.clientId)).catch(() => {});
    }

    /** Take what has changed, here and in the other tabs. */
    async changed() {
        await this.load();
        this.channel?.postMessage("session");
    }

    /** Have the browser keep what is kept, where it decides by itself: Firefox asks, and nobody would know why. */
    askToStay() {
        if (!navigator.userAgent.includes("Firefox/")) {
            navigator.storage?.persist?.().catch(() => {});
        }
    }

    /**
     * Tell whether there is a customer, after asking them to sign in where there is none.
     *
     * @param {string} reason why it is needed, in words for the customer
     * @returns {Promise<boolean>}
     */
    async need(reason) {
        return this.state.isSignedIn || Boolean(await this.askToSignIn?.(reason));
    }
}
