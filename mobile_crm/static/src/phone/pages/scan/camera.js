/** The phone's camera, as a stream that a video shows. */

/** What is wished of the picture: an EAN-13 held at a hand's length has some four points for each of its bars. */
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 } };
const FAULTS = {
    NotAllowedError: "refused",
    SecurityError: "refused",
    NotFoundError: "missing",
    OverconstrainedError: "missing",
    NotReadableError: "busy",
    AbortError: "busy",
};

/** There is no picture. `kind` is refused, missing, busy or insecure. */
export class CameraFault extends Error {
    constructor(kind) {
        super(kind);
        this.kind = kind;
    }
}

export class Camera {
    /** Whether there was a picture since the app was opened: browsers that do not tell what is allowed ask no more. */
    static wasShown = false;

    /** @param {Function} onLost called when the picture ends, such as when another app takes the camera */
    constructor(onLost) {
        this.onLost = onLost;
        this.stream = null;
        this.deviceId = null;
        this.turn = 0;
    }

    get track() {
        return this.stream?.getVideoTracks()[0];
    }

    /**
     * Show the camera's picture. The browser asks the customer if it has to.
     *
     * @param {HTMLVideoElement} video
     * @returns {Promise<boolean>} whether it is shown; false when it was stopped meanwhile
     * @throws {CameraFault}
     */
    async start(video) {
        const turn = ++this.turn;
        this.release();
        if (!navigator.mediaDevices?.getUserMedia) {
            throw new CameraFault(window.isSecureContext ? "missing" : "insecure");
        }
        let stream;
        try {
            const which = this.deviceId ? { deviceId: { exact: this.deviceId } } : { facingMode: "environment" };
            stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...PICTURE, ...which } });
        } catch (error) {
            throw new CameraFault(FAULTS[error.name] || "busy");
        }
        if (turn !== this.turn) {
            // The customer has gone on while the browser was asking.
            stream.getTracks().forEach((track) => track.stop());
            return false;
        }
        this.stream = stream;
        this.track.addEventListener("ended", () => this.stream === stream && this.onLost());
        Camera.wasShown = true;
        // By its property: the attribute says only how it begins when a page is read.
        video.muted = true;
        video.srcObject = stream;
        // Rejected where it is stopped in the next moment; there is nothing to show then.
        await video.play().catch(() => {});
        return turn === this.turn;
    }

    stop() {
        this.turn++;
        this.release();
    }

    release() {
        this.stream?.getTracks().forEach((track) => track.stop());
        this.stream = null;
    }

    /** Whether it has a light that can be switched. */
    get hasTorch() {
        return Boolean(this.track?.getCapabilities?.().torch);
    }

    /** @returns {Promise<boolean>} whether the light is on now */
    async light(isOn) {
        try {
            await this.track.applyConstraints({ advanced: [{ torch: isOn }] });
            return isOn;
        } catch {
            return false;
        }
    }

    /** Whether there is another one. Browsers tell only after the first was allowed. */
    async hasOther() {
        return (await this.all()).length > 1;
    }

    /** Take the next camera the next time that it starts. */
    async next() {
        const all = await this.all();
        const at = all.findIndex(({ deviceId }) => deviceId === this.track?.getSettings().deviceId);
        this.deviceId = all[(at + 1) % all.length]?.deviceId || null;
    }

    async all() {
        return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    }
}
