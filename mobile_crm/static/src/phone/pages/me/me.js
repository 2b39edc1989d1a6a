import { Component, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { InstallCard, PushCard } from "../../components/invitations";
import { Page } from "../../components/page";
import { addPage } from "../../core/router";
import { _t } from "../../core/texts";
import { LEAVING } from "../sign_in/enter";
import { useAnswer } from "./answer";
import { ApprovalPage } from "./approval";
import { CardPage } from "./card";
import { ConsentsPage } from "./consents";
import { DataPage } from "./data";
import { DecisionsPage } from "./decisions";
import { DevicesPage } from "./devices";
import { balanceOf, PointsPage } from "./points";
import { PreferencesPage } from "./preferences";
import { SettingsPage } from "./settings";

/** Who the customer is here, and the way to everything that is theirs. */
class MePage extends Component {
    static template = "phone.MePage";
    static components = { Icon, InstallCard, Page, PushCard };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.session = useState(this.env.session.state);
        this.state = useState({ leaving: null, isLeaving: false });
        this.points = useAnswer("/me/points", { limit: 100 });
        this.approvals = useAnswer("/me/approvals", { status: "pending" }, { isKept: false });
        this.env.database.get("meta", LEAVING).then((leaving) => (this.state.leaving = leaving));
    }

    get pending() {
        const items = this.approvals.data?.items || [];
        return items.filter((approval) => new Date(approval.expires_at) > Date.now());
    }

    get balances() {
        return (this.points.data?.items || []).slice(0, 3).map((card) => ({ ...card, text: balanceOf(card) }));
    }

    get unread() {
        return this.kept.messages.filter((message) => !message.read_at).length;
    }

    get groups() {
        const personal = [
            {
                title: _t("Shopping"),
                rows: [
                    ["/messages", "bell", _t("Messages"), this.unread ? _t("Unread: %s", this.unread) : ""],
                    ["/purchases", "receipt", _t("Purchases")],
                    ["/lists", "list", _t("Shopping lists")],
                    ["/favourites", "heart", _t("Favourites")],
                    ["/me/points", "star", _t("Points and e-wallet")],
                ],
            },
            {
                title: _t("What reaches you"),
                rows: [
                    ["/me/preferences", "clock", _t("When, where and what")],
                    ["/me/consents", "check", _t("What you agreed to")],
                    ["/me/decisions", "info", _t("Why did I get this?")],
                ],
            },
        ];
        const device = {
            title: _t("This app"),
            rows: [
                ["/me/settings", "gear", _t("Profile and settings")],
                ...(this.session.isSignedIn ? [["/me/devices", "phone", _t("Where you are signed in")]] : []),
                ["/me/data", "download", _t("Your data and privacy")],
            ],
        };
        return this.session.isSignedIn ? [...personal, device] : [device];
    }

    async signOut() {
        const isSure = await this.env.ui.ask({
            title: _t("Sign out?"),
            body: _t("Your card, coupons and messages leave this phone. They are back when you sign in again."),
            yes: _t("Sign out"),
        });
        if (!isSure) {
            return;
        }
        this.state.isLeaving = true;
        try {
            if (await this.env.session.signOut()) {
                this.env.ui.notice(_t("You are signed out."));
            }
        } catch (problem) {
            this.env.ui.notice(problem.message, { kind: "danger" });
        } finally {
            this.state.isLeaving = false;
        }
    }
}

export function addMe() {
    addPage("/me", MePage, { tab: "me" });
    addPage("/me/settings", SettingsPage, { tab: "me" });
    addPage("/me/data", DataPage, { tab: "me" });
    for (const [path, component] of [
        ["/me/card", CardPage],
        ["/me/points", PointsPage],
        ["/me/preferences", PreferencesPage],
        ["/me/consents", ConsentsPage],
        ["/me/decisions", DecisionsPage],
        ["/me/devices", DevicesPage],
        ["/approvals/:id", ApprovalPage],
    ]) {
        addPage(path, component, { tab: "me", isPersonal: true });
    }
}
