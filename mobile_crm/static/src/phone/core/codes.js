/* global JsBarcode, qrcode */
/** Codes that a till reads from the screen: QR and Code 128. What draws them is fetched when the first one is drawn. */
import { load } from "./lazy";

const SVG = "http://www.w3.org/2000/svg";
/** Empty modules around a code, without which readers do not find it. */
const QUIET = { qr: 4, code128: 10 };
/** Height of a Code 128 in proportion to its width, quiet zones included. */
const BAR = 0.3;

/**
 * Draw a code into an SVG element: dark on white, whatever the theme, for many readers see nothing else.
 *
 * @param {Object} env
 * @param {SVGElement} target
 * @param {Object} code
 * @param {"qr"|"code128"} code.format
 * @param {string} code.value
 * @returns {Promise<number>} how many modules it is wide, so that the caller can give each the same number of pixels
 * @throws {Error} when the drawing code cannot be fetched, or the value does not go into a code
 */
export async function drawCode(env, target, { format, value }) {
    await load(env, "codes.js");
    const rows = format === "qr" ? qrRows(value) : [barRow(value)];
    const quiet = QUIET[format];
    const width = rows[0].length + 2 * quiet;
    const height = format === "qr" ? width : Math.round(width * BAR);
    const inside = format === "qr" ? 1 : height - quiet;
    const top = format === "qr" ? quiet : quiet / 2;
    target.setAttribute("viewBox", `0 0 ${width} ${height}`);
    target.setAttribute("shape-rendering", "crispEdges");
    target.replaceChildren(
        part("rect", { width, height, fill: "#fff" }),
        part("path", { fill: "#000", d: rows.map((row, at) => runs(row, quiet, top + at, inside)).join("") }));
    return width;
}

/** Return a QR code's modules: of the lowest version that it fits in, at the error correction that tills are used to. */
function qrRows(value) {
    const code = qrcode(0, "M");
    // In bytes, which every reader takes: UTF-8, which is ASCII for what the API signs.
    code.addData(String.fromCharCode(...new TextEncoder().encode(value)), "Byte");
    code.make();
    const size = code.getModuleCount();
    return Array.from({ length: size }, (_row, y) => Array.from({ length: size }, (_module, x) => code.isDark(y, x)));
}

function barRow(value) {
    const made = {};
    JsBarcode(made, value, { format: "CODE128" });
    return Array.from(made.encodings.map(({ data }) => data).join(""), (module) => module === "1");
}

/** Return the dark runs of a row, as a path. */
function runs(row, left, top, height) {
    let path = "";
    for (let start = 0, end; start < row.length; start = end) {
        end = start + 1;
        while (end < row.length && row[end] === row[start]) {
            end++;
        }
        if (row[start]) {
            path += `M${left + start} ${top}h${end - start}v${height}h-${end - start}z`;
        }
    }
    return path;
}

function part(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
        element.setAttribute(key, value);
    }
    return element;
}
