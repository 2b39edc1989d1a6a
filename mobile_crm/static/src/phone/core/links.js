/** Where a message leads. The pages and the service worker ask the same. */

const UUID = "[0-9a-f-]{36}";
/** Paths that the server writes into messages, and the pages of the app that show what they name. */
const OWN = [
    [new RegExp(`^/me/approvals/(${UUID})$`), "/approvals/"],
    [new RegExp(`^/enquiries/(${UUID})$`), "/conversations/"],
    [new RegExp(`^/offers/(${UUID})$`), "/offers/"],
    [/^\/orders\/([\w.-]+)$/, "/purchases/"],
];
/** What may be opened outside of the app. */
const PROTOCOLS = ["https:", "http:", "tel:", "mailto:"];

/**
 * Return the page of the app that a message is about: its coupon, its conversation, a question to answer; else the
 * message itself.
 *
 * @param {Object} message as the API or a push tells it
 * @returns {string} a path below the app's address
 */
export function pageOf(message) {
    return aboutOf(message) || `/messages/${encodeURIComponent(message.id)}`;
}

/** Return the page of what a message is about, or null when it is about nothing that the app has a page for. */
export function aboutOf({ offer_id, enquiry_id, link }) {
    if (offer_id) {
        return `/offers/${encodeURIComponent(offer_id)}`;
    }
    if (enquiry_id) {
        return `/conversations/${encodeURIComponent(enquiry_id)}`;
    }
    for (const [pattern, page] of OWN) {
        const found = pattern.exec(link || "");
        if (found) {
            return page + found[1];
        }
    }
    return null;
}

/**
 * Return an address that may be opened outside of the app, or null: what comes from outside may be a script.
 *
 * @param {string} link as somebody has written it
 * @param {string} origin what a path begins at
 */
export function outsideLink(link, origin) {
    try {
        const url = new URL(link, origin);
        return link && PROTOCOLS.includes(url.protocol) ? url.href : null;
    } catch {
        return null;
    }
}
