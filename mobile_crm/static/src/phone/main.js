import { App, reactive } from "@odoo/owl";
import { Question } from "./components/question";
import { Api } from "./core/api";
import { Basket } from "./core/basket";
import { openDatabase } from "./core/database";
import { Install } from "./core/install";
import { Kept } from "./core/kept";
import { Late, latePage } from "./core/late";
import { load } from "./core/lazy";
import { applyLook } from "./core/look";
import { pause } from "./core/pause";
import { Push } from "./core/push";
import { Queue, queueLock, queueTag } from "./core/queue";
import { tellRefusal, tellRefusals } from "./core/refusals";
import { Router, openedPath } from "./core/router";
import { Session } from "./core/session";
import { setting } from "./core/setting";
import { Sync } from "./core/sync";
import * as texts from "./core/texts";
import { _t } from "./core/texts";
import { Ui } from "./core/ui";
import { Updates } from "./core/updates";
import { PhoneApp } from "./app";
import { templates } from "./templates";
import { addNear } from "./pages/near/near";
import { addOffers } from "./pages/offers/offers";
import { addSignIn } from "./pages/sign_in/sign_in";

const config = JSON.parse(document.getElementById("phone-config").textContent);
Ui.Question = Question;
/** Milliseconds for which it is waited for the page that was opened, before another one says that it is on its way. */
const SHORT = 700;

/** Take the customer's language in use: their own choice, else the one that the page came in. */
async function speak() {
    // The forms of staff say in which language they show the app.
    const chosen = config.preview ? null : setting("mobile-language");
    const language = config.languages.find(({ code }) => code === chosen)
        || config.languages.find(({ code }) => code === config.language);
    let terms = {};
    try {
        terms = await (await fetch(language.texts)).json();
    } catch {
        // Without its texts the app speaks English, which is better than none.
    }
    texts.useTexts(language.code, terms, navigator.languages);
    Object.assign(document.documentElement, { lang: language.code, dir: language.direction });
    return language;
}

/** Have the browser wake the service worker when there is a network, where browsers do. */
async function wakeLater(clientId) {
    const registration = await navigator.serviceWorker?.getRegistration("/mobile/");
    await registration?.sync?.register(queueTag(clientId)).catch(() => {});
}

/** Beside the forms of staff the app shows examples: what that takes is not part of the first load. */
async function loadPreview() {
    await load({ config }, "preview.js");
    return odoo.loader.modules.get("@mobile_crm/phone_preview/preview");
}

/** Read the templates of a component, and of what it is made of, one at a time. */
async function warmUp(app, { template, components = {} }, read) {
    if (!read.has(template)) {
        read.add(template);
        app.getTemplate(template);
        await pause();
        for (const component of Object.values(components)) {
            await warmUp(app, component, read);
        }
    }
}

async function start() {
    const preview = config.preview && (await loadPreview());
    if (!preview) {
        applyLook();
    }
    const base = config.base;
    // The part of the app that the customer has opened is on its way while the rest gets ready.
    const late = latePage(openedPath(base, config.start));
    if (late) {
        load({ config }, late.file).catch(() => {});
    }
    const channel = globalThis.BroadcastChannel ? new BroadcastChannel(`mobile-${config.client_id}`) : null;
    const ui = new Ui();
    const [database] = await Promise.all([
        openDatabase(config.client_id, {
            full: () => ui.notice(_t("This phone’s memory is full. Keep the app open until everything is sent."), {
                kind: "danger" }),
        }),
        speak(),
    ]);
    await pause();
    const describe = () => ({
        locale: texts.locale(),
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        app_version: config.version,
    });
    const api = new (preview ? preview.PreviewApi : Api)({ clientId: config.client_id, database, describe });
    const kept = new Kept(database, channel);
    const session = new Session({ api, database, kept, channel, ui });
    const queue = new Queue({
        api, database, channel,
        lockName: queueLock(config.client_id),
        state: reactive({ count: 0, isLate: false }),
        onRefused: (entry, problem) => tellRefusal(ui, entry, problem?.message),
        onSent: (isRefused) => (isRefused ? sync.again() : sync.soon()),
        onWaiting: () => wakeLater(config.client_id),
    });
    const sync = new Sync({ api, kept, database, queue, channel, lockName: `mobile-sync-${config.client_id}` });
    session.queue = queue;
    const env = {
        config, database, channel, api, kept, sync, session, queue, ui, texts,
        focusPage: () => document.getElementById("page")?.focus({ preventScroll: true }),
    };
    let app = null;
    env.late = new Late(env, (compiled) => Object.entries(compiled).forEach(([name, made]) => app.addTemplate(name, made)));
    env.router = new Router(base, config.start, env.late);
    env.updates = new Updates(env);
    env.basket = new Basket(env);
    env.install = new Install(env);
    env.push = new Push(env);
    // An answer that was on its way when the network went says nothing of now.
    api.onReached = (isReached) => (session.state.isOnline = isReached && navigator.onLine);
    api.onEnded = async () => {
        await session.ended();
        ui.notice(_t("You were signed out."));
    };
    for (const add of [addNear, addOffers, addSignIn]) {
        add(env);
    }
    await preview?.begin(env);
    await session.load();
    const target = document.getElementById("phone-app");
    app = new App(PhoneApp, { env, templates });
    if (late) {
        // What the server has drawn stays for a moment: better than to draw twice.
        await Promise.race([env.late.fetch(late.file).catch(() => {}), new Promise((resolve) => setTimeout(resolve, SHORT))]);
    }
    env.router.read();
    const read = new Set();
    for (const component of [PhoneApp, env.router.current.route.component]) {
        await warmUp(app, component, read);
    }
    await app.mount(target);
    target.querySelector(".shell")?.remove();
    if (preview) {
        return;
    }
    await pause();
    env.late.prepare();
    await database.put("meta", describe(), "about");
    await pause();
    await tellRefusals(env);
    // After the page is there: it shows what is kept meanwhile.
    window.addEventListener("online", () => queue.flush());
    document.addEventListener("visibilitychange", () => !document.hidden && queue.flush());
    channel?.addEventListener("message", ({ data }) => data === "refusals" && tellRefusals(env));
    sync.watch();
    env.updates.watch();
}

pause().then(start);
