/** What the customer has searched for, the last first. It stays on this phone, and goes when they sign out. */

const KEY = "searches";
const MOST = 8;

export async function recentSearches(env) {
    return (await env.database.get("pages", KEY)) || [];
}

/** Remember a search; return all of them. */
export async function keepSearch(env, text) {
    const others = (await recentSearches(env)).filter((other) => other.toLowerCase() !== text.toLowerCase());
    const all = [text, ...others].slice(0, MOST);
    await env.database.put("pages", all, KEY);
    return all;
}

export async function clearSearches(env) {
    await env.database.delete("pages", KEY);
}
