import { Component, onError, status } from "@odoo/owl";

/** Keeps an error of what is in it from taking the whole app away: it is told to who drew it. */
export class Guard extends Component {
    static template = "phone.Guard";
    static props = { onFault: Function, slots: Object };

    setup() {
        onError((error) => {
            console.error(error);
            // Not of a page that was left before it could be shown.
            if (["new", "mounted"].includes(status(this))) {
                this.props.onFault();
            }
        });
    }
}
