/** The part of the app for shopping: fetched when one of its pages is shown. */
import { addBasket } from "./pages/basket/basket";
import { addScan } from "./pages/scan/scan";
export { templates } from "./templates_shop";

export function addPages(env) {
    for (const add of [addScan, addBasket]) {
        add(env);
    }
}
