import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("mobile_crm_results", {
    steps: () => [
        {
            content: "Open the page",
            trigger: ".o_notebook a[name=results]",
            run: "click",
        },
        {
            content: "How far the offers have come",
            trigger: ".o_mobile_crm_results [data-key=redeemed]:contains('Redeemed'):contains('50.0 %')",
        },
        {
            content: "What they brought, and margins for those who may see them",
            trigger: ".o_mobile_crm_tile[data-key=revenue]:contains('170.00')",
        },
        {
            trigger: ".o_mobile_crm_tile[data-key=margin]:contains('90.00')",
        },
        {
            content: "Whether it makes a difference is said plainly",
            trigger: ".o_mobile_crm_lift[data-state=open]:contains('Not yet significant')",
        },
        {
            content: "What became of the messages by each channel, and why some were not sent",
            trigger: ".o_mobile_crm_channels [data-key=push]:contains('Notification') [data-key=provider_down]:contains('1 ×')",
        },
        {
            content: "The variants are compared",
            trigger: ".o_mobile_crm_variants:contains('Warm'):contains('Dry')",
        },
        {
            content: "Who was held back, and why?",
            trigger: ".o_mobile_crm_reason[data-key=no_consent] button:contains('has not consented')",
            run: "click",
        },
        {
            content: "The list has them alone",
            trigger: ".o_list_view .o_data_row:contains('Reluctant')",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:nth-child(2)))",
        },
        {
            trigger: ".breadcrumb-item.o_back_button a, .o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            trigger: ".o_notebook a[name=results]",
            run: "click",
        },
        {
            content: "Look again",
            trigger: ".o_mobile_crm_refresh:enabled",
            run: "click",
        },
        {
            content: "All figures, as a table",
            trigger: ".o_mobile_crm_results button:contains('All Figures')",
            run: "click",
        },
        {
            trigger: ".o_pivot_view .o_pivot td:contains('170.00')",
        },
    ],
});
