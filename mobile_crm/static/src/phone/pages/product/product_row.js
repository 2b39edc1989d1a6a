import { Component } from "@odoo/owl";
import { Thumb } from "../../components/thumb";
import { distance, money } from "../../core/texts";
import { availability } from "./availability";

/** A product in a list: its name, its price for this customer, and the nearest store that has it. */
export class ProductRow extends Component {
    static template = "phone.ProductRow";
    static components = { Thumb };
    static props = { product: Object };

    setup() {
        Object.assign(this, { distance, money, availability });
    }

    get store() {
        return this.props.product.stores?.[0];
    }
}
