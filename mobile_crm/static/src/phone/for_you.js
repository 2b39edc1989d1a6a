/** The part of the app for what to buy next: fetched when one of its pages is shown. */
import { addForYou } from "./pages/for_you/for_you";
export { templates } from "./templates_for_you";

export function addPages(env) {
    addForYou(env);
}
