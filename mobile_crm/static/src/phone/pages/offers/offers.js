import { Component, onMounted, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Invitations } from "../../components/invitations";
import { useNow } from "../../components/now";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { addPage } from "../../core/router";
import { _t } from "../../core/texts";
import { ClaimPage } from "./claim";
import { bySoonest, ends, keepDetails, statusOf } from "../../core/coupon";
import { OfferPage } from "./offer";
import { OfferRow } from "./offer_row";

/** The customer's coupons. */
class OffersPage extends Component {
    static template = "phone.OffersPage";
    static components = { Empty, Icon, Invitations, OfferRow, Page };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.session = useState(this.env.session.state);
        this.clock = useNow(() => ends(this.kept.offers));
        this.state = useState({ isLoading: true, trouble: "", past: null, isPastLoading: false, pastTrouble: "" });
        onMounted(() => this.refresh());
    }

    async refresh() {
        if (!this.session.isSignedIn) {
            return;
        }
        Object.assign(this.state, { isLoading: true, trouble: "" });
        try {
            await this.env.sync.now();
        } catch (error) {
            this.state.trouble = inWords(error);
        }
        this.state.isLoading = false;
    }

    /** Coupons in some states, soonest ending first. */
    of(...statuses) {
        return this.kept.offers.filter((offer) => statuses.includes(statusOf(offer, this.clock.now))).sort(bySoonest);
    }

    get usable() {
        return [...this.of("available"), ...this.of("later")];
    }

    signIn() {
        return this.env.session.need(_t("Sign in to see your coupons, and to use them in every store."));
    }

    /** What was redeemed or has ended is not kept on the phone: it is asked for when the customer wants to see it. */
    async onFold(event) {
        if (!event.target.open || this.state.past || this.state.isPastLoading) {
            return;
        }
        Object.assign(this.state, { isPastLoading: true, pastTrouble: "" });
        try {
            const pages = await Promise.all(["redeemed", "expired"].map(
                (status) => this.env.api.get("/offers", { status, limit: 50 })));
            this.state.past = pages.flatMap(({ items }) => items);
        } catch (error) {
            this.state.pastTrouble = inWords(error);
        }
        this.state.isPastLoading = false;
    }
}

function inWords(error) {
    return error instanceof Offline ? _t("There is no connection right now.") : error.message;
}

export function addOffers(env) {
    addPage("/offers", OffersPage, { tab: "offers" });
    addPage("/offers/:id", OfferPage, { tab: "offers", isPersonal: true });
    addPage("/claim", ClaimPage, { tab: "offers" });
    addPage("/claim/:code", ClaimPage, { tab: "offers" });
    keepDetails(env);
}
