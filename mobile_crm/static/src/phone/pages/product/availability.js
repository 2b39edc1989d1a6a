/** Whether a store has a product, in words, and the tag's colour that goes with them. */
import { _t } from "../../core/texts";

export function availability(store) {
    return {
        in_stock: { text: _t("In stock"), kind: "success" },
        low: { text: _t("Only a few left"), kind: "warning" },
        out: { text: _t("Sold out"), kind: "" },
        unknown: { text: _t("Ask at the store"), kind: "" },
    }[store.availability];
}
