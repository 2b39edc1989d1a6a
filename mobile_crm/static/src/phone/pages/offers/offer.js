import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { Code } from "../../components/code";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { useNow } from "../../components/now";
import { Page } from "../../components/page";
import { useBright } from "../../components/wake";
import { Offline, Problem } from "../../core/api";
import { metresBetween } from "../../core/geo";
import { _t, distance, moment } from "../../core/texts";
import { askDetail, ends, isUrgent, keptDetail, remaining, statusOf, worth } from "../../core/coupon";
import { PassButton } from "./pass_button";

/** Milliseconds between two looks whether a till has taken the coupon: at first, while somebody stands there, and later. */
const OFTEN = 3000;
const SELDOM = 12000;
const PATIENCE = 120000;
/** How many stores are named before the rest is counted. */
const NAMED = 5;
const CHANNELS = {
    till: () => _t("At the till"),
    phone: () => _t("In the basket of this app"),
    sale: () => _t("On orders with our staff"),
};

/** A coupon: its code, for the till, and all that there is to say about it. */
export class OfferPage extends Component {
    static template = "phone.OfferPage";
    static components = { Code, Empty, Icon, Page, PassButton };
    static props = ["id", "query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.geo = this.env.geo && useState(this.env.geo.state);
        this.clock = useNow(() => (this.offer ? ends([this.offer]) : []));
        this.state = useState({ detail: null, format: "qr", isJoyful: false, isMissing: false, isUnreachable: false, areAll: false });
        this.wasUsable = false;
        useBright();
        onWillStart(async () => {
            const kept = await keptDetail(this.env, this.props.id);
            if (kept) {
                this.etag = kept.etag;
                this.take(kept.offer);
            }
        });
        const onVisible = () => document.visibilityState === "visible" && this.look();
        onMounted(() => {
            this.since = Date.now();
            document.addEventListener("visibilitychange", onVisible);
            this.look();
        });
        onWillUnmount(() => {
            this.isOver = true;
            clearTimeout(this.timer);
            document.removeEventListener("visibilitychange", onVisible);
        });
    }

    get offer() {
        return this.state.detail || this.env.kept.one("offers", this.props.id);
    }

    // Noticing what a till does

    /** Ask how it stands, and again in a while: a till tells the server, and nobody tells the phone as fast. */
    async look() {
        clearTimeout(this.timer);
        if (document.visibilityState === "visible") {
            await this.ask();
        }
        if (this.isOver || this.state.isMissing || ["redeemed", "expired"].includes(this.state.detail?.status)) {
            return;
        }
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.look(), Date.now() - this.since < PATIENCE ? OFTEN : SELDOM);
    }

    async ask() {
        try {
            const kept = await askDetail(this.env, this.props.id, this.etag);
            this.state.isUnreachable = false;
            if (kept && !this.isOver) {
                this.etag = kept.etag;
                this.take(kept.offer);
            }
        } catch (error) {
            if (error instanceof Offline) {
                this.state.isUnreachable = true;
            } else if (error instanceof Problem) {
                this.state.isMissing = error.status === 404;
            } else {
                throw error;
            }
        }
    }

    take(offer) {
        this.state.detail = offer;
        if (["available", "reserved"].includes(offer.status)) {
            this.wasUsable = true;
        } else if (offer.status === "redeemed" && this.wasUsable) {
            this.state.isJoyful = true;
            navigator.vibrate?.([60, 40, 120]);
            this.env.sync.now().catch(() => {});
        }
    }

    // What is shown

    get status() {
        return statusOf(this.offer, this.clock.now);
    }

    get worth() {
        return worth(this.offer.discount);
    }

    get remaining() {
        return remaining(this.offer, this.clock.now);
    }

    get isUrgent() {
        return isUrgent(this.offer, this.clock.now);
    }

    get isUsable() {
        return ["available", "reserved"].includes(this.status);
    }

    /** What the chosen kind of code says: signed where the phone has that, so that a till needs no network either. */
    get code() {
        const { offer } = this;
        return this.state.format === "qr" ? offer.qr || offer.barcode.value : offer.code;
    }

    get codeLabel() {
        return this.state.format === "qr"
            ? _t("QR code of this coupon, for the till") : _t("Barcode of this coupon, for the till");
    }

    /** When it was redeemed, and where, in the server's words. */
    get redemption() {
        return (this.offer.history || []).filter(({ kind }) => kind === "redeemed").at(-1);
    }

    get validFrom() {
        return this.offer.valid_from ? moment(this.offer.valid_from) : "";
    }

    get expiresAt() {
        return this.offer.expires_at ? moment(this.offer.expires_at) : "";
    }

    get channels() {
        return this.offer.channels.filter((name) => CHANNELS[name]).map((name) => CHANNELS[name]());
    }

    get isForBasket() {
        return this.status === "available" && this.offer.channels.includes("phone");
    }

    /** The stores in which it counts that the phone knows, the nearest first. */
    get stores() {
        const here = this.geo?.position;
        const { store_ids: ids } = this.offer;
        const found = this.kept.stores.filter(({ id }) => ids.includes(id)).map((store) => ({
            store, metres: here && store.lat !== null ? metresBetween(here, store) : null }));
        found.sort((one, other) => (one.metres ?? Infinity) - (other.metres ?? Infinity) || 0);
        return found.slice(0, this.state.areAll ? found.length : NAMED)
            .map(({ store, metres }) => ({ id: store.id, name: store.name, distance: distance(metres) }));
    }

    get moreStores() {
        return this.offer.store_ids.length - this.stores.length;
    }

    when(time) {
        return moment(time);
    }
}
