/**
 * Where the customer is while the app is open, for those who have agreed to it: positions for the server, or, where they
 * stay on the phone, nothing but which fence was entered or left.
 */
import { reactive } from "@odoo/owl";
import { isInside, metresBetween } from "../../core/geo";
import { permissions } from "../../core/permissions";
import { _t } from "../../core/texts";
import { Reports } from "./reports";

/** A position is worth telling after so many milliseconds, or metres. */
const INTERVAL = 20000;
const STEP = 50;
/** Milliseconds after which a phone that has not moved says so. */
const STILL = 180000;
/** A fix that is less exact than this says nothing about a fence. */
const INEXACT = 500;
/** Metres beyond its edge at which a fence is left: a fix wavers. */
const MARGIN = 25;
/** Milliseconds after which nobody knows any more whether the phone is still inside. */
const FORGOTTEN = 30 * 60000;
const DAY = 24 * 3600000;
/** Milliseconds after which fences are asked for again, which costs little while they are the same. */
const AGED = 30 * 60000;

export class Presence {
    constructor(env) {
        this.env = env;
        this.isOnDevice = env.config.location_mode === "on_device";
        this.reports = new Reports({ api: env.api, database: env.database, clientId: env.config.client_id });
        this.stop = null;
        this.told = null;
        // Who had agreed when that was last looked at, as `Session` names them.
        this.whose = undefined;
        // Since the app was opened: whether they had not agreed yet, and when they did.
        this.wasRefused = false;
        this.agreedAt = Infinity;
        // Whether the shop may answer with an offer to what was sent, or waits to be sent.
        this.isExpecting = false;
        this.work = Promise.resolve();
        this.session = reactive(env.session.state, () => this.check());
        this.kept = reactive(env.kept.state, () => this.check());
        this.geo = reactive(env.geo.state, () => this.check());
        document.addEventListener("visibilitychange", () => this.check());
        window.addEventListener("online", () => this.queue(() => this.flush()));
        this.check();
    }

    /** Whether the customer has agreed that the shop knows where they are. Without it no position leaves the phone. */
    get isAgreed() {
        const { consents } = this.kept;
        return this.session.isSignedIn && Boolean(consents?.find(({ purpose }) => purpose === "location")?.granted);
    }

    /** Whether positions may be told to the server, such as to ask it for the nearest stores. */
    get isTold() {
        return this.isAgreed && !this.isOnDevice;
    }

    /** The position, as far as the server may know it, for a query; else undefined. */
    get where() {
        const { position } = this.geo;
        return position && this.isTold ? { lat: round(position.lat), lon: round(position.lon) } : undefined;
    }

    /** Begin to follow the phone, or stop, as the customer has decided meanwhile. */
    async check() {
        const { isAgreed, whose: before } = this;
        const isKnown = Boolean(this.geo.position);
        const whose = (this.whose = isAgreed ? this.env.kept.owner : undefined);
        this.wasRefused ||= !isAgreed && this.env.session.isLoaded
            && (!this.session.isSignedIn || this.kept.consents !== null);
        if (!isAgreed) {
            this.stop?.();
            this.stop = this.told = null;
            if (before !== undefined) {
                this.queue(() => this.forget());
            }
            return;
        }
        if (before !== whose) {
            this.agreedAt = this.wasRefused ? Date.now() : -Infinity;
            this.queue(() => this.begin(whose));
        }
        // Where a position is known the customer has just allowed it: some browsers tell nothing more about that.
        const isAllowed = isKnown || (await permissions.state(this.env, "location")) === "granted";
        if (isAllowed && this.isAgreed) {
            this.stop ??= this.env.geo.watch((position) => this.queue(() => this.judge(position)));
        }
    }

    /** One after the other: each goes on from what the one before has kept. */
    queue(work) {
        this.work = this.work.then(work).catch(() => {
            // No network, or a server that wants a pause: what waits is sent with the next position.
        });
        return this.work;
    }

    /** Send what was kept for this customer, and forget what was kept for another one. */
    async begin(owner) {
        const { database } = this.env;
        if ((await database.get("meta", "events_of")) !== owner) {
            await this.forget();
            await database.put("meta", owner, "events_of");
        }
        await this.flush();
    }

    async forget() {
        await this.reports.clear();
        for (const name of ["inside", "fences", "events_of"]) {
            await this.env.database.delete("meta", name);
        }
    }

    async judge(position) {
        // Where somebody was before they agreed is nobody's business, and would not be answered.
        if (!this.isAgreed || position.at < this.agreedAt) {
            return;
        }
        const occurredAt = new Date(position.at).toISOString();
        const where = this.isOnDevice
            ? {} : { lat: round(position.lat), lon: round(position.lon), accuracy: position.accuracy };
        if (this.isNews(position)) {
            this.told = position;
            if (!this.isOnDevice) {
                await this.reports.add({ type: "position", occurred_at: occurredAt, ...where });
            }
        }
        if (position.accuracy <= INEXACT) {
            for (const { type, fence } of await this.cross(position)) {
                this.isExpecting ||= type !== "exit";
                await this.reports.add({ type, occurred_at: occurredAt, geofence_id: fence.id, ...where });
            }
        }
        await this.flush();
    }

