import { Component, useState } from "@odoo/owl";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { setTextSize, setTheme, SIZES, textSize, theme, THEMES } from "../../core/look";
import { keepSetting } from "../../core/setting";
import { _t, language, number } from "../../core/texts";
import { SignInSheet } from "../sign_in/sign_in";

/** Asks for what the customer tells of themselves. */
export class ProfileSheet extends Component {
    static template = "phone.ProfileSheet";
    static props = { close: Function };

    setup() {
        const { name, email, birthdate } = this.env.kept.state.me;
        this.before = { name, email: email || "", birthdate: birthdate || "" };
        this.state = useState({ ...this.before, problem: "" });
        this.today = new Date().toISOString().slice(0, 10);
    }

    async save() {
        const body = {};
        for (const field of ["name", "email", "birthdate"]) {
            if (this.state[field].trim() !== this.before[field]) {
                body[field] = this.state[field].trim() || null;
            }
        }
        if (!this.state.name.trim()) {
            this.state.problem = _t("Tell us what to call you.");
            return;
        }
        try {
            // At once and not later: what is wrong with an address can only be said while this is open.
            await this.env.kept.put("me", await this.env.api.patch("/me", body));
            this.env.ui.notice(_t("Saved"), { kind: "success" });
            this.props.close(true);
        } catch (error) {
            const field = error.errors?.[0]?.loc?.at(-1);
            this.state.problem = error instanceof Offline ? _t("That needs the network. Try again when you are online.")
                : field === "email" ? _t("This does not look like an email address. Please check it.")
                : field === "birthdate" ? _t("This date of birth cannot be right. Please check it.")
                : error.message;
        }
    }
}

/** How the app looks and speaks on this phone, and who the customer is. */
export class SettingsPage extends Component {
    static template = "phone.SettingsPage";
    static components = { Page };
    static props = ["query"];

    setup() {
        this.session = useState(this.env.session.state);
        this.kept = useState(this.env.kept.state);
        this.state = useState({ theme: theme(), size: textSize() });
        const names = { system: _t("As the phone"), light: _t("Light"), dark: _t("Dark") };
        this.themes = THEMES.map((value) => ({ value, label: names[value] }));
        this.sizes = SIZES.map((value) => ({ value, label: number(value / 100, { style: "percent" }) }));
        this.language = language();
    }

    setTheme(value) {
        setTheme(value);
        this.state.theme = value;
    }

    setSize(value) {
        setTextSize(value);
        this.state.size = value;
    }

    /** Texts are read as the app starts, so it starts again; what the server sends follows. */
    async setLanguage(event) {
        const code = event.target.value;
        keepSetting("mobile-language", code);
        const tell = [this.env.api.patch("/devices/current", { locale: code })];
        if (this.session.isSignedIn) {
            tell.push(this.env.api.patch("/me", { language: code }));
        }
        // Without the network the app speaks it all the same.
        await Promise.allSettled(tell);
        // What is kept is in the language before.
        await this.env.database.delete("meta", "cursor");
        window.location.reload();
    }

    editProfile() {
        return this.env.ui.sheet(_t("Your profile"), ProfileSheet);
    }

    async changeAddress() {
        const reason = _t("You sign in with the new one from then on. Your other phones are signed out.");
        if (await this.env.ui.sheet(_t("New number or email"), SignInSheet, { reason, purpose: "change_address" })) {
            this.env.ui.notice(_t("Saved"), { kind: "success" });
        }
    }
}
