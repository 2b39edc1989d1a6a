import { Component } from "@odoo/owl";
import { Icon } from "./icon";

/** Which of the customer's shopping lists; closed with its id. */
export class ListChoice extends Component {
    static template = "phone.ListChoice";
    static components = { Icon };
    static props = { close: Function };
}
