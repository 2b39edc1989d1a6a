/** Answers of the API that are shown at once the next time, and while there is no network. */

/**
 * Show what was answered last, then what the API answers now.
 *
 * @param {Object} env
 * @param {string} path
 * @param {Object} query
 * @param {Function} show called with each answer
 * @returns {Promise<void>} when the API has answered
 * @throws {Problem|Offline}
 */
export async function remembered(env, path, query, show) {
    const kept = await env.database.get("pages", path).catch(() => null);
    if (kept) {
        show(kept);
    }
    const answer = await env.api.get(path, query);
    // What does not fit is asked for again.
    await env.database.put("pages", answer, path).catch(() => {});
    show(answer);
}
