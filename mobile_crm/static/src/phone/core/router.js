/**
 * Which page is shown. Pages have addresses below the app's own, such as `/mobile/app/<client id>/offers/<id>`, so that
 * a link, a notification and the back button all lead to the same place.
 */
import { reactive } from "@odoo/owl";
import { Waiting } from "../components/waiting";
import { latePage } from "./late";

const routes = [];

/**
 * Make a page known. Each page's module does it for itself.
 *
 * @param {string} path such as "/offers/:id"; what a part with a colon stands for becomes a prop of this name
 * @param {Function} component an Owl component; its props are the parts of the path, and `query`
 * @param {Object} [options]
 * @param {string} [options.tab] the tab of the bar to which it belongs
 * @param {boolean} [options.isPersonal] whether it needs a customer who is signed in
 */
export function addPage(path, component, options = {}) {
    const names = [];
    const pattern = new RegExp(`^${path.replace(/:(\w+)/g, (_match, name) => (names.push(name), "([^/]+)"))}$`);
    routes.push({ path, pattern, names, component, ...options });
}

/** Return a part of an address as it is meant; one that somebody has written with a stray per cent sign, as it is. */
export function decode(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

/** Return the page of a path below the app's address: {route, params}, or null. */
export function match(path) {
    for (const route of routes) {
        const found = route.pattern.exec(path);
        if (found) {
            const params = Object.fromEntries(route.names.map((name, at) => [name, decode(found[at + 1])]));
            return { route, params };
        }
    }
    return null;
}

/** Return the path of the page that the browser's address names; without one the start page. */
export function openedPath(base, start) {
    return window.location.pathname.slice(base.length).replace(/\/+$/, "") || start;
}

export class Router {
    /**
     * @param {string} base address of the app, without a slash at its end
     * @param {string} start path of the start page
     * @param {Late} late fetches what is not there from the start
     */
    constructor(base, start, late) {
        this.base = base;
        this.start = start;
        this.late = late;
        this.current = reactive({ path: "", query: {}, route: null, params: {} });
        this.depth = 0;
        window.addEventListener("popstate", () => this.read());
        document.addEventListener("click", (event) => this.onClick(event));
    }

    /** Take the page from the browser's address. */
    read() {
        const { search } = window.location;
        const path = openedPath(this.base, this.start);
        const found = this.find(path) || this.find(this.start);
        this.depth = window.history.state?.depth || 0;
        Object.assign(this.current, { path, query: Object.fromEntries(new URLSearchParams(search)), ...found });
    }

    /** Return the page of a path, or the one that waits for the part of the app that has it; null when there is none. */
    find(path) {
        const late = latePage(path);
        return match(path) || (late && !this.late.done.has(late.file)
            ? { route: { component: Waiting, tab: late.tab }, params: { file: late.file } } : null);
    }

    /** Return the address of a path of the app. */
    url(path) {
        return this.base + path;
    }

    /**
     * Show a page.
     *
     * @param {string} path below the app's address, with a query if there is one
     * @param {Object} [options]
     * @param {boolean} [options.replace] whether the back button passes over the present page
     */
    go(path, { replace = false } = {}) {
        const depth = replace ? this.depth : this.depth + 1;
        window.history[replace ? "replaceState" : "pushState"]({ depth }, "", this.url(path));
        this.read();
        window.scrollTo(0, 0);
    }

    /** Go back, or, where the app was opened here, to another page. */
    back(otherwise = "/") {
        if (this.depth) {
            window.history.back();
        } else {
            this.go(otherwise, { replace: true });
        }
    }

    /** Links within the app change the page without loading it. */
    onClick(event) {
        const link = event.target.closest?.("a[href]");
        if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey
            || link.target || link.hasAttribute("download") || link.origin !== window.location.origin) {
            return;
        }
        const inside = link.pathname === this.base || link.pathname.startsWith(`${this.base}/`);
        if (inside) {
            event.preventDefault();
            this.go((link.pathname.slice(this.base.length) || "/") + link.search);
        }
    }
}
