import { Component, useState } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { Thumb } from "../../components/thumb";
import { _t, money, number } from "../../core/texts";

/** What of a purchase is sold now, to be put into the basket or on a shopping list. */
export class Again extends Component {
    static template = "phone.Again";
    static components = { Icon, Thumb };
    static props = { close: Function, again: Object, orderId: String, storeId: { type: Number, optional: true } };

    setup() {
        this.money = money;
        this.kept = useState(this.env.kept.state);
        this.state = useState({ isChoosing: false, isSending: false });
        // Of the list that may be made, and of what is put on a list: another try does the same, and not once more.
        this.newId = crypto.randomUUID();
        this.keys = {};
    }

    get items() {
        return this.props.again.items;
    }

    isOther({ product, price_then: then }) {
        return product.price.amount !== then.amount;
    }

    thenText({ price_then: then }) {
        return _t("It was %s.", money(then));
    }

    quantityText({ product, quantity }) {
        return _t("%(quantity)s × %(price)s", { quantity: number(quantity), price: money(product.price) });
    }

    async toBasket() {
        const lines = this.items.map(({ product, quantity }) => ({ product_id: product.id, quantity }));
        const order = await this.do(() => this.env.basket.addAll(lines, this.props.storeId));
        if (order) {
            this.props.close();
            this.env.router.go("/basket");
        }
    }

    async toList(listId = null) {
        const id = await this.do(async () => {
            const chosen = listId || (await this.newList());
            const key = (this.keys[chosen] ??= crypto.randomUUID());
            await this.env.api.post(`/orders/${this.props.orderId}/reorder`, { list_id: chosen }, { key });
            return chosen;
        });
        if (id) {
            this.props.close();
            this.env.sync.now().catch(() => {});
            this.env.router.go(`/lists/${id}`);
        }
    }

    async newList() {
        await this.env.api.post("/lists", { id: this.newId, name: _t("Buy again"), lines: [] });
        return this.newId;
    }

    /** Do something once, however often it is tapped; return what came of it, or null. */
    async do(work) {
        if (this.state.isSending) {
            return null;
        }
        this.state.isSending = true;
        try {
            return await work();
        } catch (error) {
            this.env.basket.tell(error);
            return null;
        } finally {
            this.state.isSending = false;
        }
    }
}
