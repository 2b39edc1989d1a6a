import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { Code } from "../../components/code";
import { Empty } from "../../components/empty";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { Thumb } from "../../components/thumb";
import { Offline } from "../../core/api";
import { addToBasket, nameOf } from "../../core/basket";
import { useLooking } from "../../core/looking";
import { keptPasses } from "../../core/passes";
import { addPage } from "../../core/router";
import { _t, clock, money, number, sum } from "../../core/texts";
import { ExitPage } from "./exit";
import { PaidPage, PayPage } from "./pay";
import { RewardChoice } from "./reward_choice";

/** Milliseconds between two looks: while a colleague is awaited, and otherwise, for another phone may fill it too. */
const SOON = 3000;
const LATER = 12000;
/** Milliseconds before its end at which a basket tells of it. */
const TELL_END = 30 * 60 * 1000;

class BasketPage extends Component {
    static template = "phone.BasketPage";
    static components = { Code, Empty, Icon, Page, Thumb };
    static props = ["query"];

    setup() {
        this.money = money;
        this.basket = this.env.basket;
        this.state = useState(this.basket.state);
        this.session = useState(this.env.session.state);
        this.kept = useState(this.env.kept.state);
        this.own = useState({ problem: "", passes: [] });
        this.look = useLooking(() => this.load(), () => (this.checks.length ? SOON : LATER));
        onWillStart(async () => {
            this.own.passes = await keptPasses(this.env);
            if (!this.state.isLoaded) {
                await this.basket.read();
            }
        });
        onMounted(() => {
            const { offer } = this.props.query;
            if (offer) {
                this.state.wanted = offer;
                // On the way back to this page it may have been left out again.
                this.env.router.go("/basket", { replace: true });
            }
        });
        onWillUnmount(() => {
            // What was tapped in the last moment.
            if (Object.keys(this.basket.state.wished).length) {
                this.basket.settle();
            }
        });
    }

    async load() {
        try {
            await this.basket.load();
            this.own.problem = "";
            await this.basket.useWanted();
        } catch (error) {
            if (!this.order) {
                this.own.problem = error instanceof Offline ? _t("Your basket needs the network.") : error.message;
            }
        }
    }

    get order() {
        return this.session.isSignedIn ? this.state.order : null;
    }

    get facts() {
        return this.order.basket;
    }

    get checks() {
        return this.order?.basket.checks || [];
    }

    get isOpen() {
        return this.facts.state === "open";
    }

    /** Lines of goods, with what the order says of them. */
    get lines() {
        const goods = this.order.lines.filter(({ type }) => type === "product");
        return this.facts.lines
            .map((line, at) => ({ ...goods[at], ...line, wished: this.quantity(line), total: goods[at].total }))
            .filter((line) => line.wished > 0);
    }

    /** What coupons and promotions take off or bring. */
    get rewards() {
        return this.order.lines.filter(({ type }) => type === "reward");
    }

    get isWaiting() {
        return this.state.isSending || Object.keys(this.state.wished).length > 0;
    }

    /** Until when it is kept, where the end is near. */
    get endText() {
        const { expires_at: end } = this.facts;
        return end && new Date(end) - Date.now() < TELL_END ? _t("Your basket is kept until %s.", clock(end)) : "";
    }

    /** Of the coupon that the customer has come with, where it does not count yet. */
    get wantedText() {
        const { wanted } = this.state;
        const offer = wanted && this.kept.offers.find(({ id }) => id === wanted);
        return offer ? _t("“%s” is used as soon as it counts on what is in your basket.", offer.title) : "";
    }

    get countText() {
        return _t("Items: %s", number(this.basket.count));
    }

    get payText() {
        return _t("Pay %s", money(this.order.total));
    }

    priceText(line) {
        return this.isCounted(line) ? _t("%s each", money(line.price)) : _t("%(price)s for 1 %(unit)s", {
            price: money(line.price), unit: line.unit });
    }

