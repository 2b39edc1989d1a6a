import { Component, onMounted, onWillUnmount, status, useEffect, useRef, useState } from "@odoo/owl";
import { ICONS } from "../../core/icons";
import { wrap } from "../../core/geo";
import { load } from "../../core/lazy";
import { _t } from "../../core/texts";

/** How many of the nearest stores the map shows at first, and how far away (metres), but for the nearest. */
const NEAREST = 5;
const REACH = 10000;
/** The largest scale at first. */
const SCALE = 16;

/**
 * Stores on a map, and the phone. The ground is drawn by the server of tiles that the shop has named; without one there
 * is none, and nobody is asked for anything. Who cannot see it has the list.
 */
export class StoreMap extends Component {
    static template = "phone.StoreMap";
    static props = {
        /** [{store, metres}] */
        stores: Array,
        position: [Object, { value: null }],
        selected: [Number, { value: null }],
        onSelect: Function,
    };

    setup() {
        this.el = useRef("map");
        this.state = useState({ hasFailed: false, isReady: false });
        this.markers = new Map();
        onMounted(() => this.open());
        onWillUnmount(() => this.map?.remove());
        useEffect(
            () => this.draw(),
            () => [this.state.isReady, this.props.stores, this.props.position, this.props.selected]
        );
    }

    async open() {
        try {
            await Promise.all([load(this.env, "map.css"), load(this.env, "map.js")]);
        } catch {
            this.state.hasFailed = true;
            return;
        }
        if (status(this) !== "mounted") {
            return;
        }
        const { L } = window;
        const { tiles } = this.env.config;
        this.map = L.map(this.el.el, {
            zoomControl: false, attributionControl: false, maxZoom: tiles?.max_zoom || 19, zoomAnimation: !isStill(),
            fadeAnimation: !isStill(), markerZoomAnimation: !isStill(), inertia: !isStill(),
        });
        L.control.zoom({ zoomInTitle: _t("Zoom in"), zoomOutTitle: _t("Zoom out") }).addTo(this.map);
        L.control.scale({ imperial: false }).addTo(this.map);
        if (tiles) {
            L.tileLayer(tiles.url, { maxZoom: tiles.max_zoom }).addTo(this.map);
            L.control.attribution({ prefix: false }).addAttribution(tiles.attribution || "").addTo(this.map);
        }
        this.frame();
        this.state.isReady = true;
    }

    /** Positions as they lie together on the map, also on both sides of the date line. */
    place({ lat, lon }) {
        const middle = this.props.position?.lon ?? this.placed[0]?.store.lon ?? 0;
        return [lat, middle + wrap(lon - middle)];
    }

    get placed() {
        return this.props.stores.filter(({ store }) => store.lat !== null);
    }

    /** Show the phone with the nearest stores, or all stores. */
    frame() {
        const { position } = this.props;
        const reach = Math.max(REACH, 3 * (this.placed[0]?.metres || 0));
        const stores = position
            ? this.placed.slice(0, NEAREST).filter(({ metres }) => metres <= reach) : this.placed;
        const places = [...stores.map(({ store }) => store), ...(position ? [position] : [])].map((one) => this.place(one));
        if (places.length) {
            this.map.fitBounds(places, {
                // A pin stands on its place.
                paddingTopLeft: [30, 60], paddingBottomRight: [30, 40], maxZoom: SCALE, animate: false,
            });
        } else {
            this.map.setView([30, 0], 2);
        }
    }

    draw() {
        if (!this.map) {
            return;
        }
        const { L } = window;
        const shown = new Set();
        for (const { store } of this.placed) {
            shown.add(store.id);
            const marker = this.markers.get(store.id) || this.pin(store);
            marker.setLatLng(this.place(store));
            const element = marker.getElement();
            element.classList.toggle("is-selected", store.id === this.props.selected);
            element.setAttribute("aria-pressed", store.id === this.props.selected);
        }
        for (const [id, marker] of this.markers) {
            if (!shown.has(id)) {
                marker.remove();
                this.markers.delete(id);
            }
        }
        const { position } = this.props;
        if (position && !this.self) {
            const options = { interactive: false, keyboard: false };
            this.self = L.layerGroup([
                L.circle(this.place(position), { ...options, radius: position.accuracy, className: "near-accuracy" }),
                L.marker(this.place(position), { ...options, icon: L.divIcon({ className: "near-self", iconSize: [20, 20] }) }),
            ]).addTo(this.map);
            this.frame();
        } else if (position) {
            const [around, dot] = this.self.getLayers();
            around.setLatLng(this.place(position)).setRadius(position.accuracy);
            dot.setLatLng(this.place(position));
        }
    }

    pin(store) {
        const { L } = window;
        const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        svg.setAttribute("viewBox", "0 0 24 24");
        svg.setAttribute("aria-hidden", "true");
        const path = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
        path.setAttribute("d", ICONS.store);
        const icon = L.divIcon({ className: "near-pin", html: svg, iconSize: [44, 44], iconAnchor: [22, 47] });
        const marker = L.marker(this.place(store), { icon, title: store.name, alt: store.name }).addTo(this.map);
        const element = marker.getElement();
        element.setAttribute("aria-label", store.name);
        marker.on("click", () => this.props.onSelect(store.id));
        marker.on("keypress", ({ originalEvent }) => originalEvent.key === "Enter" && this.props.onSelect(store.id));
        this.markers.set(store.id, marker);
        return marker;
    }
}

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
