import { onMounted, onWillUnmount } from "@odoo/owl";

/**
 * Keep the screen on while a component is shown, such as a code that is held under a till's reader. The browser takes
 * the lock away when the app is hidden, so it is asked for again when it is back.
 */
export function useBright() {
    let lock = null;
    let isShown = false;
    const take = async () => {
        if (!isShown || document.visibilityState !== "visible" || (lock && !lock.released)) {
            return;
        }
        try {
            lock = await navigator.wakeLock?.request("screen");
        } catch {
            // Low on battery, or not allowed: then the screen goes dark as ever.
            return;
        }
        if (!isShown) {
            lock?.release();
        }
    };
    onMounted(() => {
        isShown = true;
        document.addEventListener("visibilitychange", take);
        take();
    });
    onWillUnmount(() => {
        isShown = false;
        document.removeEventListener("visibilitychange", take);
        lock?.release();
    });
}
