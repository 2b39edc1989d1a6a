import { Component, onMounted, useRef } from "@odoo/owl";
import { Icon } from "./icon";

/** What comes up from below, over the page. The browser's own dialog keeps the focus inside, and gives it back. */
export class Sheet extends Component {
    static template = "phone.Sheet";
    static components = { Icon };
    static props = { sheet: Object };

    setup() {
        this.dialog = useRef("dialog");
        onMounted(() => this.dialog.el.showModal());
    }

    /** A tap beside the sheet closes it, as does Escape. */
    onClick(event) {
        if (event.target === this.dialog.el) {
            this.props.sheet.close();
        }
    }
}
