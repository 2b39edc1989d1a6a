import { Component } from "@odoo/owl";
import { isUrgent, remaining, statusOf, worth } from "../../core/coupon";
import { _t } from "../../core/texts";

/** A coupon in a list. */
export class OfferRow extends Component {
    static template = "phone.OfferRow";
    static props = { offer: Object, now: Number };

    get status() {
        return statusOf(this.props.offer, this.props.now);
    }

    get worth() {
        return worth(this.props.offer.discount);
    }

    get remaining() {
        return remaining(this.props.offer, this.props.now);
    }

    get isUrgent() {
        return isUrgent(this.props.offer, this.props.now);
    }

    /** Where it counts, in a few words: the stores' names where the phone knows them. */
    get where() {
        const ids = this.props.offer.store_ids;
        if (!ids.length) {
            return _t("In all stores");
        }
        const names = ids.map((id) => this.env.kept.one("stores", id)?.name).filter(Boolean);
        if (!names.length || ids.length > 2) {
            return _t("Stores: %s", ids.length);
        }
        return names.join(" · ");
    }
}
