import { Component } from "@odoo/owl";
import { Icon } from "./icon";

/** Why we would like a permission, before the browser asks for it. */
export class PermissionSheet extends Component {
    static template = "phone.PermissionSheet";
    static components = { Icon };
    static props = { close: Function, name: String, why: String, yes: String };

    get icon() {
        return { location: "pin", camera: "scan", notifications: "bell" }[this.props.name];
    }
}
