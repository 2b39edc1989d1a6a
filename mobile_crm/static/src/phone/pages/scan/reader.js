/* global BarcodeDetector */
/**
 * What reads codes out of the camera's picture: the browser's own detector where it knows what shops need, else ZXing,
 * which is fetched for it and works in a thread of its own.
 */

/** What is on goods, on their boxes and labels, and on posters; without these a browser's own detector is no use. */
const NEEDED = ["ean_13", "ean_8", "upc_e", "code_128", "qr_code", "data_matrix"];
/** What is read as well where it can be. */
const WELCOME = ["upc_a", "itf"];
/** Points of the picture's longer side that ZXing gets: more take longer, and codes are no larger for it. */
const LONGEST = 1280;

/** The reader could not be fetched. */
export class NoReader extends Error {}

/** Return the part of a video that is seen in its box: {x, y, width, height} in the points of the picture. */
export function visibleArea(video) {
    const { videoWidth, videoHeight, clientWidth, clientHeight } = video;
    const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight);
    const width = Math.min(videoWidth, Math.round(clientWidth / scale));
    const height = Math.min(videoHeight, Math.round(clientHeight / scale));
    return { x: Math.floor((videoWidth - width) / 2), y: Math.floor((videoHeight - height) / 2), width, height };
}

class NativeReader {
    constructor(formats) {
        this.detector = new BarcodeDetector({ formats });
    }

    async read(video) {
        const area = visibleArea(video);
        const middle = { x: area.x + area.width / 2, y: area.y + area.height / 2 };
        const fromMiddle = ({ boundingBox: box }) =>
            Math.hypot(box.x + box.width / 2 - middle.x, box.y + box.height / 2 - middle.y);
        const seen = (await this.detector.detect(video)).filter(({ boundingBox: box, rawValue }) =>
            rawValue && box.x + box.width > area.x && box.x < area.x + area.width
            && box.y + box.height > area.y && box.y < area.y + area.height);
        const [found] = seen.sort((one, other) => fromMiddle(one) - fromMiddle(other));
        return found ? { text: found.rawValue, format: found.format } : null;
    }

    stop() {}
}

class ZxingReader {
    constructor(env) {
        const address = `${env.config.assets}scanner.js`;
        this.worker = new Worker(address);
        this.number = 0;
        this.waiting = null;
        this.failure = null;
        this.worker.addEventListener("message", ({ data }) => {
            if (data.number === this.number) {
                this.waiting?.resolve(data.found);
            }
        });
        this.worker.addEventListener("error", (event) => {
            event.preventDefault();
            this.failure = new NoReader(event.message);
            this.waiting?.reject(this.failure);
            findOutWhy(env, address);
        });
    }

    async read(video) {
        const { x, y, width, height } = visibleArea(video);
        const scale = Math.min(1, LONGEST / Math.max(width, height));
        const bitmap = await createImageBitmap(video, x, y, width, height, {
            resizeWidth: Math.round(width * scale), resizeHeight: Math.round(height * scale) });
        if (this.failure) {
            bitmap.close();
            throw this.failure;
        }
        return new Promise((resolve, reject) => {
            this.waiting = { resolve, reject };
            this.worker.postMessage({ number: ++this.number, bitmap }, [bitmap]);
        });
    }

    stop() {
        this.worker.terminate();
        this.waiting?.resolve(null);
    }
}

/** A version of the app that the server has no more needs a newer page; no network needs time. */
async function findOutWhy(env, address) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.status === 404) {
        env.updates?.gone?.();
    }
}

/**
 * Return what reads codes here: `read(video)` gives {text, format} or null, `stop()` ends it.
 *
 * @param {Object} env
 * @param {boolean} [isNativeBroken] whether the browser's own detector has failed
 */
export async function openReader(env, isNativeBroken = false) {
    if (!isNativeBroken && "BarcodeDetector" in window) {
        const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
        if (NEEDED.every((format) => known.includes(format))) {
            return new NativeReader([...NEEDED, ...WELCOME.filter((format) => known.includes(format))]);
        }
    }
    return new ZxingReader(env);
}

/** Whether a reader is the browser's own. */
export function isNative(reader) {
    return reader instanceof NativeReader;
}
