import { Component, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { renderToElement } from "@web/core/utils/render";
import { formatInteger } from "@web/views/fields/formatters";

import { AddressSearch } from "../map/address_search";
import { near, overlap, wrap } from "../map/geometry";
import { FenceShape } from "../map/fence_shape";
import { fit, MapCanvas } from "../map/map_canvas";
import { boxOf, mark } from "../map/surroundings";

/** From this scale on, fences are large enough to be seen. */
const FENCE_ZOOM = 12;
/** How many of the stores in one place its popup names. */
const MAX_NAMED = 10;
/** As many fences as the server gives at most. */
const MAX_FENCES = 500;
const POPUP_FIELDS = ["name", "city", "phone", "opening", "geofence_count"];

/** Stores of a domain on a map: far away as circles with their number, nearby with their fences. */
export class StoresMap extends Component {
    static template = "mobile_crm.StoresMap";
    static components = { AddressSearch, MapCanvas };
    static props = {
        domain: Array,
        /** {latitude, longitude, zoom} to begin with; all stores otherwise. */
        sight: { type: Object, optional: true },
        onSight: Function,
        openStore: Function,
        canSearch: Boolean,
    };

    setup() {
        this.orm = useService("orm");
        this.label = _t("Map of the stores");
        this.state = useState({
            count: 0, unlocated: [], unlocatedCount: 0, fenceCount: 0, hasMoreFences: false });
        onWillUpdateProps((props) => {
            if (JSON.stringify(props.domain) !== JSON.stringify(this.props.domain)) {
                this.loadExtent(props.domain).then(() => this.map && this.showAll());
            }
        });
        onWillUnmount(() => (this.map = undefined));
    }

    get countLabel() {
        const { count } = this.state;
        return count === 1 ? _t("1 store") : _t("%s stores", formatInteger(count));
    }

    async onReady(map) {
        this.map = map;
        this.shapes = new Map();
        this.markers = window.L.layerGroup().addTo(map);
        const { sight } = this.props;
        await this.loadExtent(this.props.domain);
        if (!this.map) {
            return;
        }
        map.on("moveend", () => this.onMove());
        if (sight) {
            map.setView([sight.latitude, sight.longitude], sight.zoom, { animate: false });
        } else {
            this.showAll();
        }
    }

    async loadExtent(domain) {
        this.domain = domain;
        const extent = await this.orm.call("mobile.map", "read_extent", [domain]);
        if (domain === this.domain) {
            this.extent = extent.box;
            Object.assign(this.state, {
                count: extent.count, unlocated: extent.unlocated, unlocatedCount: extent.unlocated_count });
        }
    }

    showAll() {
        const [south, west, north, east] = this.extent || [];
        fit(this.map, this.extent && [[south, west], [north, east]]);
    }

    async onMove() {
        const { map } = this;
        const zoom = map.getZoom();
        const { lat: latitude, lng: longitude } = map.getCenter();
        this.props.onSight({ latitude, longitude, zoom });
        const box = boxOf(map);
        const asked = (this.asked = {});
        const [points, fences] = await Promise.all([
            this.orm.silent.call("mobile.map", "read_stores", [this.domain, box, zoom]),
            zoom < FENCE_ZOOM ? [] : this.orm.silent.call("mobile.map", "read_fences", [box]),
        ]);
        // A later look has begun, or the map is gone.
        if (asked === this.asked && this.map) {
            this.drawPoints(points);
            this.drawFences(fences);
        }
    }

    drawPoints(points) {
        const layers = points.map((point) => {
            const isStore = point.count === 1;
            const label = isStore ? point.name : _t("%s stores", formatInteger(point.count));
            const className = isStore ? "o_mobile_map_pin" : "o_mobile_map_cluster";
            const marker = mark(className, isStore ? "" : String(point.count), label, {});
            marker.setLatLng([point.latitude, point.longitude]);
            return marker.on("click", () => this.onPoint(point));
        });
        this.markers.clearLayers();
        layers.forEach((layer) => this.markers.addLayer(layer));
    }

    drawFences(fences) {
        const shown = new Set(fences.map((fence) => fence.id));
        for (const [id, shape] of this.shapes) {
            if (!shown.has(id)) {
                shape.remove();
                this.shapes.delete(id);
            }
        }
        const lying = new Set();
        fences.forEach((fence, index) => {
            for (const other of fences.slice(0, index)) {
                if (fence.store_id !== other.store_id && overlap(fence, other)) {
                    lying.add(fence.id).add(other.id);
                }
            }
        });
        for (const fence of fences) {
            const className = lying.has(fence.id) ? "o_mobile_map_overlap" : "o_mobile_map_own";
            if (!this.shapes.has(fence.id)) {
                const label = `${fence.store_name}: ${fence.name}`;
                this.shapes.set(fence.id, new FenceShape(this.map, { className, label }));
            }
            const shape = this.shapes.get(fence.id);
            shape.show(fence);
            shape.setClassName(className);
        }
        // The larger, the farther behind, so that each can be pointed at.
        for (const { id } of [...fences].sort((a, b) => a.radius - b.radius)) {
            this.shapes.get(id).layer?.bringToBack();
        }
        Object.assign(this.state, { fenceCount: fences.length, hasMoreFences: fences.length >= MAX_FENCES });
    }

    /** Come nearer, and where that separates no stores any more, say which ones they are. */
    async onPoint(point) {
        const [south, west, north, east] = point.box;
        const { map } = this;
        if (point.count > 1 && map.getZoom() < map.getMaxZoom() && (north - south > 1e-5 || east - west > 1e-5)) {
            const bounds = window.L.latLngBounds([south, west], [north, east]);
            // A circle can be cut by the edge of its square, so that fitting it changes nothing.
            const zoom = Math.max(map.getZoom() + 1, Math.min(map.getBoundsZoom(bounds), map.getMaxZoom()));
            map.setView(bounds.getCenter(), zoom, { animate: false });
            return;
        }
        const here = [
            ["latitude", ">=", south - 1e-9], ["latitude", "<=", north + 1e-9],
            ["longitude", ">=", wrap(west) - 1e-9], ["longitude", "<=", wrap(east) + 1e-9],
        ];
        const domain = point.id ? [["id", "=", point.id]] : [...this.domain, ...here];
        const stores = await this.orm.searchRead("mobile.store", domain, POPUP_FIELDS, { limit: MAX_NAMED });
        const { direction } = localization;
        const more = point.count - stores.length;
        const content = renderToElement("mobile_crm.StorePopup", { stores, more, direction });
        for (const button of content.querySelectorAll(".o_mobile_map_store")) {
            button.addEventListener("click", () => this.props.openStore(Number(button.dataset.id)));
        }
        // Above the mark, not on it.
        const offset = [0, point.count > 1 ? -12 : -26];
        window.L.popup({ offset }).setLatLng([point.latitude, point.longitude]).setContent(content).openOn(map);
        content.querySelector("button")?.focus({ preventScroll: true });
    }

    onFound({ latitude, longitude }) {
        this.map.setView([latitude, near(longitude, this.map.getCenter().lng)], 15, { animate: false });
    }
}
