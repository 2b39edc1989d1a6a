import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Thumb } from "../../components/thumb";
import { Offline, Problem } from "../../core/api";
import { addLine, addProduct, changeLine, removeLine, removeList, renameList, sorted } from "../../core/lists";
import { _t, money, number } from "../../core/texts";
import { LineSheet } from "./line_sheet";
import { NameSheet } from "./name_sheet";
import { WhereSheet } from "./where_sheet";

/** Milliseconds of rest in typing after which products are looked for. */
const REST = 250;
/** From how many letters on, and how many are shown. */
const FEWEST = 2;
const SHOWN = 5;

/** A shopping list: to be written at home and ticked off in the store, with or without a network. */
export class ListPage extends Component {
    static template = "phone.ListPage";
    static components = { Empty, Icon, Page, Thumb };
    static props = ["id", "query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.state = useState({ text: "", found: [], isLoaded: false });
        this.input = useRef("input");
        onMounted(() => this.refresh());
        onWillUnmount(() => this.stopSearch());
    }

    async refresh() {
        await this.env.sync.now().catch(() => {});
        this.state.isLoaded = true;
    }

    get list() {
        return this.kept.lists.find(({ id }) => id === this.props.id);
    }

    get open() {
        return sorted(this.list.lines).filter(({ done }) => !done);
    }

    get done() {
        return sorted(this.list.lines).filter(({ done }) => done);
    }

    product(line) {
        return line.product_id && this.env.kept.one("products", line.product_id);
    }

    quantity(line) {
        const count = number(line.quantity, { maximumFractionDigits: 3 });
        const unit = line.unit || (line.product_id ? this.product(line)?.unit : null);
        return line.quantity === 1 && !line.unit ? "" : line.unit ? `${count} ${unit}` : `${count} ×`;
    }

    /** What all that is still open comes to, of what has a price here. */
    get total() {
        const known = this.open.map((line) => ({ line, product: this.product(line) })).filter(({ product }) => product?.price);
        const { currency, amount } = known[0]?.product.price || {};
        if (!currency || known.some(({ product }) => product.price.currency !== currency)) {
            return "";
        }
        const sum = known.reduce((total, { line, product }) => total + line.quantity * Number(product.price.amount), 0);
        return _t("About %s", money({ amount: sum.toFixed((amount.split(".")[1] || "").length), currency }));
    }

    // Adding

    onInput() {
        this.stopSearch();
        const query = this.state.text.trim();
        if (query.length < FEWEST) {
            this.state.found = [];
            return;
        }
        this.state.found = this.keptProducts(query);
        this.timer = setTimeout(() => this.search(query), REST);
    }

    /** Products that the phone knows, found without the network. */
    keptProducts(query) {
        const word = query.toLocaleLowerCase();
        return this.kept.products.filter(({ name }) => name.toLocaleLowerCase().includes(word)).slice(0, SHOWN);
    }

    async search(query) {
        this.searching = new AbortController();
        try {
            const { items } = await this.env.api.get(
                "/products", { q: query, typing: true, limit: SHOWN }, { signal: this.searching.signal });
            this.state.found = items;
        } catch (error) {
            if (!(error instanceof Offline || error instanceof Problem || error.name === "AbortError")) {
                throw error;
            }
        }
    }

    stopSearch() {
        clearTimeout(this.timer);
        this.searching?.abort();
    }

    async addText() {
        const text = this.state.text.trim();
        if (text) {
            this.clear();
            await addLine(this.env, this.props.id, { text });
        }
    }

    addProduct(product) {
        this.clear();
        return addProduct(this.env, this.list, product);
    }

    /** Make ready for the next one. */
    clear() {
        this.stopSearch();
        Object.assign(this.state, { text: "", found: [] });
        this.input.el.focus();
    }

    price(product) {
        return money(product.price);
    }

    // What is done with it

    tick(line) {
        return changeLine(this.env, this.props.id, line, { done: !line.done });
    }

    async editLine(line) {
        const answer = await this.env.ui.sheet(line.text, LineSheet, { line });
        if (answer === "remove") {
            await removeLine(this.env, this.props.id, line);
        } else if (answer) {
            await changeLine(this.env, this.props.id, line, answer);
        }
    }

    labelOf(line) {
        return _t("Change %s", line.text);
    }

    async rename() {
        const name = await this.env.ui.sheet(_t("Name of the list"), NameSheet, { name: this.list.name });
        if (name) {
            await renameList(this.env, this.list, name);
        }
    }

    async remove() {
        const { list } = this;
        this.env.router.go("/lists", { replace: true });
        await removeList(this.env, list);
    }

    async share() {
        const { list } = this;
        const text = [list.name, ...this.open.map((line) => `• ${[this.quantity(line), line.text].filter(Boolean).join(" ")}`)]
            .join("\n");
        try {
            if (navigator.share) {
                await navigator.share({ title: list.name, text });
            } else {
                await navigator.clipboard.writeText(text);
                this.env.ui.notice(_t("The list is copied. Paste it where you like."));
            }
        } catch (error) {
            if (error.name !== "AbortError") {
                this.env.ui.notice(_t("This phone does not let us share it."), { kind: "danger" });
            }
        }
    }

    where() {
        return this.env.ui.sheet(_t("Where to buy it"), WhereSheet, { listId: this.props.id });
    }
}
