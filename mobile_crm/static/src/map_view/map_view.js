import { registry } from "@web/core/registry";
import { getActiveActions } from "@web/views/utils";

import { MapController } from "./map_controller";

/** The view `mobile_map`: stores on a map, with the search of any list. */
export const mobileMapView = {
    type: "mobile_map",
    Controller: MapController,
    searchMenuTypes: ["filter", "favorite"],
    props: (genericProps) => ({ ...genericProps, canCreate: getActiveActions(genericProps.arch).create }),
};

registry.category("views").add("mobile_map", mobileMapView);
