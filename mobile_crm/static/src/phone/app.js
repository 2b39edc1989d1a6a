import { Component, useEffect, useState } from "@odoo/owl";
import { Empty } from "./components/empty";
import { Guard } from "./components/guard";
import { Icon } from "./components/icon";
import { Notices } from "./components/notices";
import { Page } from "./components/page";
import { Sheet } from "./components/sheet";
import { _t } from "./core/texts";
import { SignInFirst } from "./pages/sign_in/sign_in_first";

/** The whole app: the page that is shown, the bar of tabs, and what lies over them. */
export class PhoneApp extends Component {
    static template = "phone.App";
    static components = { Empty, Guard, Icon, Notices, Page, Sheet, SignInFirst };
    static props = {};

    setup() {
        this.current = useState(this.env.router.current);
        this.over = useState(this.env.ui.state);
        this.session = useState(this.env.session.state);
        this.kept = useState(this.env.kept.state);
        this.queue = useState(this.env.queue.state);
        this.updates = useState(this.env.updates.state);
        // Of the page that could not be shown.
        this.fault = useState({ key: null });
        let isFirst = true;
        useEffect(() => {
            // Whoever hears the app is taken to the page that a link of the one before has led to.
            if (!isFirst && document.activeElement === document.body) {
                this.env.focusPage();
            }
            isFirst = false;
        }, () => [this.pageKey, this.current.route.component]);
    }

    /** A page that needs a customer is asked for by nobody: then it is said what signing in is good for. */
    get isAllowed() {
        return this.session.isSignedIn || !this.current.route.isPersonal;
    }

    /** Pages of the same kind are different components when they show something else. */
    get pageKey() {
        return `${this.current.path}:${this.session.isSignedIn}`;
    }

    get pageProps() {
        return { ...this.current.params, query: this.current.query };
    }

    get waitingText() {
        return _t("Waiting to be sent: %s", this.queue.count);
    }

    get unread() {
        return this.kept.messages.filter((message) => !message.read_at).length;
    }
}
