/* global posmodel */
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Notification from "@point_of_sale/../tests/generic_helpers/notification_util";
import * as OfflineUtil from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { run, scan_barcode } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

/** What the phones show comes with the test, as a cookie. */
function shown(name) {
    return document.cookie.match(new RegExp(`mobile_${name}=([^;]+)`))[1];
}

function payInCash({ isWarned = false } = {}) {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Cash"),
        PaymentScreen.clickValidate(),
        isWarned ? [Dialog.confirm("Continue with limited functionality")].flat() : [],
        ReceiptScreen.clickNextOrder(),
    ].flat();
}

function closeNotifications() {
    return run(() =>
        document.querySelectorAll(".o_notification_close").forEach((el) => el.click())
    );
}

function pressCode(code) {
    // With the notifications of the scans before out of the way.
    return [closeNotifications(), ...scan_barcode(code)];
}

registry.category("web_tour.tours").add("MobileTillTour", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),

            // An order that is given up gives its coupon back.
            ProductScreen.addOrderline("Mug", "10"),
            scan_barcode(shown("online")),
            PosLoyalty.hasRewardLine("15%", "-12.00"),
            ProductScreen.clickControlButton("Cancel Order"),
            Dialog.confirm(),
            ProductScreen.orderIsEmpty(),

            // A coupon is redeemed once, and its holder is the customer.
            ProductScreen.addOrderline("Mug", "10"),
            scan_barcode(shown("online")),
            PosLoyalty.hasRewardLine("15%", "-12.00"),
            PosLoyalty.customerIs("Anna Peeters"),
            payInCash(),
            // What is no basket's code leaves the order as it is.
            ProductScreen.addOrderline("Mug", "10"),
            PosLoyalty.enterCode(shown("nobody")),
            Notification.has("This coupon is invalid"),
            PosLoyalty.orderTotalIs("80.00"),
            closeNotifications(),
            PosLoyalty.enterCode(shown("code")),
            Notification.has("was already redeemed"),

            // The member card.
            pressCode(shown("member")),
            {
                content: "who it is, and what they have",
                trigger: ".mobile-member-popup:contains('Anna Peeters'):contains('500 Stars')",
            },
            {
                content: "take a coupon",
                trigger: ".mobile-member-popup .member-offer:first",
                run: "click",
            },
            PosLoyalty.hasRewardLine("15%", "-12.00"),
            run(() => {
                const { uiState } = posmodel.getOrder();
                const reward_id = { program_id: { program_type: "loyalty" } };
                const refusal = (partner) =>
                    posmodel.refusePointsOffline({
                        uiState,
                        getPartner: () => partner,
                        _get_reward_lines: () => [{ points_cost: 1, reward_id }],
                    });
                if (refusal(posmodel.getOrder().getPartner()) || !refusal({ id: -1 })) {
                    throw new Error("Without the network a card gives its own customer's points");
                }
            }, "whose points the card gives without the network"),
            PosLoyalty.removeRewardLine("15%"),
            PosLoyalty.orderTotalIs("80.00"),
            payInCash(),

            // Without the network: a signed coupon counts, once at this till.
            OfflineUtil.setOfflineMode(),
            ProductScreen.addOrderline("Mug", "10"),
            pressCode(shown("forged")),
            Notification.has("not one of ours"),
            pressCode(shown("offline")),
            PosLoyalty.hasRewardLine("15%", "-12.00"),
            payInCash({ isWarned: true }),
            ProductScreen.addOrderline("Mug", "10"),
            pressCode(shown("offline")),
            Notification.has("was taken already"),
            // This one was redeemed elsewhere meanwhile, which the till cannot know.
            pressCode(shown("spent")),
            PosLoyalty.hasRewardLine("15%", "-12.00"),
            payInCash(),
            OfflineUtil.setOnlineMode(),
            run(() => posmodel.data.checkConnectivity(), "the network is back"),
            {
                content: "everything is synced",
                trigger: "body",
                timeout: 60000,
                run: async () => {
                    const isWaiting = (order) => order.finalized && !order.isSynced;
                    while (posmodel.models["pos.order"].some(isWaiting)) {
                        await new Promise((resolve) => setTimeout(resolve, 50));
                    }
                },
            },
            ProductScreen.addOrderline("Mug", "10"),
            pressCode(shown("offline")),
            Notification.has("was already redeemed"),
        ].flat(),
});
