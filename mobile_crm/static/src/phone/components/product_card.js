import { Component } from "@odoo/owl";
import { worth } from "../core/coupon";
import { _t, distance, money } from "../core/texts";
import { Thumb } from "./thumb";

/**
 * A product in a list: its picture, name and price, why it is there, and where it is to be had. What can be done with it
 * stands in the slot `default`, at its end.
 */
export class ProductCard extends Component {
    static template = "phone.ProductCard";
    static components = { Thumb };
    static props = {
        product: Object,
        reason: { type: String, optional: true },
        slots: { type: Object, optional: true },
    };

    get price() {
        return money(this.props.product.price);
    }

    get listPrice() {
        return this.props.product.list_price && money(this.props.product.list_price);
    }

    /** The nearest store that has it. */
    get store() {
        const store = (this.props.product.stores || []).find(({ availability }) => ["in_stock", "low"].includes(availability));
        return store && [store.name, distance(store.distance)].filter(Boolean).join(" · ");
    }

    get offer() {
        const offer = this.props.product.offers?.[0];
        return offer && _t("Coupon: %s", worth(offer.discount));
    }
}
