/**
 * Pages that are not part of the first load. They come in two parts, each a bundle: fetched when one of its pages is
 * shown, or in a quiet moment after the customer's first touch.
 */
import { load } from "./lazy";

/** By the first part of a page's path: the file that has it, and the tab to which it belongs. */
const PAGES = {
    scan: ["shop.js", "scan"],
    search: ["shop.js", "scan"],
    products: ["shop.js", "scan"],
    basket: ["shop.js", "scan"],
    paid: ["shop.js", "scan"],
    exit: ["shop.js", "scan"],
    purchases: ["shop.js", "me"],
    orders: ["shop.js", "me"],
    "for-you": ["self.js", "for-you"],
    lists: ["self.js", "for-you"],
    favourites: ["self.js", "for-you"],
    messages: ["self.js", "me"],
    conversations: ["self.js", "me"],
    ask: ["self.js", "me"],
    approvals: ["self.js", "me"],
    me: ["self.js", "me"],
};
const FILES = ["shop.js", "self.js"];

/** Return the file that has the page of a path, and its tab: {file, tab}; null when there is none. */
export function latePage(path) {
    const [file, tab] = PAGES[path.split("/")[1]] || [];
    return file ? { file, tab } : null;
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
            for (const file of FILES) {
                this.fetch(file).catch(() => {});
            }
        }), { once: true });
    }
}
