import { _t, day } from "../../core/texts";

/** Milliseconds within which a day is called by its name. */
const WEEK = 6 * 86400000;

/** Say how a conversation stands. */
export function statusText({ status }) {
    return { open: _t("We will answer"), answered: _t("Answered"), closed: _t("Closed") }[status] || status;
}

/** Say when the customer is called, or nothing when they are not, or were. */
export function callText({ callback_at }) {
    const wait = callback_at ? new Date(callback_at) - Date.now() : NaN;
    if (!(wait > -3600000)) {
        return "";
    }
    const date = wait < WEEK ? { weekday: "long" } : { weekday: "long", day: "numeric", month: "long" };
    return _t("We call you: %s", day(callback_at, { ...date, hour: "numeric", minute: "2-digit" }));
}
