import { Component } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { _t } from "../../core/texts";

/** What a page shows that is a customer's own while nobody is signed in. */
export class SignInFirst extends Component {
    static template = "phone.SignInFirst";
    static components = { Icon, Page };
    static props = { path: String };

    get back() {
        return this.env.router.depth ? "/me" : undefined;
    }

    get reasons() {
        return [
            ["offer", _t("Coupons that are yours, ready at the till")],
            ["card", _t("A member card that collects points")],
            ["receipt", _t("Your purchases and receipts in one place")],
        ];
    }
}
