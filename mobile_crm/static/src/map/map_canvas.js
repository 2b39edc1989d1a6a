import { Component, onMounted, onWillStart, onWillUnmount, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { addGraticule } from "./graticule";
import { loadLeaflet } from "./leaflet";

const WORLD = [[-55, -170], [72, 170]];
/** Pixels to keep free around what is fitted into the map. */
const PADDING = [24, 24];
/** The largest scale at which something is fitted into the map. */
const FIT_ZOOM = 17;

/** Show all of some [[latitude, longitude], …], or the world. */
export function fit(map, bounds) {
    map.fitBounds(bounds || WORLD, { padding: PADDING, maxZoom: FIT_ZOOM, animate: false });
}

/**
 * An empty map: tiles of the server that the company has chosen, or a grid and no request to anybody.
 */
export class MapCanvas extends Component {
    static template = "mobile_crm.MapCanvas";
    static props = {
        label: String,
        onReady: Function,
        wheel: { type: Boolean, optional: true },
    };
    static defaultProps = { wheel: false };

    setup() {
        this.orm = useService("orm");
        this.canvas = useRef("canvas");
        onWillStart(async () => {
            [this.tiles] = await Promise.all([this.orm.call("mobile.map", "read_tiles", []), loadLeaflet()]);
        });
        onMounted(() => this.start());
        onWillUnmount(() => {
            this.observer.disconnect();
            this.map.remove();
        });
    }

    start() {
        const L = window.L;
        const { tiles } = this;
        this.map = L.map(this.canvas.el, {
            attributionControl: Boolean(tiles),
            minZoom: 1,
            maxZoom: tiles ? tiles.max_zoom : 20,
            // In a form, who scrolls the page must not lose it in the map: the wheel zooms once one has clicked there.
            scrollWheelZoom: this.props.wheel,
            zoomControl: false,
        });
        L.control.zoom({ zoomInTitle: _t("Zoom in"), zoomOutTitle: _t("Zoom out") }).addTo(this.map);
        L.control.scale({ imperial: false }).addTo(this.map);
        if (!this.props.wheel) {
            this.map.on("focus", () => this.map.scrollWheelZoom.enable());
            this.map.on("blur", () => this.map.scrollWheelZoom.disable());
        }
        fit(this.map);
        if (tiles) {
            this.map.attributionControl.setPrefix(false);
            L.tileLayer(tiles.url, { attribution: tiles.attribution, maxZoom: tiles.max_zoom, pmIgnore: true }).addTo(
                this.map
            );
        } else {
            addGraticule(this.map);
        }
        // Tabs, dialogs and the chatter change the size of a form's map.
        this.observer = new ResizeObserver(() => this.map.invalidateSize({ animate: false }));
        this.observer.observe(this.canvas.el);
        this.props.onReady(this.map);
    }
}
