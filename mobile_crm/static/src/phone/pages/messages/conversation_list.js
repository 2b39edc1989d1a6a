import { Component, onWillStart, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { _t } from "../../core/texts";
import { remembered } from "./remembered";
import { callText, statusText } from "./words";

/** The customer's conversations with the staff, the newest first. */
export class ConversationList extends Component {
    static template = "phone.ConversationList";
    static components = { Icon };
    static props = {};

    setup() {
        Object.assign(this, { callText, statusText });
        this.state = useState({ items: [], cursor: null });
        onWillStart(() => {
            // Without an answer what was shown last stays.
            remembered(this.env, "/enquiries", {}, (page) => this.show(page)).catch(() => {});
        });
    }

    show({ items, next_cursor }) {
        Object.assign(this.state, { items, cursor: next_cursor });
    }

    async more() {
        try {
            const page = await this.env.api.get("/enquiries", { cursor: this.state.cursor });
            this.show({ ...page, items: [...this.state.items, ...page.items] });
        } catch (error) {
            this.env.ui.notice(error.code ? error.message : _t("Older ones need the network."));
        }
    }
}
