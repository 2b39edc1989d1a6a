import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Camera } from "./camera";
import { gate } from "./gate";
import { isNative, openReader } from "./reader";

/** Milliseconds between the end of one look at the picture and the next. */
const PAUSE = 80;
/** Milliseconds that a code stays in view before we say that it has been scanned already. */
const LINGERING = 1500;
/** Milliseconds without a code after which we say what may help. */
const PATIENCE = 12000;

/**
 * The camera's picture with a frame, and what reads codes out of it. It is dark while the page is not in front, and the
 * camera is given back when it goes.
 */
export class Viewfinder extends Component {
    static template = "phone.Viewfinder";
    static components = { Icon };
    static props = {
        /** Called with {text, format} of each code that counts. */
        onRead: Function,
        /** Called with the kind of a `CameraFault`, or with "reader". */
        onFault: Function,
        /** What is happening, in words. */
        hint: { type: String, optional: true },
        /** Whether what was read is being dealt with. */
        isPaused: { type: Boolean, optional: true },
        hasFound: { type: Boolean, optional: true },
    };

    setup() {
        this.video = useRef("video");
        /** `tip`: what there is to say: "slow" where nothing is found, "again" where the same code stays in view. */
        this.state = useState({ isOn: false, hasTorch: false, isLit: false, hasOther: false, tip: "" });
        this.camera = new Camera(() => this.fail("busy"));
        this.onVisibility = () => (document.visibilityState === "visible" ? this.start() : this.stop());
        onMounted(() => {
            document.addEventListener("visibilitychange", this.onVisibility);
            this.start();
        });
        onWillUnmount(() => {
            document.removeEventListener("visibilitychange", this.onVisibility);
            this.isGone = true;
            this.stop();
            this.reader?.stop();
        });
    }

    async start() {
        try {
            if (!(await this.camera.start(this.video.el))) {
                return;
            }
        } catch (error) {
            this.fail(error.kind);
            return;
        }
        const hasOther = await this.camera.hasOther();
        Object.assign(this.state, { isOn: true, isLit: false, tip: "", hasTorch: this.camera.hasTorch, hasOther });
        this.since = performance.now();
        gate.resume(this.since);
        this.look(++this.turn);
    }

    stop() {
        this.turn++;
        clearTimeout(this.timer);
        this.camera.stop();
        this.state.isOn = false;
    }

    fail(kind) {
        if (!this.isGone) {
            this.stop();
            this.props.onFault(kind);
        }
    }

    turn = 0;

    /** Look at the picture again and again, until there is another turn. */
    async look(turn) {
        const isMine = () => turn === this.turn && !this.isGone;
        if (!isMine()) {
            return;
        }
        if (!this.props.isPaused && this.video.el.videoWidth) {
            let found = null;
            try {
                this.reader ??= await openReader(this.env, this.isNativeBroken);
                found = await this.reader.read(this.video.el);
            } catch (error) {
                if (!this.dealWith(error)) {
                    return;
                }
            }
            if (!isMine()) {
                return;
            }
            this.take(found);
        }
        this.timer = setTimeout(() => this.look(turn), PAUSE);
    }

    /** A browser's own detector may be there and not work; then it is done without. Return whether to go on. */
    dealWith(error) {
        if (this.reader && isNative(this.reader)) {
            this.isNativeBroken = true;
            this.reader = null;
            return true;
        }
        if (error.name === "InvalidStateError") {
            // There was no picture at that moment.
            return true;
        }
        this.reader?.stop();
        this.reader = null;
        this.fail("reader");
        return false;
    }

    take(found) {
        if (this.props.isPaused) {
            return;
        }
        const now = performance.now();
        const verdict = found && gate.judge(found, now);
        if (verdict === "taken") {
            this.since = now;
            this.state.tip = "";
            this.props.onRead(found);
        } else if (verdict === "again" && now - this.since > LINGERING) {
            this.state.tip = "again";
        } else if (!found && now - this.since > PATIENCE) {
            this.state.tip = "slow";
        }
    }

    async switchLight() {
        this.state.isLit = await this.camera.light(!this.state.isLit);
    }

    async switchCamera() {
        await this.camera.next();
        this.stop();
        await this.start();
    }
}
