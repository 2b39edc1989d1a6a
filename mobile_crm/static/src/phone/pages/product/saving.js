/** What a customer saves on a product, {amount, currency}, to the last digit; null when there is no higher price. */
export function saving({ price, list_price: other }) {
    if (!other || other.currency !== price.currency) {
        return null;
    }
    const digits = Math.max(...[price, other].map(({ amount }) => (amount.split(".")[1] || "").length));
    const units = ({ amount }) => {
        const [whole, part = ""] = amount.split(".");
        return BigInt(whole + part.padEnd(digits, "0"));
    };
    const saved = units(other) - units(price);
    if (saved <= 0n) {
        return null;
    }
    const text = String(saved).padStart(digits + 1, "0");
    const amount = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
    return { amount, currency: price.currency };
}
