import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Problem } from "../../core/api";
import { permissions } from "../../core/permissions";
import { addPage } from "../../core/router";
import { _t } from "../../core/texts";
import { addProduct } from "../product/product";
import { allSeen } from "../product/seen";
import { addSearch } from "../search/search";
import { Camera } from "./camera";
import { keepScanned, signal } from "./found";
import { gate } from "./gate";
import { LinkSheet } from "./link_sheet";
import { meaning, productOf } from "./meaning";
import { ScanBasket } from "./scan_basket";
import { Viewfinder } from "./viewfinder";

/** What coupons may look like that were printed elsewhere. */
const FOREIGN_COUPON = /^[0-9A-Za-z][0-9A-Za-z._-]{5,63}$/;
/** As many symbols as the server takes of a coupon. */
const LONGEST_COUPON = 128;
/** The refusals of a basket's line that a single product knows too. */
const CODES = { barcode_invalid: "barcode_invalid", not_sold: "not_found" };

/** Scan a code, or type it: goods, a coupon (`for=claim`), or one thing after the other (`for=basket`). */
class ScanPage extends Component {
    static template = "phone.ScanPage";
    static components = { Icon, Page, ScanBasket, Viewfinder };
    static props = ["query"];

    setup() {
        this.session = useState(this.env.session.state);
        this.state = useState({
            /** "ask" until the customer wants it, "on", or what is wrong: refused, missing, busy, insecure, reader. */
            camera: "ask",
            typed: "",
            typedFault: "",
            /** The text that is being looked up. */
            looking: "",
            /** What came of the last code where nothing can be shown: {title, text, code, canSearch, canClaim}. */
            outcome: null,
            /** What was put into the basket here, the last first. */
            added: [],
        });
        onWillStart(async () => {
            const allowed = await permissions.state(this.env, "camera");
            if (allowed === "granted" || (Camera.wasShown && allowed !== "denied")) {
                this.state.camera = "on";
            } else if (allowed === "unavailable") {
                this.state.camera = window.isSecureContext ? "missing" : "insecure";
            }
        });
        onMounted(() => this.purpose === "basket" && this.env.basket?.load().catch(() => {}));
    }

    get purpose() {
        return ["claim", "basket"].includes(this.props.query.for) ? this.props.query.for : "any";
    }

    get title() {
        return { any: _t("Scan"), claim: _t("Scan a coupon"), basket: _t("Scan & go") }[this.purpose];
    }

    get hint() {
        if (this.state.looking) {
            return _t("Found a code. One moment…");
        }
        return this.purpose === "claim" ? _t("Point the camera at the code of your coupon.")
            : _t("Point the camera at a barcode or QR code.");
    }

    get why() {
        return {
            any: _t("Point it at a product to see your price, your offers and who has it. Pictures stay on the phone."),
            claim: _t("Point it at the code of a flyer or receipt to get the coupon. Pictures stay on the phone."),
            basket: _t("Scan things as you take them off the shelf, and skip the till. Pictures stay on the phone."),
        }[this.purpose];
    }

    /** Why there is no picture, and what helps: {title, text, canRetry}. */
    get fault() {
        return {
            refused: {
                title: _t("The camera is switched off"),
                text: permissions.howToAllow("camera"),
                canRetry: true,
            },
            missing: {
                title: _t("No camera here"),
                text: _t("We found no camera that this browser can use. You can type the code instead."),
            },
            busy: {
                title: _t("The camera is busy"),
                text: _t("Another app or tab may be using it. Close that one and try again, or type the code."),
                canRetry: true,
            },
            insecure: {
                title: _t("No camera on this address"),
                text: _t("Browsers allow the camera only on addresses that begin with https. You can type the code."),
            },
            reader: {
                title: _t("The scanner could not be loaded"),
                text: _t("It needs the network the first time. Try again when you are online, or type the code."),
                canRetry: true,
            },
        }[this.state.camera];
    }

