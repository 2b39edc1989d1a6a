/**
 * The app as a picture beside the forms in which it is made: it shows examples, and what is being written. It asks the
 * API for nothing (its page's Content-Security-Policy would not let it), so no device is registered for it.
 */
import { Api, Offline } from "@mobile_crm/phone/core/api";
import { answer, sample, OFFER } from "./sample";

/** The API, as far as the examples go; beyond, it is as if there was no network. */
export class PreviewApi extends Api {
    async tokens() {
        return { access_token: "" };
    }

    async renew() {
        return this.tokens();
    }

    async fetch(method, path) {
        const data = method === "GET" ? answer(path) : null;
        if (!data) {
            throw new Offline(path);
        }
        return { status: 200, etag: null, data };
    }
}

/** Keep the examples, and follow what the form beside says. */
export async function begin(env) {
    // What an earlier version of this app has kept here.
    for (const name of ["meta", "items", "queue", "pages"]) {
        await env.database.clear(name);
    }
    // Somebody is signed in, who has seen the app before.
    await env.database.put("meta", { access_token: "", is_signed_in: true }, "tokens");
    await keepSample(env);
    window.addEventListener("message", (event) => {
        if (event.origin === window.location.origin && event.source === window.parent
            && event.data?.kind === "mobile-preview") {
            follow(env, event.data);
        }
    });
    window.parent.postMessage({ kind: "mobile-preview-ready" }, window.location.origin);
}

async function follow(env, { name, colours, path, theme, offer }) {
    const root = document.documentElement;
    root.dataset.theme = theme;
    for (const [part, value] of Object.entries(colours)) {
        root.style.setProperty(`--${part}`, value);
    }
    env.config.name = document.title = name;
    if (offer) {
        sample().offers[0] = { ...sample().offers[0], ...offer };
        await env.database.clear("pages");
        await keepSample(env);
        // Pages ask again when they are seen again.
        document.dispatchEvent(new Event("visibilitychange"));
    }
    const shown = path === "/offer" ? `/offers/${OFFER}` : path;
    if (shown !== env.shownByForm) {
        env.shownByForm = shown;
        env.router.go(shown, { replace: true });
    }
}

async function keepSample({ database, kept }) {
    for (const [kind, values] of Object.entries(sample())) {
        for (const value of Array.isArray(values) && kind !== "consents" ? values : [values]) {
            await database.put("items", { kind, id: value.id ?? 0, value });
        }
    }
    await kept.load();
}
