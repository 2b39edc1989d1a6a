/** Where the phone is: asked once, or followed while the app is open. Nothing here leaves the phone. */
import { reactive } from "@odoo/owl";

/** Metres of a degree of latitude. */
const EARTH = 6371008.8;
const PATIENCE = 15000;

/** Metres between two positions, as the crow flies. */
export function metresBetween(one, other) {
    const radians = Math.PI / 180;
    const lat = Math.sin(((other.lat - one.lat) * radians) / 2);
    const lon = Math.sin(((other.lon - one.lon) * radians) / 2);
    const chord = lat * lat + Math.cos(one.lat * radians) * Math.cos(other.lat * radians) * lon * lon;
    return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** A longitude, or a difference of two, as it is the shorter way around: from -180 to 180. */
export function wrap(degrees) {
    return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

/** Whether a position is inside a GeoJSON polygon: in its outer ring, and in none of its holes. */
export function isInside(position, { coordinates }) {
    return coordinates.reduce((sides, ring) => sides + crossings(position, ring), 0) % 2 === 1;
}

/** How often a line from a position to the east crosses a ring. Every edge is the shorter way, also over the date line. */
function crossings({ lat, lon }, ring) {
    let count = 0;
    let x = wrap(ring[0][0] - lon);
    for (let at = 1; at < ring.length; at++) {
        const [y, nextY] = [ring[at - 1][1] - lat, ring[at][1] - lat];
        const nextX = x + wrap(ring[at][0] - ring[at - 1][0]);
        if (y > 0 !== nextY > 0 && x - (y * (nextX - x)) / (nextY - y) > 0) {
            count++;
        }
        x = nextX;
    }
    return count;
}

export class Geo {
    constructor() {
        /** `position`: {lat, lon, accuracy, at} of the last fix, or null; `isLooking`: whether one is on its way. */
        this.state = reactive({ position: null, isLooking: false, hasFailed: false });
        this.followers = new Set();
        this.watching = null;
        document.addEventListener("visibilitychange", () => this.follow());
    }

    /**
     * Find out where the phone is. The browser asks for the permission if it has none: see `permissions.ask` first.
     *
     * @returns {Promise<{lat: number, lon: number, accuracy: number, at: number}|null>} null when it can't be found out
     */
    async now() {
        this.state.isLooking = true;
        const found = await new Promise((resolve) =>
            navigator.geolocation.getCurrentPosition(resolve, () => resolve(null), {
                enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 30000,
            })
        );
        this.state.isLooking = false;
        this.state.hasFailed = !found;
        return found && this.take(found);
    }

    /**
     * Follow the phone while the app is in front. What is known already is told at once.
     *
     * @param {Function} callback gets each position
     * @returns {Function} stops it
     */
    watch(callback) {
        this.followers.add(callback);
        this.follow();
        if (this.state.position) {
            callback(this.state.position);
        }
        return () => {
            this.followers.delete(callback);
            this.follow();
        };
    }

    follow() {
        const isWanted = this.followers.size && document.visibilityState === "visible";
        if (isWanted && this.watching === null) {
            this.watching = navigator.geolocation.watchPosition(
                (found) => {
                    const position = this.take(found);
                    this.followers.forEach((callback) => callback(position));
                },
                () => {},
                { enableHighAccuracy: true, maximumAge: 0 }
            );
        } else if (!isWanted && this.watching !== null) {
            navigator.geolocation.clearWatch(this.watching);
            this.watching = null;
        }
    }

    take({ coords, timestamp }) {
        const position = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, at: timestamp };
        this.state.position = position;
        this.state.hasFailed = false;
        return position;
    }
}
