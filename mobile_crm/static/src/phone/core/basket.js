/**
 * The basket of scan and go: a customer has one, on all of their phones and tabs. What changes it goes one by one, each
 * of the version that the customer has seen, so that a scan counts once, and nobody pays what they have not seen.
 */
import { markRaw, reactive } from "@odoo/owl";
import { StoreChoice } from "../components/store_choice";
import { Offline } from "./api";
import { BasketRequests, versionOf } from "./basket_requests";
import { _t } from "./texts";

/** The states in which it is the customer's. */
export const LIVING = ["open", "paying", "at_till"];
/** Milliseconds in which taps on plus and minus become one change. */
const TAPS = 450;
const KEPT = "basket";

export class Basket extends BasketRequests {
    constructor(env) {
        super(env);
        this.database = env.database;
        /**
         * `order`: as `GET /orders/{id}` tells it, or null; `ended`: the one that has just come to an end;
         * `wished`: quantities that were not sent yet, by line; `isFresh`: whether the server has told it this time;
         * `wanted`: id of the coupon that the customer wants to use as soon as it counts.
         */
        this.state = reactive({
            order: null, ended: null, isLoaded: false, isFresh: false, isSending: false, wished: {}, changes: [],
            wanted: null });
        env.channel?.addEventListener("message", ({ data }) => data === KEPT && this.read());
        const session = reactive(env.session.state, () => {
            // Reading it again asks to be told of the next change.
            void session.isSignedIn;
            this.forget();
        });
        void session.isSignedIn;
    }

    // What is known

    /**
     * Show what was kept, then what the server says.
     *
     * @throws {Problem|Offline}
     */
    async load() {
        if (!this.env.session.state.isSignedIn) {
            this.state.isLoaded = true;
            return;
        }
        if (!this.state.isLoaded) {
            await this.read();
        }
        await navigator.locks.request(this.lockName, () => this.refresh());
    }

    /** Take it from the phone, where another tab may have left a newer one. */
    async read() {
        const kept = await this.database.get("pages", KEPT);
        this.state.order = kept ? markRaw(kept.order) : null;
        this.etag = kept?.etag;
        this.state.isLoaded = true;
    }

    /** Ask the server. What it said of a request that got no answer is settled by that. */
    async refresh() {
        const known = this.state.order;
        if (!known || !(await this.ask(known.id))) {
            const { items } = await this.api.get("/orders", { status: "basket", limit: 1 });
            if (!items.length || !(await this.ask(items[0].id))) {
                await this.keep(null);
            }
        }
        this.unsure = null;
        this.state.isFresh = true;
    }

    /** Get one basket; return whether it is alive. */
    async ask(id) {
        let answer;
        try {
            answer = await this.api.send("GET", `/orders/${id}`, { etag: this.etag });
        } catch (error) {
            if (error.status === 404) {
                return false;
            }
            throw error;
        }
        if (answer.status === 304) {
            return true;
        }
        if (LIVING.includes(answer.data.basket?.state)) {
            await this.keep(answer.data, answer.etag);
            return true;
        }
        this.state.ended = markRaw(answer.data);
        return false;
    }

    /** Keep a basket here and for the other tabs. */
    async keep(order, etag = null) {
        const before = this.state.order;
        const isOther = order && (before?.id !== order.id || before.basket.version !== order.basket.version);
        Object.assign(this.state, { order: order && markRaw(order), isLoaded: true });
        this.etag = etag;
        if (order) {
            this.state.ended = null;
            if (isOther) {
                this.state.changes = order.basket.changes;
            }
            await this.database.put("pages", { order, etag }, KEPT);
        } else {
            Object.assign(this.state, { changes: [], wished: {} });
            await this.database.delete("pages", KEPT);
        }
        this.env.channel?.postMessage(KEPT);
    }

    /** A basket is one customer's: of the one before, an answer may have come late. */
    forget() {
        clearTimeout(this.timer);
        this.unsure = this.etag = this.paying = null;
        Object.assign(this.state, {
            order: null, ended: null, isLoaded: false, isFresh: false, wished: {}, changes: [], wanted: null });
    }

    /** The quantity of a line as the customer wants it. */
    quantity(line) {
        return this.state.wished[line.id]?.quantity ?? line.quantity;
    }

    /** Pieces in the basket; what is weighed counts as one. */
    get count() {
        return (this.state.order?.basket.lines || []).reduce((sum, line) => {
            const quantity = this.quantity(line);
            return sum + (Number.isInteger(quantity) ? quantity : 1);
        }, 0);
    }

    // What changes it

    /**
     * Put something in.
     *
     * @param {{product_id: number}|{barcode: string}} what
     * @param {number} quantity
     * @param {number} [storeId] where, if a basket has to be begun
     * @returns {Promise<Object|null>} the order, with `added`: the lines that have become more, {id, quantity} each;
     *     null when the customer has not signed in or has chosen no store
     * @throws {Problem|Offline}
     */
    add(what, quantity = 1, storeId = undefined) {
        return this.addAll([{ ...what, quantity }], storeId);
    }

