import { Component, onMounted, useRef, useState } from "@odoo/owl";

/** How a shopping list is called; closed with the name. */
export class NameSheet extends Component {
    static template = "phone.NameSheet";
    static props = { name: String, close: Function };

    setup() {
        this.state = useState({ name: this.props.name });
        this.input = useRef("input");
        onMounted(() => this.input.el.focus());
    }

    submit() {
        const name = this.state.name.trim();
        if (name) {
            this.props.close(name);
        }
    }
}
