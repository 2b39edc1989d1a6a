/** Looking again at what may change by itself, while somebody sees it. */
import { onMounted, onWillUnmount } from "@odoo/owl";

/**
 * Look at something again and again while the component is shown, the app is in front and there is a network; at once
 * when the customer comes back to it.
 *
 * @param {function(): Promise} look deals with its own errors
 * @param {function(): number|null} pause milliseconds until the next time; null when there is nothing more to see
 * @returns {Function} looks now
 */
export function useLooking(look, pause) {
    let timer = null;
    let isOver = false;
    let running = null;
    const again = async () => {
        if (!isOver && document.visibilityState === "visible" && navigator.onLine) {
            await look();
        }
    };
    const run = () => {
        clearTimeout(timer);
        running ??= again().finally(() => {
            running = null;
            const time = pause();
            if (!isOver && time !== null) {
                timer = setTimeout(run, time);
            }
        });
        return running;
    };
    onMounted(() => {
        document.addEventListener("visibilitychange", run);
        // Back from another page that the browser has kept this one behind.
        window.addEventListener("pageshow", run);
        window.addEventListener("online", run);
        run();
    });
    onWillUnmount(() => {
        isOver = true;
        clearTimeout(timer);
        document.removeEventListener("visibilitychange", run);
        window.removeEventListener("pageshow", run);
        window.removeEventListener("online", run);
    });
    return run;
}
