import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const CANVAS = ".o_mobile_map_canvas";

/** Click on a place of the map: to the right of and below its middle, in pixels. */
function press([x, y]) {
    return {
        content: `Click ${x} right of and ${y} below the middle`,
        trigger: CANVAS,
        run() {
            const canvas = this.anchor;
            canvas.scrollIntoView({ block: "center", behavior: "instant" });
            const { left, top, width, height } = canvas.getBoundingClientRect();
            const at = { clientX: left + width / 2 + x, clientY: top + height / 2 + y };
            const target = document.elementFromPoint(at.clientX, at.clientY);
            const init = { ...at, bubbles: true, cancelable: true, view: window };
            for (const type of ["pointermove", "mousemove", "pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
                const Event = type.startsWith("pointer") ? PointerEvent : MouseEvent;
                target.dispatchEvent(new Event(type, init));
            }
        },
    };
}

/** Drag what is at `trigger` by some pixels. */
function drag(content, trigger, [x, y]) {
    return {
        content,
        trigger,
        run() {
            const { left, top, width, height } = this.anchor.getBoundingClientRect();
            const start = { clientX: left + width / 2, clientY: top + height / 2 };
            const end = { clientX: start.clientX + x, clientY: start.clientY + y };
            const fire = (target, type, at) =>
                target.dispatchEvent(new MouseEvent(type, { ...at, bubbles: true, cancelable: true, view: window }));
            fire(this.anchor, "mousedown", start);
            fire(document.body, "mousemove", { clientX: start.clientX + x / 2, clientY: start.clientY + y / 2 });
            fire(document.body, "mousemove", end);
            fire(document.body, "mouseup", end);
        },
    };
}

const openApp = [
    stepUtils.showAppsMenuItem(),
    {
        trigger: ".o_app[data-menu-xmlid='mobile_crm.menu_root']",
        run: "click",
    },
];

function openMenu(entry) {
    return [
        {
            trigger: ".o_menu_sections [data-menu-xmlid='mobile_crm.menu_stores']",
            run: "click",
        },
        {
            trigger: `.o-dropdown--menu [data-menu-xmlid='mobile_crm.${entry}']`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("mobile_crm_map_store", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openMenu("menu_stores_stores"),
        {
            trigger: ".o_last_breadcrumb_item:contains('Stores')",
        },
        {
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Ghent Store",
        },
        {
            trigger: ".o_field_widget[name=partner_id] :is(input, textarea)",
            run: "edit Lost Address",
        },
        {
            trigger: ".o_field_widget[name=partner_id] .dropdown-item:contains('Lost Address')",
            run: "click",
        },
        {
            content: "The map says that the store is nowhere",
            trigger: ".o_mobile_map_hint:contains('no position yet')",
        },
        {
            content: "Type an address to jump there",
            trigger: ".o_mobile_map_address",
            run: "edit Korenmarkt 1, Ghent",
        },
        {
            trigger: ".o_mobile_map_go",
            run: "click",
        },
        {
            content: "There are two of them: take the first one",
            trigger: ".o_mobile_map_places button:contains('Korenmarkt 1, Ghent, Belgium')",
            run: "click",
        },
        {
            trigger: ".o_mobile_map_put",
            run: "click",
        },
        {
            content: "The number fields follow",
            trigger: ".o_field_widget[name=latitude] input:value(51.0547)",
        },
        {
            trigger: `${CANVAS} .o_mobile_map_pin[aria-label='Ghent Store']`,
        },
        {
            content: "Draw a polygon",
            trigger: ".o_mobile_map_polygon",
            run: "click",
        },
        {
            trigger: ".o_mobile_map_hint:contains('Click on each corner')",
        },
        press([-120, -70]),
        press([120, -70]),
        press([120, 90]),
        press([-120, 90]),
        press([-120, -70]),
        {
            content: "It is a row of the list, and a shape on the map",
            trigger: ".o_field_widget[name=geofence_ids] .o_data_row:contains('Around the store')",
        },
        {
            trigger: `${CANVAS} path.o_mobile_map_own`,
        },
        ...stepUtils.saveForm(),
        {
            content: "Who edits it gets handles",
            trigger: `${CANVAS} path.o_mobile_map_own`,
            run: "click",
        },
        {
            trigger: ".o_mobile_map_open:contains('Around the store')",
        },
        {
            trigger: `${CANVAS}:has(.marker-icon:not(.marker-icon-middle):eq(3))`,
        },
        drag("Drag the store", `${CANVAS} .o_mobile_map_pin[aria-label='Ghent Store']`, [60, 0]),
        {
            content: "The form has changed",
            trigger: ".o_form_button_save:visible",
        },
        ...stepUtils.saveForm(),
        ...openMenu("menu_stores_map"),
        {
            content: "All stores are there: those of Brussels and Ghent may be in one circle",
            trigger: ".o_mobile_map_count:contains('3 stores')",
        },
        {
            trigger: ".o_searchview_input",
            run: "edit Ghent",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains('Ghent'):first",
            run: "click",
        },
        {
            trigger: ".o_mobile_map_count:contains('1 store')",
        },
        {
            content: "Its fence is on the map too",
            trigger: `${CANVAS} path.o_mobile_map_own`,
        },
        {
            trigger: `${CANVAS} .o_mobile_map_pin[aria-label='Ghent Store']`,
            run: "click",
        },
        {
            trigger: ".o_mobile_map_popup .o_mobile_map_store:contains('Ghent Store')",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=name] textarea:value('Ghent Store')",
        },
    ],
});

registry.category("web_tour.tours").add("mobile_crm_map_fence", {
    steps: () => [
        {
            content: "The fence, with the store and its neighbour",
            trigger: `${CANVAS} path.o_mobile_map_own`,
        },
        {
            content: "The other store's fence lies on it",
            trigger: ".o_mobile_map_overlaps:contains('Next Door')",
        },
        drag("Make the circle larger", `${CANVAS} .marker-icon:last`, [40, 0]),
        {
            trigger: ".o_form_button_save:visible",
        },
        {
            trigger: ".o_field_widget[name=radius] input:not(:value(200))",
        },
        {
            content: "Think better of it",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=radius] input:value(200)",
        },
        {
            content: "No geocoder: say so",
            trigger: ".o_mobile_map_address",
            run: "edit Somewhere",
        },
        {
            trigger: ".o_mobile_map_go",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('No provider of addresses is set')",
        },
        {
            content: "A position needs none",
            trigger: ".o_mobile_map_address",
            run: "edit 50.8467, 4.3525",
        },
        {
            trigger: ".o_mobile_map_go",
            run: "click",
        },
        {
            content: "Make a polygon of the circle",
            trigger: ".o_mobile_map_polygon",
            run: "click",
        },
        {
            trigger: ".o_mobile_map_hint:contains('Drag the corners')",
        },
        {
            content: "and cut a hole",
            trigger: ".o_mobile_map_hole",
            run: "click",
        },
        {
            trigger: ".o_mobile_map_hint:contains('corner of the hole')",
        },
        press([-12, -12]),
        press([12, -12]),
        press([0, 14]),
        press([-12, -12]),
        {
            content: "A hole is a second ring, with handles of its own",
            trigger: `${CANVAS}:has(.marker-icon:not(.marker-icon-middle):eq(14))`,
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("mobile_crm_map_readonly", {
    steps: () => [
        {
            trigger: `${CANVAS} path.o_mobile_map_own`,
        },
        {
            content: "No handles, no address, no drawing",
            trigger: ".o_mobile_map:not(:has(.marker-icon, .o_mobile_map_address, .o_mobile_map_draw))",
        },
        {
            content: "The background is a grid",
            trigger: `${CANVAS} .o_mobile_map_degrees span`,
        },
        ...openMenu("menu_stores_map"),
        {
            trigger: ".o_mobile_map_count:contains('3 stores')",
        },
    ],
});
