import { Chatter } from "@mail/chatter/web_portal/chatter";
import { patch } from "@web/core/utils/patch";

patch(Chatter.prototype, {
    /** Who reads a message also in the app, as the record says; nothing where nobody does. */
    get mobileAnswerHint() {
        return this.state.composerType === "message" && this.props.record?.data.mobile_answer_hint;
    },
});
