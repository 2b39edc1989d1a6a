import { Component } from "@odoo/owl";
import { ICONS } from "../core/icons";

/** An icon. What it means is said by the text beside it, or by the label of what it is in. */
export class Icon extends Component {
    static template = "phone.Icon";
    static props = { name: String };

    get path() {
        return ICONS[this.props.name];
    }
}