    startCamera() {
        this.state.camera = "on";
    }

    onFault(kind) {
        this.state.camera = kind;
    }

    onRead({ text, format }) {
        signal();
        return this.follow(text, format);
    }

    onTyped() {
        const text = this.state.typed.trim();
        this.state.typedFault = text ? "" : _t("Please type the code first.");
        return text && this.follow(text);
    }

    /** Lead to what a code means. */
    async follow(text, format = null) {
        if (this.state.looking) {
            return;
        }
        Object.assign(this.state, { looking: text, outcome: null, typedFault: "" });
        try {
            await this.lead(meaning(this.env, text, format), !format);
        } finally {
            this.state.looking = "";
        }
    }

    async lead({ kind, value }, isTyped) {
        const { router } = this.env;
        if (kind === "coupon" || (kind === "goods" && this.purpose === "claim" && value.length <= LONGEST_COUPON)) {
            router.go(`/claim/${encodeURIComponent(value)}`);
        } else if (kind === "page") {
            router.go(value || "/");
        } else if (kind === "link") {
            await this.env.ui.sheet(_t("This code is a link"), LinkSheet, { url: value });
        } else if (kind === "till") {
            this.tell(_t("This code is for the till"), _t("Show it there. It cannot be scanned here."));
        } else if (kind === "nothing") {
            this.tell(_t("We don't know this code"), _t("Scan another one, or search for the product by its name."), {
                canSearch: true });
        } else if (this.purpose === "basket") {
            await this.put(value, isTyped);
        } else {
            await this.lookUp(value, isTyped);
        }
    }

    /** Show the product that a code is on. */
    async lookUp(code, isTyped) {
        try {
            const product = await this.env.api.get(`/products/barcode/${encodeURIComponent(code)}`, this.env.presence.where);
            keepScanned(this.env, product);
            this.env.router.go(`/products/${product.id}?scanned=1`);
        } catch (error) {
            if (error instanceof Problem) {
                this.explain(error, code, isTyped);
                return;
            }
            const product = productOf([...this.env.kept.state.products, ...(await allSeen(this.env))], code);
            if (product) {
                this.env.router.go(`/products/${product.id}`);
            } else {
                const text = _t("This product is not kept on your phone. Try again when you are online.");
                this.tell(_t("You are offline"), text, { retry: code });
            }
        }
    }

    /** Say why nothing can be shown for a code. */
    explain(problem, code, isTyped) {
        if (problem.code === "barcode_invalid") {
            if (isTyped) {
                this.state.typedFault = _t("One of the digits is not right. Please check the code.");
            } else {
                gate.forget();
                this.tell(_t("That was not clear"), _t("Hold your phone still, closer to the code, and try again."));
            }
        } else if (problem.code === "not_found") {
            this.tell(_t("We don't know this code"), _t("Scan another one, or search for the product by its name."), {
                code, canSearch: true, canClaim: FOREIGN_COUPON.test(code) });
        } else {
            this.tell(_t("That did not work"), problem.message);
        }
    }

    onUndone(added) {
        this.state.added.splice(this.state.added.findIndex(({ id }) => id === added.id), 1);
    }

    encode(text) {
        return encodeURIComponent(text);
    }

    tell(title, text, more = {}) {
        this.state.outcome = { title, text, ...more };
    }

    /** Put what was scanned into the basket. */
    async put(code, isTyped) {
        let order;
        try {
            order = await this.env.basket.add({ barcode: code }, 1);
        } catch (error) {
            const [refused] = error.errors || [];
            if (refused) {
                this.explain({ code: CODES[refused.type], message: refused.msg }, code, isTyped);
            } else {
                this.env.basket.tell(error);
            }
            return;
        }
        if (order) {
            this.state.typed = "";
            this.state.added.unshift(...order.added);
        }
    }
}

export function addScan(env) {
    addPage("/scan", ScanPage, { tab: "scan" });
    addSearch(env);
    addProduct(env);
}
