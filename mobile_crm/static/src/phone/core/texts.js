/**
 * The customer's language: texts of the app (from the addon's translations), and how numbers, money and times are
 * written in it.
 */

const RIGHT_TO_LEFT = ["ar"];
const known = { terms: {}, language: "en", locale: "en" };
/** Formatters by what they were made for: making one takes a phone longer than writing a hundred numbers with it. */
const formatters = new Map();

/**
 * Take a language in use. Templates read their texts when they are first drawn, so this comes before.
 *
 * @param {string} language one of the app's, such as "de"
 * @param {Object<string, string>} terms translations by the English text
 * @param {string[]} wanted BCP 47 tags of the browser: the first of this language says how numbers and times are written
 */
export function useTexts(language, terms, wanted = []) {
    known.language = language;
    known.terms = terms;
    known.locale = wanted.find((tag) => tag.split("-")[0] === language) || language;
}

/** @returns {string} the app's language in use, such as "de" */
export function language() {
    return known.language;
}

/** @returns {string} the BCP 47 tag by which numbers and times are written, such as "de-AT" */
export function locale() {
    return known.locale;
}

/** Return a text in the customer's language. */
export function term(text) {
    return known.terms[text] || text;
}

/** The same, for compiled templates that are read as XML. */
export function termInXml(text) {
    return term(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/**
 * Return a text in the customer's language, with its places filled in: `%s` by turns, `%(name)s` by name.
 *
 * @param {string} text English; the name of this function is what Odoo looks for when it collects terms
 * @param {...(string|number|Object)} values for `%s`, or one object for names
 */
export function _t(text, ...values) {
    const named = values.length && typeof values[0] === "object" ? values[0] : {};
    let place = 0;
    // Names and numbers of another direction stay whole where they stand (Unicode's isolates).
    const isolate = RIGHT_TO_LEFT.includes(known.language) ? (value) => `\u2068${value}\u2069` : (value) => value;
    return term(text).replace(/%(?:\((\w+)\))?s|%%/g, (match, name) => {
        if (match === "%%") {
            return "%";
        }
        return isolate(name ? named[name] ?? "" : values[place++] ?? "");
    });
}

/**
 * Return what writes numbers, times or the like, of `Intl`.
 *
 * @param {string} kind such as "NumberFormat"
 * @param {Object} [options]
 * @param {string} [wanted] BCP 47 tag
 */
export function formatter(kind, options = {}, wanted = known.locale) {
    const key = [kind, wanted, ...Object.entries(options).flat()].join("|");
    if (!formatters.has(key)) {
        formatters.set(key, new Intl[kind](wanted, options));
    }
    return formatters.get(key);
}

/** Compare two texts as a list in the customer's language has them. */
export function compare(one, other) {
    return formatter("Collator").compare(one, other);
}

/** Write an amount of the API, such as {amount: "12.50", currency: "EUR"}. */
export function money({ amount, currency }) {
    // A decimal string is written as it is: a number would lose digits.
    const digits = (amount.split(".")[1] || "").length;
    return formatter("NumberFormat", {
        style: "currency",
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: Math.max(digits, 0),
    }).format(amount);
}

/** Write money that the API tells as a plain number, such as the "12.5" of a wallet, with its currency's decimals. */
export function sum(amount, currency) {
    return formatter("NumberFormat", { style: "currency", currency }).format(amount);
}

export function number(value, options = {}) {
    return formatter("NumberFormat", options).format(value);
}

/** Write a distance: metres below a kilometre, rounded as a person would say it. */
export function distance(metres) {
    if (metres === null || metres === undefined) {
        return "";
    }
    const [value, unit, digits] =
        metres < 950 ? [Math.max(10, Math.round(metres / 10) * 10), "meter", 0]
        : metres < 10000 ? [metres / 1000, "kilometer", 1]
        : [metres / 1000, "kilometer", 0];
    return number(value, { style: "unit", unit, maximumFractionDigits: digits });
}

/** Write a day, such as "21 November". */
export function day(time, options = { day: "numeric", month: "long" }) {
    return formatter("DateTimeFormat", options).format(new Date(time));
}

/** Write a time of day; of a place with another clock by its time zone. */
export function clock(time, timeZone = undefined) {
    return formatter("DateTimeFormat", { hour: "numeric", minute: "2-digit", timeZone }).format(new Date(time));
}

/** Write a day with its time, such as "21 Nov, 19:05". */
export function moment(time) {
    return day(time, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
}

/** Write how far away a time is, such as "in 3 days" or "2 hours ago". */
export function fromNow(time, now = Date.now()) {
    const seconds = (new Date(time) - now) / 1000;
    const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
    const [unit, length] = steps.find(([, length]) => Math.abs(seconds) >= length) || ["minute", 60];
    return formatter("RelativeTimeFormat", { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}
