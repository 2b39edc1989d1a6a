import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("mobile_crm_enquiry", {
    steps: () => [
        {
            content: "Open the enquiry, which is answered on its lead",
            trigger: ".o_list_view .o_data_row:contains('Zipper') .o_data_cell:contains('Zipper')",
            run: "click",
        },
        {
            content: "What it is about",
            trigger: ".o_form_view .o_notebook a[name=mobile]",
            run: "click",
        },
        {
            content: "What the customer has scanned before",
            trigger: "div[name=mobile_looked_event_ids] .o_data_row:contains('Rain Jacket')",
        },
        {
            trigger: ".o-mail-Chatter-logNote",
            run: "click",
        },
        {
            content: "A note stays in the house",
            trigger: ".o-mail-Composer:not(:has(~ .o_mobile_crm_answer_hint))",
        },
        {
            trigger: ".o-mail-Chatter-sendMessage",
            run: "click",
        },
        {
            content: "A message goes to the phone",
            trigger: ".o_mobile_crm_answer_hint:contains('Anna Peeters also reads this in the app.')",
        },
        {
            trigger: ".o-mail-Composer-input",
            run: "edit Yes, two.",
        },
        {
            trigger: ".o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            trigger: ".o-mail-Message:contains('Yes, two.')",
        },
    ],
});
