/**
 * What the browser lets the app do only when the customer agrees: to know where they are, to use the camera, to notify.
 * We say first what it is good for. A "no" is kept, and nobody is asked again who has not asked for it themselves.
 */
import { PermissionSheet } from "../components/permission_sheet";
import { _t } from "./texts";

/** Under which names browsers know them. */
const NAMES = { location: "geolocation", camera: "camera", notifications: "notifications" };
/** Milliseconds in which a browser answers that has been given the permission; it may take longer to find a position. */
const FIRST_FIX = 10000;

const REQUESTS = {
    location: () =>
        new Promise((resolve) =>
            navigator.geolocation.getCurrentPosition(
                () => resolve("granted"),
                // Allowed is also a phone that does not find out where it is.
                (error) => resolve(error.code === error.PERMISSION_DENIED ? "denied" : "granted"),
                { timeout: FIRST_FIX, maximumAge: 60000 }
            )
        ),
    async camera() {
        try {
            const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
            stream.getTracks().forEach((track) => track.stop());
            return "granted";
        } catch (error) {
            return { NotAllowedError: "denied", NotReadableError: "granted" }[error.name] || "unavailable";
        }
    },
    async notifications() {
        const answer = await Notification.requestPermission();
        // "default" is a question that was closed without an answer.
        return answer === "granted" ? "granted" : "denied";
    },
};

function isThere(name) {
    return {
        location: () => "geolocation" in navigator,
        camera: () => Boolean(navigator.mediaDevices?.getUserMedia),
        notifications: () => "Notification" in window,
    }[name]();
}

/** What the browser would say: "granted", "denied", "prompt" (it would ask), "unavailable". */
async function browserSays(name) {
    if (!isThere(name)) {
        return "unavailable";
    }
    if (name === "notifications") {
        return Notification.permission === "default" ? "prompt" : Notification.permission;
    }
    try {
        return (await navigator.permissions.query({ name: NAMES[name] })).state;
    } catch {
        // A browser that does not tell.
        return "prompt";
    }
}

/**
 * How it stands with a permission. Asks nobody.
 *
 * @param {Object} env
 * @param {"location"|"camera"|"notifications"} name
 * @returns {Promise<"granted"|"denied"|"prompt"|"unavailable">} "denied" also after a "Not now" to us
 */
async function state(env, name) {
    const says = await browserSays(name);
    const refused = await env.database.get("meta", `refused:${name}`);
    if (says === "granted" && refused === "browser") {
        // Allowed since, in the browser's settings.
        await env.database.delete("meta", `refused:${name}`);
        return says;
    }
    return refused && says !== "unavailable" ? "denied" : says;
}

/**
 * Ask for a permission: first by us, with the reason, then by the browser.
 *
 * @param {Object} env
 * @param {"location"|"camera"|"notifications"} name
 * @param {Object} question
 * @param {string} question.title
 * @param {string} question.why what it is good for, and what happens with it
 * @param {string} question.yes label of the button that agrees
 * @param {boolean} [question.again] the customer has tapped on something that is nothing without it: an earlier "no" does
 *  not count, and where the browser has been told no we say how to change that
 * @param {boolean} [question.isExplained] the reason has been read and agreed to already
 * @returns {Promise<"granted"|"denied"|"unavailable">}
 */
async function ask(env, name, { title, why, yes, again = false, isExplained = false }) {
    const says = await browserSays(name);
    const now = await state(env, name);
    if (says === "unavailable" || now === "granted") {
        return now;
    }
    if (now === "denied" && !again) {
        return now;
    }
    if (says === "denied") {
        await env.ui.ask({ title, body: howToAllow(name), yes: _t("OK"), no: _t("Close") });
        return "denied";
    }
    // Nothing is awaited between the customer's tap and the browser's question: some ask only right after a tap.
    const agreed = isExplained || (await env.ui.sheet(title, PermissionSheet, { name, why, yes }));
    const answer = !agreed ? "denied" : says === "granted" ? "granted" : await REQUESTS[name]();
    if (answer === "denied") {
        await env.database.put("meta", agreed ? "browser" : "customer", `refused:${name}`);
    } else {
        await env.database.delete("meta", `refused:${name}`);
    }
    tell(env, name, answer);
    return answer;
}

/** How the customer can change their mind where the browser asks no more. */
function howToAllow(name) {
    const isApple = /iPhone|iPad|Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
    const isInstalled = matchMedia("(display-mode: standalone)").matches;
    if (isApple) {
        return {
            location: _t("Your phone does not share your location with this app. To change that, open Settings, then"
                + " Privacy & Security, Location Services, and allow it for your browser."),
            camera: _t("Your phone does not let this app use the camera. To change that, open Settings, then Apps, your"
                + " browser, Camera, and choose Allow."),
            notifications: _t("Your phone does not let this app notify you. To change that, open Settings, then"
                + " Notifications, this app, and allow them."),
        }[name];
    }
    if (isInstalled) {
        return _t("This is switched off for the app. To change that, hold the app's icon on your home screen, open App"
            + " info, then Permissions.");
    }
    return _t("This is switched off in your browser. To change that, tap the icon beside the address at the top, then"
        + " Permissions.");
}

/** Let the server know what this phone can be reached by. It is told again another time if this is lost. */
function tell(env, name, answer) {
    if (answer === "unavailable" || name === "camera") {
        return;
    }
    const permissions = name === "location"
        ? { location: answer === "granted" ? "when_in_use" : "never" }
        : { notifications: answer === "granted" };
    env.api.patch("/devices/current", { permissions }).catch(() => {});
}

export const permissions = { ask, state, howToAllow };
