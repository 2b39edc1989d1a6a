import { Component } from "@odoo/owl";
import { Icon } from "./icon";

/** Dots of its width: as wide as it is drawn, on a phone with two and a half for each pixel of the page. */
const DOTS = 160;

/** A small picture at the start of a row; without one, the icon that stands for it, if any. */
export class Thumb extends Component {
    static template = "phone.Thumb";
    static components = { Icon };
    static props = { url: { type: [String, { value: null }], optional: true }, icon: { type: String, optional: true } };

    /** The same picture in the size that is shown: the whole one would be ten times as much to carry. */
    get source() {
        const url = new URL(this.props.url, window.location.origin);
        url.searchParams.set("width", DOTS);
        url.searchParams.set("height", DOTS);
        return url.href;
    }
}
