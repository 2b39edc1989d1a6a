/** The part of the app that is about the customer, and what they have bought: fetched when one of its pages is shown. */
import { addMe } from "./pages/me/me";
import { addMessages } from "./pages/messages/messages";
import { addPurchases } from "./pages/purchases/purchases";
export { templates } from "./templates_me";

export function addPages(env) {
    for (const add of [addMessages, addPurchases, addMe]) {
        add(env);
    }
}
