import { Component, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { Offline } from "../../core/api";
import { _t } from "../../core/texts";
import { askForPasskey, enter, hasPasskeys, LEAVING } from "./enter";

const DIGITS = 6;
/** Seconds until another code can be asked for. */
const RESEND_AFTER = 30;
/** Other digits than ours, as keyboards of other languages type them, by the first of their ten. */
const ZEROS = [0x0660, 0x06f0];

/** Return the digits of what was typed or pasted, in ours. */
export function digitsOf(text) {
    return Array.from(text, (symbol) => {
        const zero = ZEROS.find((zero) => symbol.charCodeAt(0) >= zero && symbol.charCodeAt(0) <= zero + 9);
        return zero ? String(symbol.charCodeAt(0) - zero) : symbol;
    }).join("").replace(/\D/g, "");
}

/** Asks for a phone number or an email address, and for the code that is sent to it. */
export class SignInSheet extends Component {
    static template = "phone.SignInSheet";
    static props = {
        close: Function,
        reason: { type: String, optional: true },
        purpose: { type: String, optional: true },
    };

    setup() {
        this.state = useState({
            step: "address", address: "", isEmail: false, code: "", problem: "", isBusy: false, left: 0, leaving: null,
        });
        this.hasPasskeys = hasPasskeys() && !this.props.purpose;
        this.field = useRef("field");
        this.stopped = new AbortController();
        this.clock = setInterval(() => (this.state.left = Math.max(0, this.state.left - 1)), 1000);
        onWillStart(async () => {
            this.state.leaving = await this.env.database.get("meta", LEAVING);
        });
        onWillUnmount(() => {
            clearInterval(this.clock);
            this.stopped.abort();
        });
        useEffect(() => this.field.el?.focus(), () => [this.state.step, this.state.isEmail]);
    }

    get channel() {
        return this.state.address.includes("@") ? "email" : "sms";
    }

    /** Write what went wrong, in words. */
    fail(error) {
        if (error instanceof Offline) {
            this.state.problem = _t("There is no network right now. Your entry is still here: try again in a moment.");
        } else if (error.status === 429) {
            const time = this.env.texts.clock(Date.now() + (error.retryAfter || 60) * 1000);
            this.state.problem = _t("That was a bit too often. You can try again at %s.", time);
        } else if (error.code === "otp_invalid") {
            this.state.problem = _t("This code is not right, or no longer good. Check it, or send a new one.");
        } else if (error.code === "passkey_invalid") {
            this.state.problem = _t("This passkey does not fit. Sign in with a code instead.");
        } else if (error.code === "invalid_request") {
            // The server's own words name fields.
            this.state.problem = this.channel === "email"
                ? _t("This does not look like an email address. Please check it.")
                : _t("This does not look like a phone number. Please check it.");
        } else if (error.code) {
            this.state.problem = error.message;
        } else {
            throw error;
        }
    }

    /** Do something once at a time; what the server says against it is shown. */
    async busy(what) {
        if (this.state.isBusy) {
            return;
        }
        Object.assign(this.state, { isBusy: true, problem: "" });
        try {
            await what();
        } catch (error) {
            this.fail(error);
        } finally {
            this.state.isBusy = false;
        }
    }

    sendCode() {
        const address = this.state.address.trim();
        if (!address) {
            this.state.problem = _t("Type your phone number or email address first.");
            return;
        }
        return this.busy(async () => {
            const body = { channel: this.channel, address, ...(this.props.purpose && { purpose: this.props.purpose }) };
            const challenge = await this.env.api.post("/auth/otp", body);
            this.challenge = challenge.challenge_id;
            this.keys = {};
            Object.assign(this.state, { step: "code", code: "", left: RESEND_AFTER });
            this.readMessage();
        });
    }

    /** Take the code from the message by itself, where the browser can. */
    async readMessage() {
        if (this.channel !== "sms" || !("OTPCredential" in window)) {
            return;
        }
        try {
            const { code } = await navigator.credentials.get({ otp: { transport: ["sms"] }, signal: this.stopped.signal });
            this.onCode(code);
        } catch {
            // Refused, or closed: then it is typed.
        }
    }

    onCode(text) {
        this.state.code = digitsOf(text).slice(0, DIGITS);
        // The field shows what is taken of it, also when that is as before.
        if (this.field.el) {
            this.field.el.value = this.state.code;
        }
        if (this.state.code.length === DIGITS) {
            this.verify();
        }
    }

    verify() {
        const code = this.state.code;
        if (code.length < DIGITS) {
            this.state.problem = _t("The code has 6 digits.");
            return;
        }
        return this.busy(async () => {
            this.keys[code] ||= crypto.randomUUID();
            const body = { challenge_id: this.challenge, code };
            try {
                await this.finish("/auth/otp/verify", body, this.keys[code]);
            } catch (error) {
                if (error.code === "otp_invalid") {
                    this.state.code = "";
                    this.field.el?.focus();
                }
                throw error;
            }
        });
    }

    usePasskey() {
        return this.busy(async () => {
            const options = await this.env.api.post("/auth/passkey/options");
            let credential;
            try {
                credential = await askForPasskey(options);
            } catch {
                this.state.problem = _t("No passkey was used. You can sign in with a code.");
                return;
            }
            await this.finish("/auth/passkey/verify", credential.toJSON(), crypto.randomUUID());
            await this.env.database.put("meta", credential.id, "passkey");
        });
    }

    async finish(path, body, key) {
        await enter(this.env, path, body, { key, isSame: this.props.purpose === "change_address" });
        this.props.close(true);
    }

    changeAddress() {
        Object.assign(this.state, { step: "address", code: "", problem: "" });
    }
}

export function addSignIn(env) {
    let asking = null;
    env.session.askToSignIn = (reason) => {
        // Whoever asks while it is open waits for the same answer.
        asking ??= env.ui.sheet(_t("Sign in"), SignInSheet, { reason })
            .then(Boolean).finally(() => (asking = null));
        return asking;
    };
}
