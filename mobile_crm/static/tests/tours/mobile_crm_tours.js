import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const back = {
    content: "Go back",
    trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button a",
    run: "click",
};

registry.category("web_tour.tours").add("mobile_crm_campaign", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='mobile_crm.menu_root']",
            run: "click",
        },
        {
            content: "The campaigns come first, with their results",
            trigger: ".o_kanban_record:contains(Nearby) .badge:contains(Running)",
        },
        {
            content: "The list makes one without a template",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Rainy Tuesday",
        },
        {
            content: "Look for an existing coupon program",
            trigger: ".o_field_widget[name=program_id] input",
            run: "edit 15 % off",
        },
        {
            trigger: ".o_field_widget[name=program_id] .dropdown-item:contains('15 % off'):first",
            run: "click",
        },
        {
            content: "Its reward is said in words",
            trigger: ".o_field_widget[name=reward_summary]:contains('15%')",
        },
        {
            trigger: ".o_field_widget[name=message_title] input",
            run: "edit Dry in here",
        },
        {
            trigger: ".o_field_widget[name=message_body] textarea",
            run: "edit Come in and take 15 % off.",
        },
        {
            content: "The phone beside the fields shows the message",
            trigger: ".o_mobile_crm_phone .o_mobile_crm_bubble:contains('Dry in here')",
        },
        {
            trigger: ".o_notebook a[name=audience]",
            run: "click",
        },
        {
            content: "Everybody with the app is in the audience",
            trigger: ".o_field_widget[name=audience_count]:contains('2')",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_start]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Running')",
        },
        {
            content: "What has it decided?",
            trigger: "button[name=action_view_decisions]:contains('Sent')",
            run: "click",
        },
        {
            content: "Nothing yet, and the empty list says what will be there",
            trigger: ".o_view_nocontent:contains('No campaign has decided anything yet')",
        },
        back,
        {
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_pause]",
        },
        back,
        {
            trigger: ".o_data_row .o_data_cell[name=name]:contains(Nearby)",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_view_decisions]:contains('Sent'):contains('1')",
            run: "click",
        },
        {
            content: "Somebody came near",
            trigger: ".o_list_view .o_data_row:contains('Anna Peeters'):contains('All conditions are met')",
        },
    ],
});

registry.category("web_tour.tours").add("mobile_crm_contact", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_view_mobile_devices]:contains('1')",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Android')",
        },
        back,
        {
            trigger: ".o_form_view button[name=action_view_mobile_visits]:contains('1'):contains('last')",
            run: "click",
        },
        {
            content: "Still there",
            trigger: ".o_list_view .o_data_row:contains('Brussels Store'):contains('New')",
        },
        back,
        {
            trigger: ".o_form_view button[name=action_view_mobile_events]:contains('1')",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Entered: Brussels Store')",
        },
        back,
        {
            trigger: ".o_form_view button[name=action_view_mobile_coupons]:contains('1')",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Available') .o_data_cell:contains('Nearby')",
            run: "click",
        },
        {
            content: "The coupon says whose it is",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains('Anna Peeters')",
        },
        back,
        {
            trigger: ".o_list_view .o_data_row:contains('Nearby')",
        },
        back,
        {
            trigger: ".o_form_view .o_notebook a[name=mobile]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=mobile_verified_phone]:contains('+32475112233')",
        },
        {
            content: "Why messages came or didn't, in words",
            trigger: ".o_field_widget[name=mobile_decision_ids] .o_data_row:contains('All conditions are met')",
        },
    ],
});

/** How many clicks a campaign may take. */
const MAX_CLICKS = 11;
let clicks = 0;
const countClick = () => clicks++;

