/** The part of the app that is about the customer: fetched when one of its pages is shown. */
import { addForYou } from "./pages/for_you/for_you";
import { addMe } from "./pages/me/me";
import { addMessages } from "./pages/messages/messages";
export { templates } from "./templates_self";

export function addPages(env) {
    for (const add of [addForYou, addMessages, addMe]) {
        add(env);
    }
}
