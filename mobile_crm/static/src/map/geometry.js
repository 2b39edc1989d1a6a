/**
 * Fences between three forms: the values of a record, Leaflet's layers, and outlines in metres that can be compared.
 *
 * The values of a fence are {type, is_located, latitude, longitude, radius, polygon}: degrees (WGS 84), metres, and
 * a GeoJSON Polygon (RFC 7946: [longitude, latitude], the first point again as the last) or false.
 */

/** Mean earth radius R1 of the GRS 80 ellipsoid, in metres, as the server has it. */
export const EARTH_RADIUS = 6371008.8;
/** What the server takes, in metres. */
export const MIN_RADIUS = 100;
export const MAX_RADIUS = 50000;
/** Corners of a circle that becomes a polygon. */
const CORNERS = 12;

const radians = (degrees) => (degrees * Math.PI) / 180;
const degrees = (radians) => (radians * 180) / Math.PI;
/** A millionth of a degree is a decimetre, and what the form shows. */
export const round = (degrees) => Math.round(degrees * 1e6) / 1e6;

/** @returns {number} the longitude between -180 and 180 */
export function wrap(longitude) {
    const turned = ((((longitude + 180) % 360) + 360) % 360) - 180;
    return turned === -180 && longitude > 0 ? 180 : turned;
}

/** @returns {number} the longitude, shifted by whole turns to where it is nearest to another */
export function near(longitude, other) {
    return longitude + 360 * Math.round((other - longitude) / 360);
}

/** @returns {number} the great-circle distance in metres (haversine formula) */
export function distance([latitude, longitude], [otherLatitude, otherLongitude]) {
    const h =
        Math.sin(radians(otherLatitude - latitude) / 2) ** 2 +
        Math.cos(radians(latitude)) *
            Math.cos(radians(otherLatitude)) *
            Math.sin(radians(otherLongitude - longitude) / 2) ** 2;
    return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * The corners of a polygon that stands for a circle.
 *
 * @param {number[]} center [latitude, longitude]
 * @param {number} radius metres
 * @returns {number[][]} of [latitude, longitude], counterclockwise, each at the radius from the centre
 */
export function circleRing([latitude, longitude], radius, corners = CORNERS) {
    const phi = radians(latitude);
    const delta = radius / EARTH_RADIUS;
    return Array.from({ length: corners }, (_, index) => {
        const bearing = (-2 * Math.PI * index) / corners;
        const sine = Math.sin(phi) * Math.cos(delta) + Math.cos(phi) * Math.sin(delta) * Math.cos(bearing);
        const lambda = Math.atan2(
            Math.sin(bearing) * Math.sin(delta) * Math.cos(phi),
            Math.cos(delta) - Math.sin(phi) * sine
        );
        return [degrees(Math.asin(sine)), longitude + degrees(lambda)];
    });
}

/**
 * The rings of a GeoJSON polygon as Leaflet wants them.
 *
 * @param {number} reference a longitude near to which they shall be; each point then follows the one before, also
 *     across the date line
 * @returns {number[][][]} of [latitude, longitude], the outer ring first, none closed
 */
export function ringsOf(polygon, reference) {
    return polygon.coordinates.map((ring) => {
        let last = reference;
        return ring.slice(0, -1).map(([longitude, latitude]) => {
            last = near(longitude, last);
            return [latitude, last];
        });
    });
}

/** Twice the signed area of a ring, positive when it is counterclockwise. */
function area(ring) {
    return ring.reduce((sum, [latitude, longitude], index) => {
        const [nextLatitude, nextLongitude] = ring[(index + 1) % ring.length];
        return sum + longitude * nextLatitude - nextLongitude * latitude;
    }, 0);
}

/**
 * @param {number[][][]} rings of [latitude, longitude], none closed
 * @returns {Object} a GeoJSON Polygon: outer ring counterclockwise, holes clockwise
 */
export function polygonOf(rings) {
    return {
        type: "Polygon",
        coordinates: rings.map((ring, index) => {
            const turned = area(ring) > 0 === (index === 0) ? ring : [...ring].reverse();
            const points = turned.map(([latitude, longitude]) => [round(wrap(longitude)), round(latitude)]);
            return [...points, points[0]];
        }),
    };
}

/** @returns {Object} the values of a fence's record in a form */
export function valuesOf(record) {
    const { type, is_located, latitude, longitude, radius, polygon } = record.data;
    return { type, is_located, latitude, longitude, radius, polygon };
}

/** @returns {boolean} whether the fence has a polygon to be drawn */
export function isPolygon(values) {
    return values.type === "polygon" && Boolean(values.polygon?.coordinates?.length);
}

/** @returns {boolean} whether the fence is anywhere: zeros alone do not say so, for they are a place too */
export function isPlaced(values) {
    return isPolygon(values) || (values.type !== "polygon" && values.is_located);
}

/**
 * A fence in metres east and north of a place: its rings, and the box around them.
 *
 * Flat around the place, which is right to a per mille for the tens of kilometres of a fence.
 */
function outline(values, [latitude, longitude]) {
    const rings = isPolygon(values)
        ? ringsOf(values.polygon, longitude)
        : [circleRing([values.latitude, near(values.longitude, longitude)], values.radius, 64)];
    const scale = Math.cos(radians(latitude));
    const flat = rings.map((ring) =>
        ring.map(([north, east]) => [
            EARTH_RADIUS * radians(east - longitude) * scale,
            EARTH_RADIUS * radians(north - latitude),
        ])
    );
    const [xs, ys] = [0, 1].map((axis) => flat[0].map((point) => point[axis]));
    return { rings: flat, west: Math.min(...xs), east: Math.max(...xs), south: Math.min(...ys), north: Math.max(...ys) };
}

/** Whether a point is inside of rings: a ray from it crosses their edges an odd number of times. */
function contains(rings, [x, y]) {
    let inside = false;
    for (const ring of rings) {
        ring.forEach(([x1, y1], index) => {
            const [x2, y2] = ring[(index + 1) % ring.length];
            if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) {
                inside = !inside;
            }
        });
    }
    return inside;
}

const side = ([x1, y1], [x2, y2], [x, y]) => Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1));
const edges = (rings) => rings.flatMap((ring) => ring.map((point, index) => [point, ring[(index + 1) % ring.length]]));

/** @returns {boolean} whether a polygon has a place, its holes left out, in it */
export function covers(polygon, [latitude, longitude]) {
    return contains(ringsOf(polygon, longitude), [latitude, longitude]);
}

/** @returns {boolean} whether two fences have a place in common */
export function overlap(fence, other) {
    const place = isPolygon(fence)
        ? [fence.polygon.coordinates[0][0][1], fence.polygon.coordinates[0][0][0]]
        : [fence.latitude, fence.longitude];
    if (!isPolygon(fence) && !isPolygon(other)) {
        return distance(place, [other.latitude, other.longitude]) < fence.radius + other.radius;
    }
    const [a, b] = [outline(fence, place), outline(other, place)];
    if (a.east < b.west || b.east < a.west || a.north < b.south || b.north < a.south) {
        return false;
    }
    const crossing = edges(a.rings).some(([p, q]) =>
        edges(b.rings).some(
            ([r, s]) => side(p, q, r) * side(p, q, s) < 0 && side(r, s, p) * side(r, s, q) < 0
        )
    );
    return crossing || contains(b.rings, a.rings[0][0]) || contains(a.rings, b.rings[0][0]);
}
