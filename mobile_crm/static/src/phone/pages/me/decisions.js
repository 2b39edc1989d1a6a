import { Component, markRaw, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { _t } from "../../core/texts";
import { Answer, useAnswer } from "./answer";

/** Why messages came to the customer, or did not. */
export class DecisionsPage extends Component {
    static template = "phone.DecisionsPage";
    static components = { Answer, Empty, Page };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.answer = useAnswer("/me/decisions");
        this.state = useState({ more: [], cursor: undefined, isBusy: false });
        this.channels = {
            inbox: _t("In the app"), push: _t("Notification"), sms: _t("Text message"), email: _t("Email"),
        };
    }

    get decisions() {
        return [...this.answer.data.items, ...this.state.more];
    }

    get cursor() {
        return this.state.cursor === undefined ? this.answer.data.next_cursor : this.state.cursor;
    }

    /** The message, when the phone still has it. */
    linkOf({ message_id: id }) {
        return id && this.env.kept.one("messages", id) ? this.env.router.url(`/messages/${id}`) : null;
    }

    async showMore() {
        this.state.isBusy = true;
        try {
            const { items, next_cursor } = await this.env.api.get("/me/decisions", { cursor: this.cursor });
            Object.assign(this.state, { more: [...this.state.more, ...items.map(markRaw)], cursor: next_cursor });
        } catch (error) {
            this.env.ui.notice(error instanceof Offline ? _t("That needs the network.") : error.message, { kind: "danger" });
        } finally {
            this.state.isBusy = false;
        }
    }
}
