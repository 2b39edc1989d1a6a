/** Steps between two lines, in degrees: 30 degrees down to about 10 metres. */
const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];
/** Pixels that two lines are apart at least. */
const GAP = 90;
/** Pixels of the map's edges that its buttons (above) and its scale (below) take: no label is beneath them. */
const BUTTONS = 86;
const SCALE = { width: 110, height: 34 };
/** Web maps end here. */
const MAX_LATITUDE = 85;

function label(value, step, positive, negative) {
    const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    return `${Math.abs(value).toFixed(digits)}°${value ? (value > 0 ? positive : negative) : ""}`;
}

/**
 * Draw meridians and parallels instead of a background map, so that shapes and distances can be read without one.
 *
 * @param {Object} map of Leaflet
 */
export function addGraticule(map) {
    const L = window.L;
    // Behind all shapes.
    map.createPane("graticule").style.zIndex = 250;
    const lines = L.layerGroup().addTo(map);

    function addLine(points, text, at) {
        const options = { pane: "graticule", interactive: false, pmIgnore: true };
        lines.addLayer(L.polyline(points, { ...options, className: "o_mobile_map_graticule", weight: 1 }));
        if (!text) {
            return;
        }
        const el = document.createElement("span");
        el.textContent = text;
        const icon = L.divIcon({ html: el, className: "o_mobile_map_degrees", iconSize: null });
        lines.addLayer(L.marker(at, { ...options, icon, keyboard: false }));
    }

    function draw() {
        lines.clearLayers();
        const bounds = map.getBounds();
        const [west, east] = [bounds.getWest(), bounds.getEast()];
        const south = Math.max(-MAX_LATITUDE, bounds.getSouth());
        const north = Math.min(MAX_LATITUDE, bounds.getNorth());
        const pixels = map.getSize().x / Math.max(1e-9, east - west);
        const step = STEPS.findLast((degrees) => degrees * pixels >= GAP) ?? STEPS[0];
        for (let index = Math.ceil(west / step); index * step <= east; index++) {
            const longitude = index * step;
            const turned = longitude - 360 * Math.round(longitude / 360);
            const at = [south, longitude];
            const isFree = map.latLngToContainerPoint(at).x > SCALE.width;
            addLine([at, [north, longitude]], isFree && label(turned, step, "E", "W"), at);
        }
        for (let index = Math.ceil(south / step); index * step <= north; index++) {
            const latitude = index * step;
            const at = [latitude, west];
            const { y } = map.latLngToContainerPoint(at);
            const isFree = y > BUTTONS && y < map.getSize().y - SCALE.height;
            addLine([at, [latitude, east]], isFree && label(latitude, step, "N", "S"), at);
        }
    }

    map.on("moveend resize", draw);
    map.whenReady(draw);
}
