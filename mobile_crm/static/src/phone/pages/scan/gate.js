/**
 * Which of the readings count. A code is seen in many pictures, and means one scan; bars of which only a part is in the
 * picture may be read as something else, so they are believed when two pictures say the same.
 */

/** Formats that have their own proof: what is read of them is right. */
const CERTAIN = ["qr_code", "data_matrix"];
/** Milliseconds that a code has to be out of sight before it counts again. */
const ABSENCE = 2000;
/** Milliseconds within which a second picture has to say the same. */
const AGREEMENT = 1500;

class Gate {
    constructor() {
        this.forget();
    }

    /** Let the next code count, whatever it is. */
    forget() {
        this.taken = { text: null, at: 0 };
        this.maybe = { text: null, at: 0 };
    }

    /** The viewfinder is back: what was taken before may still be in front of it. */
    resume(now) {
        this.taken.at = now;
    }

    /**
     * Judge a reading.
     *
     * @param {{text: string, format: string}} found
     * @param {number} now in milliseconds
     * @returns {"taken"|"again"|"unsure"} taken: it counts; again: it was taken last, and never out of sight since
     */
    judge({ text, format }, now) {
        if (text === this.taken.text && now - this.taken.at < ABSENCE) {
            this.taken.at = now;
            return "again";
        }
        const isSure = CERTAIN.includes(format) || (text === this.maybe.text && now - this.maybe.at < AGREEMENT);
        this.maybe = { text, at: now };
        if (isSure) {
            this.taken = { text, at: now };
        }
        return isSure ? "taken" : "unsure";
    }
}

/** One for the app: who comes back from a product is still pointing at it. */
export const gate = new Gate();
