import { Component, onWillStart, useState } from "@odoo/owl";
import { Offline } from "../../core/api";
import { permissions } from "../../core/permissions";
import { _t } from "../../core/texts";

/** What offers cannot come without: to know where the customer is, and a way to tell them. */
const PURPOSES = ["location", "push"];

/** What there is to agree to, in the wording that is kept with the answer. Nothing is switched on beforehand. */
export class ConsentSheet extends Component {
    static template = "phone.ConsentSheet";
    static props = { close: Function, consents: Array };

    setup() {
        this.state = useState(Object.fromEntries(this.props.consents.map(({ purpose }) => [purpose, false])));
    }

    get isLocationAsked() {
        return "location" in this.state;
    }

    name({ purpose }) {
        return { location: _t("Offers when you are nearby"), push: _t("Notifications") }[purpose];
    }

    agree() {
        this.props.close(Object.fromEntries(this.props.consents.map(({ purpose }) => [purpose, true])));
    }
}

/**
 * The first start: what this app is good for, and one button that leads through all it takes. Nothing has to be done to
 * use the app, and who does not want it is not asked again.
 */
export class Welcome extends Component {
    static template = "phone.Welcome";
    static props = {};

    setup() {
        this.state = useState({ isAnswered: true, isBusy: false });
        this.session = useState(this.env.session.state);
        this.kept = useState(this.env.kept.state);
        onWillStart(async () => {
            this.state.isAnswered = Boolean(await this.env.database.get("meta", "welcome"));
        });
    }

    get isShown() {
        const isUndecided = this.undecided(this.kept.consents || []).some(({ purpose }) => purpose === "location");
        return !this.state.isAnswered && (!this.session.isSignedIn || isUndecided);
    }

    get title() {
        return _t("Welcome to %s", this.env.config.name);
    }

    undecided(consents) {
        return consents.filter(({ purpose, changed_at }) => PURPOSES.includes(purpose) && !changed_at);
    }

    dismiss() {
        return this.answer("later");
    }

    async answer(answer) {
        this.state.isAnswered = true;
        await this.env.database.put("meta", answer, "welcome");
    }

    async begin() {
        this.state.isBusy = true;
        try {
            if (await this.env.session.need(_t("Sign in, and your offers are kept for you."))) {
                await this.decide();
            }
        } catch (error) {
            this.env.ui.notice(
                error instanceof Offline ? _t("This needs the network. Please try again when you are online.") : error.message,
                { kind: "danger" });
        }
        this.state.isBusy = false;
    }

    async decide() {
        const { api, kept, geo, presence, sync, ui } = this.env;
        let consents = await api.get("/me/consents");
        const asked = this.undecided(consents);
        if (asked.length) {
            const choices = await ui.sheet(_t("May we?"), ConsentSheet, { consents: asked });
            if (!choices) {
                return;
            }
            const versions = Object.fromEntries(asked.map(({ purpose, version }) => [purpose, version]));
            consents = await api.put("/me/consents", { ...choices, versions });
            await kept.put("consents", consents);
        }
        await this.answer("done");
        if (consents.find(({ purpose }) => purpose === "location").granted) {
            const answer = await permissions.ask(this.env, "location", {
                title: _t("Stores near you"),
                why: _t("We use your location only while the app is open."),
                yes: _t("Use my location"),
                again: true,
                // The wording of the consent was the reason.
                isExplained: asked.some(({ purpose }) => purpose === "location"),
            });
            if (answer === "granted") {
                await geo.now();
            }
        }
        await sync.now(presence.where);
        ui.notice(_t("All set. Your offers are under Offers."), {
            kind: "success",
            action: { label: _t("Show"), run: () => this.env.router.go("/offers") },
        });
    }
}
