import { Component } from "@odoo/owl";
import { Icon } from "./icon";

/** A small picture in a list; without one, the icon that stands for it, if any. */
export class Thumb extends Component {
    static template = "phone.Thumb";
    static components = { Icon };
    static props = {
        url: { type: [String, { value: null }], optional: true },
        icon: { type: String, optional: true },
        // Of its width: as wide as it is drawn, on a phone with two and a half dots for each pixel of the page.
        dots: { type: Number, optional: true },
    };
    static defaultProps = { dots: 160 };

    /** The same picture in the size that is shown: the whole one would be ten times as much to carry. */
    get source() {
        const url = new URL(this.props.url, window.location.origin);
        url.searchParams.set("width", this.props.dots);
        url.searchParams.set("height", this.props.dots);
        return url.href;
    }
}
