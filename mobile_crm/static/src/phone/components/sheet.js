import { Component, onMounted, onWillUnmount, useRef } from "@odoo/owl";
import { Icon } from "./icon";
import { Notices } from "./notices";

/** What comes up from below, over the page. The browser's own dialog keeps the focus inside, and gives it back. */
export class Sheet extends Component {
    static template = "phone.Sheet";
    static components = { Icon, Notices };
    static props = { sheet: Object, notices: Array };

    setup() {
        this.dialog = useRef("dialog");
        onMounted(() => this.dialog.el.showModal());
        // Only a dialog that is closed gives the focus back, not one that is taken away.
        onWillUnmount(() => this.dialog.el.close());
    }

    /** A tap beside the sheet closes it, as does Escape. */
    onClick(event) {
        if (event.target === this.dialog.el) {
            this.props.sheet.close();
        }
    }
}
