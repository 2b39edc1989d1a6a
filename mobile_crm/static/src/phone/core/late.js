/**
 * Pages that are not part of the first load. They come in three parts, each a bundle: fetched when one of its pages is
 * shown, or in a quiet moment after the customer's first touch.
 */
import { load } from "./lazy";

/** By the tab that they belong to: the first parts of the pages' paths, and the file that has them. */
const PARTS = {
    scan: { file: "shop.js", pages: ["scan", "search", "products", "basket", "paid", "exit"] },
    "for-you": { file: "for_you.js", pages: ["for-you", "lists", "favourites"] },
    me: {
        file: "me.js",
        pages: ["me", "messages", "conversations", "ask", "approvals", "purchases", "orders"],
    },
};

/** Return the file that has the page of a path, and its tab: {file, tab}; null when there is none. */
export function latePage(path) {
    const first = path.split("/")[1];
    const [tab, part] = Object.entries(PARTS).find(([, { pages }]) => pages.includes(first)) || [];
    return part ? { file: part.file, tab } : null;
}

export class Late {
    /**
     * @param {Object} env
     * @param {Function} addTemplates takes compiled templates by name
     */
    constructor(env, addTemplates) {
        Object.assign(this, { env, addTemplates });
        this.done = new Set();
    }

    /**
     * Make the pages of a file known.
     *
     * @throws {NotLoaded}
     */
    async fetch(file) {
        await load(this.env, file);
        if (!this.done.has(file)) {
            this.done.add(file);
            const { templates, addPages } = odoo.loader.modules.get(`@mobile_crm/phone/${file.replace(".js", "")}`);
            this.addTemplates(templates);
            addPages(this.env);
        }
    }

    /** Fetch the rest once the customer does something: what they do next should not wait. */
    prepare() {
        const quietly = window.requestIdleCallback || setTimeout;
        document.addEventListener("pointerdown", () => quietly(() => {
            for (const { file } of Object.values(PARTS)) {
                this.fetch(file).catch(() => {});
            }
        }), { once: true });
    }
}