    /** Put several things in, all or none: `lines` as the API takes them. See `add`. */
    async addAll(lines, storeId = undefined) {
        if (!(await this.env.session.need(_t("Sign in to put things into your basket.")))) {
            return null;
        }
        return this.inTurn(async () => {
            const wish = JSON.stringify(lines);
            if (this.unsure?.wish === wish) {
                const before = this.state.order;
                const order = await this.insist(this.unsure).catch((error) => {
                    if (error instanceof Offline) {
                        throw error;
                    }
                    return null;
                });
                if (order) {
                    return { ...order, added: more(before, order) };
                }
            }
            await this.flush();
            if (!this.state.isFresh) {
                await this.refresh();
            }
            return this.tryOn(async (before) => {
                const id = before ? null : storeId ?? (await this.chooseStore());
                if (!before && !id) {
                    return null;
                }
                const order = await this.insist({
                    wish,
                    key: crypto.randomUUID(),
                    path: before ? `/orders/${before.id}/lines` : "/orders",
                    body: before ? { lines } : { store_id: id, lines },
                    version: before ? versionOf(before) : undefined,
                });
                return { ...order, added: more(before, order) };
            }, ["basket_exists"]);
        });
    }

    chooseStore() {
        return this.ui.sheet(_t("Which store are you in?"), StoreChoice);
    }

    /** Change how many there are of a line, none takes it out. Several changes in a moment become one. */
    setQuantity(line, quantity) {
        const seen = this.state.wished[line.id]?.seen ?? line.quantity;
        this.state.wished[line.id] = { quantity, seen };
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.settle(), TAPS);
    }

    /** Send the quantities that were changed; within a turn. */
    async flush() {
        clearTimeout(this.timer);
        if (!Object.keys(this.state.wished).length) {
            return this.state.order;
        }
        const sent = { ...this.state.wished };
        try {
            return await this.tryOn((order) => {
                const lines = order && this.linesAsWished(order, sent);
                return lines ? this.patch(order, { lines }) : order;
            });
        } finally {
            for (const [id, wish] of Object.entries(sent)) {
                if (this.state.wished[id]?.quantity === wish.quantity) {
                    delete this.state.wished[id];
                }
            }
        }
    }

    /** Return all lines as the customer wants them; null where nothing is to be changed. */
    linesAsWished(order, wished) {
        let isOther = false;
        const lines = order.basket.lines.map((line) => {
            const wish = wished[line.id];
            if (wish && wish.quantity !== line.quantity) {
                if (wish.seen === line.quantity) {
                    isOther = true;
                    return { ...nameOf(line), quantity: wish.quantity };
                }
                this.ui.notice(_t("This was changed on another phone meanwhile. Please look again."));
            }
            return { ...nameOf(line), quantity: line.quantity };
        });
        return isOther ? lines.filter((line) => line.quantity > 0) : null;
    }

    /**
     * Change coupons and rewards, in place of those that are there; the customer is told when it fails.
     *
     * @param {function(Object): Object} values gives what to change, of the basket as it is
     */
    update(values) {
        return this.send(async () => {
            await this.flush();
            return this.tryOn((order) => order && this.patch(order, values(order)));
        });
    }

    /** Use the coupon that the customer wants, where it counts. */
    async useWanted() {
        const { order, wanted } = this.state;
        const { offers, usable_offers: usable, state } = order?.basket || {};
        const isWanted = ({ id }) => id === wanted;
        if (state === "open" && usable.some(isWanted)) {
            this.state.wanted = null;
            await this.update((order) => ({ offer_ids: [...order.basket.offers.map(({ id }) => id), wanted] }));
        } else if (offers?.some(isWanted)) {
            this.state.wanted = null;
        }
    }

    /** Give it up. */
    giveUp() {
        return this.send(async () => {
            clearTimeout(this.timer);
            this.state.wished = {};
            await this.tryOn(async (order) => {
                if (order) {
                    await this.api.delete(`/orders/${order.id}`, { version: versionOf(order) });
                }
            });
            await this.keep(null);
        });
    }

    /** Send now what was changed; return the basket as it is then, or null when that has failed. */
    settle() {
        return this.send(() => this.flush());
    }
}

/** Return the lines of which there is more than before, and by how much. */
function more(before, after) {
    const quantities = new Map((before?.basket.lines || []).map(({ id, quantity }) => [id, quantity]));
    return after.basket.lines
        .map(({ id, quantity }) => ({ id, quantity: Number((quantity - (quantities.get(id) || 0)).toFixed(6)) }))
        .filter(({ quantity }) => quantity > 0);
}

/** Return what names a line when all lines are sent: a pack is named by its barcode. */
export const nameOf = (line) => (line.barcode ? { barcode: line.barcode } : { product_id: line.product_id });

/**
 * Put a product into the basket; the customer is told what came of it.
 *
 * @param {Object} env
 * @param {Object} what
 * @param {number} [what.product_id]
 * @param {string} [what.barcode] as scanned, in place of the product
 * @param {number} [what.quantity]
 * @param {number} [what.store_id] where, if a basket has to be begun; without it the customer chooses
 * @param {boolean} [what.isQuiet] whether the page itself says that it is in the basket
 * @returns {Promise<Object|null>} the order of the basket; null when nothing was put in
 */
export async function addToBasket(env, { product_id, barcode, quantity = 1, store_id, isQuiet = false }) {
    try {
        const order = await env.basket.add(barcode ? { barcode } : { product_id }, quantity, store_id);
        if (order && !isQuiet) {
            env.ui.notice(_t("It is in your basket."), {
                kind: "success", action: { label: _t("Show"), run: () => env.router.go("/basket") } });
        }
        return order;
    } catch (error) {
        env.basket.tell(error);
        return null;
    }
}
