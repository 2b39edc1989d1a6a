import { Component, onMounted, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Offline, Problem } from "../../core/api";
import { _t, distance, money } from "../../core/texts";

/** Stores, by what they have of a shopping list. */
export class WhereSheet extends Component {
    static template = "phone.WhereSheet";
    static components = { Icon };
    static props = { listId: String, close: Function };

    setup() {
        this.state = useState({ answer: null, trouble: "" });
        onMounted(() => this.load());
    }

    async load() {
        this.state.trouble = "";
        try {
            this.state.answer = await this.env.api.get(`/lists/${this.props.listId}/stores`, this.env.presence.where);
        } catch (error) {
            if (!(error instanceof Offline || error instanceof Problem)) {
                throw error;
            }
            this.state.trouble = error instanceof Offline
                ? _t("There is no connection right now. Your list is kept here.") : error.message;
        }
    }

    details(store) {
        return [
            store.open_now === false && _t("Closed now"), store.open_now && _t("Open now"), distance(store.distance),
        ].filter(Boolean).join(" · ");
    }

    /** How much of the list it has. */
    found(store) {
        if (!store.found && store.unknown_line_ids.length) {
            return _t("Not known");
        }
        return _t("%(found)s of %(count)s", { found: store.found, count: this.state.answer.count });
    }

    missing(store) {
        const lines = this.env.kept.one("lists", this.props.listId)?.lines || [];
        const names = lines.filter(({ id }) => store.missing_line_ids.includes(id)).map(({ text }) => text);
        return names.length ? _t("Not there: %s", names.join(", ")) : "";
    }

    money(amount) {
        return money(amount);
    }
}
