import { Component, onWillStart, useState } from "@odoo/owl";
import { Code } from "../../components/code";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { useBright } from "../../components/wake";
import { Offline } from "../../core/api";
import { _t, clock, money } from "../../core/texts";
import { usePayment } from "./payment";

/** How a payment stands: what to do now, and the way back. */
class PaymentStatus extends Component {
    static template = "phone.PaymentStatus";
    static components = { Code, Icon };
    static props = { follow: Object };

    setup() {
        this.money = money;
        useBright();
    }

    get payment() {
        return this.props.follow.payment;
    }

    get tillQr() {
        return `MB1.${this.payment.till_code.replace("-", "")}`;
    }

    get untilText() {
        return this.payment.expires_at ? _t("Good until %s.", clock(this.payment.expires_at)) : "";
    }

    open() {
        openPaymentPage(this.env, this.payment);
    }
}

/** Open the shop's page for online payments, in the place of the app, to which it leads back. */
function openPaymentPage(env, { redirect_url: url }) {
    if (/^https?:\/\//.test(url)) {
        window.location.assign(url);
    }
}

export class PayPage extends Component {
    static template = "phone.PayPage";
    static components = { Empty, Icon, Page, PaymentStatus };
    static props = ["query"];

    setup() {
        this.money = money;
        this.state = useState(this.env.basket.state);
        this.session = useState(this.env.session.state);
        this.own = useState({ methods: [], isSending: false, isOther: false, problem: "" });
        this.follow = usePayment(this.env, {});
        onWillStart(() => this.load());
    }

    get order() {
        return this.state.order;
    }

    /** Whether the customer chooses now how to pay. */
    get isToChoose() {
        return this.order?.basket.state === "open";
    }

    /** Why the last try came to nothing. */
    get reason() {
        const { payment } = this.follow;
        return payment && ["failed", "expired", "refund_due"].includes(payment.status) ? payment.reason || "" : "";
    }

    async load() {
        try {
            const [, methods] = await Promise.all([
                this.env.basket.load(),
                this.env.api.get("/me/payment-methods").catch(() => ({ items: [] })),
            ]);
            this.own.methods = methods.items;
            this.own.problem = "";
            if (this.order && !this.isToChoose) {
                // Begun before: on this phone before it was loaded anew, or on another one.
                this.follow.start(this.order.id);
            }
        } catch (error) {
            this.own.problem = error instanceof Offline
                ? _t("Paying needs the network. The till takes your basket too, once you are online.") : error.message;
        }
    }

    /** Pay what is shown, once, however often the button is tapped. */
    async pay(method, methodId = undefined) {
        if (this.own.isSending) {
            return;
        }
        Object.assign(this.own, { isSending: true, isOther: false });
        const order = this.order;
        try {
            const payment = await this.env.basket.begin(order, { method, payment_method_id: methodId });
            await this.env.basket.load();
            if (payment.status === "action_required") {
                openPaymentPage(this.env, payment);
            }
            await this.follow.start(order.id, payment);
        } catch (error) {
            await this.afterRefusal(error);
        } finally {
            this.own.isSending = false;
        }
    }

    async afterRefusal(error) {
        await this.env.basket.load().catch(() => {});
        if (error.code === "basket_changed") {
            this.own.isOther = true;
        } else if (error.code === "approval_needed") {
            this.env.ui.notice(error.message);
            const { items } = await this.env.api.get("/me/approvals", { status: "pending" })
                .catch(() => ({ items: [] }));
            if (items.length) {
                this.env.router.go(`/approvals/${items[0].id}`);
            }
        } else if (["basket_empty", "basket_ended", "staff_needed"].includes(error.code)) {
            this.env.ui.notice(error.message);
            this.env.router.go("/basket", { replace: true });
        } else {
            this.env.basket.tell(error);
        }
        if (this.order && !this.isToChoose) {
            await this.follow.start(this.order.id);
        }
    }

    async forgetMethod(method) {
        const isSure = await this.env.ui.ask({
            title: _t("Forget %s?", method.name),
            body: _t("You can save it again when you pay online the next time."),
            yes: _t("Forget it"),
            isDanger: true,
        });
        if (!isSure) {
            return;
        }
        try {
            await this.env.api.delete(`/me/payment-methods/${method.id}`);
        } catch (error) {
            if (error.status !== 404) {
                this.env.basket.tell(error);
                return;
            }
        }
        this.own.methods = this.own.methods.filter(({ id }) => id !== method.id);
    }

    forgetLabel(method) {
        return _t("Forget %s", method.name);
    }
}

/** Where the page for online payments leads back to. Anybody can write what its address says, so the server is asked. */
export class PaidPage extends Component {
    static template = "phone.PaidPage";
    static components = { Empty, Page, PaymentStatus };
    static props = ["query"];

    setup() {
        this.money = money;
        const { order_id: orderId, payment_id: paymentId } = this.props.query;
        this.session = useState(this.env.session.state);
        this.follow = usePayment(this.env, {
            orderId: isName(orderId) ? orderId : null, paymentId: isName(paymentId) ? paymentId : "current" });
    }

    get isUnknown() {
        return !this.follow.orderId && !this.follow.payment;
    }
}

/** Tell whether something from an address may be part of another one. */
const isName = (text) => /^[\w-]{1,128}$/.test(text || "");
