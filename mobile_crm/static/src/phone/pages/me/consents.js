import { Component, onMounted, useState } from "@odoo/owl";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { _t } from "../../core/texts";
import { Answer } from "./answer";
import { Keeping } from "./keeping";

/** What the customer has agreed to, in the wording that they agree to. */
export class ConsentsPage extends Component {
    static template = "phone.ConsentsPage";
    static components = { Answer, Page };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.state = useState({ status: "wait", problem: "" });
        this.keeping = new Keeping(this.env, "consents", "/me/consents");
        // By purpose: its name, what a yes means, and what a no means.
        this.words = {
            push: [_t("Notifications"), _t("Offers and news can appear on your phone."),
                   _t("Nothing pops up. Offers wait for you in the app.")],
            sms: [_t("Text messages"), _t("Offers can reach you by text message."),
                  _t("No offers by text message. Codes for signing in still come.")],
            email: [_t("Emails"), _t("Offers can reach you by email."),
                    _t("No offers by email.")],
            location: [_t("Your location"), _t("Stores near you can greet you with an offer."),
                       _t("Where you are is not stored, and no offer follows from it.")],
            profiling: [_t("Personal offers"), _t("Offers and tips fit what you buy and look at."),
                        _t("You see what everybody sees.")],
        };
        onMounted(() => this.load());
    }

    get answer() {
        return { data: this.kept.consents, status: this.state.status, problem: this.state.problem,
                 load: () => this.load() };
    }

    async load() {
        try {
            await this.keeping.refresh();
            this.state.status = "ready";
        } catch (error) {
            Object.assign(this.state, { status: error instanceof Offline ? "offline" : "failed", problem: error.message });
        }
    }

    name({ purpose }) {
        return this.words[purpose]?.[0] || purpose;
    }

    consequence({ purpose, granted }) {
        return this.words[purpose]?.[granted ? 1 : 2] || "";
    }

    /** A decision under a wording that is not shown any more. */
    isAskedAnew({ granted, version, decided_version: decided }) {
        return !granted && decided !== null && decided !== version;
    }

    async decide(consent, granted) {
        const keep = (choice, undo) => this.keeping.change({
            value: this.kept.consents.map((other) => other.purpose !== consent.purpose ? other : {
                ...other, granted: choice, changed_at: new Date().toISOString(), decided_version: consent.version,
                pending: false,
            }),
            body: { [consent.purpose]: choice, versions: { [consent.purpose]: consent.version } },
            label: this.name(consent),
            undo,
        });
        const problem = await keep(granted, () => keep(!granted));
        if (problem?.code === "wording_changed") {
            this.env.ui.notice(_t("This text has just changed. Please read it again before you decide."));
            await this.load();
        }
    }
}
