import { Component } from "@odoo/owl";
import { DomainSelector } from "@web/core/domain_selector/domain_selector";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { condition } from "@web/core/tree_editor/condition_tree";
import { user } from "@web/core/user";
import { sortBy } from "@web/core/utils/arrays";
import { useService } from "@web/core/utils/hooks";
import { STATIC_ACTIONS_GROUP_NUMBER } from "@web/search/action_menus/action_menus";
import { DomainField, domainField } from "@web/views/fields/domain/domain_field";

// Fields of Odoo's that marketing people look for beside the building blocks.
const COMMON = ["category_id", "city", "country_id", "lang", "name", "user_id", "zip"];
// Of ours, what is no building block: lists of records, and what has a better block.
const HIDDEN = [
    "mobile_consent_ids",
    "mobile_contested_email",
    "mobile_contested_phone",
    "mobile_current_consent_ids",
    "mobile_decision_ids",
    "mobile_device_ids",
    "mobile_preference_ids",
    "mobile_verified_email",
    "mobile_verified_phone",
];

/** What names the building blocks of audiences before the many other fields of a contact. */
export class AudienceSelector extends DomainSelector {
    // Archived customers get nothing.
    getShowArchivedCheckBox() {
        return false;
    }

    getDefaultCondition(fieldDefs) {
        return fieldDefs.mobile_days_since_order
            ? condition("mobile_days_since_order", "<", 30)
            : super.getDefaultCondition(fieldDefs);
    }

    getPathEditorInfo(resModel, defaultCondition) {
        const info = super.getPathEditorInfo(resModel, defaultCondition);
        return {
            ...info,
            extractProps: (params) => ({
                ...info.extractProps(params),
                filter: (fieldDef) =>
                    fieldDef.searchable &&
                    !["json", "separator"].includes(fieldDef.type) &&
                    (this.props.isDebugMode || !HIDDEN.includes(fieldDef.name)),
                sort: (fieldDefs) =>
                    sortBy(Object.keys(fieldDefs), (name) => {
                        const rank = name.startsWith("mobile_") ? 0 : COMMON.includes(name) ? 1 : 2;
                        // 90 days before 365.
                        const label = fieldDefs[name].string.replace(/\d+/g, (n) => n.padStart(4, "0"));
                        return `${rank} ${label}`;
                    }),
            }),
        };
    }
}

/** The audience of a campaign. How many customers that are is counted by the campaign, as it is edited. */
export class AudienceField extends DomainField {
    static template = "mobile_crm.AudienceField";
    static components = { ...DomainField.components, AudienceSelector };

    // Odoo's own count is of all contacts, with and without the app.
    async checkProps() {}
}

registry.category("fields").add("mobile_audience", { ...domainField, component: AudienceField });

/** From a list of contacts to a campaign for those that its filters show. */
export class CreateCampaign extends Component {
    static template = "mobile_crm.CreateCampaign";
    static components = { DropdownItem };
    static props = {};

    setup() {
        this.action = useService("action");
    }

    createCampaign() {
        this.action.doAction("mobile_crm.mobile_campaign_for_filters_action", {
            additionalContext: { default_audience_domain: this.env.searchModel.domainString },
        });
    }
}

registry.category("cogMenu").add(
    "mobile-crm-create-campaign",
    {
        Component: CreateCampaign,
        groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
        isDisplayed: ({ config, searchModel }) =>
            searchModel?.resModel === "res.partner" &&
            config.actionType === "ir.actions.act_window" &&
            ["kanban", "list"].includes(config.viewType) &&
            user.hasGroup("mobile_crm.group_mobile_crm_manager"),
    },
    { sequence: 20 }
);
