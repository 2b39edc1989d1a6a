/** What a text means that was scanned or typed: a coupon, a page of this app, a link to elsewhere, or goods. */
import { outsideLink } from "../../core/links";
import { match } from "../../core/router";

/** A coupon that a till checks without the network: its code is the third of its parts. */
const SIGNED_COUPON = /^MO1\.[\w-]+\.([0-9A-Z]+)\./;
/** What else we sign for tills: member cards, passes, baskets. */
const FOR_TILLS = /^M[A-Z]1\./;
/** A coupon's code as it is written: 17 symbols of these, the last of which proves the others. */
const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const COUPON_LENGTH = 17;
/** An article's own address, such as https://id.gs1.org/01/09506000134352. */
const ARTICLE_LINK = /\/(?:01|gtin)\/\d{8,14}(?:[/?#]|$)/i;
/** Longer is nothing that a shop prints. */
const LONGEST = 500;
/** Before the digits of an EAN-8, which could be a short UPC too. */
const EAN_8 = "]E4";

/**
 * @param {Object} env
 * @param {string} text
 * @param {string} [format] of the barcode; none when it was typed
 * @returns {{kind: "coupon"|"page"|"link"|"till"|"goods"|"nothing", value: string}} the value is the code, the path
 *  below the app's address, or the address
 */
export function meaning(env, text, format = null) {
    const trimmed = text.trim();
    const signed = SIGNED_COUPON.exec(trimmed);
    if (signed) {
        return { kind: "coupon", value: signed[1] };
    }
    if (FOR_TILLS.test(trimmed)) {
        return { kind: "till", value: trimmed };
    }
    const url = /^https?:\/\//i.test(trimmed) && outsideLink(trimmed);
    if (url) {
        return ofUrl(env, new URL(url), trimmed);
    }
    if (isCoupon(trimmed)) {
        return { kind: "coupon", value: trimmed };
    }
    // Without a letter or a digit it is no code, and could change the path that it is put into.
    if (trimmed.length > LONGEST || !/[\p{L}\p{N}]/u.test(trimmed)) {
        return { kind: "nothing", value: trimmed };
    }
    return { kind: "goods", value: format === "ean_8" ? EAN_8 + trimmed : trimmed };
}

/** Whether this is a coupon's code in any spelling: its last symbol is right (ISO/IEC 7064, a hybrid system). */
function isCoupon(text) {
    const symbols = text.toUpperCase().replace(/[-\s]/g, "").replace(/[IL]/g, "1").replaceAll("O", "0");
    const size = SYMBOLS.length;
    let check = size / 2;
    for (const symbol of symbols) {
        const value = SYMBOLS.indexOf(symbol);
        if (value < 0) {
            return false;
        }
        check = ((((check || size) * 2) % (size + 1)) + value) % size;
    }
    return symbols.length === COUPON_LENGTH && check === 1;
}

function ofUrl(env, url, text) {
    const { base } = env.config;
    if (url.origin === window.location.origin && (url.pathname === base || url.pathname.startsWith(`${base}/`))) {
        const path = url.pathname.slice(base.length).replace(/\/+$/, "");
        return { kind: "page", value: match(path) ? path + url.search : env.config.start };
    }
    return ARTICLE_LINK.test(url.pathname) ? { kind: "goods", value: text } : { kind: "link", value: text };
}

/** Return the number of the article in a code, or the code as it is. */
function article(code) {
    const digits = code.replace(/^\][A-Za-z]\d|^\u001d/, "").replace(/[\s.-]/g, "");
    const inside = /^\(?01\)?(\d{14})/.exec(digits) || ARTICLE_LINK.exec(code)?.[0].match(/(\d{8,14})/);
    const number = inside && digits.length > 14 ? inside[1] : digits;
    return /^\d+$/.test(number) ? number.replace(/^0+/, "") : number;
}

/** Return which of some products a code is on, as far as a phone can tell without asking; undefined if none. */
export function productOf(products, code) {
    const wanted = article(code);
    return products.find(({ barcode }) => barcode && article(barcode) === wanted);
}
