import { Component, onWillUnmount } from "@odoo/owl";
import { Icon } from "../../components/icon";
import { _t } from "../../core/texts";

/** A receipt that was fetched: to be shared or saved, for a phone's browser shows no PDF within an app. */
export class Receipt extends Component {
    static template = "phone.Receipt";
    static components = { Icon };
    static props = { close: Function, receipt: Blob, name: String };

    setup() {
        const name = _t("Receipt %s", this.props.name).replace(/[^\p{L}\p{N} ._-]+/gu, "-");
        this.file = new File([this.props.receipt], `${name}.pdf`, { type: "application/pdf" });
        this.url = URL.createObjectURL(this.file);
        onWillUnmount(() => URL.revokeObjectURL(this.url));
    }

    get canShare() {
        return Boolean(navigator.canShare?.({ files: [this.file] }));
    }

    async share() {
        try {
            await navigator.share({ files: [this.file], title: this.file.name });
            this.props.close();
        } catch (error) {
            // The customer has thought better of it.
            if (error.name !== "AbortError") {
                this.env.ui.notice(_t("It could not be shared. Save it instead."), { kind: "danger" });
            }
        }
    }
}