    /** Send what waits, then look for what the shop has answered. */
    async flush() {
        const known = new Set(this.env.kept.state.offers.map(({ id }) => id));
        const { sent, codes } = await this.reports.send(this.env.kept.owner);
        if (codes.includes("location_consent_missing")) {
            // Withdrawn on another device.
            await this.env.sync.now();
        } else if (sent && this.isExpecting) {
            await this.look(known);
            this.isExpecting = false;
        }
    }

    /** Whether a position tells the server something. */
    isNews(position) {
        const { told } = this;
        if (!told) {
            return true;
        }
        const [metres, time] = [metresBetween(told, position), position.at - told.at];
        return metres >= STEP || (time >= INTERVAL && metres > position.accuracy) || time >= STILL;
    }

    /** Find out which fences the phone has come into, stayed in, or left. Returns [{type, fence}]. */
    async cross(position) {
        const { database } = this.env;
        const { fences } = await this.fences(position);
        const kept = await database.get("meta", "inside");
        const inside = kept && position.at - kept.at < FORGOTTEN ? kept.inside : {};
        const found = [];
        const now = {};
        for (const fence of fences) {
            const before = inside[fence.id];
            if (!contains(fence, position, before ? Math.max(MARGIN, position.accuracy) : 0)) {
                if (before && fence.notify_on.includes("exit")) {
                    found.push({ type: "exit", fence });
                }
                continue;
            }
            const stay = (now[fence.id] = before || { since: position.at, hasDwelt: false });
            if (!before && fence.notify_on.includes("enter")) {
                found.push({ type: "enter", fence });
            }
            if (!stay.hasDwelt && fence.notify_on.includes("dwell")
                && position.at - stay.since >= fence.loitering_delay * 1000) {
                found.push({ type: "dwell", fence });
                stay.hasDwelt = true;
            }
        }
        await database.put("meta", { at: position.at, inside: now }, "inside");
        return found;
    }

    /** Return the fences to watch from here: those that are kept, or others from the server. */
    async fences(position) {
        const { api, database } = this.env;
        const kept = await database.get("meta", "fences");
        const age = kept ? Date.now() - kept.at : Infinity;
        const isHere = kept && (this.isOnDevice || metresBetween(kept.refresh, position) <= kept.refresh.radius);
        if (isHere && age < (this.isOnDevice ? DAY : AGED)) {
            return kept;
        }
        try {
            const fences = this.isOnDevice ? await this.allFences() : await this.fencesAround(position, kept);
            await database.put("meta", fences, "fences");
            return fences;
        } catch (error) {
            if (isHere) {
                return kept;
            }
            throw error;
        }
    }

    async fencesAround({ lat, lon }, kept) {
        // The same place again gets an answer without fences, if they are the same.
        const isSame = kept && metresBetween(kept.asked, { lat, lon }) < STEP;
        const asked = isSame ? kept.asked : { lat: round(lat), lon: round(lon) };
        const { data, etag } = await this.env.api.send("GET", "/geofences", {
            query: { ...asked, limit: 100 },
            etag: isSame ? kept.etag : undefined,
        });
        return data ? { fences: data.items, refresh: data.refresh, etag, asked, at: Date.now() } : { ...kept, at: Date.now() };
    }

    async allFences() {
        const fences = [];
        let cursor;
        do {
            const page = await this.env.api.get("/geofences", { limit: 100, cursor });
            fences.push(...page.items);
            cursor = page.next_cursor;
        } while (cursor);
        return { fences, at: Date.now() };
    }

    /** Look for what the shop has answered, beside the offers that were known before, and show it. */
    async look(known) {
        const { env } = this;
        // One that is on its way may have been answered before the shop knew.
        await env.sync.running?.catch(() => {});
        await env.sync.now(this.where);
        const fresh = env.kept.state.offers.filter(({ id }) => !known.has(id));
        if (fresh.length) {
            const [offer] = fresh;
            env.ui.notice(fresh.length > 1 ? _t("New offers for you: %s", fresh.length)
                : _t("A new offer for you: %s", offer.title), {
                kind: "success",
                action: {
                    label: _t("Show"),
                    run: () => env.router.go(fresh.length > 1 ? "/offers" : `/offers/${offer.id}`),
                },
            });
        }
    }
}

/** Whether a position is in a fence, or not farther beyond its edge than the margin. */
function contains(fence, position, margin) {
    const metres = metresBetween(fence, position);
    if (fence.type !== "polygon" || metres > fence.radius) {
        return metres <= fence.radius + margin;
    }
    // What has been entered is left with the circle around it: outlines are crossed by every wavering fix.
    return isInside(position, fence.polygon) || margin > 0;
}

function round(degrees) {
    return Math.round(degrees * 1e6) / 1e6;
}
