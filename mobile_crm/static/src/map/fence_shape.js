import { isPlaced, isPolygon, MAX_RADIUS, MIN_RADIUS, near, polygonOf, ringsOf, round, wrap } from "./geometry";

/** Pixels within which a corner snaps to that of another fence. */
const SNAP = 10;
/** With more corners than this, no handles between them: they would hide the shape. */
const MANY = 100;

const pairs = (latLngs) => latLngs.map(({ lat, lng }) => [lat, lng]);

/** @returns {Object} the values of a fence that has the shape of a layer */
function shapeOf(layer) {
    if (layer instanceof window.L.Circle) {
        const { lat, lng } = layer.getLatLng();
        const radius = Math.round(Math.max(MIN_RADIUS, Math.min(MAX_RADIUS, layer.getRadius())));
        const place = { latitude: round(lat), longitude: round(wrap(lng)), is_located: true };
        return { type: "circle", ...place, radius, polygon: false };
    }
    return { type: "polygon", is_located: true, polygon: polygonOf(layer.getLatLngs().map(pairs)) };
}

/** What of a fence is drawn, to tell whether it is already; false of one that is nowhere. */
function stateOf(values) {
    const { latitude, longitude, radius, polygon } = values;
    return isPlaced(values) && JSON.stringify(isPolygon(values) ? polygon : [latitude, longitude, radius]);
}

/** One fence on a map, which the mouse can edit when it is told so. */
export class FenceShape {
    /**
     * @param {Object} map of Leaflet
     * @param {Object} options
     * @param {string} options.className of its outline and area
     * @param {string} [options.label] shown beside the mouse
     * @param {function} [options.onChange] gets the values that the mouse has changed
     * @param {function} [options.onClick]
     */
    constructor(map, { className, label, onChange, onClick }) {
        Object.assign(this, { map, className, label, onChange, onClick });
        this.editing = false;
    }

    /**
     * Draw the fence, unless it is there already as it should be: a shape that the mouse holds must not be exchanged.
     *
     * @param {Object} values of the fence
     */
    show(values) {
        const { latitude, longitude, radius, polygon } = values;
        const state = stateOf(values);
        if (state === this.state) {
            return;
        }
        this.remove();
        this.state = state;
        if (!state) {
            return;
        }
        const L = window.L;
        const options = { className: this.className, weight: 2, bubblingMouseEvents: false };
        this.layer = isPolygon(values)
            ? L.polygon(ringsOf(polygon, near(longitude || polygon.coordinates[0][0][0], this.map.getCenter().lng)), options)
            : L.circle([latitude, near(longitude, this.map.getCenter().lng)], { ...options, radius });
        this.layer.addTo(this.map);
        if (this.label) {
            const el = document.createElement("span");
            el.textContent = this.label;
            this.layer.bindTooltip(el, { sticky: true });
        }
        if (this.onClick) {
            this.layer.on("click", this.onClick);
        }
        this.layer.on("pm:edit pm:vertexremoved", () => this.commit());
        this.setEditing(this.editing);
    }

    /** Tell what the mouse has made of the fence. */
    async commit() {
        const values = shapeOf(this.layer);
        const state = stateOf(values);
        if (state !== this.state) {
            this.state = state;
            await this.onChange(values);
        }
    }

    /** Draw the fence anew, also when nothing says that it has changed: what the mouse did was refused. */
    reset(values) {
        this.remove();
        this.show(values);
    }

    setEditing(editing) {
        this.editing = editing;
        if (!this.layer) {
            return;
        }
        if (editing) {
            const corners = this.layer instanceof window.L.Circle ? 0 : this.layer.getLatLngs().flat().length;
            this.layer.pm.enable({
                allowSelfIntersection: false,
                draggable: true,
                hideMiddleMarkers: corners > MANY,
                limitMarkersToViewport: corners > MANY,
                maxRadiusCircle: MAX_RADIUS,
                minRadiusCircle: MIN_RADIUS,
                removeLayerBelowMinVertexCount: false,
                snapDistance: SNAP,
            });
            this.layer.bringToFront();
        } else {
            this.layer.pm.disable();
        }
    }

    setClassName(className) {
        const el = this.layer?.getElement();
        el?.classList.remove(...this.className.split(" "));
        el?.classList.add(...className.split(" "));
        this.className = className;
    }

    getBounds() {
        return this.layer?.getBounds();
    }

    remove() {
        this.layer?.pm.disable();
        this.layer?.remove();
        this.layer = this.state = undefined;
    }
}

/**
 * Let the mouse draw a shape.
 *
 * @param {Object} map of Leaflet
 * @param {"Circle"|"Polygon"} kind
 * @param {function} onDrawn gets the values of a fence with this shape
 * @param {function} onEnd called when drawing ends, also by the Escape key
 */
export function draw(map, kind, onDrawn, onEnd) {
    stopDrawing(map);
    map.once("pm:create", ({ layer }) => {
        layer.remove();
        onDrawn(shapeOf(layer));
    });
    map.once("pm:drawend", onEnd);
    map.pm.enableDraw(kind, {
        allowSelfIntersection: false,
        continueDrawing: false,
        exitModeOnEscape: true,
        finishOnEnter: true,
        maxRadiusCircle: MAX_RADIUS,
        minRadiusCircle: MIN_RADIUS,
        snapDistance: SNAP,
        // They speak some languages only; the map's own hint speaks the user's.
        tooltips: false,
    });
    map.getContainer().focus({ preventScroll: true });
}

export function stopDrawing(map) {
    map.pm.disableDraw();
    map.off("pm:create");
}
