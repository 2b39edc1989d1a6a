import { Component, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { _t } from "../../core/texts";
import { LEAVING } from "../sign_in/enter";

/** Asks twice whether the account shall be deleted, and says what that means. */
export class DeleteSheet extends Component {
    static template = "phone.DeleteSheet";
    static props = { close: Function };

    setup() {
        this.state = useState({ isSure: false });
    }
}

/** What is held about the customer: to be taken along, or to be deleted. */
export class DataPage extends Component {
    static template = "phone.DataPage";
    static components = { Icon, Page };
    static props = ["query"];

    setup() {
        this.session = useState(this.env.session.state);
        this.state = useState({ isBusy: false, problem: "", leaving: null });
        this.whose = _t("It stays with %s. No other company follows you in this app.", this.env.config.company);
        this.env.database.get("meta", LEAVING).then((leaving) => (this.state.leaving = leaving));
    }

    async busy(what) {
        if (this.state.isBusy) {
            return;
        }
        Object.assign(this.state, { isBusy: true, problem: "" });
        try {
            await what();
        } catch (error) {
            if (error instanceof Offline) {
                this.state.problem = _t("That needs the network. Try again when you are online.");
            } else if (error.status === 429) {
                const time = this.env.texts.clock(Date.now() + (error.retryAfter || 60) * 1000);
                this.state.problem = _t("That was a bit too often. You can try again at %s.", time);
            } else {
                this.state.problem = error.message;
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    download() {
        return this.busy(async () => {
            const { data } = await this.env.api.send("GET", "/me/export", { blob: true });
            const link = document.createElement("a");
            link.href = URL.createObjectURL(data);
            link.download = `${this.env.config.client_id}-${new Date().toISOString().slice(0, 10)}.json`;
            document.body.append(link);
            link.click();
            link.remove();
            // The browser has begun to save it by then.
            setTimeout(() => URL.revokeObjectURL(link.href), 60000);
            this.env.ui.notice(_t("Your data is in the downloads of your phone."), { kind: "success" });
        });
    }

    async remove() {
        if (!(await this.env.ui.sheet(_t("Delete your account?"), DeleteSheet))) {
            return;
        }
        await this.busy(async () => {
            const { due_at } = await this.env.api.delete("/me");
            // Before the page is drawn anew for who has signed out.
            await this.env.database.put("meta", { due_at }, LEAVING);
            await this.env.session.leave();
        });
    }
}
