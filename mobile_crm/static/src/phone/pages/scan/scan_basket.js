import { Component, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { money, number } from "../../core/texts";

/** As many lines as fit below the viewfinder. */
const SHOWN = 3;

/** What was put into the basket while scanning, the last first, and what all of it costs. */
export class ScanBasket extends Component {
    static template = "phone.ScanBasket";
    static components = { Icon };
    /** `added`: [{id, quantity}] of the basket's lines; `onUndone` is called with one of them. */
    static props = { added: Array, onUndone: Function };

    setup() {
        this.basket = useState(this.env.basket.state);
        Object.assign(this, { money, number });
    }

    get lines() {
        const { order } = this.basket;
        const goods = order?.lines.filter(({ type }) => type === "product") || [];
        const ids = [...new Set(this.props.added.map(({ id }) => id))];
        return ids.map((id) => {
            const at = order?.basket.lines.findIndex((line) => line.id === id) ?? -1;
            const line = order?.basket.lines[at];
            const { name, total } = goods[at] || {};
            return line && { id, line, name, total, quantity: this.env.basket.quantity(line) };
        }).filter((line) => line?.quantity > 0).slice(0, SHOWN);
    }

    /** Take the last scan of a line back. */
    undo({ id, line, quantity }) {
        const last = this.props.added.find((added) => added.id === id);
        this.env.basket.setQuantity(line, Math.max(0, Number((quantity - last.quantity).toFixed(3))));
        this.props.onUndone(last);
    }
}
