/** One at a time, whatever the number of tabs; in a browser without locks at least in this one. */

const last = new Map();

/**
 * Run something while nobody else runs something under the same name.
 *
 * @param {string} name
 * @param {Function} work
 * @returns {Promise<*>} what it gives
 */
export function alone(name, work) {
    if (globalThis.navigator?.locks) {
        return navigator.locks.request(name, work);
    }
    const turn = (last.get(name) || Promise.resolve()).then(work);
    last.set(name, turn.catch(() => {}));
    return turn;
}

/** What a page holds for as long as it is there: the files of its version are kept so long. */
export function versionLock(version) {
    return `mobile-version-${version}`;
}
