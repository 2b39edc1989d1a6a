import { Component, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Invitations, PushCard } from "../../components/invitations";
import { Page } from "../../components/page";
import { Offline } from "../../core/api";
import { pageOf } from "../../core/links";
import { addPage } from "../../core/router";
import { AskPage } from "./ask";
import { ConversationPage } from "./conversation";
import { ConversationList } from "./conversation_list";
import { MessagePage } from "./message";
import { markRead } from "./reading";

const ICONS = { offer: "offer", answer: "chat", notice: "bell" };

/** The inbox, newest first, and below it what the customer talks about with the staff. */
export class MessagesPage extends Component {
    static template = "phone.MessagesPage";
    static components = { ConversationList, Empty, Icon, Invitations, Page, PushCard };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        this.state = useState({ isWaiting: true, problem: null });
        onWillStart(() => {
            this.refresh();
        });
        useExternalListener(window, "online", () => this.refresh());
    }

    async refresh() {
        Object.assign(this.state, { isWaiting: true, problem: null });
        try {
            await this.env.sync.now();
        } catch (error) {
            // What is kept is shown; the bar on top says that there is no network.
            this.state.problem = error instanceof Offline ? null : error.message;
        }
        this.state.isWaiting = false;
    }

    get messages() {
        return this.kept.messages.toSorted((one, other) => other.sent_at.localeCompare(one.sent_at));
    }

    get unread() {
        return this.kept.messages.filter((message) => !message.read_at);
    }

    icon(message) {
        return ICONS[message.kind] || "bell";
    }

    href(message) {
        return this.env.router.url(pageOf(message));
    }

    read(message) {
        return markRead(this.env, [message]);
    }

    readAll() {
        return markRead(this.env, this.unread);
    }
}

export function addMessages() {
    const options = { tab: "me", isPersonal: true };
    addPage("/messages", MessagesPage, options);
    addPage("/messages/:id", MessagePage, options);
    addPage("/conversations/:id", ConversationPage, options);
    addPage("/ask", AskPage, options);
}
