import { Component, markRaw, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Thumb } from "../../components/thumb";
import { Offline } from "../../core/api";
import { addToBasket } from "../../core/basket";
import { isFavourite, putOnList, toggleFavourite } from "../../core/lists";
import { permissions } from "../../core/permissions";
import { addPage } from "../../core/router";
import { _t, day, distance, money, number } from "../../core/texts";
import { lastScanned } from "../scan/found";
import { availability } from "./availability";
import { saving } from "./saving";
import { keepSeen, seen } from "./seen";
import { choices } from "./variants";

/** As many as somebody looks at below a product. */
const MOST_MORE = 10;
/** What the customer has chosen of a variant, which is another page, {productId, valueId}: where the keyboard goes on. */
let chosen = null;
/** Who wants the shop to know where they are, to tell them of stores, since the app was opened (see `Session`). */
let askedBy = undefined;

/** A day without a time is the same day everywhere. */
const dayOfLabel = (date) => day(date, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** One product: what it costs this customer, who has it, what goes with it, and what can be done with it. */
class ProductPage extends Component {
    static template = "phone.ProductPage";
    static components = { Empty, Icon, Page, Thumb };
    static props = ["id", "query"];

    setup() {
        this.root = useRef("root");
        this.kept = useState(this.env.kept.state);
        this.geo = useState(this.env.geo.state);
        this.state = useState({ product: null, more: [], quantity: 1, fault: "", isPast: false, isAdding: false });
        Object.assign(this, { availability, day, distance, money, number });
        onWillStart(async () => {
            const known = this.scanned || this.env.kept.one("products", this.props.id);
            this.show(known || (await seen(this.env, this.props.id)));
            this.load();
            this.loadMore();
        });
        useEffect(() => {
            // The page that is left may be drawn once more before the other has come.
            const isHere = String(chosen?.productId) === this.props.id;
            const chip = isHere && this.root.el?.querySelector(`[data-value="${chosen.valueId}"]`);
            if (chip) {
                chip.focus();
                chosen = null;
            }
        });
    }

    /** What the label said, if the customer comes from scanning it. */
    get scanned() {
        return this.props.query.scanned && lastScanned(this.env, this.props.id);
    }

    show(product) {
        // As it is: the browser's database takes no other.
        this.state.product = product ? markRaw(product) : null;
    }

    async load() {
        try {
            const product = await this.env.api.get(`/products/${encodeURIComponent(this.props.id)}`, this.where);
            this.show(product);
            Object.assign(this.state, { isPast: false, fault: "" });
            keepSeen(this.env, product).catch(() => {});
        } catch (error) {
            if (error instanceof Offline) {
                Object.assign(this.state, { isPast: true, fault: this.state.product ? "" : "offline" });
            } else if ([404, 422].includes(error.status)) {
                Object.assign(this.state, { product: null, fault: "gone" });
            } else {
                Object.assign(this.state, { isPast: true, fault: this.state.product ? "" : error.message });
            }
        }
    }

    async loadMore() {
        try {
            const { items } = await this.env.api.get("/recommendations", {
                product_id: this.props.id, limit: MOST_MORE, ...this.where });
            this.state.more = items.filter(({ product }) => String(product.id) !== this.props.id);
        } catch {
            // The page is complete without.
        }
    }

    get title() {
        return this.state.product?.name || _t("Product");
    }

    get savingText() {
        const saved = saving(this.state.product);
        return saved && _t("You save %s", money(saved));
    }

    get moreTitle() {
        const isTogether = this.state.more.some(({ reason }) => reason.code === "together");
        return isTogether ? _t("Goes well with it") : _t("You may also like");
    }

    get remarks() {
        const { unit, last_bought_at: boughtAt } = this.state.product;
        // That it is sold by the piece goes without saying.
        return [unit !== this.env.config.piece && _t("Sold by: %s", unit), boughtAt && _t("You bought it last on %s.", day(boughtAt))].filter(Boolean);
    }

    left(store) {
        return _t("Left: %s", number(store.quantity));
    }

    get choices() {
        return choices(this.state.product);
    }

    /** What the label says beside which product it is. */
    get label() {
        const said = this.scanned?.scanned;
        if (!said) {
            return [];
        }
        const isMore = said.what !== "piece" || said.quantity !== 1;
        return [
            isMore && [_t("Amount"), _t("%(quantity)s %(unit)s", {
                quantity: number(said.quantity, { maximumFractionDigits: 3 }), unit: said.unit })],
            isMore && [_t("Price of it"), money(said.price)],
            said.expires_on && [_t("Use by"), dayOfLabel(said.expires_on)],
            said.best_before && [_t("Best before"), dayOfLabel(said.best_before)],
            said.lot && [_t("Batch"), said.lot],
            said.serial && [_t("Serial number"), said.serial],
        ].filter(Boolean);
    }

    choose(choice) {
        if (choice.isChosen) {
            return;
        }
        chosen = choice;
        this.env.router.go(`/products/${choice.productId}`, { replace: true });
    }

    step(by) {
        this.state.quantity = Math.min(99, Math.max(1, this.state.quantity + by));
    }

    async buy() {
        this.state.isAdding = true;
        await addToBasket(this.env, { product_id: this.state.product.id, quantity: this.state.quantity });
        this.state.isAdding = false;
    }

    get isFavourite() {
        // Read by this component, so that it is drawn anew when another has changed it.
        void this.kept.favourites;
        return isFavourite(this.env, this.state.product.id);
    }

    toggleFavourite() {
        return toggleFavourite(this.env, this.state.product);
    }

    putOnList() {
        return putOnList(this.env, this.state.product, this.state.quantity);
    }

    /** The position, as far as it may be told: to those who have agreed to it, or for what was asked for here. */
    get where() {
        const { position } = this.geo;
        return this.env.presence.where || (position && askedBy === this.env.kept.owner ? { lat: position.lat, lon: position.lon } : null);
    }

    /** Whether stores near the customer could be shown if it were known where that is. */
    get canLocate() {
        return !this.state.isPast && this.env.config.location_mode !== "on_device" && !this.where;
    }

    async locate() {
        const [title, why, yes] = [_t("Stores near you"), _t("With your position we show which stores near you have it."),
            _t("Show stores near me")];
        // The phone may know where it is on the word that it tells nobody.
        const isKnown = this.geo.position || (await permissions.state(this.env, "location")) === "granted";
        const isAllowed = isKnown
            ? await this.env.ui.ask({ title, body: why, yes })
            : (await permissions.ask(this.env, "location", { title, why, yes, again: true })) === "granted";
        if (isAllowed) {
            askedBy = this.env.kept.owner;
            await this.env.geo.now();
            await this.load();
        }
    }
}

export function addProduct() {
    addPage("/products/:id", ProductPage, { tab: "scan" });
}
