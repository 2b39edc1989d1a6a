/**
 * Notifications: how it stands with them on this phone, turning them on and off, and what the service worker says.
 *
 * They need three yeses: the browser's, the customer's consent to the shop's wording, and this phone's address at the
 * server. Nobody is asked at the start, and nobody twice.
 */
import { reactive } from "@odoo/owl";
import { Problem } from "./api";
import { isApple, isStandalone } from "./install";
import { permissions } from "./permissions";
import { owner } from "./push_store";
import { subscribe, unsubscribe } from "./subscription";
import { _t } from "./texts";

/** Milliseconds after the start, or a sign-in, until the server is told where pushes go: the page comes first. */
const LATER = 4000;

export class Push {
    constructor(env) {
        this.env = env;
        /**
         * `status`:
         * - unknown: nobody has looked yet
         * - absent: the shop sends none, or there was no network to ask
         * - unsupported: not in this browser
         * - home: on an iPhone, from the home screen only
         * - blocked: the customer has told the browser no
         * - off, on
         */
        this.state = reactive({ status: "unknown", isBusy: false });
        this.looks = 0;
        navigator.serviceWorker?.addEventListener("message", ({ data }) => {
            if (data?.type === "go") {
                env.router.go(data.path);
            }
        });
        this.watch();
    }

    get registration() {
        return navigator.serviceWorker.getRegistration("/mobile/").then(async (known) => {
            if (!known) {
                await navigator.serviceWorker.register(this.env.config.worker, { scope: "/mobile/" });
            }
            return navigator.serviceWorker.ready;
        });
    }

    get whose() {
        const { client_id: app, name } = this.env.config;
        return {
            app, name, icon: document.querySelector('link[rel="icon"][sizes="192x192"]')?.href || null,
            unreadable: _t("There is something new for you."),
        };
    }

    /** Find out how it stands. Of several at once the last one counts: what it finds is the newest. */
    async look() {
        const turn = ++this.looks;
        const status = await this.find();
        if (turn === this.looks) {
            this.state.status = status;
        }
        return status;
    }

    async find() {
        if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
            return isApple() && !isStandalone() ? "home" : "unsupported";
        }
        if (Notification.permission === "denied") {
            return "blocked";
        }
        if (await this.isOn()) {
            return "on";
        }
        try {
            await this.env.api.get("/push/key");
            return "off";
        } catch {
            return "absent";
        }
    }

    /** Whether pushes of this app come to this phone. */
    async isOn() {
        if (Notification.permission !== "granted" || !(await this.isWanted())) {
            return false;
        }
        const consent = this.consent(this.env.kept.state.consents);
        return (!consent || consent.granted) && (await owner())?.app === this.env.config.client_id;
    }

    /** Whether who is signed in has asked for them on this phone: another customer may have done that before. */
    async isWanted() {
        const { isSignedIn } = this.env.session.state;
        return isSignedIn && (await this.env.database.get("meta", "push")) === this.env.kept.owner;
    }

    consent(consents) {
        return consents?.find(({ purpose }) => purpose === "push");
    }

    /**
     * Turn them on. The customer has asked for it, by a tap.
     *
     * @returns {Promise<boolean>}
     */
    async turnOn() {
        if (this.state.isBusy || !(await this.env.session.need(_t("Sign in first, so that your notifications come to you.")))) {
            return false;
        }
        this.state.isBusy = true;
        try {
            if (!(await this.agree())) {
                return false;
            }
            await subscribe(await this.registration, this.env.api, this.whose);
            await this.env.database.put("meta", this.env.kept.owner, "push");
            this.env.ui.notice(_t("Notifications are on."), { kind: "success" });
            return true;
        } catch (error) {
            this.env.ui.notice(this.whyNot(error), { kind: "danger" });
            return false;
        } finally {
            this.state.isBusy = false;
            await this.look();
        }
    }

    /** Get the customer's yes: to the shop's wording, and to the browser. */
    async agree() {
        const consents = await this.env.api.get("/me/consents");
        const { text: why, version, granted } = this.consent(consents);
        const question = { title: _t("Hear of offers when they count?"), yes: _t("Yes, notify me") };
        let agreed;
        if (Notification.permission === "granted") {
            agreed = granted || (await this.env.ui.ask({ ...question, body: why }));
        } else {
            agreed = (await permissions.ask(this.env, "notifications", { ...question, why, again: true })) === "granted";
        }
        if (agreed && !granted) {
            const answer = await this.env.api.put("/me/consents", { push: true, versions: { push: version } });
            await this.env.kept.put("consents", answer);
        }
        return agreed;
    }

    /** Turn them off on this phone. What the customer has agreed to stays for their others. */
    async turnOff() {
        this.state.isBusy = true;
        try {
            await unsubscribe(await this.registration, this.env.api, this.env.config.client_id);
            await this.env.database.delete("meta", "push");
            this.env.ui.notice(_t("Notifications are off on this phone."));
        } catch (error) {
            this.env.ui.notice(this.whyNot(error), { kind: "danger" });
        } finally {
            this.state.isBusy = false;
            await this.look();
        }
    }

    /** Have the server send a notification to this phone. */
    async test() {
        this.state.isBusy = true;
        try {
            // The address may have been lost since.
            await subscribe(await this.registration, this.env.api, this.whose);
            await this.env.api.post("/push/test");
            this.env.ui.notice(_t("Sent. It comes in a moment."), { kind: "success" });
        } catch (error) {
            this.env.ui.notice(this.whyNot(error), { kind: "danger" });
        } finally {
            this.state.isBusy = false;
        }
    }

    /** Tell the server where pushes go: addresses change, and so do keys. What another customer has asked for is ended. */
    async renew() {
        if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
            return;
        }
        const { client_id: app } = this.env.config;
        if (await this.isOn()) {
            await subscribe(await this.registration, this.env.api, this.whose);
        } else if (this.env.session.state.isSignedIn && !this.state.isBusy && !(await this.isWanted())
            && (await owner())?.app === app) {
            await unsubscribe(await this.registration, this.env.api, app);
        }
    }

    whyNot(error) {
        if (error instanceof Problem) {
            return error.status === 429 ? _t("That was often enough for now. Try again in an hour.") : error.message;
        }
        if (error instanceof DOMException) {
            return _t("Your browser’s own notification service does not answer. Please try again later.");
        }
        return _t("This needs the network. Please try again when you are online.");
    }

    /** Keep the number on the app's icon, no notification of somebody who has signed out, and this phone's address. */
    watch() {
        let wasSignedIn = false;
        const watch = () => {
            const kept = reactive(this.env.kept.state, watch);
            const session = reactive(this.env.session.state, watch);
            const unread = session.isSignedIn ? kept.messages.filter((message) => !message.read_at).length : 0;
            // Not everywhere, and where it is, only for apps on the home screen.
            (unread ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.())?.catch(() => {});
            if (wasSignedIn && !session.isSignedIn) {
                this.closeAll();
            }
            if (!wasSignedIn && session.isSignedIn) {
                setTimeout(() => this.renew().catch(() => {}), LATER);
            }
            wasSignedIn = session.isSignedIn;
        };
        watch();
    }

    async closeAll() {
        const registration = await navigator.serviceWorker?.getRegistration("/mobile/");
        for (const notification of (await registration?.getNotifications?.()) || []) {
            if (notification.data?.app === this.env.config.client_id) {
                notification.close();
            }
        }
    }
}
