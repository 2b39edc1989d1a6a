import { Component } from "@odoo/owl";

/** The address that a scanned code leads to. It is the customer who opens it, when they have read it. */
export class LinkSheet extends Component {
    static template = "phone.LinkSheet";
    static props = { close: Function, url: String };

    get host() {
        return new URL(this.props.url).host;
    }
}
