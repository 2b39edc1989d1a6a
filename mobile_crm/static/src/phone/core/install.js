/** Putting the app on the home screen: offered at a good moment, once, and not again for long after a "Not now". */
import { reactive } from "@odoo/owl";
import { _t } from "./texts";

/** Milliseconds: between two visits, and that a "Not now" is good for. */
const VISIT = 30 * 60000;
const LONG = 120 * 86400000;

/** Whether it runs from the home screen. */
export function isStandalone() {
    return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}

/** Whether it is an iPhone or iPad, where apps are put on the home screen by hand. */
export function isApple() {
    return /iPhone|iPad|iPod/.test(navigator.userAgent)
        || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);
}

export class Install {
    constructor(env) {
        this.env = env;
        // How it can be done: "prompt" (the browser asks), "hand" (the customer does it), or null.
        this.state = reactive({ way: isApple() && !isStandalone() ? "hand" : null, isWelcome: false });
        this.prompt = null;
        window.addEventListener("beforeinstallprompt", (event) => {
            // The browser's own bar would come at once.
            event.preventDefault();
            this.prompt = event;
            this.state.way = isStandalone() ? null : "prompt";
        });
        window.addEventListener("appinstalled", () => {
            this.prompt = null;
            this.state.way = null;
            env.ui.notice(_t("The app is on your home screen now."), { kind: "success" });
        });
        this.countVisit().catch(() => {});
    }

    /** A first look is not the moment: somebody who comes back may want to. */
    async countVisit() {
        const { database } = this.env;
        const visits = (await database.get("meta", "visits")) || { count: 0, at: 0 };
        if (Date.now() - visits.at > VISIT) {
            visits.count++;
        }
        await database.put("meta", { ...visits, at: Date.now() }, "visits");
        const later = (await database.get("meta", "install_later")) || 0;
        this.isRefused = Date.now() - later < LONG;
        const welcome = () => {
            const kept = reactive(this.env.kept.state, welcome);
            const hasCoupon = kept.offers.length > 0;
            this.state.isWelcome = !this.isRefused && (visits.count > 1 || hasCoupon);
        };
        welcome();
    }

    /** Let the browser ask; it does so once for each event. */
    async ask() {
        const prompt = this.prompt;
        this.prompt = null;
        this.state.way = null;
        const answer = await prompt?.prompt();
        if (answer?.outcome === "dismissed") {
            await this.later();
        }
    }

    async later() {
        this.isRefused = true;
        this.state.isWelcome = false;
        await this.env.database.put("meta", Date.now(), "install_later");
    }
}
