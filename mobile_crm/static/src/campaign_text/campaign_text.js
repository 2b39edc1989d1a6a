import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { TextField, textField } from "@web/views/fields/text/text_field";

import { useEffect } from "@odoo/owl";

/** How long after a key the preview follows (milliseconds). */
const PAUSE = 400;

/**
 * What both kinds of fields share: the record follows while one types, so that the phone beside shows it, and a menu
 * inserts placeholders where the cursor was.
 *
 * @param {typeof CharField | typeof TextField} Field
 * @param {(field: CharField | TextField) => HTMLInputElement | HTMLTextAreaElement} input
 */
function withPlaceholders(Field, input) {
    return class extends Field {
        static components = { ...Field.components, Dropdown, DropdownItem };

        setup() {
            super.setup();
            const follow = useDebounced(() => this.follow(), PAUSE);
            useEffect(
                (el) => {
                    el?.addEventListener("input", follow);
                    return () => el?.removeEventListener("input", follow);
                },
                () => [input(this)],
            );
        }

        get placeholders() {
            return this.props.record.data.placeholders || [];
        }

        /** Tell the record what is written so far, as leaving the field would. */
        follow() {
            input(this)?.dispatchEvent(new Event("change"));
        }

        insert(placeholder) {
            const el = input(this);
            el.focus();
            el.setRangeText(placeholder, this.selectionStart, this.selectionStart, "end");
            this.selectionStart = el.selectionStart;
            el.dispatchEvent(new InputEvent("input"));
            el.dispatchEvent(new Event("change"));
        }
    };
}

export class CampaignTitleField extends withPlaceholders(CharField, (field) => field.input.el) {
    static template = "mobile_crm.CampaignTitleField";
}

export class CampaignBodyField extends withPlaceholders(TextField, (field) => field.textareaRef.el) {
    static template = "mobile_crm.CampaignBodyField";
}

const fieldDependencies = [{ name: "placeholders", type: "json" }];
registry.category("fields").add("mobile_campaign_title", { ...charField, component: CampaignTitleField, fieldDependencies });
registry.category("fields").add("mobile_campaign_body", { ...textField, component: CampaignBodyField, fieldDependencies });
