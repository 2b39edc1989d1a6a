import { Component, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { AddressSearch } from "../map/address_search";
import { draw, FenceShape, stopDrawing } from "../map/fence_shape";
import { isPlaced, near, round, valuesOf, wrap } from "../map/geometry";
import { fit, MapCanvas } from "../map/map_canvas";
import { mark, Surroundings } from "../map/surroundings";

const HINTS = {
    store: _t("Click where the store is."),
    circle: _t("Click where the middle of the fence is, then where its edge is."),
    polygon: _t("Click on each corner of the fence, and on the first one again to finish. Escape gives up."),
};

/** The store of a form and its fences on a map. It writes the form's fields; saving and discarding are the form's. */
export class StoreMap extends Component {
    static template = "mobile_crm.StoreMap";
    static components = { AddressSearch, MapCanvas };
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.label = _t("Map of the store");
        this.state = useState({ doing: false, found: false, selected: false, overlaps: [] });
        /** By the id of their record in the form. */
        this.shapes = new Map();
        useRecordObserver((record) => this.follow(record));
        onWillUnmount(() => (this.map = undefined));
    }

    get fences() {
        return this.props.record.data.geofence_ids.records;
    }

    get selected() {
        return this.fences.find((fence) => fence.id === this.state.selected);
    }

    get isLocated() {
        return this.props.record.data.is_located;
    }

    get hint() {
        if (this.state.doing) {
            return HINTS[this.state.doing];
        }
        if (this.props.readonly) {
            return "";
        }
        return this.isLocated
            ? _t("Drag the mark to move the store. Click on a fence to edit it.")
            : _t("The store has no position yet. Search for its address, or press “Place the Store”.");
    }

    onReady(map) {
        this.map = map;
        this.surroundings = new Surroundings(map, this.orm, {
            isOwn: ({ store_id: id }) => id === this.props.record.resId,
            isSibling: () => false,
            fences: () => this.fences.map(valuesOf).filter(isPlaced),
            onOverlaps: (overlaps) => (this.state.overlaps = overlaps),
        });
        map.on("click", (ev) => this.onMapClick(ev));
        this.follow(this.props.record);
        this.showAll();
    }

    /** Draw the record as it is now. */
    follow(record) {
        // Also without a map yet: the observer watches what it has read.
        const { latitude, longitude, name, geofence_ids: fences } = record.data;
        const drawn = fences.records.map((fence) => ({ fence, values: valuesOf(fence), name: fence.data.name }));
        const { isLocated, map } = this;
        if (!map) {
            return;
        }
        this.drawStore(isLocated && [latitude, near(longitude, map.getCenter().lng)], name);
        for (const [id, shape] of this.shapes) {
            if (!drawn.some(({ fence }) => fence.id === id)) {
                shape.remove();
                this.shapes.delete(id);
            }
        }
        for (const { fence, values, name } of drawn) {
            const shape = this.shapes.get(fence.id) || this.addShape(fence, name);
            shape.show(values);
        }
        this.surroundings.compare();
        if (record.id !== this.shownId) {
            this.showAll();
        }
        this.shownId = record.id;
    }

    addShape(fence, label) {
        const shape = new FenceShape(this.map, {
            className: "o_mobile_map_own",
            label,
            onChange: (values) => this.updateFence(fence, values),
            onClick: () => this.select(fence.id),
        });
        this.shapes.set(fence.id, shape);
        return shape;
    }

    drawStore(place, name) {
        if (!place) {
            this.marker?.remove();
            this.marker = undefined;
            return;
        }
        if (!this.marker) {
            const label = name || _t("The store");
            const draggable = !this.props.readonly;
            this.marker = mark("o_mobile_map_pin", "", label, { draggable, autoPan: true, pmIgnore: true });
            this.marker.setLatLng(place).addTo(this.map);
            this.marker.on("dragend", () => this.moveStore(this.marker.getLatLng()));
        } else {
            this.marker.setLatLng(place);
        }
    }

    moveStore({ lat, lng }) {
        this.state.found = false;
        const place = { latitude: round(lat), longitude: round(wrap(lng)), is_located: true };
        return this.props.record.update(place);
    }

    showAll() {
        const bounds = window.L.latLngBounds([]);
        for (const shape of this.shapes.values()) {
            if (shape.layer) {
                bounds.extend(shape.getBounds());
            }
        }
        if (this.marker) {
            bounds.extend(this.marker.getLatLng());
        }
        fit(this.map, bounds.isValid() && bounds.pad(0.1));
    }

    select(id) {
        if (this.state.doing || this.props.readonly) {
            return;
        }
        this.state.selected = id;
        for (const [own, shape] of this.shapes) {
            shape.setEditing(own === id);
        }
    }

    onMapClick({ latlng }) {
        if (this.state.doing === "store") {
            this.state.doing = false;
            this.moveStore(latlng);
        } else {
            this.select(false);
        }
    }

    onFound({ latitude, longitude }) {
        const place = [latitude, near(longitude, this.map.getCenter().lng)];
        this.state.found = window.L.latLng(place);
        this.map.setView(place, 16, { animate: false });
    }

    toggle(what) {
        const doing = this.state.doing;
        this.select(false);
        stopDrawing(this.map);
        this.state.doing = doing === what ? false : what;
        if (this.state.doing && what !== "store") {
            const kind = what === "circle" ? "Circle" : "Polygon";
            draw(this.map, kind, (values) => this.addFence(values), () => (this.state.doing = false));
        }
    }

    /** Add a row to the list of fences; its name and the rest are typed there. */
    async addFence(values) {
        const list = this.props.record.data.geofence_ids;
        await list.leaveEditMode({ canAbandon: false });
        const fence = await list.addNewRecord({ position: "bottom", mode: "readonly" });
        await this.updateFence(fence, values);
    }

    /** Write a row, and take the mouse's shape back when the server refuses it. */
    async updateFence(fence, values) {
        try {
            await fence.update(values);
        } catch (error) {
            this.shapes.get(fence.id)?.reset(valuesOf(fence));
            throw error;
        }
    }

    openFence(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mobile.geofence",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("mobile_store_map", {
    component: StoreMap,
    fieldDependencies: [
        { name: "name", type: "char" },
        { name: "is_located", type: "boolean" },
        { name: "latitude", type: "float" },
        { name: "longitude", type: "float" },
    ],
});
