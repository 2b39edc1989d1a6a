/** What was scanned last: products as `GET /products/barcode/{code}` told them, with what the label says more. */

const scanned = new Map();

/** Keep what the server said of a scanned product for its page, as long as the app is open: the price is this customer's. */
export function keepScanned({ kept }, product) {
    scanned.set(product.id, { owner: kept.owner, product });
}

/** Return what was said to this customer when the product of this id was scanned, or undefined. */
export function lastScanned({ kept }, id) {
    const found = scanned.get(Number(id));
    return found?.owner === kept.owner ? found?.product : undefined;
}

/** Let the customer feel that a code was read; hear it, where phones do not shake. */
export function signal() {
    if (!navigator.vibrate?.(60)) {
        beep();
    }
}

let audio = null;

function beep() {
    try {
        audio ??= new AudioContext();
        const tone = new OscillatorNode(audio, { frequency: 1400 });
        const volume = new GainNode(audio, { gain: 0.08 });
        tone.connect(volume).connect(audio.destination);
        tone.start();
        tone.stop(audio.currentTime + 0.08);
    } catch {
        // Without a sound the page still says it.
    }
}
