/**
 * Newer versions of the app. The service worker fetches one beside the old, which goes on as long as somebody uses it;
 * the page is loaded anew when nothing is lost by it, else when the customer says so.
 */
import { reactive } from "@odoo/owl";
import { versionLock } from "./locks";

/** Milliseconds between two looks for a newer version. */
const EVERY = 3600000;
const AT_MOST = 60000;
/** Milliseconds after opening the app, or coming back to it, in which nobody has begun anything. */
const JUST_NOW = 4000;
/** Pages on which somebody is in the middle of something. */
const BUSY = /^\/(basket|paid|exit|scan|claim|approvals)/;
const RELOADED = "mobile-reloaded-for";

export class Updates {
    /**
     * @param {Object} parts
     * @param {Object} parts.config of the page
     * @param {Router} parts.router
     * @param {Ui} parts.ui
     */
    constructor({ config, router, ui }) {
        Object.assign(this, { config, router, ui });
        this.state = reactive({ isReady: false });
        this.next = null;
        this.lookedAt = -Infinity;
        // Whether one worker has taken the place of another since the page was opened: it is no older than the page.
        this.hasChanged = false;
        this.backAt = performance.now();
        navigator.locks?.request(versionLock(config.version), { mode: "shared" }, () => new Promise(() => {}));
    }

    /** Look for newer versions from now on. */
    async watch() {
        if (!navigator.serviceWorker || !this.config.worker) {
            return;
        }
        const container = navigator.serviceWorker;
        container.addEventListener("message", ({ data }) => {
            if (data?.type === "version") {
                this.take(data.version);
            } else if (data?.type === "gone") {
                this.gone();
            }
        });
        let before = container.controller;
        container.addEventListener("controllerchange", () => {
            // The first one of a page may be as old as any.
            this.hasChanged ||= before !== null;
            before = container.controller;
            this.ask();
        });
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden) {
                this.backAt = performance.now();
                this.look();
            }
            this.reloadWhenIdle();
        });
        setInterval(() => this.look(), EVERY);
        try {
            this.registration = await container.register(this.config.worker, { scope: "/mobile/", updateViaCache: "none" });
            this.lookedAt = performance.now();
        } catch {
            // Without it the app works, with the network.
            return;
        }
        this.ask();
        // A page that was loaded before there was a worker is known to it from now on.
        (await container.ready).active?.postMessage({ type: "opened", path: this.config.base });
    }

    /** Ask the server whether there is a newer version. */
    look() {
        if (performance.now() - this.lookedAt > AT_MOST) {
            this.lookedAt = performance.now();
            // That there is no network is no news here.
            this.registration?.update().catch(() => {});
        }
    }

    ask() {
        navigator.serviceWorker.controller?.postMessage({ type: "version" });
    }

    /** Take what the service worker says of its version. */
    async take(version) {
        if (version !== this.config.version && !this.hasChanged) {
            // It may be the older of the two: the page comes from the network. Then its successor is on its way.
            const found = await this.registration?.update().catch(() => null);
            if (found?.installing || found?.waiting || this.hasChanged) {
                return;
            }
        }
        this.next = version;
        this.state.isReady = version !== this.config.version;
        this.reloadWhenIdle();
    }

    /** A file of this version is gone: the server has another one. */
    gone() {
        this.next ??= "another";
        this.state.isReady = true;
        this.registration?.update().catch(() => {});
        this.reloadWhenIdle();
    }

    /** Whether something would be lost, or somebody interrupted. */
    get isBusy() {
        const hasText = [...document.querySelectorAll("input, textarea, select")].some((field) =>
            field === document.activeElement
            || (!["checkbox", "radio", "button", "submit", "hidden"].includes(field.type) && field.matches("input, textarea")
                && field.value && field.value !== field.defaultValue));
        return hasText || this.ui.state.sheets.length > 0 || BUSY.test(this.router.current.path)
            || document.querySelector("video, dialog[open]") !== null;
    }

    /**
     * Load the newer version where that goes unnoticed. Once for each: a server may give the old one again, and several
     * servers may have several versions in turn.
     */
    reloadWhenIdle() {
        const isUnseen = document.hidden || performance.now() - this.backAt < JUST_NOW;
        if (!this.state.isReady || !isUnseen || this.isBusy) {
            return;
        }
        try {
            const before = (sessionStorage.getItem(RELOADED) || "").split("\n");
            if (before.includes(this.next)) {
                return;
            }
            sessionStorage.setItem(RELOADED, [...before, this.config.version, this.next].join("\n"));
        } catch {
            // Nobody could tell whether this was done before.
            return;
        }
        this.reload();
    }

    reload() {
        window.location.reload();
    }
}