registry.category("web_tour.tours").add("mobile_crm_campaign_template", {
    steps: () => [
        {
            content: "What has ended is in a column of its own; count the clicks from here",
            trigger: ".o_kanban_group:contains(Done) .o_kanban_record:contains(Nearby)",
            run() {
                document.addEventListener("click", countClick, true);
            },
        },
        {
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            content: "There is a template for it",
            trigger: ".modal .o_kanban_record:contains('Welcome at the Door')",
            run: "click",
        },
        {
            content: "It brings a reward; it can be changed here",
            trigger: ".modal .o_field_widget[name=discount] input:value(15.00)",
        },
        {
            trigger: ".modal button[name=action_create]",
            run: "click",
        },
        {
            content: "The preview shows it as a customer will read it",
            trigger: ".o_mobile_crm_bubble:contains('Hello Anna, come in'):contains('Brussels Store')",
        },
        {
            trigger: ".o_mobile_crm_coupon:contains('15% on your order')",
        },
        {
            content: "Nothing is left to complain about but the second language",
            trigger: ".o_field_widget[name=message_hints]:contains('Not translated yet: German')",
        },
        {
            content: "The preview follows while one types, and does not wait until one leaves the field",
            trigger: ".o_field_widget[name=message_body] textarea",
            run() {
                this.anchor.focus();
                this.anchor.value = "See you at ";
                this.anchor.selectionStart = this.anchor.selectionEnd = this.anchor.value.length;
                this.anchor.dispatchEvent(new InputEvent("input"));
            },
        },
        {
            trigger: ".o_mobile_crm_bubble:contains('See you at')",
        },
        {
            trigger: ".o_field_widget[name=message_body] .o_mobile_crm_placeholders",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains('City of the store')",
            run: "click",
        },
        {
            trigger: ".o_mobile_crm_bubble:contains('See you at Brussels')",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_dry_run]",
            run: "click",
        },
        {
            content: "Who would get it, and why not the others",
            trigger: ".modal .o_mobile_crm_dry_run:contains('If everybody with the app came to Brussels Store now')",
        },
        {
            trigger: ".modal .o_mobile_crm_dry_run:contains('They would get it') a:contains('Ben Maes')",
        },
        {
            trigger: ".modal-footer button:contains(Close):visible",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_start]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Running')",
        },
        {
            trigger: ".o_notebook a[name=results]",
            run: "click",
        },
        {
            content: "The results are there to read, and it took few clicks",
            trigger: ".o_notebook .tab-pane.active",
            run() {
                document.removeEventListener("click", countClick, true);
                if (clicks > MAX_CLICKS) {
                    throw new Error(`A campaign took ${clicks} clicks, more than ${MAX_CLICKS}`);
                }
            },
        },
    ],
});

registry.category("web_tour.tours").add("mobile_crm_campaign_broadcast", {
    steps: () => [
        {
            trigger: ".o_kanban_group:contains(Draft) .o_kanban_record:contains(News)",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_review]",
            run: "click",
        },
        {
            content: "Before it starts it says whom it reaches",
            trigger: ".modal .o_mobile_crm_dry_run:contains('2 of 2 customers would get it')",
        },
        {
            trigger: ".modal button[name=action_start]:contains('2')",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Running')",
        },
    ],
});

/** Nothing is wider than the phone: one would have to move the page sideways. */
function fits() {
    const sheet = document.querySelector(".o_form_sheet");
    if (sheet.scrollWidth > sheet.clientWidth + 1) {
        const wide = [...sheet.querySelectorAll("*")].filter(
            (el) => el.getBoundingClientRect().right > window.innerWidth + 1 && !el.closest(".o_list_renderer, .overflow-auto")
        );
        throw new Error(`The page is too wide for a phone: ${wide.map((el) => el.className).slice(0, 5)}`);
    }
}

registry.category("web_tour.tours").add("mobile_crm_campaign_phone", {
    steps: () => [
        {
            trigger: ".o_mobile_crm_bubble:contains('Come in, Anna')",
            run: fits,
        },
        ...["audience", "limits", "results"].flatMap((page) => [
            {
                trigger: `.o_notebook a[name=${page}]`,
                run: "click",
            },
            {
                trigger: `.o_notebook a[name=${page}].active`,
                run: fits,
            },
        ]),
    ],
});
