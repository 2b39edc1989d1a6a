/** What is not part of the first load: the map, the reader of barcodes, what draws codes. Fetched when it is needed. */

const loading = new Map();

/** The file could not be fetched: no network, or a version of the app that the server has no more. */
export class NotLoaded extends Error {}

/**
 * Load a script or a stylesheet of the app, once.
 *
 * @param {Object} env
 * @param {string} name of the file, such as "map.js" or "map.css"
 * @returns {Promise<void>} resolved when it can be used; after a failure the next call tries again
 * @throws {NotLoaded}
 */
export function load(env, name) {
    if (!loading.has(name)) {
        const done = insert(env, env.config.assets + name).catch((error) => {
            loading.delete(name);
            throw error;
        });
        loading.set(name, done);
    }
    return loading.get(name);
}

async function insert(env, address) {
    const isStyle = address.endsWith(".css");
    const element = document.createElement(isStyle ? "link" : "script");
    Object.assign(element, isStyle ? { rel: "stylesheet", href: address } : { src: address });
    const isThere = await new Promise((resolve) => {
        element.addEventListener("load", () => resolve(true));
        element.addEventListener("error", () => resolve(false));
        document.head.append(element);
    });
    if (!isThere) {
        element.remove();
        // A browser does not say why: a version that was replaced meanwhile needs a newer page, no network needs time.
        const answer = await fetch(address).catch(() => null);
        if (answer?.status === 404) {
            env.updates?.gone?.();
        }
        throw new NotLoaded(address);
    }
}
