import { Component, onMounted, useState } from "@odoo/owl";
import { Empty } from "./empty";
import { Page } from "./page";

/** What is shown until the part of the app has come that has the page. */
export class Waiting extends Component {
    static template = "phone.Waiting";
    static components = { Empty, Page };
    static props = { file: String, query: Object };

    setup() {
        this.state = useState({ hasFailed: false });
        onMounted(() => this.fetch());
    }

    async fetch() {
        this.state.hasFailed = false;
        try {
            await this.env.late.fetch(this.props.file);
        } catch {
            this.state.hasFailed = true;
            return;
        }
        this.env.router.read();
    }
}
