import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { loyaltyIdsGenerator } from "@pos_loyalty/app/services/pos_store";
import { MemberPopup } from "@mobile_crm_pos/app/member_popup/member_popup";
import {
    isCardFresh,
    isSigned,
    readPhoneCode,
    readTerms,
} from "@mobile_crm_pos/app/tools/phone_code";

const now = () => Math.floor(Date.now() / 1000);

patch(PosStore.prototype, {
    async processServerData() {
        await super.processServerData(...arguments);
        this.data.mobileTill = () => this.getMobileTill();
        this.data.mobileRefusalOffline = () => this.refusePointsOffline(this.getOrder());
    },

    /** Say which till asks, for which order, and which cards it takes points from. */
    getMobileTill() {
        const order = this.getOrder();
        const spending = order._get_reward_lines().filter((line) => line.points_cost > 0);
        return {
            config_id: this.config.id,
            uuid: order.uuid,
            reference: order.pos_reference || order.uuid,
            partner_id: order.getPartner()?.id || false,
            spending: spending.map((line) => line.coupon_id?.id).filter((id) => id > 0),
        };
    },

    /**
     * Return why an order may not take points without the network, or null: where customers approve what is taken, they
     * do so by showing their member card.
     */
    refusePointsOffline(order) {
        const takesPoints = order
            ._get_reward_lines()
            .some(
                (line) =>
                    line.points_cost > 0 &&
                    ["loyalty", "ewallet"].includes(line.reward_id.program_id.program_type)
            );
        const { mobileMember, mobileShown } = order.uiState;
        // Whose card it was, the server has said; the cashier may have set another customer since.
        const isShown = mobileMember || (mobileShown && mobileShown === order.getPartner()?.id);
        return takesPoints && this.config._mobile_approval_required && !isShown
            ? _t(
                  "Without the network points are only taken from customers who show the member card in the app. Scan it, or remove the reward."
              )
            : null;
    },

    async setMobilePartner(partnerId, order = this.getOrder()) {
        if (!this.models["res.partner"].get(partnerId)) {
            await this.data.read("res.partner", [partnerId]);
        }
        order.setPartner(this.models["res.partner"].get(partnerId));
        await this.updateRewards();
    },

    /**
     * Override for what phones show, scanned or typed.
     *
     * @returns {Promise<true|string>} or why it was refused
     */
    async activateCode(code) {
        const isPromotion = this.models["loyalty.rule"].some((rule) =>
            [rule.promo_barcode, rule.code].includes(code)
        );
        const shown = isPromotion ? null : readPhoneCode(code, { typed: true });
        if (shown?.kind === "member") {
            return this.identifyMember(shown.qr);
        }
        if (shown?.kind === "basket") {
            const words = await this.takeBasket(shown.code);
            // Nobody waits under this code: it may be something else of the shop's.
            return words || super.activateCode(code);
        }
        if (shown?.kind !== "coupon") {
            return super.activateCode(code);
        }
        const order = this.getOrder();
        if (order._code_activated_coupon_ids.find((coupon) => coupon.code === shown.code)) {
            return _t("This coupon is on the order already.");
        }
        let words;
        this.data.mobileHolderId = undefined;
        try {
            words = await super.activateCode(shown.code);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return this.acceptCouponOffline(shown);
            }
            throw error;
        }
        if (words === true) {
            order.uiState.mobileHolds = true;
            if (this.data.mobileHolderId) {
                await this.setMobilePartner(this.data.mobileHolderId, order);
            }
        }
        return words;
    },

    // === MEMBER CARDS === //

    async identifyMember(qr) {
        const order = this.getOrder();
        let member;
        try {
            member = await this.data.call("pos.config", "mobile_identify_member", [
                [this.config.id],
                qr,
                order.uuid,
            ]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return this.acceptMemberOffline(qr);
            }
            throw error;
        }
        if (member.error) {
            return member.error;
        }
        order.uiState.mobileShown = member.partner_id;
        await this.setMobilePartner(member.partner_id, order);
        this.dialog.add(MemberPopup, {
            member,
            apply: async (code) => {
                const words = await this.activateCode(code);
                if (words !== true) {
                    this.notification.add(words, { type: "danger" });
                }
            },
        });
        return true;
    },

    /** Take a member card without the network; who it is, the server says as the order comes to it. */
    async acceptMemberOffline(qr) {
        const order = this.getOrder();
        const words = await this.refuseUnsigned(qr);
        if (words) {
            return words;
        }
        if (!isCardFresh(qr, now())) {
            return _t("The card has expired. Ask the customer to show it anew.");
        }
        if (this.models["pos.order"].some((other) => other.uiState?.mobileMember?.qr === qr)) {
            return _t("The card was used before. Ask the customer to show it anew.");
        }
        order.uiState.mobileMember = { qr, at: now() };
        order._markDirty();
        this.notification.add(
            _t("The member card is genuine. The customer is set once the network is back."),
            { type: "success" }
        );
        return true;
    },

    /** Return why a text is not to be taken without the network, or null. */
    async refuseUnsigned(qr) {
        const verdict = await isSigned(this.config._mobile_keys, qr);
        if (verdict === undefined) {
            return _t("This browser cannot check codes itself. It needs the network for that.");
        }
        return verdict ? null : _t("The code is not one of ours.");
    },

    // === COUPONS WITHOUT THE NETWORK === //

    async acceptCouponOffline(shown) {
        if (!shown.qr) {
            return _t("Without the network a coupon is taken by its QR code alone.");
        }
        const order = this.getOrder();
        const used = this.models["pos.order"].find(
            (other) => other.uiState?.mobileCoupons?.[shown.code]
        );
        if (used) {
            return _t("This coupon was taken already, with order %s.", used.pos_reference);
        }
        const terms = readTerms(shown.qr);
        const words = (await this.refuseUnsigned(shown.qr)) || this.refuseTerms(terms, order);
        if (words) {
            return words;
        }
        const reward = this.models["loyalty.reward"].find((one) => this.isRewardOf(terms, one));
        if (!reward) {
            return _t("What this coupon is worth can only be told with the network.");
        }
        const coupon = this.models["loyalty.card"].create({
            id: loyaltyIdsGenerator(),
            code: shown.code,
            program_id: reward.program_id,
            points: reward.required_points,
        });
        order._code_activated_coupon_ids = [["link", coupon]];
        await this.orderUpdateLoyaltyPrograms();
        const claimable = order
            .getClaimableRewards(coupon.id)
            .find((claim) => claim.reward === reward);
        const applied = claimable && order._applyReward(reward, coupon.id);
        if (applied !== true) {
            coupon.delete();
            return applied || _t("The coupon gives no discount on this order.");
        }
        order.uiState.mobileCoupons = { ...order.uiState.mobileCoupons, [shown.code]: shown.qr };
        this.updateRewards();
        return true;
    },

    /** Return why a signed coupon is not good here and now, or null. */
    refuseTerms(terms, order) {
        const store = this.config._mobile_store_id;
        if (terms.start && now() < terms.start) {
            return _t("The coupon is not valid yet.");
        }
        if (terms.end && now() >= terms.end) {
            return _t("The coupon has expired.");
        }
        if (!terms.stores || (terms.stores.length && !terms.stores.includes(store))) {
            return _t("The coupon does not count in this store.");
        }
        if (order.priceIncl < terms.minimum / this.mobileUnits) {
            return _t(
                "The coupon is valid for purchases of %s or more.",
                this.env.utils.formatCurrency(terms.minimum / this.mobileUnits)
            );
        }
        return null;
    },

    /** Tell whether a reward of this till is what a signed coupon says. */
    isRewardOf(terms, reward) {
        if (
            reward.program_id?.program_type !== "coupons" ||
            reward.reward_type !== "discount" ||
            reward.discount_applicability !== "order" ||
            terms.currency !== this.currency.name
        ) {
            return false;
        }
        const cents = (amount) => Math.round(amount * this.mobileUnits);
        if (reward.discount_mode === "percent") {
            return (
                terms.percent === Math.round(reward.discount * 100) &&
                terms.cap === cents(reward.discount_max_amount || 0)
            );
        }
        return reward.discount_mode === "per_order" && terms.amount === cents(reward.discount);
    },

    /** How many of the smallest units of the currency are one. */
    get mobileUnits() {
        return 10 ** this.currency.decimal_places;
    },

    // === BASKETS === //

    /**
     * Take a basket over that a customer has put together on their phone.
     *
     * @returns {Promise<true|string|null>} null when nobody waits under this code
     */
    async takeBasket(code) {
        const before = this.getOrder();
        const order = before.lines.length ? this.addNewOrder() : before;
        let basket;
        try {
            basket = await this.data.call("pos.config", "mobile_take_basket", [
                [this.config.id],
                code,
                order.uuid,
                order.pos_reference || order.uuid,
            ]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return _t("A basket can only be taken over with the network.");
            }
            throw error;
        } finally {
            if ((!basket || basket.error) && order !== before) {
                // What was typed may be something else, for the order that it was typed on.
                this.setOrder(before);
                this.removeOrder(order, false);
            }
        }
        if (!basket || basket.error) {
            return basket ? basket.error : null;
        }
        await this.setMobilePartner(basket.partner_id, order);
        const missing = basket.lines
            .map((line) => line.product_id)
            .filter((id) => !this.models["product.product"].get(id));
        if (missing.length) {
            await this.loadNewProducts([["product_variant_ids", "in", missing]]);
        }
        const absent = [];
        for (const line of basket.lines) {
            const product = this.models["product.product"].get(line.product_id);
            if (!product) {
                absent.push(line.name);
                continue;
            }
            await this.addLineToCurrentOrder(
                { product_id: product, product_tmpl_id: product.product_tmpl_id, qty: line.quantity },
                { merge: false },
                false
            );
        }
        order.uiState.mobileHolds = true;
        for (const coupon of basket.coupons) {
            const words = await this.activateCode(coupon);
            if (words !== true) {
                this.notification.add(words, { type: "danger" });
            }
        }
        this.tellBasketDifference(basket, order, absent);
        return true;
    },

    tellBasketDifference(basket, order, absent) {
        const texts = [];
        if (absent.length) {
            texts.push(_t("This till does not sell: %s.", absent.join(", ")));
        }
        if (!this.currency.isZero(order.priceIncl - basket.total)) {
            texts.push(
                _t(
                    "On the phone it came to %(phone)s, here it comes to %(here)s.",
                    {
                        phone: this.env.utils.formatCurrency(basket.total),
                        here: this.env.utils.formatCurrency(order.priceIncl),
                    }
                )
            );
        }
        if (texts.length) {
            this.dialog.add(AlertDialog, {
                title: _t("Tell the customer"),
                body: texts.join(" "),
            });
        }
    },

    // === GIVING BACK === //

    /** Give back what an order held and holds no longer; `kept` null gives all back. */
    async releaseCoupons(order, isGivenUp = false) {
        if (!order.uiState?.mobileHolds) {
            return;
        }
        const coupons = [
            ...order._get_reward_lines().map((line) => line.coupon_id),
            ...order._code_activated_coupon_ids,
        ];
        const kept = isGivenUp
            ? null
            : coupons.map((coupon) => coupon?.id).filter((id) => id > 0);
        try {
            await this.data.call("pos.config", "mobile_release_coupons", [
                [this.config.id],
                order.uuid,
                kept,
            ]);
        } catch (error) {
            // The holds end by themselves.
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },
    async resetPrograms() {
        const order = this.getOrder();
        const res = await super.resetPrograms(...arguments);
        await this.releaseCoupons(order);
        return res;
    },
    async deleteOrders(orders) {
        const given = orders.filter((order) => order && !order.finalized);
        const res = await super.deleteOrders(...arguments);
        if (res) {
            for (const order of given) {
                // Not waited for: until Odoo has the next order, the screen has none.
                this.releaseCoupons(order, true);
            }
        }
        return res;
    },
    /**
     * Override: Odoo takes an order for sent as soon as it tries to, so one that met the end of the network would wait
     * until the till is loaded anew.
     */
    async syncAllOrders() {
        this.mobileSyncs = (this.mobileSyncs || 0) + 1;
        try {
            return await super.syncAllOrders(...arguments);
        } finally {
            this.mobileSyncs -= 1;
            if (!this.mobileSyncs) {
                for (const order of this.models["pos.order"].filter((each) => each.isUnsyncedPaid)) {
                    order._dirty = true;
                }
            }
        }
    },
    async postSyncAllOrders(orders) {
        await super.postSyncAllOrders(...arguments);
        for (const order of orders) {
            delete order.uiState?.mobileMember;
        }
    },
});
