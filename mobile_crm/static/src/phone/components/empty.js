import { Component } from "@odoo/owl";
import { Icon } from "./icon";

/** What a page shows that has nothing to show: what would be here, and what to do for it. */
export class Empty extends Component {
    static template = "phone.Empty";
    static components = { Icon };
    static props = {
        icon: String,
        title: String,
        text: { type: String, optional: true },
        slots: { type: Object, optional: true },
    };
}
