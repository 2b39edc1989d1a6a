/** The stores that are known in this session: those that are kept, and what the API has told. */
import { markRaw, reactive } from "@odoo/owl";
import { Offline } from "../../core/api";
import { metresBetween } from "../../core/geo";
import { compare } from "../../core/texts";
import { opening } from "./opening";

const PAGE = 100;
/** Pages of the list that are read where the phone sorts by itself. */
const PAGES = 20;
/** How many are kept for a phone without the network on which nobody has signed in. */
const KEPT = 200;
/** Under which name: no path, under which an answer is kept as it is. */
const NAME = "nearest stores";
/** Milliseconds for which what was asked is good. */
const FRESH = 5 * 60000;

/** A text as it is compared: without accents and capitals. */
const plain = (text) => (text || "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export class Stores {
    constructor(env) {
        this.env = env;
        /** `known` by id; `matches`: ids that the server has found for a text; `next`: where its list goes on. */
        this.state = reactive({ known: {}, matches: {}, next: null, isLoading: false, isLoaded: false, message: "" });
        this.last = 0;
        // When all stores were known, and with what the list was asked for that goes on at `next`.
        this.whole = 0;
        this.asked = {};
    }

    /** Take what is kept on the phone. */
    async load() {
        const kept = (await this.env.database.get("pages", NAME)) || [];
        this.learn(kept.filter(({ id }) => !this.state.known[id]));
    }

    learn(stores) {
        for (const store of stores) {
            this.state.known[store.id] = markRaw(store);
        }
    }

    /** All stores that are known, the fresher of two. */
    all() {
        const kept = this.env.kept.state.stores.filter(({ id }) => !this.state.known[id]);
        return [...kept, ...Object.values(this.state.known)];
    }

    /**
     * Return the stores that fit, each with its distance: the nearest first, or by name where nobody knows the position.
     *
     * @param {{text: string, isOpen: boolean, services: string[]}} filter
     */
    list({ text, isOpen, services }) {
        const { position } = this.env.geo.state;
        const words = plain(text).split(/\s+/).filter(Boolean);
        return this.all()
            .filter((store) => {
                const { name, address } = store;
                const said = plain([name, address.street, address.zip, address.city].join(" "));
                return (words.every((word) => said.includes(word)) || this.state.matches[text]?.includes(store.id))
                    && services.every((code) => store.services.some((service) => service.code === code))
                    && (!isOpen || opening(store)?.isOpen);
            })
            .map((store) => ({ store, metres: this.metres(store) }))
            .sort((one, other) => position
                ? (one.metres ?? Infinity) - (other.metres ?? Infinity) || 0
                : compare(one.store.name, other.store.name));
    }

    metres(store) {
        const { position } = this.env.geo.state;
        return position && store.lat !== null ? metresBetween(position, store) : null;
    }

    /**
     * Ask the API for stores that fit. The position is sent only where the customer has agreed to that; else the phone
     * gets all stores and sorts them itself.
     */
    async find({ text, isOpen, services }, { more = false } = {}) {
        const { geo, presence } = this.env;
        const { position } = geo.state;
        if (!text && !more && Date.now() - this.whole < FRESH) {
            // All of them are known.
            return;
        }
        const turn = ++this.last;
        const isCurrent = () => turn === this.last;
        const filter = { q: text || undefined, open_now: isOpen || undefined, service: services.join(",") || undefined };
        Object.assign(this.state, { isLoading: true, message: "" });
        try {
            if (position && !presence.isTold) {
                await this.findAll();
            } else {
                // Pages of one list are asked for from one position.
                this.asked = more ? { ...this.asked, cursor: this.state.next } : { limit: PAGE, ...presence.where, ...filter };
                const page = await this.env.api.get("/stores", this.asked);
                this.learn(page.items);
                if (text) {
                    this.state.matches[text] = [...(this.state.matches[text] || []), ...page.items.map(({ id }) => id)];
                }
                if (isCurrent()) {
                    this.state.next = page.next_cursor;
                }
                if (!this.asked.cursor && !page.next_cursor && !Object.values(filter).some(Boolean)) {
                    this.whole = Date.now();
                }
                await this.keep();
            }
        } catch (error) {
            if (isCurrent() && !(error instanceof Offline)) {
                this.state.message = error.message;
            }
        }
        if (isCurrent()) {
            Object.assign(this.state, { isLoading: false, isLoaded: true });
        }
    }

    async findAll() {
        if (Date.now() - this.whole < FRESH) {
            return;
        }
        let cursor;
        for (let count = 0; count < PAGES; count++) {
            const page = await this.env.api.get("/stores", { limit: PAGE, cursor });
            this.learn(page.items);
            cursor = page.next_cursor;
            if (!cursor) {
                break;
            }
        }
        this.state.next = null;
        this.whole = Date.now();
        await this.keep();
    }

    /** Keep the nearest for a time without the network. */
    async keep() {
        const stores = this.list({ text: "", isOpen: false, services: [] }).slice(0, KEPT).map(({ store }) => store);
        await this.env.database.put("pages", stores, NAME).catch(() => {});
    }

    /** Ask for one store. */
    async findOne(id) {
        const store = await this.env.api.get(`/stores/${id}`, this.env.presence.where);
        this.learn([store]);
        await this.keep();
        return store;
    }
}
