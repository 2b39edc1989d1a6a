/**
 * What customers' phones show at a till: member cards (MC1), coupons (MO1) and baskets (MB1). The texts are described in
 * docs/api.md of mobile_crm; the codes in mobile_crm/tools/coupon_code.py and till_code.py.
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LOOK_ALIKES = { I: "1", L: "1", O: "0" };
const COUPON_LENGTH = 17;
const BASKET_LENGTH = 8;
// Seconds for which a member card is good, and how far the clock of the server may be ahead.
const CARD_LIFETIME = 60;
const LEEWAY = 5;

/** Tell whether the check symbol is right (ISO/IEC 7064, the hybrid system with as many symbols as the alphabet). */
function hasRightCheck(symbols) {
    let check = ALPHABET.length / 2;
    for (const symbol of symbols) {
        check =
            (((check || ALPHABET.length) * 2) % (ALPHABET.length + 1) + ALPHABET.indexOf(symbol)) %
            ALPHABET.length;
    }
    return check === 1;
}

/** Return a code as it is stored, from any spelling; null when the text is no code of this length. */
function normalize(text, length) {
    const symbols = text
        .trim()
        .toUpperCase()
        .replace(/[ -]/g, "")
        .replace(/[ILO]/g, (symbol) => LOOK_ALIKES[symbol]);
    if (
        symbols.length !== length ||
        [...symbols].some((symbol) => !ALPHABET.includes(symbol)) ||
        !hasRightCheck(symbols)
    ) {
        return null;
    }
    const groups = symbols.slice(0, -1).match(/.{1,4}/g);
    return groups.join("-") + symbols.slice(-1);
}

/**
 * Return what a phone shows, from what was scanned or typed.
 *
 * @param {string} text
 * @param {Object} [options]
 * @param {boolean} [options.typed] a short code may be a basket's; scanned, it is a product's barcode
 * @returns {{kind: "member"|"coupon"|"basket", code: string, qr: string|undefined}|null}
 */
export function readPhoneCode(text, { typed = false } = {}) {
    const parts = text.trim().split(".");
    if (parts[0] === "MC1" && parts.length === 7) {
        return { kind: "member", code: parts[2], qr: text.trim() };
    }
    if (parts[0] === "MO1" && parts.length === 10) {
        const code = normalize(parts[2], COUPON_LENGTH);
        return code && { kind: "coupon", code, qr: text.trim() };
    }
    if (parts[0] === "MB1" && parts.length === 2) {
        const code = normalize(parts[1], BASKET_LENGTH);
        return code && { kind: "basket", code };
    }
    const coupon = normalize(text, COUPON_LENGTH);
    // Digits alone are some other barcode.
    if (coupon && /[A-Z]/.test(coupon)) {
        return { kind: "coupon", code: coupon };
    }
    const basket = typed && normalize(text, BASKET_LENGTH);
    return basket ? { kind: "basket", code: basket } : null;
}

function toBytes(text) {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0));
}

/**
 * Tell whether one of a company's keys has signed a text (Ed25519).
 *
 * @param {Object[]} keys JWKs
 * @param {string} qr
 * @returns {Promise<boolean|undefined>} undefined when this browser cannot tell
 */
export async function isSigned(keys, qr) {
    const jwk = (keys || []).find((key) => key.kid === qr.split(".")[1]);
    if (!jwk) {
        return false;
    }
    const end = qr.lastIndexOf(".");
    try {
        const key = await crypto.subtle.importKey("raw", toBytes(jwk.x), { name: "Ed25519" }, false, [
            "verify",
        ]);
        return await crypto.subtle.verify(
            "Ed25519",
            key,
            toBytes(qr.slice(end + 1)),
            new TextEncoder().encode(qr.slice(0, end))
        );
    } catch (error) {
        if (error instanceof DOMException && error.name === "InvalidCharacterError") {
            return false;
        }
        // No secure context, or a browser of before 2025.
        return undefined;
    }
}

/** Tell whether a member card is good at a moment, in seconds of Unix. */
export function isCardFresh(qr, now) {
    const age = now - Number(qr.split(".")[4]);
    return age >= -LEEWAY && age < CARD_LIFETIME;
}

/**
 * Return the terms in a coupon's QR code; amounts in the currency's smallest unit, instants in seconds of Unix.
 *
 * @returns {{percent: number|null, cap: number, amount: number|null, minimum: number, currency: string,
 *     start: number, end: number, stores: number[]|null}} percent in hundredths; stores null when they are too many to
 *     be told; percent and amount null when a till cannot work it out
 */
export function readTerms(qr) {
    const [, , , discount, minimum, currency, start, end, stores] = qr.split(".");
    const percent = discount.match(/^P(\d+)(?:C(\d+))?$/);
    const amount = discount.match(/^A(\d+)$/);
    return {
        percent: percent && Number(percent[1]),
        cap: Number(percent?.[2] || 0),
        amount: amount && Number(amount[1]),
        minimum: Number(minimum),
        currency,
        start: Number(start),
        end: Number(end),
        stores: stores === "N" ? null : stores === "0" ? [] : stores.split("-").map(Number),
    };
}
