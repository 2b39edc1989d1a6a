import { PosData } from "@point_of_sale/app/services/data_service";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

// What Odoo asks about coupons without saying for which order.
const ABOUT_COUPONS = ["use_coupon_code", "validate_coupon_programs"];

patch(PosData.prototype, {
    async call(model, method, args = [], kwargs = {}, queue = false) {
        if (!ABOUT_COUPONS.includes(method) || !this.mobileTill) {
            return super.call(...arguments);
        }
        const context = { ...kwargs.context, mobile_till: this.mobileTill() };
        try {
            const answer = await super.call(model, method, args, { ...kwargs, context }, queue);
            this.mobileHolderId = answer?.payload?.mobile_holder_id;
            return answer;
        } catch (error) {
            const words =
                error instanceof ConnectionLostError &&
                method === "validate_coupon_programs" &&
                this.mobileRefusalOffline();
            if (words) {
                return { successful: false, payload: { message: words } };
            }
            throw error;
        }
    },
});
