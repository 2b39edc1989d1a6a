/** What the server has refused of the things that were done before: the customer is told, since they went on meanwhile. */
import { _t } from "./texts";

/** Say that something could not be done; without a reason, that nobody knows whether it was. */
export function tellRefusal(ui, { label, isQuiet }, why) {
    if (!isQuiet) {
        ui.notice(why
            ? _t("“%(what)s” could not be done: %(why)s", { what: label, why })
            : _t("“%s” may not have reached us. Please check, and do it again if it is missing.", label),
        { kind: "danger" });
    }
}

/** Say what was refused while no page was open. */
export async function tellRefusals({ database, kept, ui, sync }) {
    const refusals = await database.get("meta", "refusals");
    if (refusals) {
        await database.delete("meta", "refusals");
        // Not to another customer than the one who has asked for it.
        refusals.filter(({ entry }) => [null, kept.owner].includes(entry.owner ?? null))
            .forEach(({ entry, why }) => tellRefusal(ui, entry, why));
        await sync.again();
    }
}
