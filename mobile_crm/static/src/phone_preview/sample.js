/** What the app shows as a picture: a customer, two stores, a coupon, some things to buy. Nobody's and nowhere. */
import { _t } from "@mobile_crm/phone/core/texts";

export const OFFER = "00000000-0000-4000-8000-000000000001";
const MESSAGE = "00000000-0000-4000-8000-000000000002";
const DAY = 24 * 3600 * 1000;
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];

let made = null;

/** Return all that is kept, as `/sync` gives it. Its texts are in the language in use, so it is made when that is known. */
export function sample() {
    made ??= make();
    return made;
}

function make() {
    const soon = (days) => new Date(Date.now() + days * DAY).toISOString().replace(/\.\d+/, "");
    const store = (id, name, street, distance) => ({
        id, name, lat: 50.85, lon: 4.35, distance, phone: null, timezone: "Europe/Brussels", open_now: true,
        address: { street, street2: null, zip: "1000", city: null, country: null }, special_days: [], services: [],
        hours: ALL_DAYS.map((day) => ({ day, opens: "09:00", closes: "20:00" })), next_change_at: null, image_url: null,
    });
    const stores = [
        store(1, _t("Our store at the market"), _t("Market Square 1"), 180),
        store(2, _t("Our store at the station"), _t("Station Road 12"), 950),
    ];
    const product = (id, name, amount) => ({
        id, group_id: id, name, description: null, image_url: null, price: { amount, currency: "EUR" }, list_price: null,
        default_code: null, barcode: null, category: null, unit: "", attributes: [], variant_count: 1, offers: [],
        stores: [{ store_id: 1, name: stores[0].name, distance: 180, open_now: true, availability: "in_stock",
            quantity: null }],
    });
    const products = [product(1, _t("Coffee"), "3.20"), product(2, _t("Rain jacket"), "79.00")];
    return {
        me: { name: _t("Your customer"), email: null, phone: null, language: "en", birthdate: null,
            favourite_store_ids: [1] },
        preferences: { quiet_hours: [], max_messages_per_week: null, store_ids: [], category_ids: [], channels: ["push"],
            tell_salesperson: false },
        consents: [],
        favourites: { product_ids: [1] },
        stores,
        products,
        offers: [{
            id: OFFER, title: _t("Welcome"), description: _t("10% off anything you like"), terms: null,
            discount: { type: "percent", value: "10", currency: null }, code: "AAAA-BBBB-CCCC",
            barcode: { format: "qr", value: "AAAA-BBBB-CCCC" }, qr: null, status: "available", valid_from: null,
            expires_at: soon(14), store_ids: [], channels: ["till"], campaign: null, image_url: null, history: [],
        }],
        messages: [{
            id: MESSAGE, kind: "offer", title: _t("Welcome"), body: _t("A coupon is waiting for you."), sent_at: soon(0),
            read_at: null, expires_at: null, offer_id: OFFER, enquiry_id: null, link: null, image_url: null,
        }],
        lists: [],
        orders: [],
    };
}

/** Return what the API answers to a path, or null where there is no example. */
export function answer(path) {
    const [, name, id] = path.split("/");
    const page = (items) => ({ items, next_cursor: null });
    const { stores, offers, products, messages, me, preferences, consents } = sample();
    const lists = { stores, offers, products, messages, orders: [], lists: [] };
    if (path === "/sync") {
        return { reset: false, complete: [], gone: [], cursor: "0", ...sample() };
    }
    if (lists[name]) {
        return id ? lists[name].find((item) => String(item.id) === id) : page(lists[name]);
    }
    return {
        "/me": me,
        "/me/preferences": preferences,
        "/me/consents": consents,
        "/me/points": page([]),
        "/me/approvals": page([]),
        "/recommendations": page(products.map((product) => (
            { product, reason: { code: "popular", text: _t("Others like it too"), because_of: null } }))),
    }[path] || null;
}
