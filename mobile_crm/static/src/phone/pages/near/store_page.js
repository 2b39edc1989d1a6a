import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { _t, day } from "../../core/texts";
import { opening, spanText, week } from "./opening";

/** One store: where it is and when it is open, and what counts there. */
export class StorePage extends Component {
    static template = "phone.StorePage";
    static components = { Empty, Icon, Page };
    static props = ["id", "query"];

    setup() {
        this.geo = useState(this.env.geo.state);
        this.found = useState(this.env.stores.state);
        this.kept = useState(this.env.kept.state);
        this.state = useState({ problem: "" });
        onWillStart(() => this.env.stores.load());
        onMounted(() => this.find());
    }

    async find() {
        this.state.problem = "";
        try {
            await this.env.stores.findOne(this.props.id);
        } catch (error) {
            this.state.problem = error instanceof Offline ? "offline" : error.status === 404 ? "gone" : error.message;
        }
    }

    get store() {
        // Read from both, so that the page is drawn anew when either gets the store.
        const { id } = this.props;
        const store = this.found.known[id] || this.kept.stores.find((one) => String(one.id) === id);
        return this.state.problem === "gone" ? undefined : store;
    }

    get title() {
        return this.store?.name || _t("Store");
    }

    get opening() {
        return opening(this.store);
    }

    get distance() {
        return this.geo.position && this.env.texts.distance(this.env.stores.metres(this.store));
    }

    get lines() {
        const { street, street2, zip, city } = this.store.address;
        return [street, street2, [zip, city].filter(Boolean).join(" ")].filter(Boolean);
    }

    /** Where the phone's own map, or one on the web, shows the way. It is asked only when the customer taps. */
    get directions() {
        const { lat, lon, name } = this.store;
        const place = lat === null ? this.lines.join(", ") : `${lat},${lon}`;
        const { userAgent } = navigator;
        if (/Android/.test(userAgent)) {
            return `geo:${lat === null ? "0,0" : place}?q=${encodeURIComponent(lat === null ? place : `${place}(${name})`)}`;
        }
        if (/iPhone|iPad|Macintosh/.test(userAgent)) {
            return `https://maps.apple.com/?daddr=${encodeURIComponent(place)}`;
        }
        return lat === null
            ? `https://www.openstreetmap.org/search?query=${encodeURIComponent(place)}`
            : `https://www.openstreetmap.org/directions?to=${encodeURIComponent(place)}`;
    }

    get call() {
        return `tel:${this.store.phone.replace(/[^+0-9]/g, "")}`;
    }

    get days() {
        const { store } = this;
        return week(store).map(({ date, name, spans }, ahead) => ({
            date,
            label: ahead === 0 ? _t("Today") : day(date, { weekday: "long", timeZone: "UTC" }),
            name,
            spans: spans.length ? spans.map(spanText) : [_t("Closed")],
        }));
    }

    get hasHours() {
        return this.store.hours.length || this.store.special_days.length;
    }

    /** Special days after this week. */
    get laterDays() {
        const last = this.days.at(-1).date;
        return this.store.special_days
            .map((special) => ({ ...special, at: Date.parse(`${special.date}T00:00:00Z`) }))
            .filter(({ at }) => at > last)
            .map(({ at, name, hours }) => ({
                at,
                label: day(at, { day: "numeric", month: "long", timeZone: "UTC" }),
                name,
                spans: hours.length ? hours.map(spanText) : [_t("Closed")],
            }));
    }

    /** Whether the store's clock shows another time than the phone's. */
    get isElsewhere() {
        const at = (timeZone) => new Date().toLocaleString("en-GB", { timeZone });
        return at(this.store.timezone) !== at(undefined);
    }

    get offers() {
        const id = Number(this.props.id);
        return this.kept.offers.filter(
            ({ store_ids, status }) => status === "available" && (!store_ids.length || store_ids.includes(id)));
    }

    get isMine() {
        return Boolean(this.kept.me?.favourite_store_ids.includes(Number(this.props.id)));
    }

    async toggleMine() {
        const { env } = this;
        if (!(await env.session.need(_t("Sign in to keep your stores.")))) {
            return;
        }
        const me = env.kept.state.me;
        const id = Number(this.props.id);
        const isMine = me.favourite_store_ids.includes(id);
        const favourites = isMine ? me.favourite_store_ids.filter((one) => one !== id) : [...me.favourite_store_ids, id];
        const shown = env.kept.put("me", { ...me, favourite_store_ids: favourites });
        try {
            await env.queue.send({
                method: "PATCH", path: "/me", body: { favourite_store_ids: favourites }, label: _t("My stores"),
            });
        } catch (error) {
            await shown;
            await env.kept.put("me", me);
            env.ui.notice(error.message, { kind: "danger" });
        }
    }
}
