import { Component, onWillStart, useState } from "@odoo/owl";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Thumb } from "../../components/thumb";
import { Offline } from "../../core/api";
import { LIVING } from "../../core/basket";
import { keptPasses } from "../../core/passes";
import { _t, day, money, moment, number, sum } from "../../core/texts";
import { Again } from "./again";
import { Receipt } from "./receipt";
import { channelOf, deliveryOf, statusOf } from "./words";

const PREFIX = "order:";
/** How many purchases are kept with all that is known of them. */
const KEPT = 30;

/** One purchase. */
export class PurchasePage extends Component {
    static template = "phone.PurchasePage";
    static components = { Empty, Icon, Page, Thumb };
    static props = ["id", "query"];

    setup() {
        Object.assign(this, { money, moment, number, channelOf, deliveryOf, statusOf });
        this.session = useState(this.env.session.state);
        this.state = useState({ order: null, isWhole: false, problem: "", hasPass: false, isFetching: false });
        onWillStart(async () => {
            const { id } = this.props;
            const whole = await this.env.database.get("pages", PREFIX + id);
            this.state.order = whole?.order || this.env.kept.one("orders", id) || null;
            this.state.isWhole = Boolean(whole);
            this.state.hasPass = (await keptPasses(this.env)).some((pass) => pass.id === id);
        });
        this.load();
    }

    get order() {
        return this.state.order;
    }

    async load() {
        try {
            const order = await this.env.api.get(`/orders/${this.props.id}`);
            if (LIVING.includes(order.basket?.state)) {
                this.env.router.go("/basket", { replace: true });
                return;
            }
            Object.assign(this.state, { order, isWhole: true, problem: "" });
            await this.keep(order);
        } catch (error) {
            this.state.problem = error instanceof Offline
                ? _t("What is missing here is shown as soon as there is a network.") : error.message;
        }
    }

    /** Keep it for when there is no network; the oldest go. */
    async keep(order) {
        const { database } = this.env;
        await database.put("pages", { order }, PREFIX + order.id);
        const keys = await database.getAllKeys("pages", IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`));
        if (keys.length > KEPT) {
            const kept = await Promise.all(keys.map((key) => database.get("pages", key)));
            kept.sort((one, other) => other.order.date.localeCompare(one.order.date));
            await Promise.all(kept.slice(KEPT).map(({ order: old }) => database.delete("pages", PREFIX + old.id)));
        }
    }

    get goods() {
        return this.order.lines.filter(({ type }) => type !== "reward");
    }

    get rewards() {
        return this.order.lines.filter(({ type }) => type === "reward");
    }

    get hasReturns() {
        return this.order.refunds?.length > 0;
    }

    /** Of a basket that was given up there is nothing to buy again, nor a receipt. */
    get isPurchase() {
        return this.order.status !== "basket";
    }

    day(date) {
        return day(`${date}T12:00`, { day: "numeric", month: "long", year: "numeric" });
    }

    quantityText(line) {
        return _t("%(quantity)s × %(price)s", { quantity: number(line.quantity), price: money(line.unit_price) });
    }

    returnedText(line) {
        return _t("Returned: %s", number(line.returned));
    }

    discountText(line) {
        return _t("%s off", number(line.discount / 100, { style: "percent", maximumFractionDigits: 1 }));
    }

    taxText(tax) {
        return _t("%s, included", tax.name);
    }

    pointsText({ program, unit, earned, spent }) {
        const amount = (value) => unit === "points" ? number(value) : sum(value, unit);
        return {
            name: program,
            earned: Number(earned) ? _t("Earned: %s", amount(earned)) : "",
            spent: Number(spent) ? _t("Used: %s", amount(spent)) : "",
        };
    }

    invoicesText() {
        return _t("Invoice: %s", this.order.invoices.join(", "));
    }

    async showReceipt() {
        if (this.state.isFetching) {
            return;
        }
        this.state.isFetching = true;
        try {
            const receipt = await this.env.api.get(`/orders/${this.props.id}/receipt`, null, { blob: true });
            await this.env.ui.sheet(_t("Your receipt"), Receipt, { receipt, name: this.order.name });
        } catch (error) {
            this.env.basket.tell(error);
        } finally {
            this.state.isFetching = false;
        }
    }

    async buyAgain() {
        if (this.state.isFetching) {
            return;
        }
        this.state.isFetching = true;
        try {
            const again = await this.env.api.post(`/orders/${this.props.id}/reorder`, {});
            await this.env.ui.sheet(_t("Buy again"), Again, {
                again, orderId: this.props.id, storeId: this.order.store?.id });
        } catch (error) {
            this.env.basket.tell(error);
        } finally {
            this.state.isFetching = false;
        }
    }
}
