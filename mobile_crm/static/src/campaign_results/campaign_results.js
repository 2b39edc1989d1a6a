import { Component, onWillDestroy, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const { DateTime } = luxon;
/** Milliseconds between two looks while a campaign runs and somebody watches. */
const INTERVAL = 60000;
/** What opens when one clicks on a step; who came to a store is another list, with its own rights. */
const STEP_ACTIONS = {
    sent: "action_view_decisions",
    delivered: "action_view_messages",
    opened: "action_view_messages",
    redeemed: "action_view_redemptions",
};

/** What is shown of each channel. */
const CHANNEL_COUNTS = ["tried", "fallback", "sent", "delivered", "opened", "waiting", "unsent"];

/** What a campaign has done and earned, on its form. */
export class CampaignResults extends Component {
    static template = "mobile_crm.CampaignResults";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ results: null, lift: null, at: null, isLoading: false });
        useEffect(
            (campaignId, isDirty) => {
                // What was typed counts once it is saved.
                if (campaignId && !isDirty) {
                    this.load();
                }
            },
            () => [this.props.record.resId, this.props.record.dirty]
        );
        onWillDestroy(() => {
            this.isGone = true;
            browser.clearTimeout(this.timer);
        });
    }

    get campaignId() {
        return this.props.record.resId;
    }

    async load() {
        browser.clearTimeout(this.timer);
        const campaignId = this.campaignId;
        this.state.isLoading = true;
        const isCurrent = () => !this.isGone && campaignId === this.campaignId;
        const read = async (key, method) => {
            const value = await this.orm.silent.call("mobile.campaign", method, [campaignId]);
            if (isCurrent()) {
                this.state[key] = value;
            }
        };
        try {
            await Promise.all([read("results", "get_results"), read("lift", "get_lift")]);
        } finally {
            if (isCurrent()) {
                Object.assign(this.state, { isLoading: false, at: DateTime.now() });
                this.timer = browser.setTimeout(() => this.loadAgain(), INTERVAL);
            }
        }
    }

    async loadAgain() {
        if (document.visibilityState !== "hidden" && this.props.record.data.state === "running") {
            await this.load();
        } else {
            this.timer = browser.setTimeout(() => this.loadAgain(), INTERVAL);
        }
    }

    get updated() {
        return _t("As of %s", formatDateTime(this.state.at));
    }

    get money() {
        const { revenue, discount, cost, margin } = this.state.results.money;
        const tiles = [
            { key: "revenue", label: _t("Revenue"), value: revenue, hint: _t("Without taxes, less what was credited") },
            { key: "discount", label: _t("Discounts"), value: discount, hint: _t("What coupons took off; the revenue is net of it") },
        ];
        if (margin !== undefined) {
            tiles.push(
                { key: "cost", label: _t("Cost of goods"), value: cost, hint: _t("Of the orders with a coupon") },
                { key: "margin", label: _t("Net result"), value: margin, hint: _t("Revenue less the cost of goods") }
            );
        }
        return tiles;
    }

    get stepHints() {
        return {
            delivered: _t("As far as the phone or the provider tells, or the customer has opened it"),
            visited: _t("Came to one of the campaign's stores within %s hours", this.state.results.visit_hours),
        };
    }

    get channelCounts() {
        return CHANNEL_COUNTS;
    }

    number(value) {
        return formatInteger(value || 0);
    }

    amount(value) {
        return formatMonetary(value || 0, { currencyId: this.props.record.data.currency_id?.id });
    }

    /** A part of a whole in percent, as text. */
    share(part, whole) {
        return whole ? `${formatFloat((100 * part) / whole, { digits: [16, 1] })} %` : "";
    }

    /** A part of a whole as the width of a bar; what is not nothing can be seen. */
    width(part, whole) {
        return part && whole ? Math.max(1, Math.min(100, (100 * part) / whole)) : 0;
    }

    isStep(key) {
        return key in STEP_ACTIONS;
    }

    openStep(key) {
        const contexts = { sent: { search_default_sent: 1 }, delivered: { search_default_arrived: 1 }, opened: { search_default_opened: 1 },
            redeemed: { search_default_confirmed: 1 } };
        return this.open(STEP_ACTIONS[key], [], contexts[key]);
    }

    openReason(reason) {
        return this.open("action_view_reason", [reason]);
    }

    openChannel(channel) {
        return this.open("action_view_deliveries", [channel]);
    }

    openReport() {
        return this.open("action_view_report");
    }

    async open(method, args = [], context = {}) {
        const action = await this.orm.call("mobile.campaign", method, [this.campaignId, ...args]);
        return this.action.doAction(action, { additionalContext: context });
    }
}

registry.category("view_widgets").add("mobile_crm_campaign_results", { component: CampaignResults });
