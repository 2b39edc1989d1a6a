import { FenceShape } from "./fence_shape";
import { overlap } from "./geometry";

/** From this scale on, fences are large enough to be seen. */
const FENCE_ZOOM = 11;

/** The part of the world that a map shows, as the server wants it. */
export function boxOf(map) {
    const bounds = map.getBounds();
    const clip = (latitude) => Math.max(-90, Math.min(90, latitude));
    return [clip(bounds.getSouth()), bounds.getWest(), clip(bounds.getNorth()), bounds.getEast()];
}

/** A round mark with an accessible name, which a key can press too. */
export function mark(className, text, label, options) {
    const L = window.L;
    const el = document.createElement("span");
    el.textContent = text;
    const icon = L.divIcon({ html: el, className, iconSize: null });
    const marker = L.marker([0, 0], { icon, title: label, riseOnHover: true, ...options });
    marker.on("add", () => {
        const element = marker.getElement();
        element.setAttribute("aria-label", label);
        if (options.interactive === false) {
            element.setAttribute("role", "img");
        }
    });
    return marker;
}

/** The stores and fences around what is edited on a map, and which of the fences lie on it. */
export class Surroundings {
    /**
     * @param {Object} map of Leaflet
     * @param {Object} orm the service
     * @param {Object} options
     * @param {function} options.isOwn whether a fence ({id, store_id}) or a store ({store_id}) is drawn by the form
     * @param {function} options.isSibling whether it is of the form's store
     * @param {function} options.fences returns the values of the fences that are edited
     * @param {function} options.onOverlaps gets the others' fences that lie on them
     */
    constructor(map, orm, options) {
        Object.assign(this, { map, orm, shapes: new Map(), ...options });
        this.markers = window.L.layerGroup().addTo(map);
        map.on("moveend", () => this.load());
    }

    async load() {
        const { map } = this;
        const box = boxOf(map);
        const asked = (this.asked = {});
        const [stores, fences] = await Promise.all([
            this.orm.silent.call("mobile.map", "read_stores", [[], box, map.getZoom()]),
            map.getZoom() < FENCE_ZOOM ? [] : this.orm.silent.call("mobile.map", "read_fences", [box]),
        ]);
        // A later look has begun, or the map is gone.
        if (asked !== this.asked || !map.getPane("mapPane")) {
            return;
        }
        this.markers.clearLayers();
        for (const { id, name, count, latitude, longitude } of stores) {
            if (!id || !this.isOwn({ store_id: id })) {
                const text = count > 1 ? String(count) : "";
                const label = count > 1 ? String(count) : name;
                const whose = id && this.isSibling({ store_id: id }) ? "" : "o_mobile_map_other";
                const className = `${count > 1 ? "o_mobile_map_cluster" : "o_mobile_map_pin"} ${whose}`;
                this.markers.addLayer(
                    mark(className, text, label, { interactive: false, keyboard: false, pmIgnore: true }).setLatLng([
                        latitude,
                        longitude,
                    ])
                );
            }
        }
        this.others = fences.filter((fence) => !this.isOwn(fence));
        this.draw();
    }

    draw() {
        const shown = new Set(this.others.map((fence) => fence.id));
        for (const [id, shape] of this.shapes) {
            if (!shown.has(id)) {
                shape.remove();
                this.shapes.delete(id);
            }
        }
        for (const fence of this.others) {
            if (!this.shapes.has(fence.id)) {
                const className = this.isSibling(fence) ? "o_mobile_map_sibling" : "o_mobile_map_neighbour";
                const label = `${fence.store_name}: ${fence.name}`;
                this.shapes.set(fence.id, new FenceShape(this.map, { className, label }));
            }
            const shape = this.shapes.get(fence.id);
            shape.show(fence);
            shape.layer?.bringToBack();
        }
        this.compare();
    }

    /** Find what lies on the edited fences. Several fences of one store are nested on purpose. */
    compare() {
        const edited = this.fences();
        const overlaps = (this.others || []).filter(
            (fence) => !this.isSibling(fence) && edited.some((values) => overlap(values, fence))
        );
        for (const fence of this.others || []) {
            if (!this.isSibling(fence)) {
                const className = overlaps.includes(fence) ? "o_mobile_map_overlap" : "o_mobile_map_neighbour";
                this.shapes.get(fence.id).setClassName(className);
            }
        }
        this.onOverlaps(overlaps);
    }
}
