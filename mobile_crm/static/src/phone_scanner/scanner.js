/** @odoo-module ignore
 *
 * Reads barcodes out of pictures by ZXing, in a thread of its own, so that the viewfinder stays fluent. It gets
 * {number, bitmap} and answers {number, found: {text, format} | null}.
 */
/* global ZXing */
(() => {
    const {
        BarcodeFormat, BinaryBitmap, DecodeHintType, HybridBinarizer, MultiFormatReader, RGBLuminanceSource,
    } = ZXing;
    /** By their names in the Barcode Detection API. */
    const LINEAR = {
        ean_13: BarcodeFormat.EAN_13,
        ean_8: BarcodeFormat.EAN_8,
        upc_a: BarcodeFormat.UPC_A,
        upc_e: BarcodeFormat.UPC_E,
        code_128: BarcodeFormat.CODE_128,
        itf: BarcodeFormat.ITF,
    };
    const FORMATS = { ...LINEAR, qr_code: BarcodeFormat.QR_CODE, data_matrix: BarcodeFormat.DATA_MATRIX };
    const NAMES = new Map(Object.entries(FORMATS).map(([name, format]) => [format, name]));

    /** Return what finds these formats in a picture. */
    function reader(formats, isThorough = false) {
        const hints = new Map([
            [DecodeHintType.POSSIBLE_FORMATS, Object.values(formats)],
            // Keeps the separators of GS1's codes.
            [DecodeHintType.ASSUME_GS1, true],
            // Of pieces of other codes an ITF could be read; the ones on boxes have 14 digits.
            [DecodeHintType.ALLOWED_LENGTHS, Int32Array.of(14)],
        ]);
        if (isThorough) {
            hints.set(DecodeHintType.TRY_HARDER, true);
        }
        const inner = new MultiFormatReader();
        inner.setHints(hints);
        return (grey, width, height) => {
            try {
                const result = inner.decodeWithState(
                    new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey, width, height))));
                return { text: result.getText(), format: NAMES.get(result.getBarcodeFormat()) };
            } catch {
                // That is how it says that there is nothing.
                return null;
            }
        };
    }

    const quick = reader(FORMATS);
    const sideways = reader(LINEAR);
    const thorough = reader(FORMATS, true);
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    let count = 0;

    /** Return how bright a picture is, point by point: [grey, width, height]; turned by a quarter if it is wished. */
    function look(bitmap, isTurned = false) {
        const [width, height] = isTurned ? [bitmap.height, bitmap.width] : [bitmap.width, bitmap.height];
        Object.assign(canvas, { width, height });
        if (isTurned) {
            context.setTransform(0, 1, -1, 0, width, 0);
        }
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        const grey = new Uint8ClampedArray(width * height);
        for (let at = 0, point = 0; point < grey.length; at += 4, point++) {
            // Weights of ITU-R BT.601, in 256ths.
            grey[point] = (77 * data[at] + 150 * data[at + 1] + 29 * data[at + 2]) >> 8;
        }
        return [grey, width, height];
    }

    /** Look for a code. Not everything is tried on each picture: the next one comes at once. */
    function read(bitmap) {
        const picture = look(bitmap);
        const found = quick(...picture);
        count++;
        if (found) {
            return found;
        }
        return count % 3 === 0 ? thorough(...picture) : count % 2 === 0 ? sideways(...look(bitmap, true)) : null;
    }

    // What ZXing does not find it throws, some hundred times for each picture: traces would take longer than reading.
    Error.stackTraceLimit = 0;
    addEventListener("message", ({ data: { number, bitmap } }) => {
        const found = read(bitmap);
        bitmap.close();
        postMessage({ number, found });
    });
})();
