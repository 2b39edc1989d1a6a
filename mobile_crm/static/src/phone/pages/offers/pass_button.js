import { Component, onMounted, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Offline, Problem } from "../../core/api";
import { _t } from "../../core/texts";

/** Milliseconds for which a shop's answer counts that it has no passes. */
const LONG = 7 * 24 * 3600 * 1000;
/** Where Google's passes are saved; nothing else is opened. */
const GOOGLE = "https://pay.google.com/";

/** The wallet that this phone has, or null. */
function walletOfPhone() {
    const agent = navigator.userAgent;
    if (/iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1)) {
        return "apple";
    }
    return /Android/.test(agent) ? "google" : null;
}

/**
 * Puts something into the phone's wallet, where the shop has passes for it. Whether it has is asked once and remembered.
 */
export class PassButton extends Component {
    static template = "phone.PassButton";
    static components = { Icon };
    static props = { path: String };

    setup() {
        this.wallet = walletOfPhone();
        this.state = useState({ isThere: false, isBusy: false });
        onMounted(() => this.wallet && this.find());
    }

    get answerName() {
        return `wallet:${this.wallet}`;
    }

    async find() {
        const known = await this.env.database.get("meta", this.answerName);
        if (known && (known.isThere || Date.now() - known.at < LONG)) {
            this.state.isThere = known.isThere;
            return;
        }
        try {
            await this.fetch();
            await this.remember(true);
        } catch (error) {
            if (error.code === "wallet_unavailable") {
                await this.remember(false);
            } else if (!(error instanceof Problem || error instanceof Offline)) {
                throw error;
            }
        }
    }

    async remember(isThere) {
        this.state.isThere = isThere;
        await this.env.database.put("meta", { isThere, at: Date.now() }, this.answerName);
    }

    fetch() {
        return this.env.api.get(`${this.props.path}/${this.wallet}-pass`, {}, { blob: this.wallet === "apple" });
    }

    async add() {
        this.state.isBusy = true;
        try {
            const pass = await this.fetch();
            if (this.wallet === "apple") {
                open(URL.createObjectURL(pass));
            } else if (pass.url.startsWith(GOOGLE)) {
                open(pass.url);
            }
        } catch (error) {
            if (error.code === "wallet_unavailable") {
                await this.remember(false);
            }
            this.env.ui.notice(
                error instanceof Offline ? _t("This needs the network. Please try again.") : error.message, { kind: "danger" });
        }
        this.state.isBusy = false;
    }
}

/** Follow an address as a tap on a link does: browsers let no page open a window some time after the tap. */
function open(address) {
    const link = document.createElement("a");
    Object.assign(link, { href: address, rel: "noopener" });
    link.click();
}
