import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ExitCount } from "./exit_count";

const CHANNEL = "mobile_crm.exit";
const SCREEN = "mobile.exit.screen";
/** Where this device is used: that is remembered on it, whoever signs in. */
const STORE_KEY = "mobile_crm.exit_store";
const ICONS = { success: "fa-check-circle", warning: "fa-hand-paper-o", danger: "fa-times-circle" };
/** Milliseconds: what changes within them is shown at once. */
const DELAY = 300;

/**
 * What staff of a store do for customers who pay with their phones: approve what needs them, let them out, count goods.
 *
 * It is made for a phone in one hand. All that can be done is on one page: a field that takes whatever is scanned or
 * typed, the answer to it, and below that what waits.
 */
export class ExitScreen extends Component {
    static template = "mobile_crm.ExitScreen";
    static components = { ExitCount };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({
            stores: [], storeId: null, baskets: [], answer: null, isCounting: false, basketId: null, text: "",
            isBusy: false, weights: {}, scanned: null,
        });
        const bus = useService("bus_service");
        const listen = (payload) => payload.store_id === this.state.storeId && this.scheduleLoad();
        const again = () => this.scheduleLoad();
        const onVisibilityChange = () => document.visibilityState === "visible" && this.scheduleLoad();
        bus.subscribe(CHANNEL, listen);
        bus.addEventListener("BUS:RECONNECT", again);
        document.addEventListener("visibilitychange", onVisibilityChange);
        bus.start();
        // A scanner that is a keyboard.
        useBus(useService("barcode").bus, "barcode_scanned", (ev) => this.onScan(ev.detail.barcode));
        onWillStart(() => this.load(Number(browser.localStorage.getItem(STORE_KEY)) || null));
        onWillDestroy(() => {
            bus.unsubscribe(CHANNEL, listen);
            bus.removeEventListener("BUS:RECONNECT", again);
            document.removeEventListener("visibilitychange", onVisibilityChange);
            browser.clearTimeout(this.timer);
        });
    }

    get hasCamera() {
        return isBarcodeScannerSupported();
    }

    /** The baskets that wait; only the one whose customer stands here, once it was scanned. */
    get baskets() {
        const { baskets, basketId } = this.state;
        return basketId ? baskets.filter((basket) => basket.id === basketId) : baskets;
    }

    get placeholder() {
        return this.state.isCounting ? _t("Barcode of a product") : _t("Code or number");
    }

    get icon() {
        return ICONS[this.state.answer.tone];
    }

    get waitingCount() {
        return this.state.baskets.length;
    }

    // === LOADING ===

    scheduleLoad() {
        this.timer ??= browser.setTimeout(async () => {
            this.timer = null;
            try {
                await this.load(this.state.storeId);
            } catch (error) {
                // The bus tells when the connection is there again.
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
            }
        }, DELAY);
    }

    async load(storeId) {
        const found = await this.orm.silent.call(SCREEN, "get_state", [storeId]);
        Object.assign(this.state, { stores: found.stores, storeId: found.store_id, baskets: found.baskets });
        if (this.state.basketId && !found.baskets.some((basket) => basket.id === this.state.basketId)) {
            this.state.basketId = null;
        }
    }

    async onStore(ev) {
        const storeId = Number(ev.target.value);
        browser.localStorage.setItem(STORE_KEY, storeId);
        this.clear();
        await this.load(storeId);
    }

    // === WHAT IS SCANNED OR TYPED ===

    async openCamera() {
        let text;
        try {
            text = await scanBarcode(this.env);
        } catch (error) {
            this.notification.add(error.message, { type: "warning" });
            return;
        }
        browser.navigator.vibrate?.(100);
        await this.onScan(text);
    }

    async onSubmit() {
        const text = this.state.text.trim();
        this.state.text = "";
        if (text) {
            await this.onScan(text);
        }
    }

    /** While goods are counted, what is scanned is one of them. */
    async onScan(text) {
        if (this.state.isCounting) {
            return this.countScanned(text);
        }
        await this.doOnce(async () => {
            const answer = await this.orm.call(SCREEN, "look_up", [this.state.storeId, text]);
            this.clear();
            if (answer.kind === "basket" && answer.is_here && answer.checks) {
                this.state.basketId = answer.basket_id;
                await this.load(this.state.storeId);
            } else {
                this.state.answer = answer.kind === "basket" ? this.describeBasket(answer) : answer;
                this.state.isCounting = answer.result === "audit";
            }
        });
    }

    describeBasket(answer) {
        if (!answer.is_here) {
            return {
                kind: "text", tone: "warning", title: _t("Another store"),
                detail: _t("The basket %(name)s is at %(store)s.", answer),
            };
        }
        return {
            kind: "text", tone: "success", title: _t("Nothing to approve"),
            detail: _t("The customer can pay %s on the phone. It is not paid yet.", answer.name),
        };
    }

    clear() {
        Object.assign(this.state, { answer: null, isCounting: false, basketId: null, scanned: null });
    }

    /** A second tap while the first one is on its way does nothing. */
    async doOnce(work) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await work();
        } finally {
            this.state.isBusy = false;
        }
    }

    // === CHECKS ===

    /** What stands in the field, as it was typed. */
    weightOf(check) {
        return this.state.weights[check.id] ?? String(check.quantity);
    }

    onWeight(check, ev) {
        this.state.weights[check.id] = ev.target.value;
    }

    approve(check) {
        const quantity = Number(this.weightOf(check).replace(",", "."));
        if (check.reason === "weight" && !(quantity > 0)) {
            this.notification.add(_t("Enter what the scales say, or refuse it."), { type: "warning" });
            return;
        }
        return this.doOnce(() =>
            this.answerCheck("action_approve", check, check.reason === "weight" ? { quantity } : {})
        );
    }

    refuse(check) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Do not sell it?"),
            body: _t("%s is taken out of the customer's basket, and the customer is told.", check.product),
            confirmLabel: _t("Take It Out"),
            confirm: () => this.doOnce(() => this.answerCheck("action_refuse", check, {})),
            cancel: () => {},
        });
    }

    async answerCheck(method, check, kwargs) {
        try {
            await this.orm.call("mobile.basket.check", method, [[check.id]], kwargs);
        } finally {
            await this.load(this.state.storeId);
        }
    }

    // === PASSES ===

    renew() {
        return this.doOnce(async () => {
            this.state.answer = await this.orm.call(SCREEN, "renew", [this.state.storeId, this.state.answer.pass_id]);
        });
    }

    async countScanned(text) {
        const product = await this.orm.call(SCREEN, "find_product", [this.state.storeId, text]);
        if (product) {
            // A new object each time: the same product twice is two of them.
            this.state.scanned = product;
        } else {
            this.notification.add(_t("This is no product of the shop."), { type: "warning" });
        }
    }

    closeCount(found, note) {
        return this.doOnce(async () => {
            this.state.answer = await this.orm.call(
                SCREEN, "close_audit", [this.state.storeId, this.state.answer.pass_id, found, note]);
            this.state.isCounting = false;
        });
    }
}

registry.category("actions").add("mobile_crm_exit_screen", ExitScreen);
