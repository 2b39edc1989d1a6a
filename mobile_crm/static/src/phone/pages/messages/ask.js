import { Component, onWillStart, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Offline, Problem } from "../../core/api";
import { _t } from "../../core/texts";
import { callText } from "./words";

/** Milliseconds that a call can be ahead, as the API has it. */
const YEAR = 365 * 86400000;

/** Asking the staff something, or to be called. */
export class AskPage extends Component {
    static template = "phone.AskPage";
    static components = { Icon, Page };
    static props = ["query"];

    setup() {
        this.kept = useState(this.env.kept.state);
        const { subject = "", call } = this.props.query;
        this.state = useState({
            subject, message: "", call: call ? "soon" : "none", at: "", phone: this.kept.me?.phone || "",
            product: null, isSending: false, problem: null, faults: {},
        });
        onWillStart(() => {
            this.findProduct();
        });
    }

    /** Say which product it is about; without the network and not kept it is named by nothing but its link. */
    async findProduct() {
        const id = Number(this.props.query.product);
        if (!id) {
            return;
        }
        this.state.product = this.env.kept.one("products", id) || null;
        try {
            this.state.product ??= await this.env.api.get(`/products/${id}`);
        } catch (error) {
            if (!(error instanceof Offline || error instanceof Problem)) {
                throw error;
            }
        }
        this.state.subject ||= this.state.product?.name || "";
    }

    get store() {
        return this.kept.stores.find(({ id }) => id === Number(this.props.query.store));
    }

    get earliest() {
        return localTime(Date.now());
    }

    get latest() {
        return localTime(Date.now() + YEAR);
    }

    /** Tell what is missing: by field, in words. */
    check() {
        const { subject, message, call, at, phone } = this.state;
        const faults = {};
        if (!subject.trim()) {
            faults.subject = _t("Say in a few words what it is about.");
        }
        if (!message.trim()) {
            faults.message = _t("Write your question here.");
        }
        if (call === "at" && !(new Date(at) > Date.now())) {
            faults.at = _t("Choose a time that is still to come.");
        }
        if (call !== "none" && phone.replace(/\D/g, "").length < 3) {
            faults.phone = _t("Say at which number we can call you.");
        }
        this.state.faults = faults;
        return !Object.keys(faults).length;
    }

    get body() {
        const { subject, message, call, at, phone } = this.state;
        const { product, store } = this.props.query;
        return {
            subject: subject.trim(),
            message: message.trim(),
            ...(Number(product) && { product_id: Number(product) }),
            ...(Number(store) && { store_id: Number(store) }),
            ...(call !== "none" && {
                callback: { ...(call === "at" && { at: new Date(at).toISOString() }), phone: phone.trim() } }),
        };
    }

    async send() {
        if (this.state.isSending) {
            return;
        }
        if (!this.check()) {
            // The first field that is at fault, where the screen reader reads what is wrong with it.
            document.getElementById(`ask-${Object.keys(this.state.faults)[0]}`)?.focus();
            return;
        }
        Object.assign(this.state, { isSending: true, problem: null });
        try {
            const answer = await this.env.queue.send({
                method: "POST", path: "/enquiries", body: this.body, label: this.state.subject.trim() });
            if (answer) {
                this.env.ui.notice(callText(answer) || _t("Sent. We answer you here."), { kind: "success" });
                this.env.router.go(`/conversations/${answer.id}`, { replace: true });
            } else {
                this.env.ui.notice(_t("We send it as soon as you are online."), { kind: "success" });
                this.env.router.go("/messages", { replace: true });
            }
        } catch (error) {
            if (!(error instanceof Problem)) {
                throw error;
            }
            const field = error.errors.map(({ loc }) => loc.at(-1)).find((name) => REFUSED[name]);
            this.state.problem = field ? REFUSED[field]() : error.message;
        } finally {
            this.state.isSending = false;
        }
    }
}

/** What is said of fields that the server does not take. */
const REFUSED = {
    at: () => _t("This time does not work. Choose another one within a year."),
    phone: () => _t("This is not a phone number that we can call."),
};

/** Return a time as a `datetime-local` field takes it. */
function localTime(time) {
    const date = new Date(time);
    return new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
