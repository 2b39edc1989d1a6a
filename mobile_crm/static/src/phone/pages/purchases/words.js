/** What the states of purchases and the ways to buy are called. */
import { _t } from "../../core/texts";

/** Return what is to be said of how a purchase stands: {text, kind}, or null where it is as one expects. */
export function statusOf({ status }) {
    return {
        cancelled: { text: _t("Cancelled"), kind: "warning" },
        returned: { text: _t("Returned"), kind: "" },
        partly_returned: { text: _t("Partly returned"), kind: "" },
        refund: { text: _t("Money back"), kind: "success" },
    }[status] || null;
}

/** Return how something was bought, in words. */
export function channelOf({ channel }) {
    return {
        sale: _t("By the staff"),
        shop: _t("In the online shop"),
        phone: _t("Scanned with the phone"),
        till: _t("At the till"),
    }[channel] || "";
}

/** Return how far the delivery is, in words. */
export function deliveryOf({ delivery }) {
    return {
        pending: _t("Not delivered yet"),
        partly: _t("Delivered in part"),
        delivered: _t("Delivered"),
    }[delivery] || "";
}
