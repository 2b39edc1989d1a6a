import { Component, onMounted, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Offline, Problem } from "../../core/api";
import { _t } from "../../core/texts";
import { markRead } from "./reading";
import { remembered } from "./remembered";
import { callText, statusText } from "./words";

/** Milliseconds between two looks for an answer while the page is open. */
const LOOK = 10000;

/** A conversation with the staff, as a chat. */
export class ConversationPage extends Component {
    static template = "phone.ConversationPage";
    static components = { Empty, Icon, Page };
    static props = ["id", "query"];

    setup() {
        Object.assign(this, { callText, statusText });
        this.kept = useState(this.env.kept.state);
        this.queue = useState(this.env.queue.state);
        this.state = useState({ talk: null, waiting: [], text: "", isSending: false, problem: null, isGone: false });
        this.path = `/enquiries/${encodeURIComponent(this.props.id)}`;
        this.end = useRef("end");
        onWillStart(() => {
            this.look();
        });
        const look = () => document.visibilityState === "visible" && this.look();
        onMounted(() => {
            this.timer = setInterval(look, LOOK);
            window.addEventListener("online", look);
            document.addEventListener("visibilitychange", look);
        });
        onWillUnmount(() => {
            clearInterval(this.timer);
            window.removeEventListener("online", look);
            document.removeEventListener("visibilitychange", look);
        });
        useEffect(() => {
            this.end.el?.scrollIntoView({ block: "nearest" });
        }, () => [this.state.talk?.messages.length, this.state.waiting.length]);
        useEffect(() => {
            this.readWaiting();
        }, () => [this.queue.count]);
        // What stands here needs not be read in the inbox again.
        useEffect(() => {
            markRead(this.env, this.kept.messages.filter((message) => message.enquiry_id === this.props.id));
        }, () => [this.kept.messages]);
    }

    async look() {
        if (this.isLooking) {
            return;
        }
        this.isLooking = true;
        try {
            await this.readWaiting();
            await this.env.queue.flush();
            await remembered(this.env, this.path, {}, (talk) => (this.state.talk = talk));
            // What was sent meanwhile stands in the answer.
            await this.readWaiting();
            this.state.problem = null;
            await this.fetchAnswer();
        } catch (error) {
            this.state.isGone = error.status === 404;
            if (error instanceof Problem) {
                this.state.problem = error.message;
            } else if (!(error instanceof Offline)) {
                throw error;
            }
        } finally {
            this.isLooking = false;
        }
    }

    /** The last answer is a message of the inbox too: fetched, so that it counts as read. */
    async fetchAnswer() {
        const answer = this.state.talk.messages.findLast(({ from }) => from === "staff");
        if (answer && answer.id !== this.fetched && !this.env.kept.one("messages", answer.id)) {
            this.fetched = answer.id;
            // One that is on its way may have been answered before there was the answer.
            await this.env.sync.running?.catch(() => {});
            await this.env.sync.now();
        }
    }

    /** Show what was written here and waits for the network. */
    async readWaiting() {
        const entries = await this.env.database.getAll("queue");
        this.state.waiting = entries.filter(({ path }) => path === `${this.path}/messages`);
    }

    get title() {
        return this.state.talk?.subject || _t("Conversation");
    }

    get isWaiting() {
        return !this.state.talk && !this.state.problem && this.env.session.state.isOnline;
    }

    async send() {
        const text = this.state.text.trim();
        if (!text || this.state.isSending) {
            return;
        }
        Object.assign(this.state, { isSending: true, problem: null });
        try {
            const answer = await this.env.queue.send({
                method: "POST", path: `${this.path}/messages`, body: { text }, label: _t("Your message") });
            this.state.text = "";
            if (answer && this.state.talk) {
                this.state.talk.messages.push(answer);
            }
            await this.readWaiting();
        } catch (error) {
            if (!(error instanceof Problem)) {
                throw error;
            }
            // What was written stays, to be sent again.
            this.state.problem = error.message;
        } finally {
            this.state.isSending = false;
        }
    }
}
