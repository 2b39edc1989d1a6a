import { Component, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { AddressSearch } from "../map/address_search";
import { draw, FenceShape, stopDrawing } from "../map/fence_shape";
import { circleRing, covers, isPlaced, isPolygon, MIN_RADIUS, near, polygonOf, ringsOf, valuesOf } from "../map/geometry";
import { fit, MapCanvas } from "../map/map_canvas";
import { Surroundings } from "../map/surroundings";

const HINTS = {
    circle: _t("Click where the middle is, then where the edge is."),
    polygon: _t("Click on each corner, and on the first one again to finish. Escape gives up."),
    hole: _t("Click on each corner of the hole, and on the first one again to finish. Escape gives up."),
};

/** The fence of a form on a map. It writes the form's fields; saving and discarding are the form's. */
export class FenceMap extends Component {
    static template = "mobile_crm.FenceMap";
    static components = { AddressSearch, MapCanvas };
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.label = _t("Map of the fence");
        this.state = useState({ drawing: false, overlaps: [] });
        useRecordObserver((record) => this.follow(record));
        onWillUnmount(() => (this.map = undefined));
    }

    get values() {
        return valuesOf(this.props.record);
    }

    get hint() {
        if (this.state.drawing) {
            return HINTS[this.state.drawing];
        }
        if (this.props.readonly || this.props.record.data.type !== "polygon") {
            return "";
        }
        return isPolygon(this.values)
            ? _t("Drag the corners. A right click, or a long touch, removes one.")
            : _t("Press “Draw” to draw the fence.");
    }

    onReady(map) {
        this.map = map;
        this.shape = new FenceShape(map, {
            className: "o_mobile_map_own",
            onChange: (values) => this.update(values),
        });
        this.surroundings = new Surroundings(map, this.orm, {
            isOwn: (fence) => fence.id && fence.id === this.props.record.resId,
            isSibling: (fence) => fence.store_id === this.props.record.data.store_id?.id,
            fences: () => [this.values].filter(isPlaced),
            onOverlaps: (overlaps) => (this.state.overlaps = overlaps),
        });
        this.follow(this.props.record);
        this.showAll();
    }

    /** Draw the record as it is now. */
    follow(record) {
        // Also without a map yet: the observer watches what it has read.
        const values = valuesOf(record);
        const store = record.data.store_id;
        if (!this.map) {
            return;
        }
        const elsewhere = record.id !== this.shownId || store?.id !== this.shownStore;
        [this.shownId, this.shownStore] = [record.id, store?.id];
        this.shape.show(values);
        this.shape.setEditing(!this.props.readonly);
        this.surroundings.compare();
        if (elsewhere) {
            this.showAll();
        }
    }

    /** Write the record, and take the mouse's shape back when the server refuses it. */
    async update(values) {
        try {
            await this.props.record.update(values);
        } catch (error) {
            this.shape.reset(this.values);
            throw error;
        }
    }

    showAll() {
        fit(this.map, this.shape.getBounds()?.pad(0.3));
    }

    setType(type) {
        const { values } = this;
        if (type === values.type) {
            return;
        }
        if (type === "circle") {
            // Of the circle around a small polygon, phones would notice nothing.
            return this.update({ type, polygon: false, radius: Math.max(MIN_RADIUS, values.radius) });
        }
        const { latitude, longitude, radius } = values;
        const polygon = isPlaced(values) ? polygonOf([circleRing([latitude, longitude], radius)]) : false;
        return this.update({ type, polygon });
    }

    toggleDrawing(what) {
        if (this.state.drawing === what) {
            return stopDrawing(this.map);
        }
        const onEnd = () => {
            this.state.drawing = false;
            this.shape.setEditing(!this.props.readonly);
        };
        draw(this.map, what === "circle" ? "Circle" : "Polygon", (drawn) => this.onDrawn(what, drawn), onEnd);
        // Its handles would catch the clicks.
        this.shape.setEditing(false);
        this.state.drawing = what;
    }

    onDrawn(what, drawn) {
        if (what !== "hole") {
            return this.update(drawn);
        }
        const { polygon } = this.values;
        const reference = polygon.coordinates[0][0][0];
        const [hole] = ringsOf(drawn.polygon, reference);
        if (!hole.every((corner) => covers(polygon, corner))) {
            this.notification.add(_t("A hole lies inside of its fence."), { type: "warning" });
            return;
        }
        return this.update({ polygon: polygonOf([...ringsOf(polygon, reference), hole]) });
    }

    onFound({ latitude, longitude }) {
        this.map.setView([latitude, near(longitude, this.map.getCenter().lng)], 16, { animate: false });
    }

    openFence(fence) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mobile.geofence",
            res_id: fence.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("mobile_fence_map", {
    component: FenceMap,
    fieldDependencies: [
        { name: "type", type: "selection" },
        { name: "is_located", type: "boolean" },
        { name: "latitude", type: "float" },
        { name: "longitude", type: "float" },
        { name: "radius", type: "float" },
        { name: "polygon", type: "json" },
        { name: "store_id", type: "many2one" },
    ],
});
