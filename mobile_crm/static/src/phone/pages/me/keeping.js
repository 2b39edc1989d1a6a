import { markRaw } from "@odoo/owl";
import { _t } from "../../core/texts";

/** What the customer decides is kept on the phone at once, and sent in the order in which it was decided. */
export class Keeping {
    /**
     * @param {Object} env
     * @param {string} kind as `/sync` calls it, a single object
     * @param {string} path by which it is read and written
     */
    constructor(env, kind, path) {
        Object.assign(this, { env, kind, path });
        this.last = Promise.resolve();
        this.changes = 0;
        this.notice = null;
    }

    /**
     * Get what the server has, unless something waits to be sent to it.
     *
     * @throws {Problem|Offline}
     */
    async refresh() {
        const changes = this.changes;
        if (this.env.kept.state[this.kind] && (await this.env.database.count("queue"))) {
            return;
        }
        const value = await this.env.api.get(this.path);
        if (changes === this.changes && this.env.session.state.isSignedIn) {
            await this.env.kept.put(this.kind, value);
        }
    }

    /**
     * Change it.
     *
     * @param {Object} change
     * @param {Object} change.value what is shown from now on
     * @param {Object} change.body what is sent
     * @param {string} change.label what it is, in words
     * @param {Function} [change.undo] takes it back; offered for a moment, unless something else was changed meanwhile
     * @returns {Promise<Problem|null>} what the server had against it; then it is as before
     */
    change({ value, body, label, undo }) {
        const change = ++this.changes;
        const before = this.env.kept.state[this.kind];
        // The way back leads to what was before the last change, and no further.
        this.env.ui.dismiss(this.notice);
        // At once, for the next change may come before the browser has written this one.
        this.env.kept.state[this.kind] = markRaw(value);
        const shown = this.env.kept.put(this.kind, value);
        // At once too: what is shown as done waits in the queue, whatever becomes of the page.
        const sent = this.env.queue.send({ method: "PUT", path: this.path, body, label });
        // What comes of it is seen to below, in its turn.
        sent.catch(() => {});
        const done = this.last.then(async () => {
            await shown;
            try {
                const answer = await sent;
                if (answer && change === this.changes && this.env.session.state.isSignedIn) {
                    await this.env.kept.put(this.kind, answer);
                }
                if (undo && change === this.changes) {
                    this.env.ui.notice(_t("Saved"), { kind: "success", action: { label: _t("Undo"), run: undo } });
                    this.notice = this.env.ui.number;
                }
                return null;
            } catch (problem) {
                if (change === this.changes) {
                    await this.env.kept.put(this.kind, before);
                }
                this.env.ui.notice(problem.message, { kind: "danger" });
                return problem;
            }
        });
        this.last = done.catch(() => {});
        return done;
    }
}
