import { Component, onMounted, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { Code } from "../../components/code";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { useBright } from "../../components/wake";
import { Offline } from "../../core/api";
import { PassButton } from "../offers/pass_button";
import { useAnswer } from "./answer";
import { balanceOf } from "./points";

/** In the browser's database, among the answers: what the card shows while there is no network. */
const KEPT = "/me/card";
/** Seconds before its end that a code is renewed, so that none is shown that a till refuses. */
const EARLY = 8;
/** Seconds between tries while there is no network. */
const RETRY = 5;
const LIFETIME = 60;
/** Length of the ring around the time that is left. */
const RING = 100;

/**
 * The member card. With the network it shows a code that is good for a minute and one scan, and proves who the customer
 * is; without, the lasting one, which earns points and spends none.
 */
export class CardPage extends Component {
    static template = "phone.CardPage";
    static components = { Code, Icon, Page, PassButton };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.state = useState({ card: null, left: 0, status: "wait", problem: "" });
        this.points = useAnswer("/me/points", { limit: 100 });
        this.balanceOf = balanceOf;
        this.wait = 0;
        useBright();
        // The phone may have slept over the end of the code, or have found the network again.
        useExternalListener(document, "visibilitychange", () => document.visibilityState === "visible" && this.tick());
        useExternalListener(window, "online", () => this.renew());
        useExternalListener(window, "offline", () => this.renew());
        onWillStart(async () => {
            const kept = await this.env.database.get("pages", KEPT);
            // What was signed for a minute is not kept: only who the member is, and the lasting code.
            this.state.card = kept ? { ...kept, qr: null } : null;
        });
        onMounted(() => {
            this.renew();
            this.clock = setInterval(() => this.tick(), 1000);
        });
        onWillUnmount(() => clearInterval(this.clock));
    }

    /** What the till is to scan: the code of this minute, else the lasting one. */
    get code() {
        const card = this.state.card;
        return card && (this.isFresh ? card.qr : card.offline_qr);
    }

    get isFresh() {
        return Boolean(this.state.card?.qr) && this.state.left > 0;
    }

    get dash() {
        return `${(RING * Math.min(this.state.left, LIFETIME)) / LIFETIME} ${RING}`;
    }

    get member() {
        return this.state.card.member_id.replace(/(.{4})(?=.)/g, "$1 ");
    }

    get balances() {
        return (this.points.data?.items || []).filter((card) => card.type !== "gift_card").slice(0, 3);
    }

    tick() {
        // Counted from when it was asked for: the phone's clock may be wrong by minutes.
        const left = this.endsAt ? Math.max(0, Math.round((this.endsAt - Date.now()) / 1000)) : 0;
        if (left !== this.state.left) {
            this.state.left = left;
        }
        if (left <= EARLY && document.visibilityState === "visible" && Date.now() >= this.wait) {
            this.renew();
        }
    }

    /** Get another code; the one that is shown stays until it comes. */
    async renew() {
        if (this.asking) {
            return;
        }
        this.asking = true;
        this.wait = Date.now() + RETRY * 1000;
        const asked = Date.now();
        try {
            const { qr, member_id, offline_qr } = await this.env.api.get("/me/card");
            if (!this.env.session.state.isSignedIn) {
                return;
            }
            await this.env.database.put("pages", { member_id, offline_qr }, KEPT);
            this.endsAt = asked + LIFETIME * 1000;
            Object.assign(this.state, {
                card: { member_id, offline_qr, qr }, left: LIFETIME, status: "ready", problem: "",
            });
        } catch (error) {
            this.state.status = error instanceof Offline ? "offline" : "failed";
            this.state.problem = error.message;
        } finally {
            this.asking = false;
        }
    }
}
