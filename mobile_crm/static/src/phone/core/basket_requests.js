/**
 * How requests about the basket are made: one after the other, each once, and again where nobody knows what became of
 * it.
 */
import { Offline, Problem } from "./api";
import { _t } from "./texts";

/** What says that the basket is another than the phone knew. */
const OUTDATED = ["basket_changed", "basket_ended", "not_found", "version_required"];
/** Milliseconds until a request without an answer is sent again. */
const PAUSES = [400, 1500];
/** How often a change is tried on what others have made of the basket. */
const TRIES = 4;

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Return what names the version of a basket that the customer has seen, for `If-Match`. */
export const versionOf = (order) => `"${order.basket.version}"`;

/** Made more of by `Basket`, which knows what is in the basket: `state`, `refresh` and `keep`. */
export class BasketRequests {
    constructor(env) {
        Object.assign(this, { env, api: env.api, ui: env.ui, unsure: null, paying: null });
        this.lockName = `mobile-basket-${env.config.client_id}`;
    }

    /** Do something when nothing else is being done, in all tabs. */
    inTurn(work) {
        return navigator.locks.request(this.lockName, async () => {
            this.state.isSending = true;
            try {
                return await work();
            } catch (error) {
                // What has become of it nobody knows.
                this.state.isFresh = this.state.isFresh && !(error instanceof Offline);
                throw error;
            } finally {
                this.state.isSending = false;
            }
        });
    }

    /** Do something in turn; when it fails the customer is told why. Return what came of it, or null. */
    async send(work) {
        try {
            return await this.inTurn(work);
        } catch (error) {
            this.tell(error);
            return null;
        }
    }

    /** Try to change the basket, and again where it was another than the phone knew. */
    async tryOn(change, moreCodes = []) {
        for (let tries = 1; ; tries++) {
            try {
                return await change(this.state.order);
            } catch (error) {
                if (error.code === "basket_locked") {
                    await this.refresh();
                }
                if (tries === TRIES || ![...OUTDATED, ...moreCodes].includes(error.code)) {
                    throw error;
                }
                await this.refresh();
            }
        }
    }

    async patch(order, body) {
        const { data, etag } = await this.again(() => this.api.send(
            "PATCH", `/orders/${order.id}`, { body, version: versionOf(order) }));
        await this.keep(data, etag);
        return data;
    }

    /** POST with a name until there is an answer; without one it is remembered, to be asked for by its name again. */
    async insist({ wish, key, path, body, version }) {
        this.unsure = { wish, key, path, body, version };
        try {
            const { data, etag } = await this.again(() => this.api.send("POST", path, { body, key, version }));
            this.unsure = null;
            await this.keep(data, etag);
            return data;
        } catch (error) {
            if (error instanceof Problem) {
                this.unsure = null;
            }
            throw error;
        }
    }

    /** Send what may be sent again, until there is an answer. */
    async again(send) {
        for (let tries = 0; ; tries++) {
            try {
                return await send();
            } catch (error) {
                const isOpen = error instanceof Offline || error.code === "idempotency_in_progress";
                if (!isOpen || tries === PAUSES.length || !navigator.onLine) {
                    throw error;
                }
                await pause(PAUSES[tries]);
            }
        }
    }

    /** Tell the customer why something has not been done. */
    tell(error) {
        if (error instanceof Offline) {
            this.ui.notice(_t("This needs the network. Please try again."), { kind: "danger" });
        } else if (error.code === "basket_locked") {
            this.ui.notice(_t("Your basket is being paid."), {
                action: { label: _t("Show"), run: () => this.env.router.go("/basket/pay") } });
        } else if (error instanceof Problem) {
            this.ui.notice(error.errors[0]?.msg || error.message, { kind: "danger" });
        } else {
            throw error;
        }
    }

    /**
     * Begin to pay a basket as the customer has seen it; an answer that was lost is asked for under its name again.
     *
     * @param {Object} order
     * @param {{method: string, payment_method_id: string|undefined}} body
     * @returns {Promise<Object>} the payment
     * @throws {Problem|Offline}
     */
    async begin(order, body) {
        const version = versionOf(order);
        const wish = JSON.stringify([order.id, version, body]);
        if (this.paying?.wish !== wish) {
            this.paying = { wish, key: crypto.randomUUID() };
        }
        const { key } = this.paying;
        try {
            const payment = await this.inTurn(() => this.again(
                () => this.api.post(`/orders/${order.id}/payments`, body, { key, version })));
            this.paying = null;
            return payment;
        } catch (error) {
            if (error instanceof Problem) {
                this.paying = null;
            }
            throw error;
        }
    }
}
