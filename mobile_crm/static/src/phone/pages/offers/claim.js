import { Component, onMounted, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Offline, Problem } from "../../core/api";
import { decode } from "../../core/router";
import { _t, number } from "../../core/texts";

/** Where a code is kept while somebody signs in, and for how many milliseconds. */
const PENDING = "claim";
const PATIENCE = 30 * 60000;
/** As long as the API takes it. */
const LONGEST = 128;

/**
 * Makes the coupon of a flyer the customer's own. Its code is typed, scanned or comes with a link; of a link, also after the
 * number sign, which browsers send to nobody.
 */
export class ClaimPage extends Component {
    static template = "phone.ClaimPage";
    static components = { Icon, Page };
    static props = { code: { type: String, optional: true }, query: Object };

    setup() {
        this.given = this.props.code || decode(window.location.hash.slice(1));
        this.session = useState(this.env.session.state);
        this.state = useState({ code: this.given.slice(0, LONGEST), trouble: "", isBusy: false });
        this.longest = LONGEST;
        onMounted(() => this.goOn());
    }

    /** After a sign-in the page is another one: what was asked for before is done now. */
    async goOn() {
        const pending = this.session.isSignedIn && (await this.env.database.get("meta", PENDING));
        if (!pending) {
            return;
        }
        await this.env.database.delete("meta", PENDING);
        // Not in place of another one, that they have come with now.
        if ([pending.given, ""].includes(this.given) && Date.now() - pending.at < PATIENCE) {
            this.state.code = pending.code;
            await this.claim();
        }
    }

    async submit() {
        const code = this.state.code.trim();
        if (this.state.isBusy) {
            return;
        }
        if (!code) {
            this.state.trouble = _t("Type the code first. It is printed near the QR code.");
            return;
        }
        if (this.session.isSignedIn) {
            await this.claim();
            return;
        }
        await this.env.database.put("meta", { code, given: this.given, at: Date.now() }, PENDING);
        if (!(await this.env.session.need(_t("Sign in, and the coupon is yours.")))) {
            // They thought better of it: whoever signs in later has not asked for it.
            await this.env.database.delete("meta", PENDING);
        }
    }

    async claim() {
        Object.assign(this.state, { isBusy: true, trouble: "" });
        try {
            const offer = await this.env.api.post("/offers/claim", { code: this.state.code.trim() });
            await this.env.kept.put("offers", offer);
            this.env.router.go(`/offers/${offer.id}`, { replace: true });
            this.env.ui.notice(_t("The coupon is yours."), { kind: "success" });
        } catch (error) {
            this.state.trouble = inWords(error);
        }
        this.state.isBusy = false;
    }
}

function inWords(error) {
    if (error instanceof Offline) {
        return _t("There is no connection right now. Your code stays here: try again when you are online.");
    }
    if (!(error instanceof Problem)) {
        throw error;
    }
    if (error.code === "not_found") {
        return _t("This code is not right, or somebody has used it already. Please compare it letter by letter.");
    }
    if (error.status === 429) {
        const minutes = Math.max(1, Math.ceil((error.retryAfter || 60) / 60));
        return _t("Too many codes that were not right. Please try again in %s.",
            number(minutes, { style: "unit", unit: "minute", unitDisplay: "long" }));
    }
    return error.message;
}
