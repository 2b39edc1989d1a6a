import { Component, onWillStart, useState } from "@odoo/owl";
import { Code } from "../../components/code";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { useBright } from "../../components/wake";
import { useLooking } from "../../core/looking";
import { passKey } from "../../core/passes";
import { _t, money, number } from "../../core/texts";

/** Milliseconds between two looks, for the gate may have seen it. */
const PAUSE = 4000;

export class ExitPage extends Component {
    static template = "phone.ExitPage";
    static components = { Code, Empty, Icon, Page };
    static props = ["id", "query"];

    setup() {
        this.money = money;
        this.session = useState(this.env.session.state);
        this.state = useState({ pass: null, isNone: false, now: Date.now() });
        useBright();
        onWillStart(async () => {
            this.state.pass = (await this.env.database.get("pages", passKey(this.props.id))) || null;
        });
        useLooking(() => this.look(), () => {
            this.state.now = Date.now();
            return this.state.pass?.outcome === "pass_used" || this.state.isNone ? null : PAUSE;
        });
    }

    async look() {
        try {
            const pass = await this.env.api.get(`/orders/${this.props.id}/exit-pass`);
            await this.keep({ ...pass, id: this.props.id, outcome: null });
        } catch (error) {
            if (["pass_used", "pass_expired"].includes(error.code)) {
                await this.keep({ ...this.state.pass, id: this.props.id, outcome: error.code });
            } else if (error.status === 404) {
                this.state.isNone = true;
            }
            // Without an answer the pass that is kept is shown on.
        }
    }

    async keep(pass) {
        if (JSON.stringify(pass) !== JSON.stringify(this.state.pass)) {
            await this.env.database.put("pages", pass, passKey(this.props.id));
            this.state.pass = pass;
        }
    }

    /** Minutes that it is still good for. */
    get left() {
        return Math.ceil((new Date(this.state.pass.expires_at) - this.state.now) / 60000);
    }

    /** Used, over, or good; by the phone's own clock while there is no network. */
    get standing() {
        const { pass } = this.state;
        if (pass.outcome) {
            return pass.outcome;
        }
        return this.left > 0 ? "good" : "pass_expired";
    }

    get leftText() {
        return _t("Minutes left: %s", number(this.left));
    }

    get countText() {
        return _t("Items: %s", number(this.state.pass.item_count));
    }
}
