import { Component, onMounted, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { drawCode } from "../core/codes";

/** CSS pixels of a module beyond which a code is no easier to read. */
const LARGEST = 8;

/**
 * A code that a till reads from the screen, as large as there is room. Each module gets the same number of the screen's
 * pixels, so it is sharp at any size.
 */
export class Code extends Component {
    static template = "phone.Code";
    static props = {
        format: { validate: (format) => ["qr", "code128"].includes(format) },
        value: String,
        label: String,
    };

    setup() {
        this.frame = useRef("frame");
        this.svg = useRef("svg");
        this.state = useState({ isMissing: false });
        this.modules = 0;
        this.observer = new ResizeObserver(() => this.fit());
        useEffect((format, value) => this.draw({ format, value }), () => [this.props.format, this.props.value]);
        onMounted(() => this.observer.observe(this.frame.el));
        onWillUnmount(() => this.observer.disconnect());
    }

    draw(code) {
        let isOver = false;
        drawCode(this.env, this.svg.el, code).then(
            (modules) => {
                if (!isOver) {
                    this.modules = modules;
                    this.state.isMissing = false;
                    this.fit();
                }
            },
            () => !isOver && (this.state.isMissing = true));
        return () => (isOver = true);
    }

    fit() {
        if (!this.modules || !this.svg.el) {
            return;
        }
        const density = window.devicePixelRatio || 1;
        const room = this.frame.el.clientWidth;
        const pixels = Math.max(1, Math.floor((Math.min(room, this.modules * LARGEST) * density) / this.modules));
        const width = (pixels / density) * this.modules;
        // Where even one pixel for each is too much, all of it is shown all the same.
        this.svg.el.style.width = `${Math.min(width, room)}px`;
    }
}
