import { Component, useState } from "@odoo/owl";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { _t } from "../../core/texts";
import { Answer, useAnswer } from "./answer";

/** Where the customer is signed in, and ways to end that. */
export class DevicesPage extends Component {
    static template = "phone.DevicesPage";
    static components = { Answer, Page };
    static props = ["query"];

    setup() {
        this.answer = useAnswer("/me/devices", { limit: 100 });
        this.state = useState({ isBusy: false });
        this.platforms = { ios: _t("iPhone or iPad"), android: _t("Android phone"), web: _t("Web app in a browser") };
    }

    name(device) {
        return device.model || this.platforms[device.platform];
    }

    /** Do what ends a session, after it was asked whether it should. */
    async end(question, what) {
        if (this.state.isBusy || !(await this.env.ui.ask({ ...question, isDanger: true }))) {
            return;
        }
        this.state.isBusy = true;
        try {
            await what();
        } catch (error) {
            this.env.ui.notice(error instanceof Offline ? _t("That needs the network.") : error.message, { kind: "danger" });
        } finally {
            this.state.isBusy = false;
        }
    }

    signOut(device) {
        return this.end({
            title: _t("Sign out there?"), body: this.name(device), yes: _t("Sign out"),
        }, async () => {
            await this.env.api.delete(`/me/devices/${encodeURIComponent(device.device_id)}`);
            await this.answer.load();
            this.env.ui.notice(_t("Signed out there."), { kind: "success" });
        });
    }

    signOutEverywhere() {
        return this.end({
            title: _t("Sign out everywhere?"),
            body: _t("Also on this phone. Good if a phone was lost or stolen."),
            yes: _t("Sign out everywhere"),
        }, async () => {
            if (await this.env.session.signOut({ everywhere: true })) {
                this.env.ui.notice(_t("You are signed out everywhere."));
            }
        });
    }
}
