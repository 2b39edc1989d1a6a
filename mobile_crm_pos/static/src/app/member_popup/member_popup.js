import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/** Who has shown a member card: their points, and the coupons that are good here. */
export class MemberPopup extends Component {
    static template = "mobile_crm_pos.MemberPopup";
    static components = { Dialog };
    static props = {
        member: Object,
        apply: Function,
        close: Function,
    };

    async apply(offer) {
        this.props.close();
        await this.props.apply(offer.code);
    }
}
