import { Component } from "@odoo/owl";

/** What `env.ui.ask` shows. */
export class Question extends Component {
    static template = "phone.Question";
    static props = {
        close: Function,
        yes: String,
        body: { type: String, optional: true },
        no: { type: String, optional: true },
        isDanger: { type: Boolean, optional: true },
    };
}
