import { loadBundle, loadCSS } from "@web/core/assets";

// Not in the bundle: Odoo mirrors the styles of a bundle for languages that are written from right to left, and a
// mirrored map draws its tiles and shapes out of place.
const STYLES = [
    "/mobile_crm/static/lib/leaflet/leaflet.css?1.9.4",
    "/mobile_crm/static/lib/leaflet-geoman/leaflet-geoman.css?2.20.2",
];

/**
 * Load Leaflet with leaflet-geoman, once, when the first map is shown.
 *
 * @returns {Promise<Object>} what Leaflet calls `L`
 */
export async function loadLeaflet() {
    await Promise.all([loadBundle("mobile_crm.assets_map"), ...STYLES.map((url) => loadCSS(url))]);
    return window.L;
}
