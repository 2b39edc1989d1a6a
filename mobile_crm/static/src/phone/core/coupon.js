/** What a coupon says to its holder: what it is worth, and for how long. And what the phone keeps of it. */
import { reactive } from "@odoo/owl";
import { NEAR } from "../components/now";
import { Offline, Problem } from "./api";
import { NotLoaded, load } from "./lazy";
import { _t, fromNow, moment, money, number } from "./texts";

const HOUR = 3600000;
const DAY = 24 * HOUR;
/** Milliseconds after which the texts of coupons are fetched that have just come: the page is drawn first. */
const CALM = 1500;

export function worth({ type, value, currency }) {
    if (type === "product") {
        return _t("Free: %s", value);
    }
    return _t("%s off", type === "percent"
        ? number(value / 100, { style: "percent", maximumFractionDigits: 2 })
        : money({ amount: value, currency }));
}

/** Return "available", "later", "reserved", "redeemed" or "expired": as it is now, which the phone may know first. */
export function statusOf(offer, now = Date.now()) {
    if (offer.status === "available") {
        if (offer.expires_at && Date.parse(offer.expires_at) <= now) {
            return "expired";
        }
        if (offer.valid_from && Date.parse(offer.valid_from) > now) {
            return "later";
        }
    }
    return offer.status;
}

/** Whether it ends so soon that this is said louder. */
export function isUrgent(offer, now) {
    return statusOf(offer, now) === "available" && offer.expires_at && Date.parse(offer.expires_at) - now < 2 * DAY;
}

/** Return how long it lasts in words; an empty text where there is nothing to say. */
export function remaining(offer, now = Date.now()) {
    const status = statusOf(offer, now);
    if (status === "later") {
        return _t("From %s", moment(offer.valid_from));
    }
    if (status === "expired") {
        return offer.expires_at ? _t("Ended %s", fromNow(offer.expires_at, now)) : _t("Ended");
    }
    if (status === "redeemed" || !offer.expires_at) {
        return "";
    }
    const left = Math.max(0, Date.parse(offer.expires_at) - now);
    if (left < NEAR) {
        const seconds = Math.floor(left / 1000);
        return _t("%s left", `${number(Math.floor(seconds / 60))}:${
            number(seconds % 60, { minimumIntegerDigits: 2 })}`);
    }
    const [unit, length] = left < 2 * DAY ? ["hour", HOUR] : ["day", DAY];
    return _t("%s left", number(Math.floor(left / length), { style: "unit", unit, unitDisplay: "long" }));
}

/** Soonest to end first, what has no end last. */
export function bySoonest(one, other) {
    return (Date.parse(one.expires_at) || Infinity) - (Date.parse(other.expires_at) || Infinity) || 0;
}

export const ends = (offers) => offers.map((offer) => Date.parse(offer.expires_at)).filter(Boolean);

const path = (id) => `/offers/${id}`;

/** Return what is kept of `GET /offers/{id}`, with the code that a till can check without the network; or undefined. */
export function keptDetail(env, id) {
    return env.database.get("pages", path(id));
}

/** Ask the server how a coupon stands; return it, or null when that is as `etag` says. */
export async function askDetail(env, id, etag = null) {
    const answer = await env.api.send("GET", path(id), { etag });
    if (answer.status === 304) {
        return null;
    }
    const kept = { offer: answer.data, etag: answer.etag };
    // Not where they have signed out while it was on its way.
    if (env.session.state.isSignedIn) {
        await env.database.put("pages", kept, path(id));
    }
    return kept;
}

/**
 * Keep of each coupon what `/sync` does not tell, so that one that was never opened can be shown at a till without the
 * network too; forget what has gone.
 */
export function keepDetails(env) {
    let timer = null;
    let isRunning = false;
    const run = async () => {
        if (isRunning || !env.session.state.isSignedIn || !env.session.state.isOnline) {
            return;
        }
        isRunning = true;
        try {
            const offers = [...env.kept.state.offers];
            const wanted = new Set(offers.map(({ id }) => path(id)));
            for (const key of await env.database.getAllKeys("pages", IDBKeyRange.bound("/offers/", "/offers/\uffff"))) {
                if (!wanted.has(key)) {
                    await env.database.delete("pages", key);
                }
            }
            if (offers.length) {
                // What draws their codes, too.
                await load(env, "codes.js");
            }
            for (const offer of offers) {
                const kept = await keptDetail(env, offer.id);
                if (!isSame(kept?.offer, offer)) {
                    await askDetail(env, offer.id);
                }
            }
        } catch (error) {
            if (!(error instanceof Problem || error instanceof Offline || error instanceof NotLoaded)) {
                throw error;
            }
            // No network, or the coupon has gone meanwhile: the next synchronisation tells.
        } finally {
            isRunning = false;
        }
    };
    const seen = reactive(env.kept.state, () => {
        // Reading it again asks to be told of the next change.
        void seen.offers;
        clearTimeout(timer);
        timer = setTimeout(run, CALM);
    });
    void seen.offers;
}

/** What the signed text of a coupon is made of, or its holder reads. */
const isSame = (one, other) => Boolean(one) && ["code", "status", "valid_from", "expires_at", "title", "terms"].every(
    (field) => one[field] === other[field]) && String(one.store_ids) === String(other.store_ids);
