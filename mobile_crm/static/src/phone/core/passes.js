/** Exit passes that are kept on the phone. */

/** For how many milliseconds after its end a pass is kept, to say that it is over. */
const KEEP = 24 * 60 * 60 * 1000;
const PREFIX = "exit:";

/** Under which name the pass of a purchase is kept among the pages. */
export const passKey = (orderId) => PREFIX + orderId;

/** Get the exit pass of a purchase and keep it, for there may be no network at the door; return it, or null. */
export async function keepPass(env, orderId) {
    try {
        const pass = { ...(await env.api.get(`/orders/${orderId}/exit-pass`)), id: orderId, outcome: null };
        await env.database.put("pages", pass, passKey(orderId));
        return pass;
    } catch (error) {
        // Asked for again on its page, which tells what is wrong with it.
        return error.status === 404 ? null : { id: orderId };
    }
}

/** Return the passes on this phone that still open a gate, and forget old ones. */
export async function keptPasses(env) {
    const passes = [];
    for (const key of await env.database.getAllKeys("pages", IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`))) {
        const pass = await env.database.get("pages", key);
        const left = new Date(pass.expires_at) - Date.now();
        if (left < -KEEP) {
            await env.database.delete("pages", key);
        } else if (left > 0 && !pass.outcome) {
            passes.push(pass);
        }
    }
    return passes;
}
