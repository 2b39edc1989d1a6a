import { Component, useEffect } from "@odoo/owl";
import { Icon } from "./icon";

/**
 * The frame of a page: its title, a way back where it is none of the tabs, and what else stands at the top.
 *
 * Slots: the page itself, and `actions` at the end of the top line.
 */
export class Page extends Component {
    static template = "phone.Page";
    static components = { Icon };
    static props = {
        title: String,
        back: { type: String, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        // What the browser calls the window, and what is read out of a page that has come.
        useEffect((title) => {
            const { name } = this.env.config;
            document.title = title === name ? name : `${title} · ${name}`;
        }, () => [this.props.title]);
    }
}
