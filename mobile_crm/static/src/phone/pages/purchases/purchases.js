import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Thumb } from "../../components/thumb";
import { Offline } from "../../core/api";
import { addPage } from "../../core/router";
import { _t, compare, day, money } from "../../core/texts";
import { PurchasePage } from "./purchase";
import { statusOf } from "./words";

/** Milliseconds after the last letter until it is searched for. */
const TYPING = 350;
/** How many products of a purchase a row names. */
const NAMED = 3;
const NOTHING = { q: "", from: "", to: "", store_id: "" };

class PurchasesPage extends Component {
    static template = "phone.PurchasesPage";
    static components = { Empty, Icon, Page, Thumb };
    static props = ["query"];

    setup() {
        this.money = money;
        this.statusOf = statusOf;
        this.kept = useState(this.env.kept.state);
        this.session = useState(this.env.session.state);
        this.state = useState({
            found: null, cursor: null, isLoading: false, problem: "", isFiltering: false, filter: { ...NOTHING } });
        this.timer = null;
        onWillUnmount(() => {
            clearTimeout(this.timer);
            this.asked?.abort();
        });
        this.search();
    }

    /** What was asked for, once the server has answered; until then what the phone has. */
    get orders() {
        return this.state.found || (this.isFiltered ? this.keptThatFit : this.newestKept);
    }

    get newestKept() {
        return [...this.kept.orders].sort((one, other) => other.date.localeCompare(one.date));
    }

    get keptThatFit() {
        const { q, from, to, store_id: storeId } = this.state.filter;
        const words = q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
        return this.newestKept.filter((order) => {
            const names = [order.name, order.store?.name, ...order.lines.map(({ name }) => name)];
            const text = names.join(" ").toLocaleLowerCase();
            const date = dayOf(order.date);
            return words.every((word) => text.includes(word)) && (!from || date >= from) && (!to || date <= to)
                && (!storeId || order.store?.id === Number(storeId));
        });
    }

    get isFiltered() {
        return Object.values(this.state.filter).some(Boolean);
    }

    get countOfFilters() {
        const { from, to, store_id: storeId } = this.state.filter;
        return [from, to, storeId].filter(Boolean).length;
    }

    /** Stores to choose from: those that the phone knows, and where something was bought. */
    get stores() {
        const stores = new Map(this.kept.stores.map(({ id, name }) => [id, name]));
        for (const { store } of this.kept.orders) {
            if (store?.id) {
                stores.set(store.id, store.name);
            }
        }
        return [...stores].map(([id, name]) => ({ id, name })).sort((one, other) => compare(one.name, other.name));
    }

    typed() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.search(), TYPING);
    }

    clear() {
        this.state.filter = { ...NOTHING };
        this.search();
    }

    /** Ask for the first page of what is wanted, or for the next one. */
    async search(isMore = false) {
        clearTimeout(this.timer);
        this.asked?.abort();
        const { signal } = (this.asked = new AbortController());
        if (!isMore) {
            Object.assign(this.state, { found: null, cursor: null });
        }
        Object.assign(this.state, { isLoading: true, problem: "" });
        const { q, from, to, store_id: storeId } = this.state.filter;
        try {
            const { items, next_cursor: cursor } = await this.env.api.get("/orders", {
                q: q.trim() || null,
                from: from ? new Date(`${from}T00:00`).toISOString() : null,
                to: to ? new Date(`${to}T23:59:59`).toISOString() : null,
                store_id: storeId || null,
                cursor: isMore ? this.state.cursor : null,
            }, { signal });
            Object.assign(this.state, {
                found: isMore ? [...this.state.found, ...items] : items, cursor, isLoading: false });
        } catch (error) {
            if (!signal.aborted) {
                this.state.isLoading = false;
                this.state.problem = error instanceof Offline ? "" : error.message;
            }
        }
    }

    day(order) {
        return day(order.date, { day: "numeric", month: "long", year: "numeric" });
    }

    products(order) {
        const names = order.lines.filter(({ type }) => type === "product").map(({ name }) => name);
        return names.length > NAMED ? _t("%s and more", names.slice(0, NAMED).join(", ")) : names.join(", ");
    }

    /** Its picture: that of the first product that has one. */
    picture(order) {
        return order.lines.find(({ image_url: url }) => url)?.image_url || null;
    }
}

/** The day of a time where the phone is, as a date field has it. */
function dayOf(time) {
    const date = new Date(time);
    return new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}

export function addPurchases() {
    addPage("/purchases", PurchasesPage, { tab: "me", isPersonal: true });
    addPage("/purchases/:id", PurchasePage, { tab: "me", isPersonal: true });
    // As messages of the shop name a purchase, or a basket.
    addPage("/orders/:id", PurchasePage, { tab: "me", isPersonal: true });
}
