import { Component, onMounted, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { addPage } from "../../core/router";
import { _t } from "../../core/texts";
import { ProductRow } from "../product/product_row";
import { clearSearches, keepSearch, recentSearches } from "./recent";

/** Milliseconds after the last key until the server is asked. */
const PAUSE = 250;
/** Of what is kept offline, as many as fit into two screens. */
const MOST_KEPT = 20;

/** What was shown last, for the way back from a product. */
let last = null;

/** Find products by what the customer types, or by their category. */
class SearchPage extends Component {
    static template = "phone.SearchPage";
    static components = { Empty, Icon, Page, ProductRow };
    static props = ["query"];

    setup() {
        this.input = useRef("input");
        this.state = useState({
            text: this.props.query.q || "",
            categoryId: Number(this.props.query.category) || null,
            categories: [],
            recent: [],
            items: null,
            next: null,
            /** "", "asking", "more", or what is wrong: "offline", or a message. */
            asking: "",
            fault: "",
            isKept: false,
        });
        onWillStart(async () => {
            this.state.recent = await recentSearches(this.env);
            if (this.isWayBack) {
                Object.assign(this.state, last.shown);
            } else if (this.isWanted) {
                this.ask();
            }
            this.loadCategories();
        });
        onMounted(() => !this.isWanted && this.input.el.focus());
        onWillUnmount(() => {
            clearTimeout(this.timer);
            this.abort?.abort();
            const { text, categoryId, items, next, fault, isKept } = this.state;
            last = items && !fault && !isKept ? { who: this.who, shown: { text, categoryId, items, next } } : null;
        });
    }

    /** Whether what was shown last is what this address asks for; without a search, it asks for the last one. */
    get isWayBack() {
        const { q, category } = this.props.query;
        return Boolean(last && last.who === this.who
            && (!(q || category) || (last.shown.text === (q || "") && last.shown.categoryId === this.state.categoryId)));
    }

    /** Prices are each customer's own. */
    get who() {
        return this.env.session.customer?.id;
    }

    get text() {
        return this.state.text.trim();
    }

    get isWanted() {
        return Boolean(this.text || this.state.categoryId);
    }

    /** The categories to choose from: below the one that is chosen, or beside it where there is none below. */
    get chips() {
        const { categories, categoryId } = this.state;
        const known = new Set(categories.map(({ id }) => id));
        const parentOf = ({ parent_id }) => (known.has(parent_id) ? parent_id : null);
        const chosen = categories.find(({ id }) => id === categoryId);
        const below = categories.filter((category) => parentOf(category) === categoryId);
        if (!chosen) {
            return below;
        }
        return below.length ? [chosen, ...below] : categories.filter((other) => parentOf(other) === parentOf(chosen));
    }

    async loadCategories() {
        try {
            const { items } = await this.env.api.get("/categories", { limit: 100 });
            this.state.categories = items;
        } catch {
            // Searching goes without.
        }
    }

    onInput(event) {
        this.state.text = event.target.value;
        clearTimeout(this.timer);
        if (!this.isWanted) {
            this.reset();
        } else {
            this.timer = setTimeout(() => this.ask({ isTyping: true }), PAUSE);
        }
    }

    onSubmit() {
        clearTimeout(this.timer);
        if (this.isWanted) {
            // What is found is worth more room than the keyboard.
            this.input.el.blur();
            this.note();
            this.ask();
        }
    }

    choose(category) {
        this.state.categoryId = this.state.categoryId === category.id ? category.parent_id : category.id;
        this.isWanted ? this.ask() : this.reset();
    }

    searchFor(text) {
        this.state.text = text;
        this.onSubmit();
    }

    clear() {
        this.state.text = "";
        this.input.el.focus();
        this.isWanted ? this.ask() : this.reset();
    }

    reset() {
        this.abort?.abort();
        Object.assign(this.state, { items: null, next: null, asking: "", fault: "", isKept: false });
    }

    /** The customer has found what they typed: that was the search, if they have not said so by the keyboard. */
    onOpen() {
        if (this.isTyping && this.text) {
            this.note();
            this.env.api.get("/products", { q: this.text, limit: 1 }).catch(() => {});
        }
    }

    async note() {
        if (this.text) {
            this.state.recent = await keepSearch(this.env, this.text);
        }
    }

    async clearRecent() {
        await clearSearches(this.env);
        this.state.recent = [];
        this.input.el.focus();
    }

    /** Ask the server; what it is asked next makes up for what it has not answered yet. */
    async ask({ isTyping = false, isMore = false } = {}) {
        this.abort?.abort();
        const { signal } = (this.abort = new AbortController());
        this.isTyping = isTyping;
        const { state } = this;
        Object.assign(state, { asking: isMore ? "more" : "asking", fault: "" });
        try {
            const { items, next_cursor } = await this.env.api.get("/products", {
                q: this.text || null,
                category_id: state.categoryId,
                typing: isTyping || null,
                cursor: isMore ? state.next : null,
                ...this.env.presence.where,
            }, { signal });
            Object.assign(state, {
                items: isMore ? [...state.items, ...items] : items, next: next_cursor, asking: "", isKept: false });
        } catch (error) {
            if (signal.aborted) {
                return;
            }
            state.asking = "";
            if (error instanceof Offline) {
                Object.assign(state, { items: isMore ? state.items : this.kept(), next: null, isKept: true });
            } else {
                Object.assign(state, { items: isMore ? state.items : null, fault: error.message });
            }
        }
    }

    /** Return what fits of the products that are kept on the phone. */
    kept() {
        const words = this.text.toLowerCase().split(/\s+/);
        return this.env.kept.state.products
            .filter(({ name, category }) => words.every((word) => name.toLowerCase().includes(word))
                && (!this.state.categoryId || category?.id === this.state.categoryId))
            .slice(0, MOST_KEPT);
    }

    /** What came of it, for those who do not see it. */
    get summary() {
        const { items, asking, next } = this.state;
        if (!items || asking) {
            return "";
        }
        if (!items.length) {
            return _t("Nothing found.");
        }
        return next ? _t("The first results are below.") : _t("Results: %s", items.length);
    }
}

export function addSearch() {
    addPage("/search", SearchPage, { tab: "scan" });
}
