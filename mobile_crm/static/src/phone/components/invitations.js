import { Component, onWillStart, useState } from "@odoo/owl";
import { permissions } from "../core/permissions";
import { Icon } from "./icon";

/**
 * How to put the app on the home screen; nothing where it is there already.
 *
 * `isAlways`: also to who has said "Not now", such as on the page with all settings.
 */
export class InstallCard extends Component {
    static template = "phone.InstallCard";
    static components = { Icon };
    static props = { isAlways: { type: Boolean, optional: true } };

    setup() {
        this.state = useState(this.env.install.state);
    }

    get isShown() {
        return Boolean(this.state.way) && (this.props.isAlways || this.state.isWelcome);
    }
}

/** How it stands with notifications on this phone, and what can be done about it. Nothing where the shop sends none. */
export class PushCard extends Component {
    static template = "phone.PushCard";
    static components = { Icon };
    static props = {};

    setup() {
        this.push = this.env.push;
        this.state = useState(this.push.state);
        onWillStart(() => {
            this.push.look();
        });
    }

    get howToAllow() {
        return permissions.howToAllow("notifications");
    }
}

/** One friendly card at most, for pages that somebody comes by: notifications after the first coupon, or the home screen. */
export class Invitations extends Component {
    static template = "phone.Invitations";
    static components = { Icon, InstallCard };
    static props = {};

    setup() {
        this.kept = useState(this.env.kept.state);
        this.session = useState(this.env.session.state);
        this.push = useState(this.env.push.state);
        this.state = useState({ mayAsk: false });
        onWillStart(() => {
            this.look();
        });
    }

    async look() {
        const isClosed = await this.env.database.get("meta", "push_later");
        if (isClosed || (await permissions.state(this.env, "notifications")) !== "prompt") {
            return;
        }
        await this.env.push.look();
        this.state.mayAsk = true;
    }

    get isPushShown() {
        return this.state.mayAsk && this.push.status === "off" && this.session.isSignedIn && this.kept.offers.length > 0;
    }

    async turnOn() {
        // Whatever they say: it is in the settings from now on.
        await this.env.push.turnOn();
        this.state.mayAsk = false;
    }

    async later() {
        this.state.mayAsk = false;
        await this.env.database.put("meta", true, "push_later");
    }
}
