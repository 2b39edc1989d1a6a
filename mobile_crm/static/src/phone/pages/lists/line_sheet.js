import { Component, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";

/** The most that one wants of something. */
const MOST = 999;

/** How many of a line, and a note to it; closed with what was changed, or "remove". */
export class LineSheet extends Component {
    static template = "phone.LineSheet";
    static components = { Icon };
    static props = { line: Object, close: Function };

    setup() {
        const { text, quantity, note } = this.props.line;
        this.state = useState({ text, quantity, note: note || "" });
    }

    step(by) {
        this.state.quantity = Math.min(MOST, Math.max(1, Math.round(this.state.quantity) + by));
    }

    submit() {
        const { line } = this.props;
        const quantity = Number(this.state.quantity);
        const wished = {
            text: this.state.text.trim() || line.text,
            quantity: quantity > 0 && quantity <= MOST ? quantity : line.quantity,
            note: this.state.note.trim() || null,
        };
        const changes = Object.fromEntries(Object.entries(wished).filter(([name, value]) => value !== line[name]));
        this.props.close(Object.keys(changes).length ? changes : undefined);
    }
}
