import { Component, onMounted, onWillStart, onWillUnmount, status, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Geo } from "../../core/geo";
import { permissions } from "../../core/permissions";
import { addPage } from "../../core/router";
import { _t, compare } from "../../core/texts";
import { Presence } from "./presence";
import { StoreMap } from "./store_map";
import { StorePage } from "./store_page";
import { StoreRow } from "./store_row";
import { Stores } from "./stores";
import { Welcome } from "./welcome";

/** Milliseconds after the last letter at which a search begins. */
const TYPED = 300;
/** Milliseconds after which it is looked again who is open. */
const MINUTE = 60000;
const SHOWN = 30;

/** Ask for the position with the reason, then find it out. Returns whether it is known. */
export async function locate(env) {
    const answer = await permissions.ask(env, "location", {
        title: _t("Stores near you"),
        why: env.presence.isTold
            ? _t("We use your location to sort stores by distance, and to show you an offer when you come near one. We use"
                + " it only while the app is open.")
            : _t("Your location sorts stores by distance. It stays on this phone, and is used only while the app is open."),
        yes: _t("Use my location"),
        again: true,
    });
    return answer === "granted" && Boolean(await env.geo.now());
}

class NearPage extends Component {
    static template = "phone.NearPage";
    static components = { Empty, Icon, Page, StoreMap, StoreRow, Welcome };
    static props = ["query"];

    setup() {
        this.geo = useState(this.env.geo.state);
        this.found = useState(this.env.stores.state);
        this.kept = useState(this.env.kept.state);
        this.session = useState(this.env.session.state);
        this.state = useState({ text: "", isOpen: false, services: [], shown: SHOWN, isMap: false, selected: null, minute: 0 });
        onWillStart(() => this.env.stores.load());
        onMounted(() => this.begin());
        const ticking = setInterval(() => this.state.minute++, MINUTE);
        onWillUnmount(() => {
            clearInterval(ticking);
            clearTimeout(this.typing);
            this.stop?.();
        });
    }

    get filter() {
        const { text, isOpen, services } = this.state;
        return { text: text.trim(), isOpen, services: [...services] };
    }

    /** The stores that fit. To be read once for each drawing: it takes a while. */
    get stores() {
        // Read, so that the list is drawn anew as time goes by.
        return this.state.minute >= 0 && this.env.stores.list(this.filter);
    }

    /** What can be found at the stores that are known: {code, name}. */
    get services() {
        const services = new Map();
        for (const store of this.env.stores.all()) {
            for (const service of store.services) {
                services.set(service.code, service);
            }
        }
        return [...services.values()].sort((one, other) => compare(one.name, other.name));
    }

    get selected() {
        return this.state.selected && this.stores.find(({ store }) => store.id === this.state.selected);
    }

    get isFiltered() {
        const { text, isOpen, services } = this.filter;
        return Boolean(text || isOpen || services.length);
    }

    /** Show what there is, then ask for what is fresher; with the position, where it may be known without a question. */
    async begin() {
        const { geo, session } = this.env;
        const isAllowed = (await permissions.state(this.env, "location")) === "granted";
        await Promise.all([
            this.find(),
            session.state.isSignedIn && this.sync(),
            isAllowed && geo.now().then((position) => position && this.follow()),
        ]);
    }

    /** Sort the stores anew as the customer goes on; how far they are away is seen on this phone alone. */
    follow() {
        if (status(this) !== "destroyed") {
            this.stop ??= this.env.geo.watch(() => {});
            return this.find();
        }
    }

    /** Keep what is around here, and what the customer has decided elsewhere. */
    async sync() {
        const { presence, sync } = this.env;
        await sync.now(presence.where).catch(() => {});
    }

    find(options) {
        return this.env.stores.find(this.filter, options);
    }

    async locate() {
        if (await locate(this.env)) {
            await Promise.all([this.follow(), this.session.isSignedIn && this.sync()]);
        }
    }

    onText(event) {
        this.state.text = event.target.value;
        this.state.shown = SHOWN;
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.find(), TYPED);
    }

    toggleOpen() {
        this.state.isOpen = !this.state.isOpen;
        this.find();
    }

    toggleService(code) {
        const { services } = this.state;
        this.state.services = services.includes(code) ? services.filter((one) => one !== code) : [...services, code];
        this.find();
    }

    clear() {
        Object.assign(this.state, { text: "", isOpen: false, services: [] });
        this.find();
    }

    more() {
        this.state.shown += SHOWN;
        if (this.found.next && this.state.shown > this.stores.length) {
            this.find({ more: true });
        }
    }
}

export function addNear(env) {
    env.geo = new Geo();
    env.presence = new Presence(env);
    env.stores = new Stores(env);
    addPage("/near", NearPage, { tab: "near" });
    addPage("/stores/:id", StorePage, { tab: "near" });
}
