import { Component, markRaw, onMounted, onWillStart, useEnv, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Offline } from "../../core/api";

/**
 * What the API answers to a question of a page: what was answered the last time at once, then what is fresher.
 *
 * @param {string} path
 * @param {Object} [query]
 * @param {Object} [options]
 * @param {boolean} [options.isPublic] whether it is also for who has not signed in
 * @param {boolean} [options.isKept] whether what was answered the last time is of use later
 * @returns {{data: Object|null, status: "wait"|"ready"|"offline"|"failed", problem: string, load: Function}}
 */
export function useAnswer(path, query = {}, { isPublic = false, isKept = true } = {}) {
    const env = useEnv();
    const answer = useState({ data: null, status: "wait", problem: "", load });

    async function load() {
        if (!isPublic && !env.session.state.isSignedIn) {
            return;
        }
        answer.status = answer.status === "failed" ? "wait" : answer.status;
        try {
            const data = await env.api.get(path, query);
            // Nothing of a customer is kept who has signed out meanwhile.
            if (isKept && (isPublic || env.session.state.isSignedIn)) {
                await env.database.put("pages", data, path);
            }
            Object.assign(answer, { data: markRaw(data), status: "ready" });
        } catch (error) {
            Object.assign(answer, { status: error instanceof Offline ? "offline" : "failed", problem: error.message });
        }
    }

    onWillStart(async () => {
        const data = isKept && (await env.database.get("pages", path));
        answer.data = data ? markRaw(data) : null;
    });
    onMounted(load);
    return answer;
}

/** Shows what is in it when there is an answer; until then that it comes, and otherwise why not. */
export class Answer extends Component {
    static template = "phone.Answer";
    static components = { Empty };
    static props = { answer: Object, slots: Object };
}
