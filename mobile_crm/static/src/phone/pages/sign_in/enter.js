/** What it takes to become a customer's phone, beside the page that asks for it. */
import { digest } from "../../core/api";
import { alone } from "../../core/locks";

/** In the browser's database: until when an account that was deleted from this phone can be kept after all. */
export const LEAVING = "leaving";

/**
 * Send an answer by which this device becomes a customer's, and let them in.
 *
 * Nothing else may renew the tokens meanwhile: the ones that the request goes out with are dead once it is done, and a
 * page that meets that would register the phone anew, which ends the new ones as well.
 *
 * @param {Object} env
 * @param {string} path of the operation
 * @param {Object} body
 * @param {Object} options
 * @param {string} options.key the same for each try, so that an answer that got lost is given again
 * @param {boolean} [options.isSame] whether it is the same customer under another address
 * @throws {Problem|Offline}
 */
export async function enter({ api, database, session, sync }, path, body, { key, isSame = false }) {
    for (let tries = 0; ; tries++) {
        const tokens = await api.tokens();
        try {
            const answer = await alone(api.lockName, async () => {
                const present = (await database.get("meta", "tokens")) || tokens;
                const authorization = `Bearer ${present.access_token}`;
                // Registered anew, this phone is another: what was answered to the one before is dead.
                const { data } = await api.patiently("POST", path, {
                    body, key: await digest(key + present.access_token), authorization });
                const { customer: _customer, ...given } = data;
                // Who waits for the lock goes on with these.
                await api.write({ ...present, ...given });
                return data;
            });
            await session.enter(answer, { isSame });
            break;
        } catch (error) {
            if (tries > 1 || !["token_expired", "token_invalid"].includes(error.code)) {
                throw error;
            }
            await api.renew(tokens);
        }
    }
    await database.delete("meta", LEAVING);
    sync.soon();
}

/** Tell whether this browser can sign in by a passkey. */
export function hasPasskeys() {
    return Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials);
}

/** Ask the phone for a passkey. @returns {Promise<PublicKeyCredential>} */
export async function askForPasskey(options) {
    return navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON({
            challenge: options.challenge,
            rpId: options.rp_id,
            timeout: options.timeout,
            userVerification: options.user_verification,
            allowCredentials: options.allowed || [],
        }),
    });
}
