import { Component, onWillStart, useEffect, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Problem } from "../../core/api";
import { aboutOf, outsideLink } from "../../core/links";
import { _t } from "../../core/texts";
import { markRead } from "./reading";

/** One message of the inbox, with all of its text. */
export class MessagePage extends Component {
    static template = "phone.MessagePage";
    static components = { Empty, Icon, Page };
    static props = ["id", "query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.state = useState({ isWaiting: true, reply: "", isSending: false, problem: null });
        onWillStart(() => {
            this.refresh();
        });
        // It may come with the synchronisation only, when a notification has led here.
        useEffect((message) => {
            if (message) {
                markRead(this.env, [message]);
            }
        }, () => [this.message]);
    }

    async refresh() {
        if (!this.message) {
            // Without the network there is what is kept.
            await this.env.sync.now().catch(() => {});
        }
        this.state.isWaiting = false;
    }

    get message() {
        return this.kept.messages.find((message) => message.id === this.props.id);
    }

    get about() {
        const path = aboutOf(this.message);
        return path && this.env.router.url(path);
    }

    get outside() {
        return this.about ? null : outsideLink(this.message.link, window.location.origin);
    }

    /** Reply: it reaches a person, and is a conversation from then on. */
    async reply() {
        const text = this.state.reply.trim();
        if (!text || this.state.isSending) {
            return;
        }
        Object.assign(this.state, { isSending: true, problem: null });
        try {
            const answer = await this.env.queue.send({
                method: "POST", path: `/messages/${this.props.id}/reply`, body: { text }, label: _t("Your reply") });
            this.state.reply = "";
            this.env.ui.notice(answer ? _t("Sent") : _t("We send it as soon as you are online."), { kind: "success" });
            if (answer) {
                this.env.router.go(`/conversations/${answer.enquiry_id}`);
            }
        } catch (error) {
            if (!(error instanceof Problem)) {
                throw error;
            }
            this.state.problem = error.message;
        } finally {
            this.state.isSending = false;
        }
    }
}
