/**
 * Whether a store is open, by its hours, on its own clock. Times of day are minutes since the midnight with which today
 * begins there, so that a change of the clock does not matter.
 */
import { _t, clock, day, formatter } from "../../core/texts";

const MINUTES_OF_DAY = 24 * 60;
const SOON = 60;

/** Return the day (as UTC midnight) and the minutes of it that a clock shows in a time zone. */
function wallClock(timeZone, now) {
    const parts = {};
    const format = formatter("DateTimeFormat", {
        timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    }, "en-GB");
    for (const { type, value } of format.formatToParts(now)) {
        parts[type] = Number(value);
    }
    return { today: Date.UTC(parts.year, parts.month - 1, parts.day), minutes: parts.hour * 60 + parts.minute };
}

/** 0 is Monday, as in the API. */
export function weekday(date) {
    return (new Date(date).getUTCDay() + 6) % 7;
}

const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** What is said about a day: {date, name, spans: [{opens, closes}]}, of a special day, else of the weekday. */
export function hoursOf(store, date) {
    const iso = new Date(date).toISOString().slice(0, 10);
    const special = store.special_days.find((one) => one.date === iso);
    return {
        date,
        name: special?.name,
        spans: special ? special.hours : store.hours.filter((span) => span.day === weekday(date)),
    };
}

/** The seven days from today on, at the store. */
export function week(store, now = Date.now()) {
    const { today } = wallClock(store.timezone, now);
    return [0, 1, 2, 3, 4, 5, 6].map((ahead) => hoursOf(store, today + ahead * MINUTES_OF_DAY * 60000));
}

/** Work out how it stands, from the hours alone: {isOpen, change: minutes|null}, or null when nobody has entered any. */
function standing(store, { today, minutes }) {
    if (!store.hours.length && !store.special_days.length) {
        return null;
    }
    const spans = [];
    for (let ahead = -1; ahead <= 8; ahead++) {
        const start = ahead * MINUTES_OF_DAY;
        for (const { opens, closes } of hoursOf(store, today + start * 60000).spans) {
            const [from, until] = [minutesOf(opens), minutesOf(closes)];
            spans.push([start + from, start + (until > from ? until : until + MINUTES_OF_DAY)]);
        }
    }
    spans.sort(([one], [other]) => one - other);
    let until = minutes;
    for (const [from, to] of spans) {
        if (from <= until && to > until) {
            until = to;
        }
    }
    if (until > minutes) {
        return { isOpen: true, change: until - minutes > 7 * MINUTES_OF_DAY ? null : until };
    }
    const next = spans.find(([from]) => from > minutes);
    return { isOpen: false, change: next ? next[0] : null };
}

/** Return how it stands with a store now: {isOpen, change, today}, or null when nobody knows. */
function standingNow(store, now) {
    const wall = wallClock(store.timezone, now);
    const change = store.next_change_at && new Date(store.next_change_at);
    // What the server said holds until the change that it foresaw; what is kept offline has none of it.
    if (typeof store.open_now === "boolean" && change > now) {
        const then = wallClock(store.timezone, change);
        const days = Math.round((then.today - wall.today) / 60000);
        return { ...wall, isOpen: store.open_now, change: days + then.minutes };
    }
    const worked = standing(store, wall);
    return worked && { ...wall, ...worked };
}

/**
 * Say whether a store is open.
 *
 * @param {Object} store of the API
 * @param {number} [now]
 * @returns {{isOpen: boolean, text: string, kind: "success"|"warning"|""}|null} null when nobody has entered its hours
 */
export function opening(store, now = Date.now()) {
    const found = standingNow(store, now);
    if (!found) {
        return null;
    }
    const { isOpen, change, today, minutes } = found;
    if (change === null) {
        return isOpen
            ? { isOpen, kind: "success", text: _t("Open around the clock") }
            : { isOpen, kind: "", text: _t("Closed") };
    }
    const then = today + change * 60000;
    const time = clock(then, "UTC");
    if (isOpen) {
        const isSoon = change - minutes <= SOON;
        return {
            isOpen,
            kind: isSoon ? "warning" : "success",
            text: isSoon ? _t("Closes soon, at %s", time) : _t("Open until %s", time),
        };
    }
    const ahead = Math.floor(change / MINUTES_OF_DAY);
    const name = ahead && day(then, { weekday: "long", timeZone: "UTC" });
    return {
        isOpen,
        kind: "",
        text: !ahead ? _t("Closed, opens at %s", time)
            : ahead === 1 ? _t("Closed, opens tomorrow at %s", time)
            : ahead < 7 ? _t("Closed, opens %(day)s at %(time)s", { day: name, time })
            : _t("Closed, opens %(day)s at %(time)s", { day: day(then, { day: "numeric", month: "long", timeZone: "UTC" }), time }),
    };
}

/** Write a span of a day, such as "10:00 – 20:00". */
export function spanText({ opens, closes }) {
    const at = (text) => clock(minutesOf(text) * 60000, "UTC");
    return _t("%(opens)s to %(closes)s", { opens: at(opens), closes: at(closes) });
}
