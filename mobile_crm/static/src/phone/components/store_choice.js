import { Component, onWillStart, useState } from "@odoo/owl";
import { _t, distance } from "../core/texts";
import { Icon } from "./icon";

/** How many stores are shown; the others are found by their names. */
const SHOWN = 8;
/** Metres within which somebody may be in the store. */
const NEAR = 300;

/** In which store somebody is; closed with its id. The one they are at comes first, then their favourites. */
export class StoreChoice extends Component {
    static template = "phone.StoreChoice";
    static components = { Icon };
    static props = { close: Function };

    setup() {
        this.found = useState(this.env.stores.state);
        this.state = useState({ text: "" });
        onWillStart(async () => {
            await this.env.stores.load();
            // Not waited for: what is kept can be chosen from at once.
            this.find();
        });
    }

    get filter() {
        return { text: this.state.text, isOpen: false, services: [] };
    }

    find() {
        return this.env.stores.find(this.filter);
    }

    get stores() {
        const favourites = this.env.session.customer?.favourite_store_ids || [];
        const rank = ({ store, metres }) => (metres ?? Infinity) < NEAR ? 0 : favourites.includes(store.id) ? 1 : 2;
        return this.env.stores.list(this.filter).sort((one, other) => rank(one) - rank(other)).slice(0, SHOWN);
    }

    /** Whether there are more than are shown. */
    get isSearchable() {
        return this.env.stores.all().length > SHOWN;
    }

    details({ store, metres }) {
        return [store.address.street, store.address.city, distance(metres), store.open_now === false && _t("Closed now")]
            .filter(Boolean).join(" · ");
    }
}
