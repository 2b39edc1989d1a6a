import { Component } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Thumb } from "../../components/thumb";
import { opening } from "./opening";

/** A store in a list, which leads to its page. */
export class StoreRow extends Component {
    static template = "phone.StoreRow";
    static components = { Icon, Thumb };
    static props = { store: Object, metres: { type: [Number, { value: null }], optional: true } };

    get town() {
        const { street, zip, city } = this.props.store.address;
        return [street, [zip, city].filter(Boolean).join(" ")].filter(Boolean).join(", ");
    }

    get opening() {
        return opening(this.props.store);
    }

    get distance() {
        return this.env.texts.distance(this.props.metres);
    }
}
