import { Api } from "../phone/core/api";
import { openDatabase } from "../phone/core/database";

/** The API and the database of an app, for the service worker; to be closed by who has asked for them. */
export async function connect(clientId) {
    const database = await openDatabase(clientId);
    const about = (await database.get("meta", "about")) || { locale: "en" };
    const channel = new BroadcastChannel(`mobile-${clientId}`);
    // A page that is open, or the next one, forgets what was kept.
    const onEnded = () => channel.postMessage("session");
    const api = new Api({ clientId, database, describe: () => about, onEnded });
    return { api, database, channel };
}
