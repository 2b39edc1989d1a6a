import { Component, onWillUnmount, useState } from "@odoo/owl";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { _t } from "../../core/texts";
import { askForPasskey, hasPasskeys } from "../sign_in/enter";
import { Answer, useAnswer } from "./answer";
import { amountOf } from "./points";

/** A question of the shop's: may this order take points of the customer's? */
export class ApprovalPage extends Component {
    static template = "phone.ApprovalPage";
    static components = { Answer, Page };
    static props = ["id", "query"];

    setup() {
        this.path = `/me/approvals/${encodeURIComponent(this.props.id)}`;
        this.answer = useAnswer(this.path, {}, { isKept: false });
        this.state = useState({ isBusy: false, now: Date.now() });
        const clock = setInterval(() => (this.state.now = Date.now()), 10000);
        onWillUnmount(() => clearInterval(clock));
        this.amountOf = amountOf;
        this.texts = {
            pending: "",
            approved: _t("You said yes. The shop may use the points for this order."),
            used: _t("You said yes, and the order was made."),
            denied: _t("You said no. Nothing is taken."),
            expired: _t("The time for an answer is over. Nothing was taken."),
            cancelled: _t("The shop took the question back. Nothing was taken."),
        };
    }

    get status() {
        const { status, expires_at: end } = this.answer.data;
        return status === "pending" && new Date(end) <= this.state.now ? "expired" : status;
    }

    /** Let the phone recognise who says yes; where it cannot, be sure that it was no slip of the finger. */
    async recognise() {
        const passkey = hasPasskeys() && await this.env.database.get("meta", "passkey");
        if (passkey) {
            try {
                // It stays on this phone: what counts is that its owner has unlocked it just now.
                const challenge = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
                    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
                return Boolean(await askForPasskey({
                    challenge, rp_id: window.location.hostname, timeout: 60000, user_verification: "required",
                    allowed: [{ id: passkey, type: "public-key" }],
                }));
            } catch {
                this.env.ui.notice(_t("Your phone did not recognise you, so nothing was taken. If your passkey is gone, sign"
                    + " out, and in again with a code."), { kind: "danger" });
                return false;
            }
        }
        const { points, unit, shop } = this.answer.data;
        return this.env.ui.ask({
            title: _t("Use your points?"),
            body: _t("%(shop)s may take this for the order: %(points)s", { shop, points: amountOf(points, unit) }),
            yes: _t("Yes, use them"),
        });
    }

    async say(word) {
        if (this.state.isBusy || (word === "approve" && !(await this.recognise()))) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.env.api.post(`${this.path}/${word}`);
            await this.answer.load();
        } catch (error) {
            const text = error instanceof Offline
                ? _t("There is no network, so the shop does not have your answer. Try again in a moment.")
                : error.message;
            this.env.ui.notice(text, { kind: "danger" });
            // Answered elsewhere, or too late: show how it stands.
            await this.answer.load();
        } finally {
            this.state.isBusy = false;
        }
    }
}