    taxText(tax) {
        return _t("%s, included", tax.name);
    }

    quantity(line) {
        return this.state.wished[line.id]?.quantity ?? line.quantity;
    }

    isCounted(line) {
        return Number.isInteger(line.quantity);
    }

    amount(line) {
        return this.isCounted(line) ? number(line.wished) : `${number(line.wished)} ${line.unit}`;
    }

    // The names of buttons, for those who hear them.
    labelLess(line) {
        return _t("One less of %s", line.name);
    }
    labelMore(line) {
        return _t("One more of %s", line.name);
    }
    labelRemove(line) {
        return _t("Take out %s", line.name);
    }

    warning(line) {
        const was = line.scanned_price && money(line.scanned_price);
        if (line.warnings.includes("price_up")) {
            return _t("Costs more now. It was %s.", was);
        }
        if (line.warnings.includes("price_down")) {
            return _t("Costs less now. It was %s.", was);
        }
        return line.warnings.includes("low") ? _t("Only a few are left.") : "";
    }

    change(line, by) {
        const quantity = line.wished + by;
        if (quantity > 0) {
            this.basket.setQuantity(line, quantity);
        } else {
            this.remove(line);
        }
    }

    remove(line) {
        const { name, wished: quantity } = line;
        this.basket.setQuantity(line, 0);
        this.env.ui.notice(_t("%s is taken out.", name), {
            action: {
                label: _t("Undo"),
                run: () => addToBasket(this.env, { ...nameOf(line), quantity, isQuiet: true }),
            },
        });
        this.env.focusPage();
    }

    setOffers(change) {
        // They have decided by themselves.
        this.state.wanted = null;
        return this.basket.update((order) => ({ offer_ids: change(order.basket.offers.map(({ id }) => id)) }));
    }

    useOffer(offer) {
        return this.setOffers((ids) => [...ids, offer.id]);
    }

    dropOffer(offer) {
        return this.setOffers((ids) => ids.filter((id) => id !== offer.id));
    }

    async claim(reward) {
        let productId = null;
        if (reward.products.length) {
            productId = await this.env.ui.sheet(reward.title, RewardChoice, { products: reward.products });
            if (!productId) {
                return;
            }
        }
        const { reward_id, card_id } = reward;
        const claimed = { reward_id, card_id, ...(productId && { product_id: productId }) };
        await this.setRewards((rewards) => [...rewards, claimed]);
    }

    drop(reward) {
        return this.setRewards((rewards) => rewards.filter(
            (other) => other.reward_id !== reward.reward_id || other.card_id !== reward.card_id));
    }

    setRewards(change) {
        return this.basket.update((order) => ({
            rewards: change(order.basket.rewards.filter(({ claimed }) => claimed).map(
                ({ reward_id, card_id }) => ({ reward_id, card_id }))),
        }));
    }

    costs(reward) {
        const cost = number(reward.cost);
        return reward.unit === "points"
            ? _t("Takes %s points.", cost)
            : _t("Takes %s from your account.", sum(reward.cost, reward.unit));
    }

    forgetChanges() {
        this.state.changes = [];
        this.env.focusPage();
    }

    async pay() {
        if (await this.basket.settle()) {
            this.env.router.go("/basket/pay");
        }
    }

    async giveUp() {
        const isSure = await this.env.ui.ask({
            title: _t("Empty the basket?"),
            body: _t("Please put the things back where you found them."),
            yes: _t("Empty it"),
            no: _t("Keep it"),
            isDanger: true,
        });
        if (isSure) {
            await this.basket.giveUp();
        }
    }
}

export function addBasket() {
    addPage("/basket", BasketPage, { tab: "scan" });
    addPage("/basket/pay", PayPage, { tab: "scan", isPersonal: true });
    addPage("/paid", PaidPage, { tab: "scan", isPersonal: true });
    addPage("/exit/:id", ExitPage, { tab: "scan", isPersonal: true });
}
