import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { patch } from "@web/core/utils/patch";

patch(ProductScreen.prototype, {
    setup() {
        super.setup(...arguments);
        useBarcodeReader({ phone: this._onPhoneScan });
    },
    async _onPhoneScan(shown, code) {
        const words = await this.pos.activateCode(shown.qr || shown.code || code);
        if (words !== true) {
            this.notification.add(words, { type: "danger" });
        }
        this.numberBuffer.reset();
    },
});

patch(OrderSummary.prototype, {
    _setValue(val) {
        const isReward = this.currentOrder.getSelectedOrderline()?.is_reward_line;
        const res = super._setValue(...arguments);
        if (isReward && val === "remove") {
            this.pos.releaseCoupons(this.currentOrder);
        }
        return res;
    },
});
