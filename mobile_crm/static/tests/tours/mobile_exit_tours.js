import { registry } from "@web/core/registry";

const ANSWER = ".o_mobile_crm_exit_answer";

/** Type a code, as where there is no camera. */
const type = (code) => [
    { trigger: ".o_mobile_crm_exit input[name=code]", run: `edit ${code}` },
    { trigger: ".o_mobile_crm_exit form button[type=submit]", run: "click" },
];

const sees = (content, result, text) => ({ content, trigger: `${ANSWER}[data-result=${result}]:contains('${text}')` });

registry.category("web_tour.tours").add("mobile_crm_exit_pass", {
    steps: () => [
        {
            content: "Work in the store at Brussels",
            trigger: ".o_mobile_crm_exit_store",
            run: "selectByLabel Brussels Store",
        },
        ...type("aaaa-1111"),
        sees("The first time it is good", "ok", "Goodbye!"),
        { trigger: `${ANSWER}.border-success .card-body:contains('3 pieces'):contains('Mug')` },
        ...type("AAAA1111"),
        sees("A picture of it is not", "repeated", "Already used"),
        { trigger: `${ANSWER}.border-danger` },
        ...type("MX1.forged"),
        sees("What is no pass is none", "unknown", "Not valid"),
        ...type("BBBB-2222"),
        sees("Somebody has taken their time", "expired", "Too late"),
        { trigger: ".o_mobile_crm_exit_renew", run: "click" },
        sees("They get a new one", "renewed", "New pass"),
        ...type("S-LATE"),
        sees("Their phone has no power any more, so they tell the number", "ok", "Goodbye!"),
        ...type("CCCC-3333"),
        sees("Chance wants this one counted", "audit", "Please count"),
        { trigger: `${ANSWER}.border-warning .o_mobile_crm_exit_finish.btn-outline-danger` },
        ...type("5400000000010"),
        { content: "A scanned product is found", trigger: ".o_mobile_crm_exit_count li:contains('Milk'):contains('1 / 2')" },
        { trigger: ".o_mobile_crm_exit_all", run: "click" },
        { trigger: ".o_mobile_crm_exit_finish.btn-success", run: "click" },
        sees("All is there", "audit_passed", "All right"),
        ...type("DDDD-4444"),
        sees("A first purchase", "audit", "Please count"),
        { trigger: ".o_mobile_crm_exit_all", run: "click" },
        ...type("5400000000010"),
        { trigger: ".o_mobile_crm_exit_count li.text-danger:contains('Milk'):contains('not paid')" },
        { trigger: ".o_mobile_crm_exit_count textarea", run: "edit It was forgotten" },
        { trigger: ".o_mobile_crm_exit_finish.btn-outline-danger", run: "click" },
        sees("What is too much is told", "audit_failed", "1 x Milk"),
    ],
});

registry.category("web_tour.tours").add("mobile_crm_exit_check", {
    steps: () => [
        { trigger: ".o_mobile_crm_exit_store", run: "selectByLabel Brussels Store" },
        {
            content: "Two customers wait",
            trigger: ".o_mobile_crm_exit:has(.o_mobile_crm_exit_basket:contains('S7002')) .badge:contains('2')",
        },
        ...type("s7001"),
        {
            content: "The one who stands here",
            trigger: ".o_mobile_crm_exit:not(:has(.o_mobile_crm_exit_basket:contains('S7002')))"
                + " .o_mobile_crm_exit_check:contains('Milk') .badge:contains('18+')",
        },
        { trigger: ".o_mobile_crm_exit_check:contains('Apples') input", run: "edit 0,75" },
        { trigger: ".o_mobile_crm_exit_check:contains('Apples') .o_mobile_crm_exit_approve", run: "click" },
        { trigger: ".o_mobile_crm_exit_basket:not(:contains('Apples')):contains('Milk')" },
        { trigger: ".o_mobile_crm_exit_check:contains('Milk') .o_mobile_crm_exit_approve", run: "click" },
        {
            content: "What is left is the other one's",
            trigger: ".o_mobile_crm_exit_basket:contains('S7002')",
        },
        { trigger: ".o_mobile_crm_exit_refuse", run: "click" },
        { trigger: ".modal .btn-primary:contains('Take It Out')", run: "click" },
        { content: "Nobody is waiting any more", trigger: ".o_mobile_crm_exit_nothing" },
    ],
});
