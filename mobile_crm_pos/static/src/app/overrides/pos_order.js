import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /** Override to tell what was shown while the network was gone: the server looks at it with the order. */
    serializeForORM() {
        const data = super.serializeForORM(...arguments);
        if (this.uiState?.mobileMember) {
            data.mobile_member = this.uiState.mobileMember;
        }
        const coupons = {};
        for (const line of this.lines) {
            const shown = this.uiState?.mobileCoupons?.[line.coupon_id?.code];
            if (shown && line.coupon_id.id < 0) {
                coupons[line.reward_identifier_code] = shown;
            }
        }
        if (Object.keys(coupons).length) {
            data.mobile_coupons = coupons;
        }
        return data;
    },
});
