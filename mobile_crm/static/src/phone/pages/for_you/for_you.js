import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { ProductCard } from "../../components/product_card";
import { Offline, Problem } from "../../core/api";
import { addPage } from "../../core/router";
import { _t } from "../../core/texts";
import { addLists } from "../lists/lists";
import { ProductActions } from "./product_actions";

/** Under which name the first answer is kept, to be shown at once and without the network. */
const KEPT = "/recommendations";
/** Of what the customer buys, and buys again. */
const AGAIN = ["due", "favourite", "again"];
const LIMIT = 10;

/** What the shop recommends to this customer, each with its reason. */
class ForYouPage extends Component {
    static template = "phone.ForYouPage";
    static components = { Empty, Icon, Page, ProductCard };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.session = useState(this.env.session.state);
        this.state = useState({ items: [], cursor: null, isLoading: true, isLoadingMore: false, trouble: "" });
        onWillStart(async () => {
            this.state.items = (await this.env.database.get("pages", KEPT)) || [];
        });
        onMounted(() => this.load());
    }

    async load() {
        Object.assign(this.state, { isLoading: true, trouble: "" });
        const { isSignedIn } = this.env.session.state;
        try {
            const { items, next_cursor: cursor } = await this.ask();
            Object.assign(this.state, { items, cursor });
            // Not where they have signed out while it was on its way.
            if (this.env.session.state.isSignedIn === isSignedIn) {
                await this.env.database.put("pages", items, KEPT);
            }
        } catch (error) {
            this.state.trouble = inWords(error);
        }
        this.state.isLoading = false;
    }

    async more() {
        this.state.isLoadingMore = true;
        try {
            const { items, next_cursor: cursor } = await this.ask(this.state.cursor);
            const known = new Set(this.state.items.map(({ product }) => product.id));
            this.state.items.push(...items.filter(({ product }) => !known.has(product.id)));
            this.state.cursor = cursor;
        } catch (error) {
            this.env.ui.notice(inWords(error), { kind: "danger" });
        }
        this.state.isLoadingMore = false;
    }

    /** Without asking for the position: only where it is known already, and may be told. */
    ask(cursor = null) {
        return this.env.api.get("/recommendations", { limit: LIMIT, cursor, ...this.env.presence.where });
    }

    get again() {
        return this.state.items.filter(({ reason }) => AGAIN.includes(reason.code));
    }

    get others() {
        return this.state.items.filter(({ reason }) => !AGAIN.includes(reason.code));
    }

    /** Whether the shop may look at purchases for it: null while that is not known. */
    get isProfiled() {
        if (!this.session.isSignedIn) {
            return false;
        }
        const consent = this.kept.consents && [...this.kept.consents].find(({ purpose }) => purpose === "profiling");
        return consent ? consent.granted : null;
    }

    signIn() {
        return this.env.session.need(_t("Sign in, and see what fits to what you buy."));
    }

    choose(product) {
        return this.env.ui.sheet(product.name, ProductActions, { product });
    }

    labelOf(product) {
        return _t("Add %s", product.name);
    }
}

function inWords(error) {
    if (error instanceof Offline) {
        return _t("There is no connection right now.");
    }
    if (error instanceof Problem) {
        return error.message;
    }
    throw error;
}

export function addForYou(env) {
    addPage("/for-you", ForYouPage, { tab: "for-you" });
    addLists(env);
}
